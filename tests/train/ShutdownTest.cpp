// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"

#include <chrono>

using namespace hounsfield::test;
namespace fs = std::filesystem;

TEST_CASE("SIGTERM ends a training within two seconds, keeps its state and leaves no half file")
{
    const TemporaryFolder folder;
    const auto at = [&](const char* name) { return quoted(folder.path() / name); };
    const std::string data =
        "make-data --out " + at("set") + " --count 3 --spacing 10 --classes \"Liver,Spleen\"";
    REQUIRE(runTrainer(data).code == 0);
    const std::string train =
        "train --out " + at("ours") + " --name ours --data " + at("set") +
        " --validation 0.4 --steps 100000 --validate-every 5 --checkpoint-every 2 --spacing 10 --roi 16 "
        "16 16 --widths 16 16 16 16 --pool 3 --batch 1 --threads 2 --device cpu";
    std::int64_t kept = -1;
    for (const int seconds : {1, 4, 9}) {
        const auto begin = std::chrono::steady_clock::now();
        const Said ended = runTrainer(train, "timeout --preserve-status -s TERM " + std::to_string(seconds));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        CAPTURE(seconds, took, ended.code, ended.output);
        CHECK((ended.code == 130 || (seconds < 3 && ended.code == 143)));
        CHECK(took < seconds + 2);
        for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
            CHECK(entry.path().string().find(".part") == std::string::npos);
    }
    for (const auto& entry : fs::directory_iterator(folder.path()))
        if (entry.path().extension() == ".state")
            kept = static_cast<std::int64_t>(fs::file_size(entry.path()));
    CHECK(kept > 0);
}
