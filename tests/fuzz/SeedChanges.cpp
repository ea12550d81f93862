// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/SeedChanges.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <random>

namespace hounsfield::test {
namespace {

std::size_t placeIn(const std::string& bytes, const Seed& seed, std::mt19937_64& random)
{
    // Pixels and what leads to them, nine times of ten.
    const std::size_t from = random() % 10 == 0 || seed.pixels >= bytes.size() ? 0 : seed.pixels;
    const std::size_t span = bytes.size() - from;
    return from + (random() % 3 == 0 ? random() % std::min<std::size_t>(span, 160) : random() % span);
}

void change(std::string& bytes, const Seed& seed, const std::vector<std::string>& others,
            std::mt19937_64& random)
{
    static constexpr std::array<std::uint32_t, 12> odd{
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    const std::size_t place = placeIn(bytes, seed, random);
    const std::size_t length = std::min<std::size_t>(1 + random() % 64, bytes.size() - place);
    switch (random() % 8) {
    case 0:
    case 1:
        bytes[place] = static_cast<char>(bytes[place] ^ (1 << random() % 8));
        break;
    case 2:
        bytes[place] = static_cast<char>(random());
        break;
    case 3:
    case 4: {
        const std::uint32_t value = odd[random() % odd.size()];
        const std::size_t width = std::min<std::size_t>(std::size_t{1} << random() % 3, bytes.size() - place);
        std::memcpy(bytes.data() + place, &value, width);
        break;
    }
    case 5:
        bytes.erase(place, length);
        break;
    case 6:
        bytes.insert(place, bytes.substr(place, length));
        break;
    default:
        if (const std::string& other = others[random() % others.size()]; random() % 4 == 0)
            bytes.replace(place, length, other.substr(random() % other.size(), length));
        else
            bytes[place] = static_cast<char>(bytes[place] + 1 - 2 * static_cast<int>(random() % 2));
    }
}

} // namespace

SeedChanges::SeedChanges(std::vector<Seed> seeds, std::vector<std::string> others)
    : m_seeds(std::move(seeds)), m_others(std::move(others))
{
}

std::string SeedChanges::at(std::uint64_t number) const
{
    std::mt19937_64 random(number * 0x9E3779B97F4A7C15u + 1);
    const Seed& seed = seedOf(number);
    std::string bytes = seed.bytes;
    // One change of every second file, two of every fourth, so that many get past the first check.
    for (int left = 1 + std::countr_zero(random() | 128u); left > 0 && !bytes.empty(); --left)
        change(bytes, seed, m_others, random);
    return bytes;
}

} // namespace hounsfield::test
