// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"

#include "tests/support/Paths.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <zlib.h>

namespace hounsfield::test {
namespace fs = std::filesystem;

namespace {

Matrix3 turned(double degreesX, double degreesZ)
{
    const double a = degreesX * 3.14159265358979323846 / 180, b = degreesZ * 3.14159265358979323846 / 180;
    const Matrix3 x{{{1, 0, 0}, {0, std::cos(a), -std::sin(a)}, {0, std::sin(a), std::cos(a)}}};
    const Matrix3 z{{{std::cos(b), -std::sin(b), 0}, {std::sin(b), std::cos(b), 0}, {0, 0, 1}}};
    return z * x;
}

} // namespace

std::vector<NamedGrid> orthogonalGrids()
{
    const Index3 size{13, 11, 12};
    return {
        {"plain axial", Geometry::fromSpacing(size, {-100.25, 40.5, 700}, {0.7, 0.8, 2.5})},
        {"prone (x and y flipped)",
         Geometry::fromSpacing(size, {60, 70, -300}, {1, 1, 3}, {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}})},
        {"oblique", Geometry::fromSpacing(size, {12.5, -30, 90}, {0.9, 1.1, 2}, turned(25, -13))},
        {"coronal", Geometry::fromSpacing(size, {5, 6, 7}, {1, 1, 4}, {{{1, 0, 0}, {0, 0, 1}, {0, -1, 0}}})},
        {"sagittal",
         Geometry::fromSpacing(size, {5, 6, 7}, {1, 1, 4}, {{{0, 0, -1}, {1, 0, 0}, {0, -1, 0}}})}};
}

std::vector<NamedGrid> grids()
{
    const Index3 size{13, 11, 12};
    auto all = orthogonalGrids();
    all.push_back({"left-handed (feet first in memory)",
                   Geometry::fromSpacing(size, {0, 0, 50}, {1, 1, 2}, {{{1, 0, 0}, {0, 1, 0}, {0, 0, -1}}})});
    all.push_back({"left-handed oblique",
                   Geometry::fromSpacing(size, {3, 2, 1}, {1.5, 1, 2},
                                         turned(40, 70) * Matrix3{{{-1, 0, 0}, {0, 1, 0}, {0, 0, 1}}})});
    all.push_back({"half turns",
                   Geometry::fromSpacing(size, {1, 2, 3}, {1, 2, 3}, {{{1, 0, 0}, {0, -1, 0}, {0, 0, -1}}})});
    all.push_back({"gantry tilt", Geometry(size, {-20, -20, 10}, {{{1, 0, 0}, {0, 1, 0.75}, {0, 0, 3}}})});
    return all;
}

std::int16_t formulaHu(const Index3& i)
{
    return static_cast<std::int16_t>(-1024 + (i[0] * 37 + i[1] * 331 + i[2] * 1009) % 4200);
}

Volume formulaVolume(const Geometry& g)
{
    std::vector<std::int16_t> voxels;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                voxels.push_back(formulaHu({i, j, k}));
    return Volume(g, std::move(voxels));
}

Volume ballVolume(const Geometry& g, const Vector3& centre)
{
    std::vector<std::int16_t> voxels;
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                voxels.push_back(length(g.toMm(Index3{i, j, k}) - centre) < 9 ? 1000 : -1000);
    return Volume(g, std::move(voxels));
}

Vector3 brightCentreMm(const Volume& volume)
{
    Vector3 sum{0, 0, 0};
    double count = 0;
    const Geometry& g = volume.geometry();
    for (std::int64_t k = 0; k < g.size()[2]; ++k)
        for (std::int64_t j = 0; j < g.size()[1]; ++j)
            for (std::int64_t i = 0; i < g.size()[0]; ++i)
                if (volume.at({i, j, k}) > 500) {
                    sum = sum + g.toMm(Index3{i, j, k});
                    ++count;
                }
    return (1 / count) * sum;
}

Scan read(const fs::path& path, const std::optional<std::string>& which)
{
    Progress silent;
    return readScan(path, which, silent);
}

