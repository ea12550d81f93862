#include "volume/Error.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/RawImage.h"
#include "volume/io/internal/Text.h"

#include <gdcmImageReader.h>
#include <gdcmTrace.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
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

/// Reads slices one after another. What a file with many frames unpacks to is kept until another file is asked for.
class SliceReader
{
public:
    Conversion read(const DicomSlice& s, std::int16_t* hu)
    {
        try {
            return s.frames > 1 && s.pixelOffset >= 0 ? copy(s, hu) : decode(s, hu);
        } catch (const Error&) {
            throw;
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const std::exception& e) {
            refuse(s, "cannot be decoded (" + std::string(e.what()) + ").");
        }
    }

private:
    static Conversion convert(const DicomSlice& s, std::vector<char>& bytes, Component component, int bitsStored,
                              std::int16_t* hu)
    {
        cleanBits(bytes, component, bitsStored);
        return toHu(bytes.data(), component, std::int64_t{s.rows} * s.columns, s.slope.value_or(1),
                    s.intercept.value_or(0), hu);
    }
    /// One frame of many that are not compressed.
    static Conversion copy(const DicomSlice& s, std::int16_t* hu)
    {
        const Component component = s.bitsAllocated == 8    ? (s.isSigned ? Component::Int8 : Component::UInt8)
                                    : s.bitsAllocated == 16 ? (s.isSigned ? Component::Int16 : Component::UInt16)
                                                            : (s.isSigned ? Component::Int32 : Component::UInt32);
        const std::int64_t count = std::int64_t{s.rows} * s.columns * bytesOf(component);
        std::vector<char> bytes(static_cast<std::size_t>(count));
        std::ifstream in(s.file, std::ios::binary);
        in.seekg(s.pixelOffset + s.frame * count);
        if (!in.read(bytes.data(), count))
            refuse(s, "cannot be read to its end.");
        if (s.bigEndian)
            for (auto one = bytes.begin(); one != bytes.end(); one += bytesOf(component))
                std::reverse(one, one + bytesOf(component));
        return convert(s, bytes, component, s.bitsStored, hu);
    }
    Conversion decode(const DicomSlice& s, std::int16_t* hu)
    {
        if (s.file != m_file)
            unpack(s);
        const std::size_t count = m_frames.size() / static_cast<std::size_t>(s.frames);
        const auto begin = m_frames.begin() + static_cast<std::ptrdiff_t>(count) * s.frame;
        std::vector<char> one(begin, begin + static_cast<std::ptrdiff_t>(count));
        if (s.frames == 1)
            m_file.clear();
        return convert(s, one, m_component, m_bitsStored, hu);
    }
    void unpack(const DicomSlice& s)
    {
        m_file.clear();
        std::ifstream in(s.file, std::ios::binary);
        gdcm::ImageReader reader;
        reader.SetStream(in);
        if (!in || !reader.Read())
            refuse(s,
                   "cannot be decoded: it is damaged, or compressed in a way this program does not know (transfer syntax " +
                       s.transferSyntax + ").");
        const gdcm::Image& image = reader.GetImage();
        const gdcm::PixelFormat& format = image.GetPixelFormat();
        m_component = componentOf(s, format);
        m_bitsStored = format.GetBitsStored();
        const std::int64_t count = std::int64_t{s.rows} * s.columns * s.frames;
        if (image.GetDimension(0) != static_cast<unsigned>(s.columns) ||
            image.GetDimension(1) != static_cast<unsigned>(s.rows) ||
            static_cast<std::int64_t>(image.GetBufferLength()) != count * bytesOf(m_component))
            refuse(s, "is damaged: its picture is not as large as its header says.");
        m_frames.resize(image.GetBufferLength());
        if (!image.GetBuffer(m_frames.data()))
            refuse(s, "cannot be decoded: its picture is damaged.");
        m_file = s.file;
    }

    std::filesystem::path m_file;
    std::vector<char> m_frames;
    Component m_component = Component::Int16;
    int m_bitsStored = 16;
};

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

bool samePixels(const DicomSlice& a, const DicomSlice& b)
{
    quietGdcm();
    const auto count = static_cast<std::size_t>(a.rows) * static_cast<std::size_t>(a.columns);
    if (a.rows != b.rows || a.columns != b.columns)
        return false;
    try {
        SliceReader reader;
        std::vector<std::int16_t> one(count), other(count);
        reader.read(a, one.data());
        reader.read(b, other.data());
        return one == other;
    } catch (const std::exception&) {
        return false;
    }
}

