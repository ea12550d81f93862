// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/Memory.h"

#include "volume/io/internal/Text.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <unistd.h>
#endif

namespace hounsfield {
namespace {

/// 0 where the system does not say.
double physicalBytes()
{
#ifdef _WIN32
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof status;
    return GlobalMemoryStatusEx(&status) ? static_cast<double>(status.ullTotalPhys) : 0;
#else
    return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
#endif
}

} // namespace

std::string tooLargeForMemory(std::int64_t bytes)
{
    const double memory = physicalBytes();
    if (memory <= 0 || static_cast<double>(bytes) < 0.9 * memory)
        return "";
    const auto gigabytes = [](double count) { return plainNumber(count / (1 << 30), 1) + " GB"; };
    return "would take " + gigabytes(static_cast<double>(bytes)) + " of memory, and this machine has " +
           gigabytes(memory);
}

} // namespace hounsfield