std::vector<SeriesInfo> list(const fs::path& path)
{
    Progress silent;
    return listSeries(path, silent);
}

std::string errorOf(const std::function<void()>& act, ErrorKind kind)
{
    try {
        act();
    } catch (const Error& error) {
        return error.kind() == kind ? error.what() : "";
    }
    return "";
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

bool anyContains(const std::vector<std::string>& texts, const std::string& part)
{
    return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return contains(text, part); });
}

std::vector<fs::path> filesIn(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

NiftiBytes::NiftiBytes(const Index3& size, int datatype, int bits)
{
    put<std::int32_t>(0, 348).put<std::int16_t>(40, 3);
    for (std::size_t n = 0; n < 7; ++n)
        put<std::int16_t>(42 + 2 * n, n < 3 ? static_cast<std::int16_t>(size[n]) : 1);
    put<std::int16_t>(70, static_cast<std::int16_t>(datatype))
        .put<std::int16_t>(72, static_cast<std::int16_t>(bits));
    for (std::size_t n = 0; n < 8; ++n)
        put<float>(76 + 4 * n, 1);
    put<float>(108, 352);
    bytes[123] = 2;
    bytes.replace(344, 3, "n+1");
}

NiftiBytes& NiftiBytes::sform(const std::array<std::array<float, 4>, 3>& rows)
{
    put<std::int16_t>(254, 1);
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t n = 0; n < 4; ++n)
            put<float>(280 + 16 * row + 4 * n, rows[row][n]);
    return *this;
}

std::string gzipped(const std::string& bytes)
{
    TemporaryFolder folder;
    const fs::path file = folder.path() / "x.gz";
    gzFile out = gzopen(file.c_str(), "wb");
    gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(out);
    return readFile(file);
}

DicomSample::DicomSample(const std::string& series, int number, double zMm) : uid(newDicomUid())
{
    elements.text(0x00080005, "CS", "ISO_IR 100");
    elements.text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL");
    elements.text(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
    elements.text(0x00080018, "UI", uid);
    elements.text(0x00080060, "CS", "CT");
    elements.text(0x0020000D, "UI", "1.2");
    elements.text(0x0020000E, "UI", series);
    elements.text(0x00200011, "IS", series.substr(series.rfind('.') + 1));
    elements.text(0x00200013, "IS", std::to_string(number));
    elements.text(0x00200032, "DS", "-10\\20\\" + decimalString(zMm));
    elements.text(0x00200037, "DS", "1\\0\\0\\0\\1\\0");
    elements.number(0x00280002, "US", 1);
    elements.text(0x00280004, "CS", "MONOCHROME2");
    elements.number(0x00280010, "US", 12);
    elements.number(0x00280011, "US", 16);
    elements.text(0x00280030, "DS", "1\\2");
    elements.number(0x00280100, "US", 16);
    elements.number(0x00280101, "US", 12);
    elements.number(0x00280102, "US", 11);
    elements.number(0x00280103, "US", 0);
    elements.text(0x00281052, "DS", "-1024");
    elements.text(0x00281053, "DS", "1");
    std::string pixels;
    for (int row = 0; row < 12; ++row)
        for (int column = 0; column < 16; ++column) {
            pixels += static_cast<char>((10 * row + number) & 0xFF);
            pixels += static_cast<char>((10 * row + number) >> 8);
        }
    elements.bytes(0x7FE00010, "OW", pixels);
}

void DicomSample::write(const fs::path& file) const
{
    writeFile(file, dicomFile("1.2.840.10008.5.1.4.1.1.2", uid, elements));
}

void writeSamples(const fs::path& folder, const std::string& series, int count,
                  const std::function<void(DicomSample&, int)>& spoil)
{
    fs::create_directories(folder);
    for (int n = 1; n <= count; ++n) {
        DicomSample sample(series, n, 2.5 * n);
        if (spoil)
            spoil(sample, n);
        char name[32];
        std::snprintf(name, sizeof name, "slice-%03d", n);
        sample.write(folder / (series + name));
    }
}

} // namespace hounsfield::test
