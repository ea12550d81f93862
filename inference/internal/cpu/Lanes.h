#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

// The same function for every processor: the loader picks the one for this machine. AddressSanitizer is not ready when it does.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define HOUNSFIELD_EVERY_PROCESSOR [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define HOUNSFIELD_EVERY_PROCESSOR
#endif

namespace hounsfield {

/// Sixteen channels of one voxel, or one value of sixteen voxels.
typedef float Lanes __attribute__((vector_size(64)));
typedef std::uint32_t IntegerLanes __attribute__((vector_size(64)));
typedef std::uint16_t HalfLanes __attribute__((vector_size(32)));

// GCC notes that such a value passed by reference would be passed otherwise on another processor: these are always inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

[[gnu::always_inline]] inline Lanes load(const float* from)
{
    Lanes x;
    std::memcpy(&x, from, sizeof x);
    return x;
}

/// bfloat16: the upper half of a float32.
[[gnu::always_inline]] inline Lanes load(const std::uint16_t* from)
{
    HalfLanes half;
    std::memcpy(&half, from, sizeof half);
    const IntegerLanes wide = __builtin_convertvector(half, IntegerLanes) << 16;
    Lanes x;
    std::memcpy(&x, &wide, sizeof x);
    return x;
}

[[gnu::always_inline]] inline void store(float* to, Lanes x)
{
    std::memcpy(to, &x, sizeof x);
}

/// Rounded to the nearest, ties to even.
[[gnu::always_inline]] inline void store(std::uint16_t* to, Lanes x)
{
    IntegerLanes bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const HalfLanes half = __builtin_convertvector(bits, HalfLanes);
    std::memcpy(to, &half, sizeof half);
}

[[gnu::always_inline]] inline Lanes larger(Lanes a, Lanes b)
{
    return a > b ? a : b;
}

[[gnu::always_inline]] inline Lanes select(Lanes x, float slope)
{
    return x < 0 ? slope * x : x;
}

[[gnu::always_inline]] inline float total(Lanes x)
{
    float one[16];
    std::memcpy(one, &x, sizeof one);
    float eight[8], four[4];
    for (int i = 0; i < 8; ++i)
        eight[i] = one[i] + one[i + 8];
    for (int i = 0; i < 4; ++i)
        four[i] = eight[i] + eight[i + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
}

#pragma GCC diagnostic pop

inline std::uint16_t bfloat16Of(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return std::uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

} // namespace hounsfield
