// SPDX-License-Identifier: Apache-2.0
#include "app/results/StagedFiles.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <set>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

std::set<std::string> namesIn(const fs::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return names;
}

} // namespace

TEST_CASE("results take the places of earlier ones together, and what is obsolete goes")
{
    const TemporaryFolder folder;
    const fs::path place = folder.path() / "results";
    fs::create_directory(place);
    writeFile(place / "table.csv", "old");
    writeFile(place / "lesions.csv", "old");
    writeFile(place / "notes.txt", "of the person");
    StagedFiles staged(place);
    writeFile(staged.path() / "table.csv", "new");
    writeFile(staged.path() / "mask.nrrd", "new");
    CHECK(readFile(place / "table.csv") == "old");
    CHECK(staged.takePlace({"lesions.csv", "table.csv", "by_hand.csv"}) ==
          std::vector<std::string>{"mask.nrrd", "table.csv"});
    CHECK(readFile(place / "table.csv") == "new");
    CHECK_FALSE(fs::exists(place / "lesions.csv"));
    CHECK(readFile(place / "notes.txt") == "of the person");
}

TEST_CASE("where the work ends before, earlier results are as they were and nothing is left beside them")
{
    const TemporaryFolder folder;
    writeFile(folder.path() / "table.csv", "old");
    {
        StagedFiles staged(folder.path());
        writeFile(staged.path() / "table.csv", "new");
    }
    CHECK(readFile(folder.path() / "table.csv") == "old");
    CHECK(namesIn(folder.path()) == std::set<std::string>{"table.csv"});
}

TEST_CASE("a result that cannot take its place is named with how many have, and a place that cannot be "
          "written is told")
{
    const TemporaryFolder folder;
    fs::create_directories(folder.path() / "b.csv" / "in the way");
    StagedFiles staged(folder.path());
    for (const char* name : {"a.csv", "b.csv", "c.csv"})
        writeFile(staged.path() / name, "new");
    CHECK_THROWS_WITH(staged.takePlace({}), Catch::Contains("b.csv") && Catch::Contains("1 of 3 files"));
    writeFile(folder.path() / "file", "no folder");
    CHECK_THROWS_AS(StagedFiles(folder.path() / "file" / "results"), Error);
}
