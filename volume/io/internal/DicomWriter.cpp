// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/Shutdown.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"
#include "volume/io/internal/CarefulFile.h"
#include "volume/io/internal/DicomElements.h"
#include "volume/io/internal/Text.h"

#include <bit>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "DICOM is written in little endian");
constexpr const char* ctImageStorage = "1.2.840.10008.5.1.4.1.1.2";

struct Uids {
    std::string study = newDicomUid();
    std::string series = newDicomUid();
    std::string frameOfReference = newDicomUid();
};

std::string joined(std::initializer_list<double> values)
{
    std::string text;
    for (double value : values)
        text += (text.empty() ? "" : "\\") + decimalString(value);
    return text;
}

std::string now(const char* format)
{
    const std::time_t time = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, format, std::gmtime(&time));
    return text;
}

/// What all slices share.
DicomElements commonElements(const Geometry& g, const DicomIdentity& identity, const Uids& uids)
{
    DicomElements e;
    e.text(0x00080005, "CS", "ISO_IR 192");
    e.text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL");
    e.text(0x00080016, "UI", ctImageStorage);
    const std::string date = now("%Y%m%d"), time = now("%H%M%S");
    for (std::uint32_t tag : {0x00080020u, 0x00080021u, 0x00080022u, 0x00080023u})
        e.text(tag, "DA", date);
    for (std::uint32_t tag : {0x00080030u, 0x00080031u, 0x00080032u, 0x00080033u})
        e.text(tag, "TM", time);
    e.text(0x00080050, "SH", "");
    e.text(0x00080060, "CS", "CT");
    e.text(0x00080070, "LO", "Hounsfield (synthetic patient)");
    e.text(0x00080090, "PN", "");
    e.text(0x0008103E, "LO", identity.seriesDescription);
    e.text(0x00100010, "PN", identity.patientName);
    e.text(0x00100020, "LO", identity.patientId);
    e.text(0x00100030, "DA", "");
    e.text(0x00100040, "CS", "");
    e.text(0x00180050, "DS", decimalString(g.spacingMm()[2]));
    e.text(0x00180060, "DS", "");
    e.text(0x00185100, "CS", "HFS");
    e.text(0x0020000D, "UI", uids.study);
    e.text(0x0020000E, "UI", uids.series);
    e.text(0x00200010, "SH", "1");
    e.text(0x00200011, "IS", "1");
    e.text(0x00200012, "IS", "1");
    const Vector3 row = column(g.direction(), 0), down = column(g.direction(), 1);
    e.text(0x00200037, "DS", joined({row[0], row[1], row[2], down[0], down[1], down[2]}));
    e.text(0x00200052, "UI", uids.frameOfReference);
    e.text(0x00201040, "LO", "");
    e.number(0x00280002, "US", 1);
    e.text(0x00280004, "CS", "MONOCHROME2");
    e.number(0x00280010, "US", static_cast<int>(g.size()[1]));
    e.number(0x00280011, "US", static_cast<int>(g.size()[0]));
    e.text(0x00280030, "DS", joined({g.spacingMm()[1], g.spacingMm()[0]}));
    e.number(0x00280100, "US", 16);
    e.number(0x00280101, "US", 16);
    e.number(0x00280102, "US", 15);
    e.number(0x00280103, "US", 1);
    e.text(0x00281050, "DS", "40");
    e.text(0x00281051, "DS", "400");
    e.text(0x00281052, "DS", "0");
    e.text(0x00281053, "DS", "1");
    e.text(0x00281054, "LO", "HU");
    return e;
}

std::string sliceFile(const Volume& volume, std::int64_t k, DicomElements elements)
{
    const Geometry& g = volume.geometry();
    const Vector3 position = g.toMm(Index3{0, 0, k});
    const std::string uid = newDicomUid();
    const auto voxels = static_cast<std::size_t>(g.size()[0] * g.size()[1]);
    std::string pixels(voxels * 2, '\0');
    pixels.assign(
        reinterpret_cast<const char*>(volume.voxels().data() + static_cast<std::size_t>(k) * voxels),
        voxels * 2);
    elements.text(0x00080018, "UI", uid);
    elements.text(0x00200013, "IS", std::to_string(k + 1));
    elements.text(0x00200032, "DS", joined({position[0], position[1], position[2]}));
    elements.text(0x00201041, "DS", decimalString(position[2]));
    elements.bytes(0x7FE00010, "OW", pixels);
    return dicomFile(ctImageStorage, uid, elements);
}

