#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hounsfield {

/// Words -> numbers: what stands before every text encoder. One implementation for each vocabulary (CLIP's byte pairs, sentencepiece).
class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    /// @param text UTF-8
    /// @returns ids of the vocabulary, framed by the start and end tokens, at most contextLength() of them: what does not fit is
    ///          cut before the end token, as the encoders were trained
    virtual std::vector<std::int32_t> encode(const std::string& text) const = 0;
    virtual int contextLength() const = 0;  ///< tokens an encoder takes, frame included
    virtual int vocabularySize() const = 0; ///< every id is below this
};

} // namespace hounsfield
