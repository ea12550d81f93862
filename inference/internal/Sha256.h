// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hounsfield {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
public:
    void add(std::string_view bytes);
    /// The digest in lower-case hexadecimal; the object is used up.
    std::string hex();

private:
    void block(const unsigned char* bytes);
    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::string m_waiting;
    std::uint64_t m_count = 0;
};

std::string sha256(std::string_view bytes);

} // namespace hounsfield
