// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"
#include "tests/support/CsvCells.h"
#include "tests/support/Locales.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <map>

using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

void readInto(Files& files, const fs::path& folder)
{
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files[fs::relative(entry.path(), folder).string()] = readFile(entry.path());
}

/// A sample scan, what is found in it, and a batch, all under one locale.
Files walk(const std::string& locale)
{
    const TemporaryFolder folder;
    const std::string before = "LC_ALL=" + locale, scan = quoted(folder.path() / "sample_1.nii.gz");
    CHECK(runProgram("sample " + quoted(folder.path()) + " --spacing 6.5", before).code == 0);
    CHECK(runProgram("segment " + scan +
                         " --prompt 'bicycle, liver, liver tumor over 1.5 mm' --overlap 0 --precision fp32 "
                         "--label-map --out " +
                         quoted(folder.path() / "out"),
                     before)
              .code == 6);
    writeFile(folder.path() / "cohort.csv", "scan,case\nsample_1.nii.gz,\"one, with a comma\"\n");
    CHECK(runProgram("batch " + quoted(folder.path() / "cohort.csv") +
                         " --prompt liver --overlap 0 --precision fp32 --out " +
                         quoted(folder.path() / "batch"),
                     before)
              .code == 0);
    Files files;
    readInto(files, folder.path());
    return files;
}

} // namespace

TEST_CASE(
    "every table of the command line has rows as long as its header, and every file the same bytes under a "
    "decimal comma and a Turkish i")
{
    const Files expected = walk("C");
    CHECK(expected.size() > 15);
    CHECK(checkedTables(expected) >= 6);
    for (const char* name : {"de_DE.UTF-8", "tr_TR.UTF-8"}) {
        CAPTURE(name);
        {
            const ForeignLocale foreign(name);
            if (!foreign.there)
                continue;
        }
        const Files files = walk(name);
        for (const auto& [file, bytes] : expected) {
            CAPTURE(file);
            // It holds how long the scan took and when its file was changed.
            if (!file.ends_with("done.json"))
                CHECK((files.count(file) && files.at(file) == bytes));
        }
    }
}
