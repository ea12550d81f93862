// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/CpuBackbone.h"

namespace hounsfield {

/// The U-Net of the Universal Model, as unetForward says it. @param size every axis a multiple of 8
std::unique_ptr<CpuBackbone> makeCpuUnet(const WeightScope& scope, const Index3& size, MapType type);

} // namespace hounsfield
