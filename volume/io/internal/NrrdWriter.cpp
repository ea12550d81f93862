// SPDX-License-Identifier: Apache-2.0
#include "volume/NumberText.h"
#include "volume/io/internal/CarefulFile.h"
#include "volume/io/internal/GzipOut.h"

namespace hounsfield {
namespace {

std::string vectorText(const Vector3& v)
{
    return "(" + significantText(v[0], 17) + "," + significantText(v[1], 17) + "," +
           significantText(v[2], 17) + ")";
}

} // namespace

void writeNrrd(const VoxelsToWrite& image, const std::filesystem::path& file)
{
    const Geometry& g = image.geometry;
    std::string header = "NRRD0005\n# Written by Hounsfield\n";
    header += image.component == Component::UInt8 ? "type: unsigned char\n" : "type: short\n";
    header += "dimension: 3\nspace: left-posterior-superior\nsizes:";
    for (std::int64_t n : g.size())
        header += " " + std::to_string(n);
    header += "\nspace directions:";
    for (int n = 0; n < 3; ++n)
        header += " " + vectorText(column(g.matrix(), n));
    header += "\nkinds: domain domain domain\nendian: little\nencoding: gzip\nspace origin: " +
              vectorText(g.originMm()) + "\n\n";

    GzipOut head(file, GzipOut::Mode::Plain);
    head.write(header.data(), static_cast<std::int64_t>(header.size()));
    head.close();
    GzipOut data(file, GzipOut::Mode::AppendCompressed);
    data.write(image.voxels, image.bytes(), image.stop);
    data.close();
}

} // namespace hounsfield
