// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Segmenter.h"
#include "inference/TextEncoder.h"
#include "inference/internal/Network.h"

namespace hounsfield {

/// The embedding behind every target: the checkpoint's own row for a known class, what the text encoder makes
/// of words beyond them.
class TargetEmbeddings {
public:
    TargetEmbeddings(const ModelPack& pack, const Network& network) : m_pack(pack), m_network(network) {}

    /// The class id; for words a number below zero, the same for the same words. The encoder is opened for
    /// the first words.
    /// @param stop looked at before every tensor of the encoder. @throws Error(Model) where the pack has
    /// none, Cancelled
    int keyOf(const Target& target, const Progress& stop);
    /// K x 512
    at::Tensor of(const std::vector<int>& keys) const;
    double threshold(int key) const
    {
        return key > 0 ? m_pack.classById(key).threshold : ModelClass{}.threshold;
    }
    /// As the settings have it, else the pack.
    Marking marking(int key, const SegmentSettings& settings) const;
    /// What must be known of words: that they are no class, and what they are near to. Nothing for a known
    /// class.
    void tell(int key, Finding& finding) const;

private:
    const Encoded& words(int key) const { return m_words[static_cast<std::size_t>(-key - 1)].second; }

    const ModelPack& m_pack;
    const Network& m_network;
    std::unique_ptr<TextEncoder> m_encoder;
    std::vector<std::pair<std::string, Encoded>> m_words; ///< the key of entry n is -n-1
};

} // namespace hounsfield
