// SPDX-License-Identifier: Apache-2.0
#include "volume/ClassicLocale.h"
#include "volume/Error.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/NrrdGrid.h"
#include "volume/io/internal/RoundedAxes.h"
#include "volume/io/internal/Text.h"

#include <itkNrrdImageIO.h>

namespace hounsfield {
namespace {
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

/// Origin and steps as ITK has them, refused where they are not those of the header.
void holdAgainstItk(const itk::ImageIOBase& io, const NrrdHeader& header, const Geometry& own,
                    const fs::path& file)
{
    const unsigned dimensions = io.GetNumberOfDimensions();
    Vector3 origin{0, 0, 0};
    Matrix3 matrix{};
    bool same = dimensions >= 3;
    for (unsigned n = 0; same && n < 3; ++n) {
        same = static_cast<std::int64_t>(io.GetDimensions(n)) == own.size()[n];
        origin[n] = io.GetOrigin(n);
        const auto direction = io.GetDirection(n);
        for (unsigned row = 0; row < 3; ++row)
            matrix[row][n] = io.GetSpacing(n) * (row < direction.size() ? direction[row] : 0.0);
    }
    if (!same || !agreesWith(header, file, origin, matrix))
        refuse(file, "was read in two ways that disagree on where its voxels lie, so it is not opened. "
                     "Export it again with "
                     "another program, or as NIfTI.");
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
    const ClassicLocale numbersAsInC;
    // Before ITK sees it: a header can promise anything.
    const NrrdHeader header = readNrrdHeader(file);
    try {
        io.SetFileName(utf8(file));
        io.ReadImageInformation();
        if (io.GetNumberOfComponents() != 1)
            refuse(file, "holds " + std::to_string(io.GetNumberOfComponents()) +
                             " numbers in every voxel (colour or vectors), not one Hounsfield unit. Give the "
                             "CT itself.");
        image.component = componentOf(io, file);
        Matrix3 written{};
        const Geometry asSaid = nrrdGeometry(header, file, image.notes, written);
        holdAgainstItk(io, header, asSaid, file);
        image.geometry = header.writtenByUs ? asSaid : withoutRounding(asSaid, written, image.notes);
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
        refuse(
            file,
            "cannot be read as NRRD: it is damaged, cut off or packed in an unknown way. Copy it again. (" +
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
