// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/PixelDecoder.h"
#include "volume/io/internal/RawImage.h"
#include "volume/io/internal/StoredBits.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>

namespace hounsfield {
namespace {

[[noreturn]] void refuse(const DicomSlice& s, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(s.file) + " " + why + " Fetch the series again.");
}

/// Uncompressed pixels of a coding that our own parser reads: they need no decoder.
bool isNative(const DicomSlice& s)
{
    const bool little = s.transferSyntax == "1.2.840.10008.1.2" || s.transferSyntax == "1.2.840.10008.1.2.1";
    // Big endian bytes are stored in pairs (PS3.5 A.3), which a decoder puts in order.
    const bool big = s.transferSyntax == "1.2.840.10008.1.2.2" && s.bitsAllocated > 8;
    return s.pixelOffset >= 0 && (little || big);
}

Component nativeComponent(const DicomSlice& s)
{
    if (s.bitsAllocated == 8)
        return s.isSigned ? Component::Int8 : Component::UInt8;
    if (s.bitsAllocated == 16)
        return s.isSigned ? Component::Int16 : Component::UInt16;
    return s.isSigned ? Component::Int32 : Component::UInt32;
}

/// Reads slices one after another. What a file with many frames unpacks to is kept until another file is
/// asked for; where it does not unpack as a whole, each frame is decoded alone, so that one which is damaged
/// costs no other.
class SliceReader {
public:
    /// @throws UndecodableFile, Error, Cancelled
    Conversion read(const DicomSlice& s, std::int16_t* hu, const Progress& progress)
    {
        return isNative(s) ? copy(s, hu) : decode(s, hu, progress);
    }
    bool isUnrestricted() const { return m_decoder.isUnrestricted(); }

private:
    static Conversion convert(const DicomSlice& s, std::vector<char>& bytes, Component component,
                              int bitsStored, std::int16_t* hu)
    {
        const std::int64_t beyond = cleanStoredBits(bytes, component, s, bitsStored);
        Conversion met = toHu(bytes.data(), component, std::int64_t{s.rows} * s.columns, s.slope.value_or(1),
                              s.intercept.value_or(0), hu);
        met.beyondStored = beyond;
        return met;
    }
    static Conversion copy(const DicomSlice& s, std::int16_t* hu)
    {
        const Component component = nativeComponent(s);
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
    /// All frames of a file, unpacked at once.
    /// @return false where they must be decoded one by one, as one of them is damaged
    bool unpack(const DicomSlice& s, const Progress& progress)
    {
        if (s.file == m_file || s.file == m_damaged)
            return s.file == m_file;
        m_file.clear();
        try {
            m_frames = m_decoder.decodeAll(s, progress);
        } catch (const UndecodableFile&) {
            if (!s.item)
                throw;
            m_damaged = s.file;
            return false;
        }
        m_file = s.file;
        return true;
    }
    Conversion decode(const DicomSlice& s, std::int16_t* hu, const Progress& progress)
    {
        if (s.frames == 1 || !unpack(s, progress)) {
            m_file.clear();
            m_frames = s.frames == 1 ? m_decoder.decodeAll(s, progress) : m_decoder.decodeOne(s, progress);
        }
        const std::int64_t count = std::int64_t{s.rows} * s.columns * bytesOf(m_frames.component);
        const char* begin = m_frames.bytes + (s.file == m_file ? count * s.frame : 0);
        std::vector<char> one(begin, begin + count);
        // A stream of as many bits as are stored has none for a sign written in full.
        if (m_frames.bitsCoded == m_frames.bitsStored)
            extendSign(one, m_frames.component, m_frames.bitsStored);
        return convert(s, one, m_frames.component, m_frames.bitsStored, hu);
    }

    PixelDecoder m_decoder;
    PixelDecoder::Frames m_frames;
    std::filesystem::path m_file;    ///< whose frames are all there
    std::filesystem::path m_damaged; ///< whose frames are decoded one by one
};

SliceImage imageOf(const DicomSeries& series, const std::int16_t* hu)
{
    const Index3& size = series.geometry->size();
    const Vector3 spacing = series.geometry->spacingMm();
    return {static_cast<int>(size[0]),
            static_cast<int>(size[1]),
            spacing[0],
            spacing[1],
            {hu, hu + size[0] * size[1]}};
}

} // namespace

bool samePixels(const DicomSlice& a, const DicomSlice& b)
{
    const auto count = static_cast<std::size_t>(a.rows) * static_cast<std::size_t>(a.columns);
    if (a.rows != b.rows || a.columns != b.columns)
        return false;
    try {
        const Progress silent;
        SliceReader reader;
        std::vector<std::int16_t> one(count), other(count);
        reader.read(a, one.data(), silent);
        reader.read(b, other.data(), silent);
        return one == other;
    } catch (const std::exception&) {
        return false;
    }
}

std::optional<SliceImage> readOneSlice(const DicomSeries& series, std::size_t number)
{
    const Index3& size = series.geometry->size();
    std::vector<std::int16_t> hu(static_cast<std::size_t>(size[0] * size[1]));
    try {
        SliceReader().read(series.slices.at(number), hu.data(), Progress());
    } catch (const std::exception&) {
        return std::nullopt;
    }
    return imageOf(series, hu.data());
}

namespace {

/// A few slices of a series whose pixels cannot be decoded.
struct LostSlices {
    std::vector<std::size_t> slices; ///< in ascending order
    std::string why;                 ///< of the first, a whole sentence
};

/// Fills the voxels of a series, slice by slice.
class VolumeReader {
public:
    VolumeReader(const DicomSeries& series, Progress& progress, const ScanSource::SliceRead& sliceRead)
        : m_series(series), m_progress(progress), m_sliceRead(sliceRead),
          m_slice(static_cast<std::size_t>(series.geometry->size()[0] * series.geometry->size()[1])),
          m_voxels(static_cast<std::size_t>(series.geometry->voxelCount()))
    {
    }

