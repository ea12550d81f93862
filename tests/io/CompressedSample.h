#pragma once

#include "tests/io/Samples.h"

namespace hounsfield::test
{

/// The file of a sample with its pixels in RLE (PS3.5 annex G), coded by hand.
/// @param segments that the RLE header claims; what was coded has two
std::string rleFile(const DicomSample& sample, std::uint32_t segments = 2);
/// A series of such slices, 2.5 mm apart, "slice-001" and so on. @param segments as above, by number
void writeRleSamples(const std::filesystem::path& folder, const std::string& series, int count,
                     const std::function<std::uint32_t(int)>& segments);

} // namespace hounsfield::test