std::optional<SliceImage> readOneSlice(const DicomSeries& series, std::size_t number)
{
    quietGdcm();
    const Index3& size = series.geometry->size();
    std::vector<std::int16_t> hu(static_cast<std::size_t>(size[0] * size[1]));
    try {
        SliceReader().read(series.slices.at(number), hu.data());
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return imageOf(series, hu.data());
}

namespace
{

/// Fills the voxels of a series, slice by slice.
class VolumeReader
{
public:
    VolumeReader(const DicomSeries& series, Progress& progress, const ScanSource::SliceRead& sliceRead)
        : m_series(series), m_progress(progress), m_sliceRead(sliceRead),
          m_slice(static_cast<std::size_t>(series.geometry->size()[0] * series.geometry->size()[1])),
          m_voxels(static_cast<std::size_t>(series.geometry->voxelCount()))
    {
    }

    std::vector<std::int16_t> read(Conversion& met)
    {
        if (m_series.grid.empty())
            for (std::size_t n = 0; n < m_series.slices.size(); ++n)
                scanned(n, m_voxels.data() + n * m_slice, met);
        else
            for (std::size_t n = 0; n < m_series.grid.size(); ++n)
                ofGrid(m_series.grid[n], m_voxels.data() + n * m_slice, met);
        return std::move(m_voxels);
    }

private:
    void scanned(std::size_t n, std::int16_t* hu, Conversion& met)
    {
        m_progress.step({"reading slices", static_cast<double>(n) / static_cast<double>(m_series.slices.size()), {}});
        const Conversion one = m_reader.read(m_series.slices[n], hu);
        met.clamped += one.clamped;
        met.notNumbers += one.notNumbers;
        if (const auto now = std::chrono::steady_clock::now();
            m_sliceRead && now - m_last > std::chrono::milliseconds(66)) {
            m_sliceRead(imageOf(m_series, hu));
            m_last = now;
        }
    }
    /// A scanned slice, read once and kept as long as the grid needs it.
    const std::vector<std::int16_t>& kept(std::size_t n, Conversion& met)
    {
        for (const Kept& one : m_kept)
            if (one.number == static_cast<std::ptrdiff_t>(n))
                return one.hu;
        Kept& oldest = m_kept[0].number > m_kept[1].number ? m_kept[1] : m_kept[0];
        oldest.hu.resize(m_slice);
        scanned(n, oldest.hu.data(), met);
        oldest.number = static_cast<std::ptrdiff_t>(n);
        return oldest.hu;
    }
    void ofGrid(const GridSlice& g, std::int16_t* hu, Conversion& met)
    {
        const auto& below = kept(g.below, met);
        if (g.weight == 0) {
            std::copy(below.begin(), below.end(), hu);
            return;
        }
        const auto& above = kept(g.below + 1, met);
        for (std::size_t n = 0; n < m_slice; ++n)
            hu[n] = static_cast<std::int16_t>(std::lround((1 - g.weight) * below[n] + g.weight * above[n]));
    }

    struct Kept {
        std::ptrdiff_t number = -1;
        std::vector<std::int16_t> hu;
    };
    const DicomSeries& m_series;
    Progress& m_progress;
    const ScanSource::SliceRead& m_sliceRead;
    std::size_t m_slice;
    std::vector<std::int16_t> m_voxels;
    std::array<Kept, 2> m_kept;
    SliceReader m_reader;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now() - std::chrono::seconds(1);
};

} // namespace

std::shared_ptr<const Volume> readSeries(const DicomSeries& series, std::vector<std::string>& notes, Progress& progress,
                                         const ScanSource::SliceRead& sliceRead)
{
    quietGdcm();
    try {
        Conversion met;
        std::vector<std::int16_t> voxels = VolumeReader(series, progress, sliceRead).read(met);
        progress.report({"reading slices", 1, {}});
        noteConversion(met, notes);
        return std::make_shared<const Volume>(*series.geometry, std::move(voxels));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources, "There is not enough memory to read the series (" +
                                              std::to_string(series.geometry->voxelCount()) +
                                              " voxels). Close other programs.");
    }
}

} // namespace hounsfield