    bool isUnrestricted() const { return m_reader.isUnrestricted(); }
    /// @throws LostSlices where a few slices cannot be decoded, UndecodableFile where many
    std::vector<std::int16_t> read(Conversion& met)
    {
        if (m_series.grid.empty())
            for (std::size_t n = 0; n < m_series.slices.size(); ++n)
                scanned(n, m_voxels.data() + n * m_slice, met);
        else
            for (std::size_t n = 0; n < m_series.grid.size(); ++n)
                ofGrid(m_series.grid[n], m_voxels.data() + n * m_slice, met);
        if (!m_lost.slices.empty())
            throw m_lost;
        return std::move(m_voxels);
    }

private:
    void scanned(std::size_t n, std::int16_t* hu, Conversion& met)
    {
        m_progress.step(
            {"reading slices", static_cast<double>(n) / static_cast<double>(m_series.slices.size()), {}});
        Conversion one;
        try {
            one = m_reader.read(m_series.slices[n], hu, m_progress);
        } catch (const UndecodableFile& why) {
            return lose(n, why);
        }
        met.clamped += one.clamped;
        met.beyondStored += one.beyondStored;
        met.notNumbers += one.notNumbers;
        if (const auto now = std::chrono::steady_clock::now();
            m_sliceRead && now - m_last > std::chrono::milliseconds(66)) {
            m_sliceRead(imageOf(m_series, hu));
            m_last = now;
        }
    }
    /// A slice in ten may be missing, and one always where there are slices beside it.
    void lose(std::size_t n, const UndecodableFile& why)
    {
        const std::size_t all = m_series.slices.size();
        if (m_lost.slices.empty())
            m_lost.why = why.what();
        m_lost.slices.push_back(n);
        if (all < 3 || m_lost.slices.size() > std::max<std::size_t>(1, all / 10))
            throw UndecodableFile(m_lost.why);
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
    LostSlices m_lost;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now() - std::chrono::seconds(1);
};

std::shared_ptr<const Volume> readWhole(const DicomSeries& series, std::vector<std::string>& notes,
                                        Progress& progress, const ScanSource::SliceRead& sliceRead)
{
    try {
        Conversion met;
        VolumeReader reader(series, progress, sliceRead);
        std::vector<std::int16_t> voxels = reader.read(met);
        if (reader.isUnrestricted())
            notes.push_back(
                "The pixels are compressed, and this system does not restrict the program that decodes "
                "them (no seccomp). Open only files that you trust.");
        progress.report({"reading slices", 1, {}});
        noteConversion(met, notes);
        return std::make_shared<const Volume>(*series.geometry, std::move(voxels));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources, "There is not enough memory to read the series (" +
                                              std::to_string(series.geometry->voxelCount()) +
                                              " voxels). Close other programs.");
    }
}

/// The series as it is without these slices, examined anew: gaps are filled or refused as where files are
/// missing.
DicomSeries without(const DicomSeries& series, const LostSlices& lost)
{
    DicomSeries rest = series;
    for (auto n = lost.slices.rbegin(); n != lost.slices.rend(); ++n)
        rest.slices.erase(rest.slices.begin() + static_cast<std::ptrdiff_t>(*n));
    rest.grid.clear();
    rest.geometry.reset();
    rest.notes.clear();
    examine(rest, samePixels);
    if (!rest.info.readable)
        throw UndecodableFile(lost.why + " Without it the series cannot be read: " + rest.info.reason);
    for (const std::string& note : series.notes)
        if (std::find(rest.notes.begin(), rest.notes.end(), note) == rest.notes.end())
            rest.notes.push_back(note);
    rest.notes.insert(rest.notes.begin(),
                      std::to_string(lost.slices.size()) + " of " + std::to_string(series.slices.size()) +
                          " slices cannot be decoded and were left out, as if their files were "
                          "missing. The first: " +
                          lost.why);
    return rest;
}

} // namespace

std::shared_ptr<const Volume> readSeries(DicomSeries& series, std::vector<std::string>& notes,
                                         Progress& progress, const ScanSource::SliceRead& sliceRead)
{
    try {
        return readWhole(series, notes, progress, sliceRead);
    } catch (const LostSlices& lost) {
        series = without(series, lost);
    }
    try {
        return readWhole(series, notes, progress, sliceRead);
    } catch (const LostSlices& lost) {
        throw UndecodableFile(lost.why);
    }
}

} // namespace hounsfield
