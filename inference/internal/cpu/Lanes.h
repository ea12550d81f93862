// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

// The same function for every processor: the loader picks the one for this machine. AddressSanitizer is not
// ready when it does.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define HOUNSFIELD_EVERY_PROCESSOR [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define HOUNSFIELD_EVERY_PROCESSOR
#endif

namespace hounsfield {

/// Half of Lanes: what one register of AVX2 holds. A vector of sixteen would be shorter to write, and without
/// AVX-512 GCC keeps it in memory.
typedef float Eight __attribute__((vector_size(32)));
typedef std::int32_t EightIntegers __attribute__((vector_size(32)));
typedef std::uint32_t EightBits __attribute__((vector_size(32)));
typedef std::uint16_t EightHalves __attribute__((vector_size(16)));

/// Sixteen channels of one voxel, or one value of sixteen voxels.
struct Lanes {
    Eight a, b;
    float operator[](int lane) const { return lane < 8 ? a[lane] : b[lane - 8]; }
};
/// Of each lane, whether something holds.
struct Chosen {
    EightIntegers a, b;
};

// GCC notes that such a value passed by reference would be passed otherwise on another processor: these are
// always inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"
#define HOUNSFIELD_LANES [[gnu::always_inline]] inline

HOUNSFIELD_LANES Lanes fill(float x)
{
    return {Eight{} + x, Eight{} + x};
}
HOUNSFIELD_LANES Lanes operator+(Lanes x, Lanes y)
{
    return {x.a + y.a, x.b + y.b};
}
HOUNSFIELD_LANES Lanes operator-(Lanes x, Lanes y)
{
    return {x.a - y.a, x.b - y.b};
}
HOUNSFIELD_LANES Lanes operator*(Lanes x, Lanes y)
{
    return {x.a * y.a, x.b * y.b};
}
HOUNSFIELD_LANES Lanes operator/(Lanes x, Lanes y)
{
    return {x.a / y.a, x.b / y.b};
}
HOUNSFIELD_LANES Lanes operator+(Lanes x, float y)
{
    return {x.a + y, x.b + y};
}
HOUNSFIELD_LANES Lanes operator-(Lanes x, float y)
{
    return {x.a - y, x.b - y};
}
HOUNSFIELD_LANES Lanes operator*(Lanes x, float y)
{
    return {x.a * y, x.b * y};
}
HOUNSFIELD_LANES Lanes operator*(float x, Lanes y)
{
    return {x * y.a, x * y.b};
}
HOUNSFIELD_LANES Lanes operator+(float x, Lanes y)
{
    return {x + y.a, x + y.b};
}
HOUNSFIELD_LANES Lanes operator-(float x, Lanes y)
{
    return {x - y.a, x - y.b};
}
HOUNSFIELD_LANES Lanes operator-(Lanes x)
{
    return {-x.a, -x.b};
}
HOUNSFIELD_LANES Lanes& operator+=(Lanes& x, Lanes y)
{
    return x = x + y;
}
HOUNSFIELD_LANES Chosen operator>(Lanes x, float y)
{
    return {x.a > y, x.b > y};
}
HOUNSFIELD_LANES Chosen operator==(Lanes x, Lanes y)
{
    return {x.a == y.a, x.b == y.b};
}
HOUNSFIELD_LANES Lanes select(Chosen where, Lanes yes, Lanes no)
{
    return {where.a ? yes.a : no.a, where.b ? yes.b : no.b};
}
HOUNSFIELD_LANES Lanes larger(Lanes x, Lanes y)
{
    return {x.a > y.a ? x.a : y.a, x.b > y.b ? x.b : y.b};
}
/// x, or slope * x where it is below zero.
HOUNSFIELD_LANES Lanes select(Lanes x, float slope)
{
    return {x.a < 0 ? slope * x.a : x.a, x.b < 0 ? slope * x.b : x.b};
}

HOUNSFIELD_LANES Lanes load(const float* from)
{
    Lanes x;
    std::memcpy(&x.a, from, sizeof x.a);
    std::memcpy(&x.b, from + 8, sizeof x.b);
    return x;
}

HOUNSFIELD_LANES void store(float* to, Lanes x)
{
    std::memcpy(to, &x.a, sizeof x.a);
    std::memcpy(to + 8, &x.b, sizeof x.b);
}

HOUNSFIELD_LANES Eight widened(const std::uint16_t* from)
{
    EightHalves half;
    std::memcpy(&half, from, sizeof half);
    const EightBits wide = __builtin_convertvector(half, EightBits) << 16;
    Eight x;
    std::memcpy(&x, &wide, sizeof x);
    return x;
}

/// bfloat16: the upper half of a float32.
HOUNSFIELD_LANES Lanes load(const std::uint16_t* from)
{
    return {widened(from), widened(from + 8)};
}

HOUNSFIELD_LANES void narrow(std::uint16_t* to, Eight x)
{
    EightBits bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const EightHalves half = __builtin_convertvector(bits, EightHalves);
    std::memcpy(to, &half, sizeof half);
}

/// Rounded to the nearest, ties to even.
HOUNSFIELD_LANES void store(std::uint16_t* to, Lanes x)
{
    narrow(to, x.a);
    narrow(to + 8, x.b);
}

HOUNSFIELD_LANES float total(Lanes x)
{
    const Eight both = x.a + x.b;
    float four[4];
    for (int i = 0; i < 4; ++i)
        four[i] = both[i] + both[i + 4];
    return (four[0] + four[2]) + (four[1] + four[3]);
}

#undef HOUNSFIELD_LANES
#pragma GCC diagnostic pop

inline std::uint16_t bfloat16Of(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return std::uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

} // namespace hounsfield
