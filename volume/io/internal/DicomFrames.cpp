// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomHeader.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <map>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

// The tags behind markNames: AcquisitionNumber, TemporalPositionIdentifier, TemporalPositionIndex, StackID,
// NominalPercentageOfCardiacPhase, ImageType (with the energies and reconstructions), ConvolutionKernel, KVP,
// ContrastBolusAgent, SliceThickness, SeriesDescription.
constexpr std::array<DicomTag, markCount> markTags{0x00200012, 0x00200100, 0x00209128, 0x00209056,
                                                   0x00189241, 0x00080008, 0x00181210, 0x00180060,
                                                   0x00180010, 0x00180050, 0x0008103E};

void fillPicture(DicomSlice& s, const DicomHeader& h)
{
    s.rows = h.count(0x00280010).value_or(0);
    s.columns = h.count(0x00280011).value_or(0);
    s.bitsAllocated = h.count(0x00280100).value_or(0);
    s.bitsStored = h.count(0x00280101).value_or(s.bitsAllocated);
    s.highBit = h.count(0x00280102).value_or(s.bitsStored - 1);
    s.isSigned = h.count(0x00280103).value_or(0) == 1;
    s.samples = h.count(0x00280002).value_or(1);
    const double frames = h.number(0x00280008).value_or(1);
    s.frames = frames > 1 && frames < 1e9 ? static_cast<int>(frames) : 1;
    s.photometric = h.text(0x00280004);
    s.transferSyntax = h.transferSyntax();
    s.hasPixels = h.hasPixelData();
    s.pixelBytes = h.pixelBytes();
    s.pixelOffset = h.pixelOffset();
    s.bigEndian = h.isBigEndian();
    // JPEG baseline and extended, and near-lossless JPEG-LS: such files do not always admit the loss.
    const std::string& syntax = s.transferSyntax;
    s.lossy = h.text(0x00282110) == "01" || syntax == "1.2.840.10008.1.2.4.50" ||
              syntax == "1.2.840.10008.1.2.4.51" ||
              (syntax == "1.2.840.10008.1.2.4.81" && h.text(0x00282110) != "00");
}

/// Overlay planes in the unused bits of the pixels (retired, PS3.5-2004 8.1.2).
std::uint32_t overlayBitsOf(const DicomHeader& h)
{
    std::uint32_t bits = 0;
    for (DicomTag group = 0x60000000; group <= 0x601E0000; group += 0x00020000)
        if (const auto position = h.count(group | 0x0102);
            position && *position > 0 && *position < 32 && !h.has(group | 0x3000))
            bits |= std::uint32_t{1} << *position;
    return bits;
}

/// A value as a message shows it: short, without control characters.
std::string shown(const std::string& value)
{
    std::string text = value.substr(0, 40);
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 32 || c > 126; }, '?');
    return "'" + text + (value.size() > 40 ? "...'" : "'");
}

/// Empty where a number is missing, or can be read.
std::string unreadableNumber(const DicomHeader& h, DicomTag tag, const char* name)
{
    const std::string text = h.text(tag);
    return !text.empty() && h.numbers(tag).empty() ? name + (" " + shown(text)) : "";
}

/// The first of the numbers that place, size or scale a slice which is there and cannot be read.
std::string unreadableOf(const DicomHeader& h)
{
    constexpr std::array<std::pair<DicomTag, const char*>, 6> needed{{{0x00200032, "ImagePositionPatient"},
                                                                      {0x00200037, "ImageOrientationPatient"},
                                                                      {0x00280030, "PixelSpacing"},
                                                                      {0x00281053, "RescaleSlope"},
                                                                      {0x00281052, "RescaleIntercept"},
                                                                      {0x00280008, "NumberOfFrames"}}};
    for (const auto& [tag, name] : needed)
        if (const std::string which = unreadableNumber(h, tag, name); !which.empty())
            return which;
    // One value is asked for; of several that differ, none is known to be meant.
    for (const auto& [tag, name] : {needed[3], needed[4]})
        if (const auto values = h.numbers(tag);
            std::any_of(values.begin(), values.end(), [&](double v) { return v != values[0]; }))
            return name + (" " + shown(h.text(tag)));
    return "";
}