void writeSlices(const Volume& volume, const DicomIdentity& identity, const fs::path& folder)
{
    const DicomElements common = commonElements(volume.geometry(), identity, Uids());
    for (std::int64_t k = 0; k < volume.geometry().size()[2]; ++k) {
        char name[32];
        std::snprintf(name, sizeof name, "CT%05lld.dcm", static_cast<long long>(k + 1));
        const std::string bytes = sliceFile(volume, k, common);
        std::ofstream out(folder / name, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!out)
            throw Error(ErrorKind::Resources, "A slice cannot be written.");
    }
}

// A reader sorts along the cross product of row and column: a left-handed grid comes back with its slices in
// reverse.
bool sameVolume(const Volume& written, const Volume& read)
{
    const Geometry& g = written.geometry();
    if (determinant(g.matrix()) > 0)
        return read.geometry().sameGrid(g) && read.voxels() == written.voxels();
    const std::int64_t last = g.size()[2] - 1;
    const Matrix3& m = g.matrix();
    const Geometry turned(g.size(), g.toMm(Index3{0, 0, last}),
                          fromColumns(column(m, 0), column(m, 1), -1.0 * column(m, 2)));
    if (!read.geometry().sameGrid(turned))
        return false;
    const std::int64_t slice = g.size()[0] * g.size()[1];
    for (std::int64_t k = 0; k <= last; ++k)
        if (!std::equal(written.voxels().begin() + k * slice, written.voxels().begin() + (k + 1) * slice,
                        read.voxels().begin() + (last - k) * slice))
            return false;
    return true;
}

void fillFolder(const Volume& volume, const DicomIdentity& identity, const fs::path& temporary,
                const fs::path& target)
{
    try {
        writeSlices(volume, identity, temporary);
    } catch (const Error&) {
        cannotWrite(target);
    }
    Progress silent;
    if (!sameVolume(volume, *readScan(temporary, std::nullopt, silent).volume))
        throw Error(ErrorKind::Resources, "It reads back differently. Check the disk.");
    std::error_code failed;
    fs::remove(target, failed); // an empty folder of that name
    fs::rename(temporary, target, failed);
    if (failed)
        cannotWrite(target);
}

void checkPossible(const Volume& volume, const fs::path& folder)
{
    const Geometry& g = volume.geometry();
    std::error_code failed;
    if (!g.isOrthogonal())
        throw Error(ErrorKind::Resources,
                    "A sheared scan cannot be written as a DICOM series. Write it as .nii.gz or .nrrd.");
    if (g.size()[0] > 65535 || g.size()[1] > 65535)
        throw Error(ErrorKind::Resources,
                    "A DICOM image has at most 65535 rows and columns. Write the scan as .nii.gz or .nrrd.");
    if (fs::exists(folder, failed) && !(fs::is_directory(folder, failed) && fs::is_empty(folder, failed)))
        throw Error(ErrorKind::Resources,
                    quoted(folder) +
                        " is not an empty folder; a DICOM series needs one of its own. Name a folder "
                        "that does not exist yet.");
}

} // namespace

void writeDicomSeries(const Volume& volume, const DicomIdentity& identity, const fs::path& folder)
{
    // "name/" names the folder "name".
    const fs::path target = folder.has_filename() ? folder : folder.parent_path();
    checkPossible(volume, target);
    const fs::path temporary = partialName(target);
    const TemporaryPath listed(temporary);
    std::error_code failed;
    if (target.has_parent_path())
        fs::create_directories(target.parent_path(), failed);
    if (!fs::create_directory(temporary, failed) || failed)
        cannotWrite(target);
    try {
        fillFolder(volume, identity, temporary, target);
    } catch (const Error& error) {
        fs::remove_all(temporary, failed);
        throw Error(ErrorKind::Resources, "The DICOM series was not written. " + std::string(error.what()));
    } catch (...) {
        fs::remove_all(temporary, failed);
        throw;
    }
}

} // namespace hounsfield
