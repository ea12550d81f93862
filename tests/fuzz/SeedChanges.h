// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hounsfield::test {

/// A DICOM file that is decoded as it is.
struct Seed {
    std::string bytes;
    std::size_t pixels = 0;     ///< where they begin, at their tag
    std::size_t pixelBytes = 0; ///< decoded
};

/// Changes of a few files in turn; the same number gives the same change.
class SeedChanges {
public:
    /// @param others cut into the changed ones
    SeedChanges(std::vector<Seed> seeds, std::vector<std::string> others);
    const Seed& seedOf(std::uint64_t number) const { return m_seeds[number % m_seeds.size()]; }
    std::string at(std::uint64_t number) const;

private:
    std::vector<Seed> m_seeds;
    std::vector<std::string> m_others;
};

} // namespace hounsfield::test
