// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomHeader.h"

#include "volume/RegularFile.h"

#include <zlib.h>

#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

namespace hounsfield {
namespace {

constexpr std::uint32_t undefinedLength = 0xFFFFFFFF;
constexpr DicomTag pixelDataTag = 0x7FE00010, itemTag = 0xFFFEE000, itemEndTag = 0xFFFEE00D,
                   sequenceEndTag = 0xFFFEE0DD, sharedGroupsTag = 0x52009229, perFrameGroupsTag = 0x52009230,
                   modalityLutTag = 0x00283000;
constexpr std::int64_t longestValue = 4096;
constexpr int deepest = 32;
constexpr const char* deflatedSyntax = "1.2.840.10008.1.2.1.99";

/// What the functional groups of an enhanced image say of a frame and this program wants to know. Each tag
/// has one meaning wherever it stands in them, so that the sequences around it need not be remembered.
bool isWantedOfFrame(DicomTag tag)
{
    switch (tag) {
    case 0x00080008: // ImageType
    case 0x00089007: // FrameType
    case 0x00180050: // SliceThickness
    case 0x00181210: // ConvolutionKernel
    case 0x00189241: // NominalPercentageOfCardiacPhase
    case 0x00200032: // ImagePositionPatient
    case 0x00200037: // ImageOrientationPatient
    case 0x00209056: // StackID
    case 0x00209128: // TemporalPositionIndex
    case 0x00209156: // FrameAcquisitionNumber
    case 0x00280030: // PixelSpacing
    case 0x00281050: // WindowCenter
    case 0x00281051: // WindowWidth
    case 0x00281052: // RescaleIntercept
    case 0x00281053: // RescaleSlope
    case 0x00281054: // RescaleType
        return true;
    default:
        return false;
    }
}

/// The sequences that hold the wanted values, for files that do not write down what a value is.
bool isSequenceOfFrame(DicomTag tag)
{
    switch (tag) {
    case 0x00209111: // FrameContentSequence
    case 0x00209113: // PlanePositionSequence
    case 0x00209116: // PlaneOrientationSequence
    case 0x00189329: // CTImageFrameTypeSequence
    case 0x00189314: // CTReconstructionSequence
    case 0x00189118: // CardiacSynchronizationSequence
    case 0x00289110: // PixelMeasuresSequence
    case 0x00289132: // FrameVOILUTSequence
    case 0x00289145: // PixelValueTransformationSequence
        return true;
    default:
        return false;
    }
}

struct Element {
    DicomTag tag = 0;
    std::uint32_t length = 0;
    bool isSequence = false; ///< VR SQ, or a sequence that an implicit file need not mark
    bool implicitSequence =
        false; ///< VR UN of undefined length: what is inside is implicit (PS3.5 6.2.2, note 2)
};

struct Broken {
    std::string what;
};

} // namespace

/// Walks over the elements of one file.
class DicomWalker {
public:
    DicomWalker(std::istream& in, std::int64_t size, DicomHeader& header)
        : m_in(in), m_size(size), m_header(header)
    {
    }

