// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Segmenter.h"

#include <c10/core/Device.h>

namespace hounsfield {

/// "auto": the first graphics card, else the CPU. @throws Error(Usage) for a device that is not there or a
/// word that is none
at::Device chooseDevice(const std::string& wanted);
/// What a device computes in without emulation, Fp32 first.
std::vector<Precision> precisionsOf(const at::Device& device);
/// @returns what was asked for. @throws Error(Usage) where the device cannot compute in it
Precision checkedPrecision(Precision wanted, const at::Device& device);
/// What computes there, with the instruction sets that its library uses: "Intel(R) Xeon(R) Processor, sets
/// 5". For telling machines apart.
std::string processorName(const at::Device& device);
/// Threads, allocator and TF32 set for inference; once a process. @return doubts about this machine, as
/// sentences
std::vector<std::string> setUpMachine(int threads, const at::Device& device);

} // namespace hounsfield
