// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/io/Samples.h"

namespace hounsfield::test {

/// A file in explicit little endian with its pixels replaced by fragments of another transfer syntax (PS3.5
/// A.4).
std::string withFragments(std::string file, const std::string& syntax,
                          const std::vector<std::string>& fragments);
/// 16-bit pixels in RLE (PS3.5 annex G), coded by hand. @param segments that the header claims; what was
/// coded has two
std::string rleFragment(const std::string& pixels, std::uint32_t segments = 2);
/// 16-bit pixels in lossless JPEG (process 14, selection value 1), coded by hand.
/// @param precision bits of each value in the stream; those above are left out
std::string jpegFragment(const std::string& pixels, int columns, int rows, int precision);

/// The file of a sample in RLE or lossless JPEG. @param segments, precision as above
std::string rleFile(const DicomSample& sample, std::uint32_t segments = 2);
std::string jpegFile(const DicomSample& sample, int precision);
/// A series of RLE slices, 2.5 mm apart, "slice-001" and so on. @param segments as above, by number
void writeRleSamples(const std::filesystem::path& folder, const std::string& series, int count,
                     const std::function<std::uint32_t(int)>& segments);

} // namespace hounsfield::test
