// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hounsfield {

/// Words -> numbers: what stands before every text encoder. One implementation for each vocabulary (CLIP's
/// byte pairs, sentencepiece).
class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    /// A text as an encoder takes it.
    struct Tokens {
        std::vector<std::int32_t> ids; ///< framed by the start and end tokens
        std::size_t cut = 0; ///< pieces of the text that did not fit and were left out, before the end token
    };

    /// Framed and cut to contextLength(), as the encoders were trained. @param text UTF-8
    Tokens tokens(const std::string& text) const
    {
        std::vector<std::int32_t> ids = pieces(text);
        const std::size_t room = static_cast<std::size_t>(contextLength()) - 2;
        const std::size_t cut = ids.size() > room ? ids.size() - room : 0;
        ids.resize(ids.size() - cut);
        ids.insert(ids.begin(), startId());
        ids.push_back(endId());
        return {std::move(ids), cut};
    }
    std::vector<std::int32_t> encode(const std::string& text) const { return tokens(text).ids; }

    /// Without the frame, however many.
    virtual std::vector<std::int32_t> pieces(const std::string& text) const = 0;
    virtual std::int32_t startId() const = 0;
    virtual std::int32_t endId() const = 0;
    virtual int contextLength() const = 0;  ///< tokens an encoder takes, frame included; 2 or more
    virtual int vocabularySize() const = 0; ///< every id is below this
};

} // namespace hounsfield
