// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Error.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"

#include <zip.h>

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// Packs files under these names.
fs::path pack(const fs::path& archive, const std::vector<std::pair<std::string, fs::path>>& files)
{
    zip_t* zip = zip_open(archive.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    for (const auto& [name, file] : files)
        zip_file_add(zip, name.c_str(), zip_source_file(zip, file.c_str(), 0, -1), ZIP_FL_ENC_UTF_8);
    REQUIRE(zip_close(zip) == 0);
    return archive;
}

Volume ramp()
{
    const auto grid = Geometry::fromSpacing({9, 8, 7}, {1, 2, 3}, {1, 1.5, 2});
    std::vector<std::int16_t> voxels;
    for (std::int64_t v = 0; v < grid.voxelCount(); ++v)
        voxels.push_back(static_cast<std::int16_t>(v));
    return {grid, voxels};
}

std::string refusal(const fs::path& file)
{
    Progress silent;
    try {
        readScan(file, {}, silent);
    } catch (const Error& error) {
        return error.what();
    }
    return "read";
}

} // namespace

TEST_CASE("a ZIP of a DICOM folder or of one file opens as what is inside, and leaves nothing behind")
{
    const TemporaryFolder folder, unpacking;
    setenv("TMPDIR", unpacking.path().c_str(), 1);
    Progress silent;
    writeDicomSeries(ramp(), {"A^B", "1", "made up"}, folder.path() / "series");
    std::vector<std::pair<std::string, fs::path>> files;
    for (const auto& entry : fs::directory_iterator(folder.path() / "series"))
        files.emplace_back("Säule/series 1/" + entry.path().filename().string(), entry.path());
    const fs::path dicom = pack(folder.path() / "study one.zip", files);
    CHECK(listSeries(dicom, silent).size() == 1);
    const Scan scan = readScan(dicom, {}, silent);
    CHECK((scan.volume->voxels() == ramp().voxels()));
    CHECK(scan.volume->geometry().sameGrid(ramp().geometry()));
    CHECK(scan.source == dicom);
    writeVolume(ramp(), folder.path() / "one.nii.gz");
    const Scan one =
        readScan(pack(folder.path() / "one.zip", {{"../../evil/one.nii.gz", folder.path() / "one.nii.gz"}}),
                 {}, silent);
    CHECK((one.volume->voxels() == ramp().voxels()));
    CHECK_FALSE(fs::exists(folder.path().parent_path() / "evil"));
    CHECK(fs::is_empty(unpacking.path()));
    unsetenv("TMPDIR");
}

TEST_CASE("a ZIP that is cut off, empty of scans or holds another ZIP is refused with a sentence")
{
    const TemporaryFolder folder;
    writeVolume(ramp(), folder.path() / "one.nii.gz");
    const fs::path whole = pack(folder.path() / "one.zip", {{"one.nii.gz", folder.path() / "one.nii.gz"}});
    const std::string bytes = readFile(whole);
    writeFile(folder.path() / "cut.zip", bytes.substr(0, bytes.size() / 2));
    CHECK(refusal(folder.path() / "cut.zip").find("damaged") != std::string::npos);
    CHECK(refusal(pack(folder.path() / "two.zip", {{"one.zip", whole}})).find("another ZIP") !=
          std::string::npos);
    writeFile(folder.path() / "text.txt", "hello");
    CHECK(refusal(pack(folder.path() / "text.zip", {{"text.txt", folder.path() / "text.txt"}})) != "read");
    for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 60 + 1) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x55);
        writeFile(folder.path() / "changed.zip", changed);
        refusal(folder.path() / "changed.zip"); // read as it was or refused, never a crash
    }
}

TEST_CASE("a ZIP of one NIfTI, MetaImage or NRRD opens as that scan, with its data file and what the Finder "
          "adds beside it")
{
    const TemporaryFolder folder;
    const Volume volume = ramp();
    const std::string data(reinterpret_cast<const char*>(volume.voxels().data()), volume.voxels().size() * 2);
    writeVolume(volume, folder.path() / "scan.nii.gz");
    writeFile(folder.path() / "finder", std::string("\0\5\26\7\0\2\0\0Mac OS X", 16));
    writeFile(folder.path() / "scan.raw", data);
    writeFile(folder.path() / "scan.mhd",
              "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = "
              "False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n"
              "Offset = 1 2 3\nElementSpacing = 1 1.5 2\nDimSize = 9 8 7\nElementType = "
              "MET_SHORT\nElementDataFile = scan.raw\n");
    writeFile(folder.path() / "scan.nhdr",
              "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 9 8 7\nspace "
              "directions: (1,0,0) (0,1.5,0) (0,0,2)\n"
              "kinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (1,2,3)\ndata file: "
              "scan.raw\n");
    const fs::path nifti = folder.path() / "scan.nii.gz", finder = folder.path() / "finder",
                   raw = folder.path() / "scan.raw", mhd = folder.path() / "scan.mhd",
                   nhdr = folder.path() / "scan.nhdr";
    const std::vector<std::pair<std::string, std::vector<std::pair<std::string, fs::path>>>> archives{
        {"mac.zip", {{"scan.nii.gz", nifti}, {"__MACOSX/._scan.nii.gz", finder}, {".DS_Store", finder}}},
        {"mhd.zip", {{"scan.mhd", mhd}, {"scan.raw", raw}}},
        {"nhdr.zip", {{"Säule 1/scan.nhdr", nhdr}, {"Säule 1/scan.raw", raw}, {"readme.txt", finder}}},
        {"leads out.zip",
         {{"../../scan.nii.gz", nifti}, {"../readme.txt", finder}, {"C:\\readme.txt", finder}}}};
    Progress silent;
    for (const auto& [name, files] : archives) {
        CAPTURE(name);
        const Scan scan = readScan(pack(folder.path() / name, files), {}, silent);
        CHECK((scan.volume->voxels() == volume.voxels()));
        CHECK(scan.volume->geometry().sameGrid(volume.geometry()));
        CHECK(scan.source == folder.path() / name);
    }
    const std::string several =
        refusal(pack(folder.path() / "two.zip", {{"a.nii.gz", nifti}, {"b.nii.gz", nifti}}));
    CHECK(several.find("holds 2 scans (a.nii.gz, b.nii.gz)") != std::string::npos);
    CHECK_FALSE(fs::exists(folder.path().parent_path() / "readme.txt"));
}

