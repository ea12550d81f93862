// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// The processor's matrix tiles (Intel AMX: eight registers of up to 16 rows of 64 bytes; Intel 64 and IA-32
/// Architectures Optimization Reference Manual, chapter 20). Written as assembly: the compiler's own names
/// for it take no register that a template chooses. Only on Linux, which has to be asked first, and x86-64.
#if defined(__linux__) && defined(__x86_64__)
#define HOUNSFIELD_MATRIX_TILES
#endif

namespace hounsfield {

/// Whether this processor multiplies tiles of bfloat16, and the system lets it. Asks once;
/// HOUNSFIELD_NO_TILES in the environment says no.
bool hasMatrixTiles();

#ifdef HOUNSFIELD_MATRIX_TILES
namespace tiles {

constexpr int count = 8;

/// Which shape each register has, of one thread, until it is destroyed.
class Shapes {
public:
    struct Shape {
        int rows = 16, bytes = 64;
    };
    explicit Shapes(const Shape (&shapes)[count])
    {
        alignas(64) unsigned char settings[64] = {1};
        for (int t = 0; t < count; ++t) {
            settings[16 + 2 * t] = static_cast<unsigned char>(shapes[t].bytes);
            settings[48 + t] = static_cast<unsigned char>(shapes[t].rows);
        }
        asm volatile("ldtilecfg %0" : : "m"(settings));
    }
    ~Shapes() { asm volatile("tilerelease"); }
    Shapes(const Shapes&) = delete;
    Shapes& operator=(const Shapes&) = delete;
};

template <int Tile> [[gnu::always_inline]] inline void zero()
{
    asm volatile("tilezero %%tmm%c0" : : "i"(Tile));
}

/// @param stride bytes from row to row
template <int Tile> [[gnu::always_inline]] inline void load(const void* from, std::ptrdiff_t stride)
{
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(Tile) : "memory");
}

template <int Tile> [[gnu::always_inline]] inline void store(void* to, std::ptrdiff_t stride)
{
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(Tile) : "memory");
}

/// Sum += A B: A rows of pairs of bfloat16, B a row for each pair with both values of a column side by side,
/// Sum float32.
template <int Sum, int A, int B> [[gnu::always_inline]] inline void addProduct()
{
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(Sum), "i"(A), "i"(B));
}

} // namespace tiles
#endif

} // namespace hounsfield
