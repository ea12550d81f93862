// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/io/internal/DataFile.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/LengthUnit.h"
#include "volume/io/internal/RoundedAxes.h"
#include "volume/io/internal/Text.h"

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(file) + " " + why);
}

std::string trimmed(const std::string& text)
{
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

/// The `Key = Value` lines of a header, the last being ElementDataFile, and where the bytes after them begin.
class MetaHeader {
public:
    explicit MetaHeader(const fs::path& path) : file(path)
    {
        std::ifstream in(path, std::ios::binary);
        std::string line;
        for (int n = 0; n < 1000 && std::getline(in, line) && line.size() < 65536; ++n) {
            const auto equals = line.find('=');
            if (equals == std::string::npos)
                break;
            const std::string key = trimmed(line.substr(0, equals));
            m_values[key] = trimmed(line.substr(equals + 1));
            if (key == "ElementDataFile") {
                dataBegins = static_cast<std::int64_t>(in.tellg());
                return;
            }
        }
        refuse(path, "is not a MetaImage, or its header is damaged: it has no line 'ElementDataFile = ...'. "
                     "Was another "
                     "file renamed?");
    }

    std::string text(const char* key) const
    {
        const auto found = m_values.find(key);
        return found == m_values.end() ? "" : found->second;
    }
    /// As MetaIO takes it: by the first letter.
    bool isTrue(const char* key) const
    {
        const std::string value = text(key);
        return !value.empty() && (value[0] == 'T' || value[0] == 't' || value[0] == '1');
    }
    /// The value of the first key that is there; nothing where none is. @throws Error(Scan) for other than
    /// count numbers
    std::optional<std::vector<double>> numbers(std::initializer_list<const char*> keys,
                                               std::size_t count) const
    {
        for (const char* key : keys) {
            if (m_values.count(key) == 0)
                continue;
            std::vector<double> values;
            std::istringstream words(text(key));
            for (std::string word; words >> word;) {
                const auto value = numberFrom(word);
                if (!value || !std::isfinite(*value))
                    refuse(file,
                           std::string("is damaged: its header line ") + key + " does not hold numbers.");
                values.push_back(*value);
            }
            if (values.size() != count)
                refuse(file, std::string("is damaged: its header line ") + key + " should hold " +
                                 std::to_string(count) + " numbers.");
            return values;
        }
        return std::nullopt;
    }

    fs::path file;
    std::int64_t dataBegins = 0;

private:
    std::map<std::string, std::string> m_values;
};

Component componentOf(const MetaHeader& h)
{
    // MetaIO's sizes, the same on every machine: LONG has four bytes.
    static const std::map<std::string, Component> known{
        {"MET_UCHAR", Component::UInt8},     {"MET_CHAR", Component::Int8},
        {"MET_USHORT", Component::UInt16},   {"MET_SHORT", Component::Int16},
        {"MET_UINT", Component::UInt32},     {"MET_INT", Component::Int32},
        {"MET_ULONG", Component::UInt32},    {"MET_LONG", Component::Int32},
        {"MET_FLOAT", Component::Float32},   {"MET_ULONG_LONG", Component::UInt64},
        {"MET_LONG_LONG", Component::Int64}, {"MET_DOUBLE", Component::Float64}};
    const auto found = known.find(h.text("ElementType"));
    if (found == known.end())
        refuse(h.file,
               "stores its voxels in a way this program does not read (" + h.text("ElementType") + ").");
    return found->second;
}

std::size_t dimensionsOf(const MetaHeader& h)
{
    const auto dimensions = h.numbers({"NDims"}, 1);
    if (!dimensions || ((*dimensions)[0] != 3 && (*dimensions)[0] != 4))
        refuse(h.file, "is not a scan of three dimensions. Give the whole volume.");
    return static_cast<std::size_t>((*dimensions)[0]);
}

Index3 sizeOf(const MetaHeader& h, std::size_t dimensions)
{
    const auto said = h.numbers({"DimSize"}, dimensions);
    if (!said)
        refuse(h.file, "is damaged: its header does not say how large it is.");
    if (dimensions == 4 && (*said)[3] != 1)
        refuse(h.file, "holds a series of volumes (a fourth dimension, such as time). Save the one volume to "
                       "be read as a "
                       "file of its own.");
    Index3 size{};
    for (std::size_t n = 0; n < 3; ++n) {
        if (!((*said)[n] >= 1 && (*said)[n] <= 131072))
            refuse(h.file, "is damaged: its header says that it has " + plainNumber((*said)[n], 3) +
                               " voxels along one axis.");
        size[n] = static_cast<std::int64_t>((*said)[n]);
    }
    return size;
}

/// The directions as unit vectors. @throws Error(Scan) where one has another length than rounding leaves:
/// then the voxel size stands in two places
Matrix3 unitAxes(const MetaHeader& h, const Matrix3& written)
{
    std::array<Vector3, 3> axes{};
    const double most = std::max(1e-3, std::sqrt(3.0) * roundingOf(written));
    for (int n = 0; n < 3; ++n) {
        const double far = length(column(written, n));
        if (far > 1e-6 && std::abs(far - 1) > std::min(most, 0.02))
            refuse(h.file, "contradicts itself: the directions in its header (TransformMatrix) should have "
                           "the length 1, and one "
                           "has " +
                               plainNumber(far, 3) + ". Export it again.");
        axes[static_cast<std::size_t>(n)] = (far > 1e-6 ? 1 / far : 0) * column(written, n);
    }
    return fromColumns(axes[0], axes[1], axes[2]);
}

Geometry geometryOf(const MetaHeader& h, std::vector<std::string>& notes)
{
    const std::size_t dimensions = dimensionsOf(h);
    const Index3 size = sizeOf(h, dimensions);
    const auto spacing = h.numbers({"ElementSpacing", "ElementSize"}, dimensions);
    if (spacing && std::any_of(spacing->begin(), spacing->end(), [](double s) { return !(s > 0); }))
        refuse(
            h.file,
            "is damaged: a voxel size in its header (ElementSpacing) is zero or negative. Export it again.");
    const auto origin = h.numbers({"Offset", "Position", "Origin"}, dimensions);
    const auto axes = h.numbers({"TransformMatrix", "Rotation", "Orientation"}, dimensions * dimensions);
    const std::string units = h.text("DistanceUnits");
    const auto known = millimetresOf(units);
    if (!known)
        refuse(h.file, "gives its sizes in a unit this program does not know (" + units.substr(0, 30) +
                           "). Export it in millimetres (mm).");
    const double factor = *known;
    if (factor != 1)
        notes.push_back("The file gives its positions in " + units + "; they were converted to millimetres.");
    if (!spacing)
        notes.push_back(
            "The file does not say how large its voxels are; 1 mm was assumed. No volume can be trusted.");
    if (!axes)
        notes.push_back(
            "The file does not say how it lies in the patient: its axes are assumed to follow left, back and "
            "head. Left and right may be exchanged.");
    Matrix3 written{};
    Vector3 originMm{0, 0, 0}, step{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        originMm[axis] = origin ? factor * (*origin)[axis] : 0;
        step[axis] = factor * (spacing ? (*spacing)[axis] : 1);
        // The first numbers of the matrix are the direction of the first axis.
        for (std::size_t row = 0; row < 3; ++row)
            written[row][axis] = axes ? (*axes)[axis * dimensions + row] : double(row == axis);
    }
    try {
        const Matrix3 direction = unitAxes(h, written);
        return withoutRounding(Geometry::fromSpacing(size, originMm, step, direction), written, notes);
    } catch (const Error& error) {
        if (std::string(error.what()).starts_with(quoted(h.file)))
            throw;
        refuse(
            h.file,
            "cannot be placed in the patient: the axes in its header do not span a volume. Export it again.");
    }
}

/// Where the voxels are: a file, and from which byte on.
struct DataPlace {
    fs::path file;
    std::int64_t begin = 0;
    std::int64_t length = 0;
};

DataPlace placeOf(const MetaHeader& h, std::int64_t bytes, bool compressed, bool& skipsHeader)
{
    DataPlace place{h.file, h.dataBegins, 0};
    const std::string name = h.text("ElementDataFile");
    if (name.starts_with("LIST") || name.find('%') != std::string::npos)
        refuse(
            h.file,
            "keeps its slices in many files, which this program does not read. Save the scan as one file.");
    if (name != "LOCAL" && name != "Local" && name != "local")
        place = {dataFileOf(h.file, name), 0, 0};
    std::error_code failed;
    const auto size = static_cast<std::int64_t>(fs::file_size(place.file, failed));
    if (failed)
        refuse(h.file, "names the data file " + quoted(place.file.filename()) +
                           ", which is not beside it. Copy both files.");
    const auto headerSize = h.numbers({"HeaderSize"}, 1);
    if (headerSize && (*headerSize)[0] > 0)
        place.begin = static_cast<std::int64_t>(std::min((*headerSize)[0], 1e15));
    else if (headerSize && (*headerSize)[0] == -1 && !compressed)
        place.begin = size - bytes;
    skipsHeader = headerSize && (*headerSize)[0] != 0;
    place.length = size - place.begin;
    const std::int64_t most = compressed ? place.length * 1032 : place.length;
    if (place.begin < 0 || bytes > most)
        refuse(h.file, "is cut off or damaged: its header promises " + std::to_string(bytes) +
                           " bytes of voxels, more than there are. Copy it again.");
    return place;
}

std::vector<unsigned char> inflated(std::ifstream& in, const fs::path& file, std::int64_t bytes)
{
    std::vector<unsigned char> packed(1 << 20), portion(1 << 22), voxels;
    voxels.reserve(static_cast<std::size_t>(bytes));
    z_stream stream{};
    inflateInit2(&stream, 15 + 32);
    int code = Z_OK;
    while (code == Z_OK && static_cast<std::int64_t>(voxels.size()) < bytes) {
        if (stream.avail_in == 0) {
            in.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(packed.size()));
            stream.next_in = packed.data();
            stream.avail_in = static_cast<unsigned>(in.gcount());
        }
        stream.next_out = portion.data();
        stream.avail_out = static_cast<unsigned>(portion.size());
        code = inflate(&stream, Z_NO_FLUSH);
        voxels.insert(voxels.end(), portion.begin(), portion.end() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (static_cast<std::int64_t>(voxels.size()) < bytes || (code != Z_OK && code != Z_STREAM_END))
        refuse(file, "is cut off or damaged: its compressed voxels do not unpack. Copy it again.");
    voxels.resize(static_cast<std::size_t>(bytes));
    return voxels;
}

std::vector<unsigned char> voxelsOf(const MetaHeader& h, RawImage& image)
{
    const Index3& size = image.geometry.size();
    const std::int64_t bytes = image.geometry.voxelCount() * bytesOf(image.component);
    const bool compressed = h.isTrue("CompressedData");
    if (!h.text("BinaryData").empty() && !h.isTrue("BinaryData"))
        refuse(h.file, "holds its voxels as text, which this program does not read. Save it in binary form.");
    bool skipsHeader = false;
    const DataPlace place = placeOf(h, bytes, compressed, skipsHeader);
    if (!compressed && !skipsHeader)
        checkSurplus(h.file, place.length - bytes, size[0] * size[1] * bytesOf(image.component), image.notes);
    checkMemory(h.file, bytes + image.geometry.voxelCount() * 2);
    std::ifstream in(place.file, std::ios::binary);
    in.seekg(place.begin);
    if (compressed)
        return inflated(in, h.file, bytes);
    std::vector<unsigned char> voxels(static_cast<std::size_t>(bytes));
    in.read(reinterpret_cast<char*>(voxels.data()), bytes);
    if (!in)
        refuse(h.file, "cannot be read to its end. Copy it again.");
    return voxels;
}

} // namespace

RawImage readMetaImage(const fs::path& file, ImageParts parts, Progress& progress)
{
    progress.step({"reading voxels", 0, {}});
    const MetaHeader header(file);
    const auto channels = header.numbers({"ElementNumberOfChannels"}, 1);
    if (channels && (*channels)[0] != 1)
        refuse(file, "holds several numbers in every voxel (colour or vectors), not one Hounsfield unit. "
                     "Give the CT itself.");
    RawImage image;
    image.format = "MetaImage";
    image.component = componentOf(header);
    image.geometry = geometryOf(header, image.notes);
    if (const auto slope = header.numbers({"ElementToIntensityFunctionSlope"}, 1))
        image.slope = (*slope)[0];
    if (const auto offset = header.numbers({"ElementToIntensityFunctionOffset"}, 1))
        image.intercept = (*offset)[0];
    if (parts == ImageParts::Header)
        return image;
    try {
        image.bytes = voxelsOf(header, image);
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources,
                    "There is not enough memory to read " + quoted(file) + ". Close other programs.");
    }
    if (header.isTrue("BinaryDataByteOrderMSB") || header.isTrue("ElementByteOrderMSB"))
        swapBytes(image.bytes, bytesOf(image.component));
    return image;
}

} // namespace hounsfield
