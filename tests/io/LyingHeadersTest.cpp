// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <limits>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const std::string voxels(2 * 4 * 3 * 2, '\x10'); // 4 x 3 x 2 shorts

std::string meta(const std::string& spacing, const std::string& size, const std::string& data)
{
    return "ObjectType = Image\nNDims = 3\nBinaryData = True\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = "
           "0 0 0\nElementSpacing = " +
           spacing + "\nDimSize = " + size + "\nElementType = MET_SHORT\nElementDataFile = " + data + "\n";
}

std::string nrrd(const std::string& sizes, const std::string& extra,
                 const std::string& place = "(1,0,0) (0,1,0) (0,0,2)")
{
    return "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: " + sizes +
           "\nspace directions: " + place +
           "\nkinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (0,0,0)\n" + extra +
           "\n";
}

/// What is said of a file with this content; the file's name must be in it.
std::string refusal(const std::string& name, const std::string& content, ErrorKind kind = ErrorKind::Scan)
{
    TemporaryFolder folder;
    fs::create_directory(folder.path() / "in");
    writeFile(folder.path() / "secret.raw", voxels);
    writeFile(folder.path() / "in" / "near.raw", voxels);
    writeFile(folder.path() / "in" / name, content);
    const std::string said = errorOf([&] { read(folder.path() / "in" / name); }, kind);
    CAPTURE(said);
    REQUIRE((said.empty() || contains(said, name)));
    return said;
}

} // namespace

TEST_CASE("headers that promise a million voxels along each axis are refused before anything is allocated")
{
    CHECK(contains(refusal("v.mha", meta("1 1 1", "1000000 1000000 1000000", "LOCAL") + voxels),
                   "1000000 voxels along one axis"));
    CHECK(contains(refusal("v.nrrd", nrrd("1000000 1000000 1000000", "") + voxels),
                   "1000000 voxels along one axis"));
    CHECK(contains(refusal("v.nrrd", nrrd("100000 100000 100000", "") + voxels),
                   "promises 2000000000000000 bytes"));
    NiftiBytes nifti({4, 3, 2}, 4, 16);
    nifti.plainSform().put<std::int16_t>(42, 32767).put<std::int16_t>(44, 32767).put<std::int16_t>(46, 32767);
    CHECK(contains(refusal("v.nii", nifti.bytes + voxels), "cut off or damaged"));
}

TEST_CASE("voxel sizes that are negative, zero or no number are refused in every format")
{
    for (const char* wrong : {"-1 1 1", "1 0 1", "nan 1 1", "1 1 inf", "1 1"}) {
        CAPTURE(wrong);
        CHECK(contains(refusal("v.mha", meta(wrong, "4 3 2", "LOCAL") + voxels), "is damaged: "));
    }
    for (const char* wrong : {"-1 1 1", "1 0 1", "nan 1 1", "1 x 1"}) {
        CAPTURE(wrong);
        CHECK(contains(refusal("v.nrrd", "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nspacings: " +
                                             std::string(wrong) + "\nendian: little\nencoding: raw\n\n" +
                                             voxels),
                       "a voxel size in its header is zero, negative or no number"));
    }
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2", "", "(nan,0,0) (0,1,0) (0,0,2)") + voxels),
                   "not made of numbers"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2", "", "(0,0,0) (0,1,0) (0,0,2)") + voxels),
                   "do not span a volume"));
    for (float wrong :
         {-1.0f, 0.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        NiftiBytes nifti({4, 3, 2}, 4, 16);
        nifti.put<std::int16_t>(252, 1).put<float>(84, wrong);
        CAPTURE(wrong);
        CHECK(contains(refusal("v.nii", nifti.bytes + voxels), "is damaged: "));
    }
}

