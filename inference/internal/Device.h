#pragma once

#include "inference/Segmenter.h"

#include <c10/core/Device.h>

namespace hounsfield {

/// "auto": the first graphics card, else the CPU. @throws Error(Usage) for a device that is not there or a word that is none
at::Device chooseDevice(const std::string& wanted);
/// Auto is float32 for now; a precision that the device cannot compute in is refused. @throws Error(Usage)
Precision choosePrecision(Precision wanted, const at::Device& device);
/// Threads, allocator and TF32 set for inference; once a process. @return doubts about this machine, as sentences
std::vector<std::string> setUpMachine(int threads, const at::Device& device);

} // namespace hounsfield
