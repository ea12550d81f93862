// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace hounsfield {

/// Half a sentence where voxels of so many bytes cannot be held by this machine ("would take 2000 GB of
/// memory, and this machine has 16 GB"); empty where they can. A header that lies is refused by it before
/// anything is allocated.
std::string tooLargeForMemory(std::int64_t bytes);

} // namespace hounsfield
