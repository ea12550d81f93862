// SPDX-License-Identifier: Apache-2.0
// Writes the scan front's first inputs: fuzz_scan_seeds FOLDER makes FOLDER/<target>/<number>.
#include "tests/fuzz/ScanTargets.h"

#include <filesystem>
#include <fstream>

int main(int count, char* arguments[])
{
    if (count != 2)
        return 1;
    for (const auto& target : hounsfield::test::fuzzTargets()) {
        const auto folder = std::filesystem::path(arguments[1]) / target.name;
        std::filesystem::create_directories(folder);
        int number = 0;
        for (const std::string& seed : hounsfield::test::scanSeeds(target.name))
            std::ofstream(folder / std::to_string(++number), std::ios::binary) << seed;
    }
}
