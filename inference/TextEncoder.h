// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/Prompt.h"
#include "volume/Progress.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

/// How near a text lies to a class that the model was trained on.
struct NearestClass {
    int classId = 0;
    std::string name;
    double cosine = 0; ///< of the embeddings as they are: of the published rows among themselves 0.76 to
                       ///< 0.99, so it proves little
    /// After the mean of the class rows is taken off both (docs/decisions/0005): of the published rows among
    /// themselves -0.37 to 0.97. Above 0.5 it nearly is that class, below 0.3 it is like none. The same as
    /// `cosine` where the model has fewer than four classes.
    double centredCosine = 0;
};

/// A text as the model's head takes it.
struct Encoded {
    std::string text;                  ///< as encoded: the pack's template with the words in it
    std::vector<std::int32_t> ids;     ///< tokens, framed by start and end
    std::size_t cut = 0;               ///< tokens that did not fit and were left out
    std::vector<float> embedding;      ///< 512 values, not normalised
    std::vector<NearestClass> nearest; ///< every class, the nearest by centred cosine first
    std::string cutNote() const;       ///< a whole sentence; empty where all of the text fits
};

/// Words -> the embedding of what they say, by the text encoder that a pack brings along. For words beyond
/// the known classes alone: a known class has its own row in the checkpoint and is never encoded again.
class TextEncoder {
public:
    /// @param stop looked at before every tensor of the weights
    /// @throws Error(Model) with what to do where the pack has no text encoder, or one that does not fit
    /// together, Cancelled
    static std::unique_ptr<TextEncoder> open(const ModelPack& pack, const Progress& stop = Progress());
    virtual ~TextEncoder() = default;
    /// @throws Error(Prompt) for no words at all, or far too many
    virtual Encoded encode(const std::string& words) const = 0;
    /// The words alone, without the pack's template, as a Recognition reads them; `nearest` stays empty.
    /// @throws as above
    virtual Encoded encodeAlone(const std::string& words) const = 0;
};

/// "Liver (cosine 0.93, centred 0.41), ..." of the nearest ones.
std::string listed(const std::vector<NearestClass>& nearest, std::size_t count = 3);

} // namespace hounsfield