TEST_CASE("archives that are no ZIP are refused with the advice to unpack them first")
{
    const TemporaryFolder folder;
    std::string tar(1024, '\0');
    tar.replace(0, 8, "scan.dcm");
    tar.replace(257, 5, "ustar");
    for (const auto& [name, bytes] :
         std::vector<std::pair<std::string, std::string>>{{"a.tar", tar},
                                                          {"a.tar.gz", gzipped(tar)},
                                                          {"a.tgz", gzipped(tar)},
                                                          {"a.7z", "7z\xbc\xaf\x27\x1c" + tar},
                                                          {"a.rar", "Rar!\x1a\x07" + tar},
                                                          {"a.nii.bz2", "BZh9" + tar},
                                                          {"a.tar.xz", std::string("\xfd"
                                                                                   "7zXZ\0",
                                                                                   6) +
                                                                           tar}}) {
        CAPTURE(name);
        writeFile(folder.path() / name, bytes);
        CHECK(refusal(folder.path() / name).find("Unpack it first") != std::string::npos);
    }
}

TEST_CASE(
    "where there is no folder for temporary files, a ZIP is refused with the folder's name and what to do")
{
    const TemporaryFolder folder;
    writeVolume(ramp(), folder.path() / "one.nii.gz");
    const fs::path zip = pack(folder.path() / "one.zip", {{"one.nii.gz", folder.path() / "one.nii.gz"}});
    for (const std::string place : {"/not/there", "/proc"}) {
        setenv("TMPDIR", place.c_str(), 1);
        const std::string told = refusal(zip);
        unsetenv("TMPDIR");
        CHECK(told.find(place) != std::string::npos);
        CHECK(told.find("Set TMPDIR") != std::string::npos);
    }
}

TEST_CASE("a label map opened as a scan is said to be none, and a CT is not")
{
    const TemporaryFolder folder;
    const auto grid = Geometry::fromSpacing({40, 40, 20}, {0, 0, 0}, {2, 2, 3});
    const auto notesOf = [&](const std::function<int(const Vector3&, std::int64_t)>& value) {
        std::vector<std::int16_t> voxels;
        for (std::int64_t n = 0; n < grid.voxelCount(); ++n)
            voxels.push_back(
                static_cast<std::int16_t>(value({double(n % 40), double(n / 40 % 40), double(n / 1600)}, n)));
        writeVolume({grid, voxels}, folder.path() / "v.nii.gz");
        Progress silent;
        return readScan(folder.path() / "v.nii.gz", {}, silent).notes;
    };
    const auto says = [](const std::vector<std::string>& notes) {
        return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
            return note.find("looks like a label map") != std::string::npos;
        });
    };
    const auto inside = [](const Vector3& at) { return length(at - Vector3{20, 20, 10}) < 9; };
    CHECK(says(notesOf([&](const Vector3& at, std::int64_t) { return inside(at) ? 1 : 0; })));
    CHECK(says(notesOf([&](const Vector3& at, std::int64_t) { return inside(at) ? 255 : 0; })));
    CHECK(says(notesOf([&](const Vector3& at, std::int64_t) {
        return inside(at) ? 1 + int(at[0]) / 5 + 10 * (int(at[1]) / 8) : 0;
    })));
    // A CT with noise; the same with an offset of 1024; the same scaled to 8 bits.
    const auto noise = [](std::int64_t n) { return int(n * 2654435761u % 1000 / 25); };
    CHECK_FALSE(says(
        notesOf([&](const Vector3& at, std::int64_t n) { return (inside(at) ? 40 : -1000) + noise(n); })));
    CHECK_FALSE(says(
        notesOf([&](const Vector3& at, std::int64_t n) { return (inside(at) ? 1064 : 24) + noise(n); })));
    CHECK_FALSE(
        says(notesOf([&](const Vector3& at, std::int64_t n) { return inside(at) ? 100 + noise(n) : 0; })));
}

TEST_CASE("the shared archives open or are refused as they should")
{
    REQUIRE_SHARED(shared);
    Progress silent;
    const fs::path cases = shared / "cases" / "archives";
    for (const char* name : {"mac_nifti.zip", "mhd_raw.zip", "nhdr_raw.zip"}) {
        CAPTURE(name);
        CHECK((readScan(cases / name, {}, silent).volume->geometry().size() == Index3{32, 24, 16}));
    }
    CHECK(refusal(cases / "series.tar.gz").find("Unpack it first") != std::string::npos);
}
