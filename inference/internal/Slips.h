// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace hounsfield {

/// Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment.
/// @param most beyond so many the answer is most + 1, sooner
int editDistance(const std::string& a, const std::string& b, int most = 1 << 20);
/// Whether `typed` may be a slip for `known`: one edit from five letters on, two from seven on; shorter words
/// must be exact.
bool isSlip(const std::string& typed, const std::string& known);
/// How unlike two phrases are, 0 (equal) to about 1.25: shared words first, letters after.
double unlikeness(const std::vector<std::string>& typed, const std::vector<std::string>& known);

} // namespace hounsfield
