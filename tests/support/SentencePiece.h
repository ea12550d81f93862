// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace hounsfield::test {

/// Whether sentencepiece can be opened in a process that has LibTorch: not under AddressSanitizer.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool besideLibTorch = false;
#else
inline constexpr bool besideLibTorch = true;
#endif

/// Trains a small sentencepiece model with the library's own program on sentences about anatomy in several
/// languages.
/// @param kind "unigram" or "bpe". @returns the .model file, written into the folder. @throws
/// std::runtime_error with what the program said
std::filesystem::path trainSentencePiece(const std::filesystem::path& folder,
                                         const std::string& kind = "unigram");
/// What the library's own program makes of a line of text, in ids joined by blanks.
std::string sentencePieceIds(const std::filesystem::path& model, const std::string& line);

} // namespace hounsfield::test
