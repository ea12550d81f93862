// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <string>
#include <vector>

namespace hounsfield::test {

/// A concept of a hand-made recognition: its rows as they are.
struct TaughtConcept {
    std::string name;
    std::vector<std::string> classes; ///< file names
    std::vector<std::vector<float>> rows;
};

/// recognition.json and recognition.safetensors.
struct RecognitionBytes {
    std::string description, rows;
};
/// @param owners whether the rows' owners are written; without them there is one row a concept
RecognitionBytes writeRecognition(const std::vector<TaughtConcept>& concepts, double temperature,
                                  double accept, double unsure, bool owners = true);

/// The pack's class table and files in memory, with this recognition: enough for Recognition::open.
ModelPack packWith(const RecognitionBytes& recognition);

/// 512 values, of which only the first few are not zero.
std::vector<float> padded(const std::vector<float>& first);

/// Gives a pack in a folder (tests/support/TextPack.h) a recognition: its files, hashes and entry in
/// pack.json.
void addRecognition(const std::filesystem::path& folder, const RecognitionBytes& recognition);

} // namespace hounsfield::test
