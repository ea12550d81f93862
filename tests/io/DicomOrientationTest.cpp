// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <cmath>
#include <numbers>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// How the slices of an oblique scan lie.
struct Oblique {
    Vector3 right, down, normal;
};

Oblique turned(double degreesZ, double degreesX)
{
    const double z = degreesZ * std::numbers::pi / 180, x = degreesX * std::numbers::pi / 180;
    const Vector3 right{std::cos(z), std::sin(z), 0};
    const Vector3 down{-std::sin(z) * std::cos(x), std::cos(z) * std::cos(x), std::sin(x)};
    return {right, down, cross(right, down)};
}

std::string rounded(const Vector3& v, int digits)
{
    const double power = std::pow(10.0, digits);
    std::string text;
    for (const double value : v)
        text += (text.empty() ? "" : "\\") + decimalString(std::round(value * power) / power);
    return text;
}

/// Slices 2.5 mm apart whose direction cosines have some digits, their positions all of them.
void writeOblique(const std::filesystem::path& folder, const Oblique& lies, int digits, int count,
                  int pixels = 0)
{
    writeSamples(folder, "1.2.3", count, [&](DicomSample& s, int n) {
        s.elements.text(0x00200037, "DS", rounded(lies.right, digits) + "\\" + rounded(lies.down, digits));
        s.elements.text(0x00200032, "DS", rounded(2.5 * n * lies.normal, 12));
        if (pixels == 0)
            return;
        s.elements.number(0x00280010, "US", pixels);
        s.elements.number(0x00280011, "US", pixels);
        s.elements.bytes(0x7FE00010, "OW", std::string(2 * static_cast<std::size_t>(pixels * pixels), '\1'));
    });
}

double farthestCornerMm(const Geometry& a, const Geometry& b)
{
    double most = 0;
    const Index3& size = a.size();
    for (const std::int64_t i : {std::int64_t{0}, size[0] - 1})
        for (const std::int64_t j : {std::int64_t{0}, size[1] - 1})
            for (const std::int64_t k : {std::int64_t{0}, size[2] - 1})
                most = std::max(most, length(a.toMm(Index3{i, j, k}) - b.toMm(Index3{i, j, k})));
    return most;
}

std::string refusalOf(const std::string& orientation)
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11,
                 [&](DicomSample& s, int) { s.elements.text(0x00200037, "DS", orientation); });
    return errorOf([&] { read(folder.path()); });
}

} // namespace

TEST_CASE(
    "direction cosines rounded to two digits or more are made perpendicular, said, and lie where they should")
{
    for (const auto& [z, x] : {std::pair(23.0, 11.0), {37.0, 17.0}, {41.0, 13.0}, {-25.0, 35.0}}) {
        const Oblique lies = turned(z, x);
        for (const int digits : {2, 3, 4, 12}) {
            CAPTURE(z, x, digits);
            TemporaryFolder folder;
            writeOblique(folder.path(), lies, digits, 11);
            const Scan scan = read(folder.path());
            const Geometry& g = scan.volume->geometry();
            const Geometry right = Geometry::fromSpacing({16, 12, 11}, 2.5 * lies.normal, {2, 1, 2.5},
                                                         fromColumns(lies.right, lies.down, lies.normal));
            CHECK(g.isOrthogonal());
            CHECK(length(g.spacingMm() - Vector3{2, 1, 2.5}) < 1e-3);
            CHECK(farthestCornerMm(g, right) < (digits == 2 ? 0.4 : 0.06));
            CHECK_FALSE(anyContains(scan.notes, "tilted"));
            CHECK(anyContains(scan.notes, "rounded") == (digits < 4));
        }
    }
}

TEST_CASE("direction cosines so coarse that pixels would lie half a pixel off are refused by that name")
{
    TemporaryFolder folder;
    writeOblique(folder.path(), turned(37, 17), 2, 3, 512);
    const std::string said = errorOf([&] { read(folder.path()); });
    INFO(said);
    CHECK(contains(said, "ImageOrientationPatient 0.8\\0.6\\0\\"));
    CHECK(contains(said, "were rounded to 2 digits"));
    CHECK_FALSE(contains(said, "damaged"));
    CHECK(contains(refusalOf("0.7\\0.7\\0\\-0.7\\0.7\\0.1"), "were rounded to 1 digit,"));
    // With three digits, the same is read.
    TemporaryFolder finer;
    writeOblique(finer.path(), turned(37, 17), 3, 3, 512);
    CHECK(read(finer.path()).volume->geometry().isOrthogonal());
}

TEST_CASE("direction cosines that no rounding explains are refused as damaged")
{
    for (const char* wrong :
         {"1\\0\\0\\1\\0\\0", "1\\0\\0\\0\\0.5\\0.5", "1\\0\\0\\0.1\\0.995\\0", "1\\1\\0\\0\\1\\0",
          "0\\0\\0\\0\\0\\0", "2\\0\\0\\0\\2\\0", "1\\0\\0\\0.00512341\\0.99998765\\0"}) {
        CAPTURE(wrong);
        const std::string said = refusalOf(wrong);
        CHECK(contains(said, "not two perpendicular unit vectors"));
        CHECK(contains(said, wrong));
    }
}

TEST_CASE("a small tilt of axial slices is no rounding and stays")
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, [](DicomSample& s, int n) {
        s.elements.text(0x00200032, "DS",
                        "-10\\" + decimalString(20 + 0.02 * n) + "\\" + decimalString(2.5 * n));
    });
    const Scan scan = read(folder.path());
    CHECK(scan.volume->geometry().shearDegrees() == Approx(0.458).margin(0.01));
    CHECK_FALSE(anyContains(scan.notes, "rounded"));
}
