// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hounsfield {

/// Looks through a sentencepiece model before the library does, which trusts what it reads: its Protocol
/// Buffers fields, that pieces are text with finite scores, and that every step of its character trie stays
/// inside. @throws Error(Model) with the reason
void checkSentencePieceModel(const std::string& bytes);

} // namespace hounsfield