TEST_CASE("a data file outside the header's folder is never opened, whatever the path looks like")
{
    const std::string secret = "secret.raw";
    for (const std::string& path :
         {"../" + secret, std::string("./../") + secret, std::string("/etc/hostname"), "..\\" + secret,
          std::string("C:/windows/x.raw"), "deep/../../" + secret, std::string("~/x.raw")}) {
        CAPTURE(path);
        CHECK(contains(refusal("v.mhd", meta("1 1 1", "4 3 2", path)), "outside its own folder"));
        CHECK(contains(refusal("v.nhdr", nrrd("4 3 2", "data file: " + path + "\n")),
                       "outside its own folder"));
        CHECK(
            contains(refusal("w.nhdr", nrrd("4 3 2", "datafile: " + path + "\n")), "outside its own folder"));
    }
    CHECK(contains(refusal("v.mhd", meta("1 1 1", "4 3 2", "far.raw")), "'far.raw', which is not beside it"));
    CHECK(contains(refusal("v.nhdr", nrrd("4 3 2", "data file: far.raw\n")),
                   "'far.raw', which is not beside it"));
    CHECK(refusal("v.mhd", meta("1 1 1", "4 3 2", "near.raw")).empty());
    CHECK(refusal("v.nhdr", nrrd("4 3 2", "data file: near.raw\n")).empty());
    CHECK(refusal("v.nhdr", nrrd("4 3 2", "data file: ./near.raw\n")).empty());
}

TEST_CASE("slices in many files are refused with what to do instead")
{
    CHECK(contains(refusal("v.mhd", meta("1 1 1", "4 3 2", "LIST") + "../secret.raw\n"),
                   "Save the scan as one file"));
    CHECK(contains(refusal("v.mhd", meta("1 1 1", "4 3 2", "near%02d.raw 1 2 1")),
                   "Save the scan as one file"));
    CHECK(contains(refusal("v.nhdr", nrrd("4 3 2", "data file: LIST\n../secret.raw\n../secret.raw\n")),
                   "Save the scan as one file"));
    CHECK(contains(refusal("v.nhdr", nrrd("4 3 2", "data file: near%d.raw 1 2 1\n")),
                   "Save the scan as one file"));
}

TEST_CASE("a file longer or shorter than its header says is refused, a few bytes more are said")
{
    const std::string more = voxels + voxels;
    CHECK(
        contains(refusal("v.mha", meta("1 1 1", "4 3 2", "LOCAL") + more), "48 bytes more than the voxels"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2", "") + more), "48 bytes more than the voxels"));
    CHECK(contains(refusal("v.nii", NiftiBytes({4, 3, 2}, 4, 16).plainSform().bytes + more),
                   "48 bytes more than the voxels"));
    CHECK(contains(refusal("v.nii.gz", gzipped(NiftiBytes({4, 3, 2}, 4, 16).plainSform().bytes + more)),
                   "48 bytes more"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2", "") + voxels.substr(2)),
                   "promises 48 bytes of voxels, more than its 46"));
    TemporaryFolder folder;
    writeFile(folder.path() / "v.nrrd", nrrd("4 3 2", "") + voxels + "\n");
    CHECK(anyContains(read(folder.path() / "v.nrrd").notes, "1 bytes more than the voxels"));
}

TEST_CASE("a file that unpacks without end is refused in time and memory")
{
    TemporaryFolder folder;
    const std::string bomb =
        gzipped(NiftiBytes({4, 3, 2}, 4, 16).plainSform().bytes + voxels + std::string(200 << 20, '\0'));
    REQUIRE(bomb.size() < 400000);
    writeFile(folder.path() / "bomb.nii.gz", bomb);
    CHECK(contains(errorOf([&] { read(folder.path() / "bomb.nii.gz"); }),
                   "unpacks to far more than its header speaks of"));
    NiftiBytes far({4, 3, 2}, 4, 16);
    far.plainSform().put<float>(108, 9e9f);
    writeFile(folder.path() / "far.nii.gz", gzipped(far.bytes + voxels));
    CHECK(contains(errorOf([&] { read(folder.path() / "far.nii.gz"); }),
                   "does not say where the voxels begin"));
}

TEST_CASE("encodings and sizes that NRRD files seldom have are refused with what to do")
{
    std::string text = nrrd("4 3 2", "") + "1 2 3 4";
    text.replace(text.find("encoding: raw"), 13, "encoding: txt");
    CHECK(contains(refusal("v.nrrd", text), "Save it with the encoding raw or gzip"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3", "") + voxels), "how large it is along each of its axes"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2.5", "") + voxels), "2.5 voxels along one axis"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2", "sizes: 40 3 2\n") + voxels), "says sizes twice"));
    CHECK(contains(refusal("v.nrrd", nrrd("4 3 2", "").substr(0, 80)),
                   "is cut off: there are no voxels after its header"));
}
