// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Checkpoint.h"
#include "tests/fuzz/Targets.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

using namespace hounsfield;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> inputs(const char* folder, const std::string& target)
{
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry :
         fs::directory_iterator(hounsfield::test::sourceFolder() / "tests" / "fuzz" / folder / target, none))
        files.push_back(entry.path());
    return files;
}

} // namespace

TEST_CASE("every input that a fuzzer begins with or once found is read or refused, never a crash")
{
    for (const test::FuzzTarget& target : test::fuzzTargets()) {
        INFO(target.name);
        CHECK(inputs("corpus", target.name).size() >= 1);
        for (const char* folder : {"corpus", "regressions"})
            for (const fs::path& file : inputs(folder, target.name)) {
                INFO(file.string());
                target.run(test::readFile(file));
                SUCCEED();
            }
    }
}

TEST_CASE("what the fuzzers of checkpoints begin with is whole")
{
    for (const char* target : {"torch_zip", "torch_legacy", "torchscript", "safetensors", "text_encoder"})
        for (const fs::path& file : inputs("corpus", target)) {
            INFO(file.string());
            CHECK_FALSE(openCheckpoint(file)->readAll().empty());
        }
}
