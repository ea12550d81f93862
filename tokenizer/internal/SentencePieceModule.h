// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// What the module `hounsfield_sentencepiece` offers: plain C, so that no type of the library crosses its
/// border. The library brings a Protocol Buffers of its own, which must never meet the one that LibTorch
/// brings.
struct HounsfieldSentencePiece {
    static constexpr int currentVersion = 1;
    static constexpr const char* entry =
        "hounsfieldSentencePiece"; ///< exported: const HounsfieldSentencePiece* (*)()

    int version;
    /// @returns a model, or null with a sentence in `why`
    void* (*open)(const char* bytes, std::size_t size, char* why, std::size_t room);
    void (*close)(void* model);
    int (*size)(const void* model);
    int (*startId)(const void* model); ///< of <s>; below zero where it has none
    int (*endId)(const void* model);   ///< of </s>
    /// Gives the ids to `take`. @returns false where the text could not be encoded
    bool (*encode)(const void* model, const char* text, std::size_t size,
                   void (*take)(void* context, std::int32_t id), void* context);
};