    void walk(bool withMeta)
    {
        try {
            if (withMeta)
                walkMeta();
            else
                guessSyntax();
            setSyntax();
            if (m_header.m_transferSyntax == deflatedSyntax)
                return walkInflated();
            while (m_position < m_size && !m_header.m_hasPixelData)
                topElement();
        } catch (const Broken& broken) {
            m_header.m_damage = broken.what;
        }
    }
    void seek(std::int64_t position)
    {
        m_position = position;
        m_in.seekg(position);
    }

private:
    /// The data set of a deflated file (PS3.5 A.5) is unpacked in memory and walked like any other.
    void walkInflated()
    {
        std::string unpacked = inflated();
        const auto size = static_cast<std::int64_t>(unpacked.size());
        std::istringstream in(std::move(unpacked));
        DicomWalker inner(in, size, m_header);
        while (inner.m_position < size && !m_header.m_hasPixelData)
            inner.topElement();
        m_header.m_pixelOffset = -1;
        m_header.m_pixelItems.clear();
    }
    std::string inflated()
    {
        constexpr std::size_t most = std::size_t{1} << 28;
        std::string packed(static_cast<std::size_t>(m_size - m_position), '\0'), unpacked,
            portion(1 << 16, '\0');
        bytes(packed.data(), static_cast<std::int64_t>(packed.size()));
        z_stream stream{};
        inflateInit2(&stream, -15);
        stream.next_in = reinterpret_cast<unsigned char*>(packed.data());
        stream.avail_in = static_cast<unsigned>(packed.size());
        int code = Z_OK;
        while (code == Z_OK && unpacked.size() <= most) {
            stream.next_out = reinterpret_cast<unsigned char*>(portion.data());
            stream.avail_out = static_cast<unsigned>(portion.size());
            code = inflate(&stream, Z_NO_FLUSH);
            unpacked.append(portion, 0, portion.size() - stream.avail_out);
        }
        inflateEnd(&stream);
        if (unpacked.size() > most)
            throw Broken{"unpacks to more than 256 MB (deflated transfer syntax), more than any slice"};
        return unpacked;
    }
    void bytes(char* into, std::int64_t count)
    {
        if (count > m_size - m_position)
            throw Broken{"is cut off"};
        m_in.read(into, count);
        if (!m_in)
            throw Broken{"cannot be read to its end"};
        m_position += count;
    }
    void skip(std::int64_t count)
    {
        if (count > m_size - m_position)
            throw Broken{"is cut off"};
        m_position += count;
        if (count < 2048)
            m_in.ignore(count);
        else
            m_in.seekg(m_position);
    }
    std::uint32_t integer(const unsigned char* raw, int width) const
    {
        std::uint32_t value = 0;
        for (int n = 0; n < width; ++n)
            value |= static_cast<std::uint32_t>(raw[n]) << (8 * (m_bigEndian ? width - 1 - n : n));
        return value;
    }
    Element next(bool explicitVr)
    {
        unsigned char raw[8];
        bytes(reinterpret_cast<char*>(raw), 8);
        Element e;
        e.tag = integer(raw, 2) << 16 | integer(raw + 2, 2);
        const bool letters = raw[4] >= 'A' && raw[4] <= 'Z' && raw[5] >= 'A' && raw[5] <= 'Z';
        if (!explicitVr || (e.tag >> 16) == 0xFFFE || !letters) {
            e.length = integer(raw + 4, 4);
            e.isSequence = isSequenceOfFrame(e.tag);
            return e;
        }
        const std::string vr{static_cast<char>(raw[4]), static_cast<char>(raw[5])};
        constexpr const char* longForms = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
        if (std::strstr(longForms, vr.c_str())) {
            unsigned char length[4];
            bytes(reinterpret_cast<char*>(length), 4);
            e.length = integer(length, 4);
            e.isSequence = vr == "SQ";
            e.implicitSequence = vr == "UN";
        } else {
            e.length = integer(raw + 6, 2);
        }
        return e;
    }
    void keep(const Element& e)
    {
        if (e.length > longestValue)
            return skip(e.length);
        std::string value(e.length, '\0');
        bytes(value.data(), e.length);
        m_header.m_values[e.tag] = std::move(value);
    }
    /// The items of compressed pixel data: a table of offsets and the fragments that frames are made of.
    void pixelItems()
    {
        constexpr std::int64_t itemHeader = 8;
        forItems(undefinedLength, m_explicit, 0, [&](const Element& item) {
            if (item.length == undefinedLength)
                throw Broken{"is damaged (a fragment of its compressed pixels has no length)"};
            m_header.m_pixelItems.push_back(m_position - itemHeader);
            skip(item.length);
        });
        m_header.m_pixelItems.push_back(m_position - itemHeader);
    }
    /// The items of a sequence of undefined length.
    void skipItems(bool explicitVr, int depth)
    {
        forItems(undefinedLength, explicitVr, depth, [&](const Element& item) {
            if (item.length != undefinedLength)
                return skip(item.length);
            while (const auto e = nextInItem(explicitVr))
                skipValue(*e, explicitVr, depth + 1);
        });
    }
    void skipValue(const Element& e, bool explicitVr, int depth)
    {
        if (e.length == undefinedLength)
            skipItems(explicitVr && !e.implicitSequence, depth);
        else
            skip(e.length);
    }
    /// Calls use for each item of a sequence, whose length may be left open.
    template <typename Use> void forItems(std::uint32_t length, bool explicitVr, int depth, Use&& use)
    {
        if (depth > deepest)
            throw Broken{"is damaged (sequences within sequences without end)"};
        const std::int64_t end = length == undefinedLength ? m_size : m_position + length;
        if (end > m_size)
            throw Broken{"is cut off"};
        while (length == undefinedLength || m_position < end) {
            const Element item = next(explicitVr);
            if (item.tag == sequenceEndTag)
                return;
            if (item.tag != itemTag)
                throw Broken{"is damaged (a sequence holds something that is no item)"};
            use(item);
        }
    }
    std::optional<Element> nextInItem(bool explicitVr)
    {
        const Element e = next(explicitVr);
        return e.tag == itemEndTag ? std::nullopt : std::optional(e);
    }
    /// One item of functional groups, with the sequences in it.
    void groups(const Element& item, bool explicitVr, int depth, std::map<DicomTag, std::string>& into)
    {
        const std::int64_t end = item.length == undefinedLength ? m_size : m_position + item.length;
        while (item.length == undefinedLength || m_position < end) {
            const auto e = nextInItem(explicitVr);
            if (!e)
                return;
            const bool inside = explicitVr && !e->implicitSequence;
            if (isWantedOfFrame(e->tag) && e->length <= longestValue) {
                bytes(into[e->tag].assign(e->length, '\0').data(), e->length);
            } else if (e->isSequence || e->length == undefinedLength) {
                forItems(e->length, inside, depth + 1,
                         [&](const Element& inner) { groups(inner, inside, depth + 1, into); });
            } else {
                skip(e->length);
            }
        }
    }
    void frameGroups(const Element& e)
    {
        forItems(e.length, m_explicit && !e.implicitSequence, 0, [&](const Element& item) {
            auto& into =
                e.tag == sharedGroupsTag ? m_header.m_sharedByFrames : m_header.m_frames.emplace_back();
            groups(item, m_explicit && !e.implicitSequence, 0, into);
        });
    }
    void walkMeta()
    {
        // Group 0002 is always explicit little endian (PS3.10 section 7.1).
        for (;;) {
            const std::int64_t start = m_position;
            if (start >= m_size)
                throw Broken{"is cut off"};
            const Element e = next(true);
            if ((e.tag >> 16) != 2)
                return seek(start);
            keep(e);
        }
    }
    void guessSyntax()
    {
        const std::int64_t start = m_position;
        unsigned char raw[8];
        bytes(reinterpret_cast<char*>(raw), 8);
        seek(start);
        if (raw[0] == 2)
            return walkMeta();
        const bool letters = raw[4] >= 'A' && raw[4] <= 'Z' && raw[5] >= 'A' && raw[5] <= 'Z';
        m_header.m_values[0x00020010] = letters ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
    }
    void setSyntax()
    {
        m_header.m_transferSyntax = m_header.text(0x00020010);
        const std::string& syntax = m_header.m_transferSyntax;
        m_explicit = syntax != "1.2.840.10008.1.2";
        m_bigEndian = m_header.m_bigEndian = syntax == "1.2.840.10008.1.2.2";
    }
    void topElement()
    {
        const Element e = next(m_explicit);
        if (e.tag == pixelDataTag) {
            m_header.m_hasPixelData = true;
            if (e.length != undefinedLength) {
                m_header.m_pixelBytes = e.length;
                m_header.m_pixelOffset = m_position;
                skip(e.length);
            } else {
                pixelItems();
            }
        } else if (e.tag == sharedGroupsTag || e.tag == perFrameGroupsTag) {
            frameGroups(e);
        } else if (e.tag == modalityLutTag) {
            const std::int64_t start = m_position;
            skipValue(e, m_explicit, 0);
            // An item or a delimiter alone takes 8 bytes.
            m_header.m_hasModalityLut = m_position - start > 8;
        } else if (e.length == undefinedLength) {
            skipItems(m_explicit && !e.implicitSequence, 0);
        } else {
            keep(e);
        }
    }