DicomSlice sliceOf(const DicomHeader& h, const fs::path& file)
{
    DicomSlice s;
    s.file = file;
    s.damage = h.damage();
    s.sopClass = h.text(0x00080016);
    // The meta group repeats the class, and survives where a careless anonymiser emptied it.
    if (s.sopClass.empty())
        s.sopClass = h.text(0x00020002);
    s.sopInstanceUid = h.text(0x00080018);
    s.frameOfReferenceUid = h.text(0x00200052);
    s.instanceNumber = h.text(0x00200013);
    s.position = h.numbers(0x00200032);
    s.orientation = h.numbers(0x00200037);
    s.pixelSpacing = h.numbers(0x00280030);
    s.sliceThicknessMm = h.number(0x00180050).value_or(0);
    s.gantryTiltDegrees = h.number(0x00181120).value_or(0);
    s.slope = h.number(0x00281053);
    s.intercept = h.number(0x00281052);
    s.rescaleType = h.text(0x00281054);
    s.unreadable = unreadableOf(h);
    s.unreadableThickness = unreadableNumber(h, 0x00180050, "SliceThickness");
    s.modalityLut = h.hasModalityLut();
    s.overlayBits = overlayBitsOf(h);
    fillPicture(s, h);
    s.original = h.text(0x00080008, 0) != "DERIVED";
    for (std::size_t n = 0; n < 8; ++n)
        s.localizer = s.localizer || h.text(0x00080008, n) == "LOCALIZER";
    for (std::size_t n = 0; n < markCount; ++n)
        s.marks[n] = h.text(markTags[n]);
    // 120 and 120.0 are the same.
    for (const std::size_t mark : {kvpMark, thicknessMark})
        if (const auto value = h.number(markTags[mark]))
            s.marks[mark] = plainNumber(*value, 3);
    std::error_code failed;
    const auto bytes = fs::file_size(file, failed);
    s.fileBytes = failed ? 0 : static_cast<std::int64_t>(bytes);
    return s;
}

/// The item that holds a frame, where the pixel data have one for each.
std::optional<FrameItem> itemOf(const DicomHeader& header, std::size_t frame)
{
    const std::vector<std::int64_t>& items = header.pixelItems();
    // Beside them, the table of offsets and the end.
    if (items.size() != header.describedFrames() + 2)
        return std::nullopt;
    return FrameItem{items[0], items[frame + 1], items[frame + 2] - items[frame + 1]};
}

} // namespace

bool isDirectoryOfMedium(const DicomHeader& header)
{
    return header.text(0x00020002) == "1.2.840.10008.1.3.10" ||
           header.text(0x00080016) == "1.2.840.10008.1.3.10";
}

std::vector<DicomSlice> slicesOf(const DicomHeader& header, const fs::path& file)
{
    const double frames = header.number(0x00280008).value_or(1);
    // Frames that are not described one by one cannot be placed: the file stays one piece, and its series is
    // refused.
    if (header.describedFrames() == 0 || static_cast<double>(header.describedFrames()) != frames) {
        DicomSlice whole = sliceOf(header, file);
        whole.described = whole.frames == 1 && header.describedFrames() == 0;
        return {whole};
    }
    std::vector<DicomSlice> slices;
    for (std::size_t n = 0; n < header.describedFrames(); ++n) {
        slices.push_back(sliceOf(header.ofFrame(n), file));
        slices.back().frame = static_cast<int>(n);
        slices.back().item = itemOf(header, n);
        if (header.describedFrames() > 1)
            slices.back().instanceNumber +=
                (slices.back().instanceNumber.empty() ? "frame " : " frame ") + std::to_string(n + 1);
    }
    return slices;
}

} // namespace hounsfield
