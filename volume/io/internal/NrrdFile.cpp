#include "volume/Error.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/NrrdHeader.h"
#include "volume/io/internal/Text.h"

#include <itkNrrdImageIO.h>

#include <algorithm>
#include <fstream>

namespace hounsfield
{
namespace
{
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(file) + " " + why);
}

Component componentOf(const itk::ImageIOBase& io, const fs::path& file)
{
    using Base = itk::ImageIOBase;
    switch (io.GetComponentType()) {
    case itk::IOComponentEnum::UCHAR:
        return Component::UInt8;
    case itk::IOComponentEnum::CHAR:
        return Component::Int8;
    case itk::IOComponentEnum::USHORT:
        return Component::UInt16;
    case itk::IOComponentEnum::SHORT:
        return Component::Int16;
    case itk::IOComponentEnum::UINT:
        return Component::UInt32;
    case itk::IOComponentEnum::INT:
        return Component::Int32;
    case itk::IOComponentEnum::ULONG:
        return sizeof(unsigned long) == 8 ? Component::UInt64 : Component::UInt32;
    case itk::IOComponentEnum::LONG:
        return sizeof(long) == 8 ? Component::Int64 : Component::Int32;
    case itk::IOComponentEnum::ULONGLONG:
        return Component::UInt64;
    case itk::IOComponentEnum::LONGLONG:
        return Component::Int64;
    case itk::IOComponentEnum::FLOAT:
        return Component::Float32;
    case itk::IOComponentEnum::DOUBLE:
        return Component::Float64;
    default:
        refuse(file, "stores its voxels in a way this program does not read (" +
                         Base::GetComponentTypeAsString(io.GetComponentType()) + ").");
    }
}

Geometry geometryOf(const itk::ImageIOBase& io, const fs::path& file)
{
    const unsigned dimensions = io.GetNumberOfDimensions();
    Index3 size{1, 1, 1};
    Vector3 origin{0, 0, 0};
    Matrix3 matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    if (dimensions < 3)
        refuse(file,
               "is a flat image of " + std::to_string(dimensions) + " dimensions, not a scan. Give the whole volume.");
    for (unsigned n = 3; n < dimensions; ++n)
        if (io.GetDimensions(n) > 1)
            refuse(file, "holds a series of " + std::to_string(io.GetDimensions(n)) +
                             " volumes (a fourth dimension, such as time). Save the one volume to be read as a file of "
                             "its own.");
    for (unsigned n = 0; n < 3; ++n) {
        size[n] = static_cast<std::int64_t>(io.GetDimensions(n));
        if (size[n] < 1 || size[n] > (std::int64_t{1} << 17))
            refuse(file,
                   "is damaged: its header says that it has " + std::to_string(size[n]) + " voxels along one axis.");
        origin[n] = io.GetOrigin(n);
        const auto direction = io.GetDirection(n);
        for (unsigned row = 0; row < 3; ++row)
            matrix[row][n] = io.GetSpacing(n) * (row < direction.size() ? direction[row] : 0.0);
    }
    try {
        return Geometry(size, origin, matrix);
    } catch (const Error&) {
        refuse(file, "cannot be placed in the patient: the axes in its header do not span a volume. Export it again.");
    }
}

/// The text lines at the head of the file, up to where its voxels begin.
std::vector<std::string> headLines(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::vector<std::string> lines;
    std::string line;
    while (lines.size() < 200 && std::getline(in, line) && line.size() < 4096) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (line.empty() || line.starts_with("ElementDataFile"))
            break;
        lines.push_back(line);
    }
    return lines;
}

bool anyBegins(const std::vector<std::string>& lines, std::initializer_list<const char*> keys)
{
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return std::any_of(keys.begin(), keys.end(), [&](const char* key) { return line.starts_with(key); });
    });
}

void noteOrientation(const fs::path& file, std::vector<std::string>& notes)
{
    const std::vector<std::string> lines = headLines(file);
    const bool said = anyBegins(lines, {"space directions:"}) &&
                      anyBegins(lines, {"space: left-posterior-superior", "space: right-anterior-superior",
                                        "space: left-anterior-superior", "space: LPS", "space: RAS", "space: LAS"});
    if (!said)
        notes.push_back("The file does not say how it lies in the patient: its axes are assumed to follow left, back "
                        "and head. Left and right may be exchanged.");
}

/// ITK's and teem's messages are many lines from the outside in; the last one says what it was.
std::string innermost(const itk::ExceptionObject& e)
{
    std::string text = e.GetDescription();
    text.erase(text.find_last_not_of(" \n\r") + 1);
    const auto line = text.find_last_of('\n');
    return line == std::string::npos ? text : text.substr(line + 1);
}

RawImage read(itk::ImageIOBase& io, const fs::path& file, ImageParts parts)
{
    RawImage image;
    image.format = "NRRD";
    // Before ITK sees it: a header can promise anything.
    const NrrdHeader header = readNrrdHeader(file);
    try {
        io.SetFileName(utf8(file));
        io.ReadImageInformation();
        if (io.GetNumberOfComponents() != 1)
            refuse(file,
                   "holds " + std::to_string(io.GetNumberOfComponents()) +
                       " numbers in every voxel (colour or vectors), not one Hounsfield unit. Give the CT itself.");
        image.component = componentOf(io, file);
        image.geometry = geometryOf(io, file);
        noteOrientation(file, image.notes);
        if (parts == ImageParts::Header)
            return image;
        const std::int64_t bytes = image.geometry.voxelCount() * bytesOf(image.component);
        if (bytes != header.bytes())
            refuse(file, "is damaged: its header contradicts itself on its size. Export it again.");
        checkNrrdData(header, file, image.notes);
        image.bytes.resize(static_cast<std::size_t>(bytes));
        itk::ImageIORegion region(io.GetNumberOfDimensions());
        for (unsigned n = 0; n < io.GetNumberOfDimensions(); ++n) {
            region.SetIndex(n, 0);
            region.SetSize(n, io.GetDimensions(n));
        }
        io.SetIORegion(region);
        io.Read(image.bytes.data());
        return image;
    } catch (const itk::ExceptionObject& e) {
        refuse(file, "cannot be read as NRRD: it is damaged, cut off or packed in an unknown way. Copy it again. (" +
                         innermost(e) + ")");
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources,
                    "There is not enough memory to read " + quoted(file) + ". Close other programs.");
    }
}

} // namespace

RawImage readNrrd(const fs::path& file, ImageParts parts, Progress& progress)
{
    progress.step({"reading voxels", 0, {}});
    const auto io = itk::NrrdImageIO::New();
    return read(*io, file, parts);
}

} // namespace hounsfield