    std::istream& m_in;
    std::int64_t m_size;
    std::int64_t m_position = 0;
    bool m_explicit = true;
    bool m_bigEndian = false;
    DicomHeader& m_header;
};

std::optional<DicomHeader> DicomHeader::read(const std::filesystem::path& file)
{
    std::error_code failed;
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file, failed));
    DicomHeader header;
    std::ifstream in;
    if (!failed && !specialFileAt(file))
        in.open(file, std::ios::binary);
    if (failed || !in.is_open()) {
        header.m_damage = "cannot be opened";
        return header;
    }
    if (size < 16)
        return std::nullopt;
    char start[132] = {};
    in.read(start, sizeof start);
    in.clear();
    const bool preamble = std::memcmp(start + 128, "DICM", 4) == 0;
    const bool bare = (start[0] == 8 || start[0] == 2) && start[1] == 0 && start[3] == 0 &&
                      start[2] <= 0x18 && start[2] >= 0;
    if (!preamble && !bare)
        return std::nullopt;
    DicomWalker walker(in, size, header);
    walker.seek(preamble ? 132 : 0);
    walker.walk(preamble);
    // Without the preamble's mark, only a file with a class and a series is believed to be DICOM.
    if (!preamble && !header.has(0x00080016) && !header.has(0x0020000E))
        return std::nullopt;
    return header;
}

} // namespace hounsfield
