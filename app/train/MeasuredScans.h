// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/LabelledScan.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hounsfield::training {

/// What a model is measured on: folders of labelled scans, one scan with a label map, else synthetic
/// patients.
struct ScanChoice {
    std::vector<std::string> data;
    bool validationOnly = false;
    std::string scan, labels, map;
    int count = 10;
    std::uint64_t firstSeed = 900000;
    double spacingMm = 2.5;
};
/// Options of a command that are a choice of scans; what it holds is the default.
void addScanOptions(CLI::App& command, ScanChoice& choice);

/// Makes or reads a scan when its turn comes.
using OneScan = std::function<LabelledScan()>;
/// @throws Error(Usage) for a map that is none, and where no case is for validation
std::vector<OneScan> scansOf(const ScanChoice& choice, const std::vector<ModelClass>& classes);

/// Uses one after the other. Of several, one that cannot be used is told and taken out. @return what was said
/// of those
std::vector<std::string> forEachScan(std::vector<OneScan>& scans,
                                     const std::function<void(const LabelledScan&)>& use);
/// @throws Error(Scan) that counts them, where there are any; for the end, when all that is good has been
/// told
void throwIfAny(const std::vector<std::string>& broken, std::size_t scans);

} // namespace hounsfield::training
