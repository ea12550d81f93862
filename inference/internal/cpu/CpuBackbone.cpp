// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/CpuBackbone.h"

#if defined(HOUNSFIELD_ONEDNN)
#include "inference/internal/cpu/Convolution.h"
#include "inference/internal/cpu/CpuSwin.h"
#include "inference/internal/cpu/CpuUnet.h"
#include "inference/internal/cpu/OneDnn.h"
#endif

namespace hounsfield {

#if defined(HOUNSFIELD_ONEDNN)
std::unique_ptr<CpuBackbone> CpuBackbone::make(const Weights& weights, bool swin, const Index3& size,
                                               MapType type)
{
    const WeightScope scope = WeightScope(weights)("backbone");
    return swin ? makeCpuSwin(scope, size, type) : makeCpuUnet(scope, size, type);
}

bool CpuBackbone::available()
{
    return true;
}

bool CpuBackbone::computesInBFloat16()
{
    return hasFastBFloat16();
}

bool CpuBackbone::copiesMaps()
{
    return !hasAvx512();
}

int CpuBackbone::instructionSets()
{
    return instructionSetNumber();
}
#else
std::unique_ptr<CpuBackbone> CpuBackbone::make(const Weights&, bool, const Index3&, MapType)
{
    return nullptr;
}

bool CpuBackbone::available()
{
    return false;
}

bool CpuBackbone::computesInBFloat16()
{
    return false;
}

bool CpuBackbone::copiesMaps()
{
    return false;
}

int CpuBackbone::instructionSets()
{
    return 0;
}
#endif

} // namespace hounsfield
