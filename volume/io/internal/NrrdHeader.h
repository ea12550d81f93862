// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// What an NRRD header says of its voxels, read without trust before ITK sees the file (teem, "Definition of
/// NRRD File Format").
struct NrrdHeader {
    std::vector<std::int64_t> sizes; ///< along every axis, each at least 1
    std::int64_t bytesPerValue = 0;  ///< 0 for a type that this program does not know
    std::string encoding;            ///< in lower case: "raw", "gzip", ...
    std::filesystem::path dataFile;  ///< the file itself, or the one that it names
    std::int64_t dataBegins = 0;     ///< in dataFile, before byte and line skips
    bool skips = false;              ///< bytes or lines before the voxels are passed over
    bool writtenByUs = false;        ///< its numbers have all their digits
    std::map<std::string, std::string>
        fields; ///< what stands after the colon, by name in lower case without blanks

    std::int64_t bytes() const; ///< of all voxels
};

/// Numbers divided by spaces, commas and brackets; "none" stands for an axis that has none and is passed
/// over. Nothing where one is no number.
std::optional<std::vector<double>> nrrdNumbers(std::string text);

/// @throws Error(Scan) where sizes, spacings or axes are no numbers that a scan can have, where the data lie
/// in many files or outside the folder, or where the file cannot hold as many voxels as it promises
NrrdHeader readNrrdHeader(const std::filesystem::path& file);
/// Compares what the header promises with what is there. @throws Error(Scan), Error(Resources)
void checkNrrdData(const NrrdHeader& header, const std::filesystem::path& file,
                   std::vector<std::string>& notes);

} // namespace hounsfield
