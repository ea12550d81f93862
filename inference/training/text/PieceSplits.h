// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/Dice.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hounsfield::training {

/// Other ways to write a piece of a sentencepiece vocabulary with two smaller pieces of it. A phrase cut
/// differently every time it is seen teaches what stems and endings mean, which is all there is to go by in a
/// word that was never seen (Kudo 2018; Provilkov et al. 2020).
class PieceSplits {
public:
    /// @param vocabulary the bytes of a .model file
    explicit PieceSplits(const std::string& vocabulary);
    std::size_t size() const { return m_splits.size(); }
    const std::vector<std::pair<std::int32_t, std::int32_t>>& of(std::int32_t id) const
    {
        return m_splits[static_cast<std::size_t>(id)];
    }
    /// Each piece is split with this probability, and its parts again.
    std::vector<std::int32_t> cut(const std::vector<std::int32_t>& ids, double probability, Dice& dice) const;

private:
    void cutInto(std::vector<std::int32_t>& result, std::int32_t id, double probability, Dice& dice) const;

    std::vector<std::vector<std::pair<std::int32_t, std::int32_t>>> m_splits;
};

} // namespace hounsfield::training
