// SPDX-License-Identifier: Apache-2.0
#include "tests/io/DicomPhantom.h"
#include "tests/io/DicomTools.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t slices = 10;

/// A way to write a series again: the program and its switches; the files follow.
struct Coding {
    std::string name, program;
    std::vector<std::string> switches;
    int mostHu = 0; ///< by which a voxel may differ
};

void recode(const Coding& coding, const fs::path& from, const fs::path& to)
{
    fs::create_directories(to);
    for (const fs::path& file : filesIn(from)) {
        std::vector<std::string> arguments = coding.switches;
        arguments.push_back(file.string());
        arguments.push_back((to / file.filename()).string());
        REQUIRE(run(coding.program, arguments));
    }
}

int largestDifference(const std::vector<std::int16_t>& a, const std::vector<std::int16_t>& b)
{
    REQUIRE(a.size() == b.size());
    int most = 0;
    for (std::size_t n = 0; n < a.size(); ++n)
        most = std::max(most, std::abs(a[n] - b[n]));
    return most;
}

/// HU straight from the bytes of uncompressed files, without our reader: pixels are the last 512 KiB; the
/// slices descend.
std::vector<std::int16_t> huByHand(const fs::path& raw)
{
    std::vector<std::int16_t> hu;
    auto files = filesIn(raw);
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        const std::string bytes = readFile(*file);
        const std::size_t begin = bytes.size() - 512 * 512 * 2;
        for (std::size_t n = 0; n < 512 * 512; ++n) {
            std::uint16_t stored;
            std::memcpy(&stored, bytes.data() + begin + 2 * n, 2);
            hu.push_back(static_cast<std::int16_t>(stored - 1024)); // dcmdump: slope 1, intercept -1024
        }
    }
    return hu;
}

} // namespace

TEST_CASE("the real series gives the same Hounsfield units in every lossless coding")
{
    if (!haveTools({"dcmcrle", "dcmcjpeg", "dcmcjpls", "dcmconv"}))
        return;
    TemporaryFolder folder;
    const auto raw = rawRealSlices(folder.path() / "raw", slices);
    if (!raw)
        return;
    const std::vector<std::int16_t> truth = huByHand(*raw);
    const Scan plain = read(*raw);
    REQUIRE(plain.volume->voxels() == truth);
    // dcmdump: (0020,0032) of image 276, the lowest of the ten; (0028,1050) 40\300, (0028,1051) 300\1500.
    REQUIRE(length(plain.volume->geometry().originMm() - Vector3{-249.51171875, -437.51171875, -784.5}) <
            1e-9);
    REQUIRE(plain.series.windowLevel == std::array<double, 2>{300, 40});
    for (const Coding& coding : {Coding{"RLE by DCMTK", "dcmcrle", {}},
                                 {"JPEG lossless, selection value 1", "dcmcjpeg", {"+e1"}},
                                 {"JPEG lossless, process 14", "dcmcjpeg", {"+el"}},
                                 {"JPEG-LS lossless by DCMTK", "dcmcjpls", {"+el"}},
                                 {"big endian", "dcmconv", {"+tb"}},
                                 {"implicit little endian", "dcmconv", {"+ti"}},
                                 {"implicit, neither preamble nor meta group", "dcmconv", {"-F", "+ti"}},
                                 {"explicit, neither preamble nor meta group", "dcmconv", {"-F", "+te"}},
                                 {"sequences of explicit length", "dcmconv", {"+te", "+e"}},
                                 {"sequences of undefined length", "dcmconv", {"+te", "-e"}},
                                 {"deflated", "dcmconv", {"+td"}},
                                 {"RLE by GDCM", "gdcmconv", {"--rle"}},
                                 {"JPEG lossless by GDCM", "gdcmconv", {"--jpeg"}},
                                 {"JPEG-LS by GDCM", "gdcmconv", {"--jpegls"}},
                                 {"JPEG 2000 by GDCM", "gdcmconv", {"--j2k"}}}) {
        CAPTURE(coding.name);
        recode(coding, *raw, folder.path() / coding.name);
        const Scan scan = read(folder.path() / coding.name);
        CHECK(scan.volume->voxels() == truth);
        CHECK(scan.volume->geometry().sameGrid(plain.volume->geometry()));
        CHECK_FALSE(anyContains(scan.notes, "with loss"));
        CHECK(scan.series.windowLevel == plain.series.windowLevel);
    }
}

TEST_CASE("codings with loss are read within their loss, and the loss is said")
{
    if (!haveTools({"dcmcjpeg", "dcmcjpls"}))
        return;
    TemporaryFolder folder;
    const auto raw = rawRealSlices(folder.path() / "raw", 3);
    if (!raw)
        return;
    const std::vector<std::int16_t> truth = huByHand(*raw);
    for (const Coding& coding :
         {Coding{"near-lossless JPEG-LS, two grey values", "dcmcjpls", {"+en", "+md", "2"}, 2},
          {"JPEG extended of 12 bits", "dcmcjpeg", {"+ee", "+q", "95"}, 60},
          {"JPEG baseline of 8 bits", "dcmcjpeg", {"+eb", "+q", "95"}, 200}}) {
        CAPTURE(coding.name);
        recode(coding, *raw, folder.path() / coding.name);
        const Scan scan = read(folder.path() / coding.name);
        const int most = largestDifference(scan.volume->voxels(), truth);
        CHECK(most > 0);
        CHECK(most <= coding.mostHu);
        CHECK(anyContains(scan.notes, "3 images were compressed with loss"));
    }
}

