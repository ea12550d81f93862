// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/MatrixTiles.h"

#ifdef HOUNSFIELD_MATRIX_TILES
#include <cpuid.h>
#include <cstdlib>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace hounsfield {
#ifdef HOUNSFIELD_MATRIX_TILES
namespace {

bool processorHasTiles()
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned tile = 1u << 24, bfloat16 = 1u << 22;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & tile) && (d & bfloat16);
}

/// Linux keeps the registers' 8 KiB for a process only when asked (Documentation/arch/x86/xstate.rst).
bool systemLets()
{
    constexpr long requestPermission = 0x1023, tileData = 18;
    return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}

} // namespace

bool hasMatrixTiles()
{
    static const bool has = !std::getenv("HOUNSFIELD_NO_TILES") && processorHasTiles() && systemLets();
    return has;
}
#else
bool hasMatrixTiles()
{
    return false;
}
#endif

} // namespace hounsfield
