// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/ImageFile.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"
#include "volume/io/internal/GzipFile.h"
#include "volume/io/internal/NiftiHeader.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <fstream>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

std::string firstBytes(const fs::path& file)
{
    std::error_code failed;
    if (!fs::exists(file, failed))
        throw Error(ErrorKind::Scan, quoted(file) + " does not exist. Check the path.");
    requireRegularFile(file, ErrorKind::Scan);
    if (!fs::is_regular_file(file, failed))
        throw Error(ErrorKind::Scan, quoted(file) + " is neither a file nor a folder that can be read.");
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorKind::Scan, quoted(file) + " cannot be opened. Check that you may read it.");
    std::string bytes(1024, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    if (bytes.empty())
        throw Error(ErrorKind::Scan, quoted(file) + " is empty (zero bytes). Copy it again.");
    return bytes;
}

bool looksLikeMeta(const std::string& bytes)
{
    for (const char* key : {"ObjectType", "NDims", "Comment", "ObjectSubType", "TransformType"})
        if (bytes.starts_with(key) && bytes.find('=') < 40)
            return true;
    return false;
}

bool isTar(const std::string& bytes)
{
    return bytes.size() > 262 && bytes.compare(257, 5, "ustar") == 0;
}

/// What is inside of a gzip file; nothing where it does not unpack, which its reader will say.
std::string unzippedBytes(const fs::path& file)
{
    std::string bytes(1024, '\0');
    try {
        bytes.resize(static_cast<std::size_t>(
            GzipFile(file).read(bytes.data(), static_cast<std::int64_t>(bytes.size()))));
    } catch (const Error&) {
        bytes.clear();
    }
    return bytes;
}

/// @throws Error(Scan) for an archive that has to be unpacked by another program
void refuseArchive(const fs::path& file, const std::string& bytes, bool gzip)
{
    static const std::vector<std::pair<std::string, std::string>> known{{"7z\xbc\xaf\x27\x1c", "7z"},
                                                                        {"Rar!\x1a\x07", "RAR"},
                                                                        {"BZh", "bzip2"},
                                                                        {std::string("\xfd"
                                                                                     "7zXZ\0",
                                                                                     6),
                                                                         "xz"},
                                                                        {"\x28\xb5\x2f\xfd", "Zstandard"}};
    std::string kind;
    if (isTar(bytes))
        kind = "tar";
    else if (gzip && isTar(unzippedBytes(file)))
        kind = "tar.gz";
    for (const auto& [begin, name] : known)
        if (bytes.starts_with(begin))
            kind = name;
    if (!kind.empty())
        throw Error(
            ErrorKind::Scan,
            quoted(file) + " is a packed archive (" + kind +
                "), which this program does not open. Unpack it first and open the folder or the file "
                "that comes out. ZIP archives are opened as they are.");
}

// Before there was a preamble: a data set that begins with group 0008 (or 0002).
bool looksLikeBareDicom(const std::string& b)
{
    return b.size() > 16 && (b[0] == 8 || b[0] == 2) && b[1] == 0 && b[3] == 0 &&
           static_cast<unsigned char>(b[2]) <= 0x18;
}

} // namespace

FileFormat formatOf(const fs::path& file)
{
    const std::string bytes = firstBytes(file);
    const std::string ending = endingOf(file);
    if (bytes.size() > 132 && bytes.compare(128, 4, "DICM") == 0)
        return FileFormat::Dicom;
    if (bytes.starts_with("NRRD000"))
        return FileFormat::Nrrd;
    if (ending == ".mha" || ending == ".mhd" || looksLikeMeta(bytes))
        return FileFormat::MetaImage;
    const bool gzip = bytes.starts_with("\x1f\x8b");
    refuseArchive(file, bytes, gzip);
    if (gzip || ending == ".nii" || parseNifti({bytes.begin(), bytes.end()}))
        return FileFormat::Nifti;
    if (ending == ".nii.gz")
        throw Error(ErrorKind::Scan,
                    quoted(file) + " is not a NIfTI image although its name says so: its content is neither "
                                   "compressed nor a NIfTI header. Was another file renamed?");
    if (ending == ".nrrd" || ending == ".nhdr")
        throw Error(ErrorKind::Scan,
                    quoted(file) +
                        " is not an NRRD image although its name says so. Was another file renamed?");
    return looksLikeBareDicom(bytes) ? FileFormat::Dicom : FileFormat::Unknown;
}

std::vector<fs::path> imageFilesIn(const fs::path& folder)
{
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string ending = endingOf(entry.path());
        // Voxels that a header beside them names.
        const bool data = ending == ".raw" || ending == ".zraw" || ending == ".bin" || ending == ".dat";
        if (!entry.is_regular_file() || data || fs::file_size(entry.path()) == 0)
            continue;
        FileFormat format = FileFormat::Unknown;
        try {
            format = formatOf(entry.path());
        } catch (const Error&) {
            continue;
        }
        if (format == FileFormat::Dicom)
            return {};
        const std::string unzipped = format == FileFormat::Nifti ? unzippedBytes(entry.path()) : "";
        if (format != FileFormat::Unknown &&
            (format != FileFormat::Nifti || parseNifti({unzipped.begin(), unzipped.end()})))
            found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

RawImage readImageFile(const fs::path& file, FileFormat format, ImageParts parts, Progress& progress)
{
    switch (format) {
    case FileFormat::Nifti:
        return readNifti(file, parts, progress);
    case FileFormat::Nrrd:
        return readNrrd(file, parts, progress);
    case FileFormat::MetaImage:
        return readMetaImage(file, parts, progress);
    default:
        throw Error(ErrorKind::Scan,
                    quoted(file) +
                        " is not a scan this program reads. It reads DICOM folders and files, NIfTI "
                        "(.nii, .nii.gz), NRRD (.nrrd, .nhdr) and MetaImage (.mha, .mhd).");
    }
}

} // namespace hounsfield
