// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// A DICOM tag, group and element: 0x00280010.
using DicomTag = std::uint32_t;

/// The top-level values of one DICOM file (PS3.5 section 7, PS3.10), read without trust: every length is
/// compared with the size of the file, values above 4 KiB are passed over, nothing is decoded.
class DicomHeader {
public:
    /// @return nothing where the file is not DICOM; only damage() where it cannot be opened
    static std::optional<DicomHeader> read(const std::filesystem::path& file);

    bool has(DicomTag tag) const { return m_values.count(tag) > 0; }
    /// Without the padding; empty where absent. The bytes are in the file's character set.
    std::string text(DicomTag tag) const;
    /// One of several values, counted from 0; empty where absent.
    std::string text(DicomTag tag, std::size_t index) const;
    /// Text as UTF-8 by the file's SpecificCharacterSet.
    std::string utf8Text(DicomTag tag) const;
    /// Decimal strings; empty where there are none, or where one of them is not a finite number.
    std::vector<double> numbers(DicomTag tag) const;
    std::optional<double> number(DicomTag tag) const;
    /// An unsigned short (VR US).
    std::optional<int> count(DicomTag tag) const;

    const std::string& transferSyntax() const { return m_transferSyntax; }
    bool isBigEndian() const { return m_bigEndian; }
    bool hasPixelData() const { return m_hasPixelData; }
    /// Whether a ModalityLUTSequence with an item turns stored values into others (PS3.3 C.11.1).
    bool hasModalityLut() const { return m_hasModalityLut; }
    /// Where native pixel data begin in the file; -1 where they are compressed or absent.
    std::int64_t pixelOffset() const { return m_pixelOffset; }
    /// Bytes of native pixel data; absent where they are compressed.
    std::optional<std::int64_t> pixelBytes() const { return m_pixelBytes; }
    /// Where the items of compressed pixel data begin in the file, each with its tag; their end comes last
    /// (PS3.5 A.4). Empty where the pixels are native. The first item is a table of offsets.
    const std::vector<std::int64_t>& pixelItems() const { return m_pixelItems; }
    /// How many frames an enhanced image describes one by one (PS3.3 C.7.6.16); 0 in every other file.
    std::size_t describedFrames() const { return m_frames.size(); }
    /// The header as it holds for one frame: what the functional groups say of it goes before what the file
    /// says.
    DicomHeader ofFrame(std::size_t frame) const;
    /// What is broken, such as a file that was cut off: half a sentence; empty where nothing is.
    const std::string& damage() const { return m_damage; }

private:
    friend class DicomWalker;
    using Values = std::map<DicomTag, std::string>;
    Values m_values;
    Values m_sharedByFrames;
    std::vector<Values> m_frames;
    std::string m_transferSyntax;
    bool m_bigEndian = false;
    bool m_hasPixelData = false;
    bool m_hasModalityLut = false;
    std::optional<std::int64_t> m_pixelBytes;
    std::int64_t m_pixelOffset = -1;
    std::vector<std::int64_t> m_pixelItems;
    std::string m_damage;
};

} // namespace hounsfield
