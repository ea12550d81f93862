// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace hounsfield {

/// A new unique identifier under 2.25, from 122 random bits (PS3.5 B.2).
std::string newDicomUid();
/// The shortest decimal string of at most 16 characters, as DICOM's VR DS asks (PS3.5 6.2).
std::string decimalString(double value);

/// A data set in explicit little endian, written by hand: values go in by tag and come out in ascending
/// order.
class DicomElements {
public:
    /// Text of any VR with a 16-bit length. Padded to even length: UI with a zero, all others with a space.
    void text(std::uint32_t tag, const char* vr, const std::string& value);
    /// An unsigned or signed short.
    void number(std::uint32_t tag, const char* vr, int value);
    /// A VR with a 32-bit length (OB, OW).
    void bytes(std::uint32_t tag, const char* vr, const std::string& value);
    std::string encoded() const;

private:
    std::map<std::uint32_t, std::string> m_elements;
};

/// A whole file (PS3.10): preamble, meta group, data set.
std::string dicomFile(const std::string& sopClass, const std::string& sopInstance,
                      const DicomElements& dataSet);

} // namespace hounsfield
