#include "volume/Error.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/RawImage.h"
#include "volume/io/internal/Text.h"

#include <gdcmImageReader.h>
#include <gdcmTrace.h>

#include <chrono>
#include <cstring>
#include <fstream>

namespace hounsfield
{
namespace
{

[[noreturn]] void refuse(const DicomSlice& s, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(s.file) + " " + why + " Fetch the series again.");
}

Component componentOf(const DicomSlice& s, const gdcm::PixelFormat& format)
{
    switch (format.GetScalarType()) {
    case gdcm::PixelFormat::UINT8:
        return Component::UInt8;
    case gdcm::PixelFormat::INT8:
        return Component::Int8;
    case gdcm::PixelFormat::UINT16:
        return Component::UInt16;
    case gdcm::PixelFormat::INT16:
        return Component::Int16;
    case gdcm::PixelFormat::UINT32:
        return Component::UInt32;
    case gdcm::PixelFormat::INT32:
        return Component::Int32;
    default:
        refuse(s, "stores its grey values in a way this program does not read.");
    }
}

// Bits above BitsStored may hold overlays or a missing sign (PS3.5 8.1.1).
template <typename Number> void cleanBits(std::vector<char>& bytes, int bitsStored)
{
    constexpr int bits = 8 * sizeof(Number);
    if (bitsStored >= bits)
        return;
    using Unsigned = std::make_unsigned_t<Number>;
    const int shift = bits - bitsStored;
    for (std::size_t n = 0; n + sizeof(Number) <= bytes.size(); n += sizeof(Number)) {
        Unsigned value;
        std::memcpy(&value, bytes.data() + n, sizeof value);
        const Number clean = static_cast<Number>(static_cast<Number>(static_cast<Unsigned>(value << shift)) >> shift);
        std::memcpy(bytes.data() + n, &clean, sizeof clean);
    }
}

void cleanBits(std::vector<char>& bytes, Component component, int bitsStored)
{
    switch (component) {
    case Component::UInt8:
        return cleanBits<std::uint8_t>(bytes, bitsStored);
    case Component::Int8:
        return cleanBits<std::int8_t>(bytes, bitsStored);
    case Component::UInt16:
        return cleanBits<std::uint16_t>(bytes, bitsStored);
    case Component::Int16:
        return cleanBits<std::int16_t>(bytes, bitsStored);
    case Component::UInt32:
        return cleanBits<std::uint32_t>(bytes, bitsStored);
    default:
        return cleanBits<std::int32_t>(bytes, bitsStored);
    }
}

Conversion decode(const DicomSlice& s, std::int16_t* hu)
{
    std::ifstream in(s.file, std::ios::binary);
    gdcm::ImageReader reader;
    reader.SetStream(in);
    if (!in || !reader.Read())
        refuse(s,
               "cannot be decoded: it is damaged, or compressed in a way this program does not know (transfer syntax " +
                   s.transferSyntax + ").");
    const gdcm::Image& image = reader.GetImage();
    const gdcm::PixelFormat& format = image.GetPixelFormat();
    const Component component = componentOf(s, format);
    const std::int64_t count = std::int64_t{s.rows} * s.columns;
    if (image.GetDimension(0) != static_cast<unsigned>(s.columns) ||
        image.GetDimension(1) != static_cast<unsigned>(s.rows) ||
        static_cast<std::int64_t>(image.GetBufferLength()) != count * bytesOf(component))
        refuse(s, "is damaged: its picture is not as large as its header says.");
    std::vector<char> bytes(image.GetBufferLength());
    if (!image.GetBuffer(bytes.data()))
        refuse(s, "cannot be decoded: its picture is damaged.");
    cleanBits(bytes, component, format.GetBitsStored());
    return toHu(bytes.data(), component, count, s.slope.value_or(1), s.intercept.value_or(0), hu);
}

Conversion readSlice(const DicomSlice& s, std::int16_t* hu)
{
    try {
        return decode(s, hu);
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& e) {
        refuse(s, "cannot be decoded (" + std::string(e.what()) + ").");
    }
}

// GDCM's warnings go to the terminal and help nobody there.
void quietGdcm()
{
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
}

SliceImage imageOf(const DicomSeries& series, const std::int16_t* hu)
{
    const Index3& size = series.geometry->size();
    const Vector3 spacing = series.geometry->spacingMm();
    return {static_cast<int>(size[0]), static_cast<int>(size[1]), spacing[0], spacing[1], {hu, hu + size[0] * size[1]}};
}

} // namespace

std::optional<SliceImage> readOneSlice(const DicomSeries& series, std::size_t number)
{
    quietGdcm();
    const Index3& size = series.geometry->size();
    std::vector<std::int16_t> hu(static_cast<std::size_t>(size[0] * size[1]));
    try {
        readSlice(series.slices.at(number), hu.data());
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return imageOf(series, hu.data());
}

std::shared_ptr<const Volume> readSeries(const DicomSeries& series, std::vector<std::string>& notes, Progress& progress,
                                         const ScanSource::SliceRead& sliceRead)
{
    quietGdcm();
    auto last = std::chrono::steady_clock::now() - std::chrono::seconds(1);
    const Geometry& geometry = *series.geometry;
    Conversion met;
    try {
        std::vector<std::int16_t> voxels(static_cast<std::size_t>(geometry.voxelCount()));
        const std::size_t slice = static_cast<std::size_t>(geometry.size()[0] * geometry.size()[1]);
        for (std::size_t n = 0; n < series.slices.size(); ++n) {
            progress.step({"reading slices", static_cast<double>(n) / static_cast<double>(series.slices.size()), {}});
            const Conversion one = readSlice(series.slices[n], voxels.data() + n * slice);
            met.clamped += one.clamped;
            met.notNumbers += one.notNumbers;
            if (const auto now = std::chrono::steady_clock::now(); sliceRead && now - last > std::chrono::milliseconds(66)) {
                sliceRead(imageOf(series, voxels.data() + n * slice));
                last = now;
            }
        }
        progress.report({"reading slices", 1, {}});
        noteConversion(met, notes);
        return std::make_shared<const Volume>(geometry, std::move(voxels));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources, "There is not enough memory to read the series (" +
                                              std::to_string(geometry.voxelCount()) +
                                              " voxels). Close other programs.");
    }
}

} // namespace hounsfield
