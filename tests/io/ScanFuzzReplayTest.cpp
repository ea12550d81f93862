// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/ScanTargets.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

using namespace hounsfield::test;
namespace fs = std::filesystem;

TEST_CASE("what fuzzing begins with and what it found are read or refused by the scan front, never a crash")
{
    for (const FuzzTarget& target : fuzzTargets()) {
        CAPTURE(target.name);
        const auto seeds = scanSeeds(target.name);
        REQUIRE(seeds.size() >= 3);
        for (const std::string& seed : seeds) {
            REQUIRE_NOTHROW(target.run(seed));
            // Every byte wrong once, and every length cut: what a fuzzer tries first.
            for (std::size_t n = 0; n < seed.size(); n += 3) {
                std::string spoiled = seed;
                spoiled[n] = static_cast<char>(spoiled[n] ^ 0x81);
                REQUIRE_NOTHROW(target.run(spoiled));
                REQUIRE_NOTHROW(target.run(seed.substr(0, n)));
            }
        }
        const fs::path found = sourceFolder() / "tests" / "fuzz" / "regressions" / target.name;
        if (fs::is_directory(found))
            for (const auto& entry : fs::directory_iterator(found)) {
                CAPTURE(entry.path().filename());
                REQUIRE_NOTHROW(target.run(readFile(entry.path())));
            }
    }
}
