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
    const Scan one = readScan(pack(folder.path() / "one.zip", {{"../../evil/one.nii.gz", folder.path() / "one.nii.gz"}}), {}, silent);
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
    CHECK(refusal(pack(folder.path() / "two.zip", {{"one.zip", whole}})).find("another ZIP") != std::string::npos);
    writeFile(folder.path() / "text.txt", "hello");
    CHECK(refusal(pack(folder.path() / "text.zip", {{"text.txt", folder.path() / "text.txt"}})) != "read");
    for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 60 + 1) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x55);
        writeFile(folder.path() / "changed.zip", changed);
        refusal(folder.path() / "changed.zip"); // read as it was or refused, never a crash
    }
}