TEST_CASE("JPEG 2000 with loss is read within its loss, which is said")
{
    TemporaryFolder folder;
    const auto raw = rawRealSlices(folder.path() / "raw", 3);
    if (!raw)
        return;
    // gdcmconv writes down what a lossy image was made of, and refuses where a list of that kind is there
    // already.
    for (const fs::path& file : filesIn(*raw))
        REQUIRE(run("dcmodify", {"-nb", "-imt", "-ea", "(0008,2112)", "-ea", "(0008,1140)", file.string()}));
    recode({"", "gdcmconv", {"--lossy", "--j2k", "-r", "6"}}, *raw, folder.path() / "lossy");
    const Scan scan = read(folder.path() / "lossy");
    const int most = largestDifference(scan.volume->voxels(), huByHand(*raw));
    CHECK(most > 0);
    CHECK(most <= 60);
    CHECK(anyContains(scan.notes, "3 images were compressed with loss"));
}

TEST_CASE("a compressed file cut off within its picture is refused by name")
{
    if (!haveTools({"dcmcjpeg"}))
        return;
    TemporaryFolder folder;
    const auto raw = rawRealSlices(folder.path() / "raw", 3);
    if (!raw)
        return;
    for (const Coding& coding : {Coding{"jpeg", "dcmcjpeg", {"+e1"}}, {"j2k", "gdcmconv", {"--j2k"}}}) {
        recode(coding, *raw, folder.path() / coding.name);
        const fs::path file = folder.path() / coding.name / "raw1";
        const std::string bytes = readFile(file);
        writeFile(file, bytes.substr(0, bytes.size() * 2 / 3));
        CHECK(contains(errorOf([&] { read(folder.path() / coding.name); }),
                       "The file 'raw1' is cut off. Fetch the series again"));
    }
}

TEST_CASE("a slice taken out of the real series is made up where it was, near to what was scanned there")
{
    TemporaryFolder folder;
    const auto raw = rawRealSlices(folder.path() / "raw", slices);
    if (!raw)
        return;
    const Scan whole = read(*raw);
    fs::remove(*raw / "raw4"); // image 271, z = -774.5 mm by dcmdump
    const Scan scan = read(*raw);
    REQUIRE(scan.volume->geometry().sameGrid(whole.volume->geometry()));
    REQUIRE(scan.madeUpSlices == std::vector<std::int64_t>{5});
    REQUIRE(anyContains(
        scan.notes,
        "One slice is missing between image 272 and image 270, which lie 4 mm apart where the "
        "others lie 2 mm apart. It was made up by interpolation between the neighbours, at z = -774.5 mm"));
    double off = 0;
    for (std::int64_t k = 0; k < 10; ++k)
        for (std::int64_t n = k * 512 * 512; n < (k + 1) * 512 * 512; ++n) {
            const double one = std::abs(scan.volume->voxels()[static_cast<std::size_t>(n)] -
                                        whole.volume->voxels()[static_cast<std::size_t>(n)]);
            if (k != 5 && one != 0)
                FAIL("a scanned slice was changed");
            off += one;
        }
    UNSCOPED_INFO("mean difference in HU of the slice that was made up: " << off / (512 * 512));
    CHECK(off / (512 * 512) > 0);
    CHECK(off / (512 * 512) < 20);
}

TEST_CASE("real slices moved by hand are resampled at their new places, a second copy under another "
          "identifier is dropped")
{
    TemporaryFolder folder;
    const auto raw = rawRealSlices(folder.path() / "raw", slices);
    if (!raw)
        return;
    const Scan whole = read(*raw);
    fs::copy_file(*raw / "raw3", folder.path() / "raw" / "again");
    REQUIRE(run("dcmodify", {"-nb", "-m", "0008,0018=1.2.3.99", (*raw / "again").string()}));
    const Scan twice = read(*raw);
    CHECK(twice.volume->voxels() == whole.volume->voxels());
    CHECK(anyContains(twice.notes, "1 slice is there twice with the same picture at the same place"));
    fs::remove(*raw / "again");
    REQUIRE(run("dcmodify",
                {"-nb", "-m", "0020,0032=-249.51171875\\-437.51171875\\-765.5", (*raw / "raw0").string()}));
    const Scan moved = read(*raw); // from -784.5 to -765.5 mm: nine gaps, the last of 3 mm
    CHECK(moved.volume->geometry().toMm(Index3{0, 0, moved.volume->geometry().size()[2] - 1})[2] ==
          Approx(-765.5));
    CHECK(anyContains(moved.notes, "unevenly spaced (2 mm to 3 mm apart; 1 of 9 gaps differ from the usual 2 "
                                   "mm, the first between image 268 and image 267)"));
}
