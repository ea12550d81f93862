// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/CpuBackbone.h"

namespace hounsfield {

/// The Swin UNETR of the Universal Model, as swinUnetrForward says it: its transformer by LibTorch in
/// float32, its convolutions in blocked maps, where most of the work is. @param size every axis a multiple of
/// 32
std::unique_ptr<CpuBackbone> makeCpuSwin(const WeightScope& scope, const Index3& size, MapType type);

} // namespace hounsfield
