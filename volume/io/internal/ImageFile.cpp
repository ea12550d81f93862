#include "volume/io/internal/ImageFile.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"
#include "volume/io/internal/GzipFile.h"
#include "volume/io/internal/NiftiHeader.h"
#include "volume/io/internal/Text.h"

#include <fstream>

namespace hounsfield
{
namespace fs = std::filesystem;

namespace
{

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
    if (gzip || ending == ".nii" || parseNifti({bytes.begin(), bytes.end()}))
        return FileFormat::Nifti;
    if (ending == ".nii.gz")
        throw Error(ErrorKind::Scan, quoted(file) +
                                         " is not a NIfTI image although its name says so: its content is neither "
                                         "compressed nor a NIfTI header. Was another file renamed?");
    if (ending == ".nrrd" || ending == ".nhdr")
        throw Error(ErrorKind::Scan,
                    quoted(file) + " is not an NRRD image although its name says so. Was another file renamed?");
    return looksLikeBareDicom(bytes) ? FileFormat::Dicom : FileFormat::Unknown;
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
        throw Error(ErrorKind::Scan, quoted(file) +
                                         " is not a scan this program reads. It reads DICOM folders and files, NIfTI "
                                         "(.nii, .nii.gz), NRRD (.nrrd, .nhdr) and MetaImage (.mha, .mhd).");
    }
}

} // namespace hounsfield
