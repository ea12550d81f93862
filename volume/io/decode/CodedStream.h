// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hounsfield::decode {

/// What a JPEG, JPEG-LS or JPEG 2000 stream says of its picture.
struct CodedStream {
    std::uint32_t columns = 0, rows = 0;
    std::uint32_t components = 0;
    std::uint32_t bits = 0; ///< of each value
};

/// Reads the frame header of JPEG (ITU-T T.81 B.2.2) and JPEG-LS (T.87 C.2.2) or the size segment of JPEG
/// 2000 (T.800 A.5.1), also within a JP2 file.
/// @param bytes that a stream begins with @return nothing where they begin none of these
std::optional<CodedStream> readCodedStream(std::span<const char> bytes);

} // namespace hounsfield::decode
