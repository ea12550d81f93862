// SPDX-License-Identifier: Apache-2.0
// One executable for each reader; FUZZ_TARGET says which. libFuzzer calls it with bytes that it makes up.
#include "tests/fuzz/Targets.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto* const target = [] {
        for (const auto& known : hounsfield::test::fuzzTargets())
            if (std::strcmp(known.name, FUZZ_TARGET) == 0)
                return &known;
        __builtin_trap();
    }();
    target->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
