// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"
#include "tests/support/Paths.h"
#include "tests/support/TextPack.h"
#include "tests/support/catch.h"

using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("every way to fail has its exit code and a sentence")
{
    const TemporaryFolder folder;
    const std::string out = " --out " + quoted(folder.path() / "out");
    CHECK(runProgram("").code == 2);
    CHECK(runProgram("--help").code == 0);
    CHECK(runProgram("segment x").code == 2);
    CHECK(runProgram("segment x --prompt liver --precision fp3" + out).code == 2);
    CHECK(runProgram("segment x" + out).code == 2);
    CHECK(runProgram("segment x --all --prompt liver" + out).code == 2);
    CHECK(runProgram("segment " + quoted(folder.path() / "missing.nii.gz") + " --prompt liver" + out).code ==
          3);
    writeFile(folder.path() / "bad.nii.gz", "no scan");
    CHECK(runProgram("info " + quoted(folder.path() / "bad.nii.gz")).code == 3);
    CHECK(runProgram("segment x --prompt liver --model nothing" + out).code == 4);
    CHECK(runProgram("understand brain").code == 6);
    CHECK(runProgram("understand 'liver, both kidneys' --json").code == 0);
    const Outcome encoded =
        runProgram("encode liver --model " + quoted(writeTextPack(folder.path(), "none", "", "", 0)));
    CHECK(encoded.code == 4);
    CHECK(contains(encoded.output, "no text encoder"));
    CHECK_FALSE(fs::exists(folder.path() / "out"));
}

TEST_CASE(
    "models are listed and verified, and a licence must be accepted, and a hostile checkpoint is refused")
{
    const TemporaryFolder folder;
    CHECK(contains(runProgram("model list").output, "small"));
    CHECK(runProgram("model verify small").code == 0);
    CHECK(contains(runProgram("model info small").output, "Apache-2.0"));
    CHECK(runProgram("model remove small").code == 4);
    CHECK(runProgram("model import x.pth --accept-licence --text-encoder y").code == 2);
    const Outcome shown = runProgram("model import x.pth");
    CHECK(shown.code == 2);
    CHECK(contains(shown.output, "CC BY-NC-ND 4.0"));
    REQUIRE_SHARED(shared);
    const Outcome hostile = runProgram("model import --accept-licence " +
                                       quoted(shared / "reference" / "checkpoints" / "malicious_zip.pth"));
    CHECK(hostile.code == 4);
    CHECK(contains(hostile.output, "posix.system"));
    CHECK(runProgram("model import --accept-licence " +
                     quoted(shared / "reference" / "checkpoints" / "zip.pth"))
              .code == 4);
    CHECK_FALSE(contains(runProgram("model list").output, "zip"));
}

TEST_CASE("Ctrl-C ends a run within a window with code 130 and leaves nothing half written")
{
    const TemporaryFolder folder;
    REQUIRE(runProgram("sample " + quoted(folder.path()) + " --spacing 2").code == 0);
    const Outcome stopped =
        runProgram("segment " + quoted(folder.path() / "sample_1.nii.gz") +
                       " --prompt liver --overlap 0.75 --out " + quoted(folder.path() / "out"),
                   "timeout --preserve-status -s INT 3");
    INFO(stopped.output);
    CHECK(stopped.code == 130);
    CHECK(entries(folder.path() / "out") == 0);
}

TEST_CASE("a disk that is full gives code 5 and no half file, and a place that cannot be written is told "
          "before the run")
{
    const TemporaryFolder folder;
    REQUIRE(runProgram("sample " + quoted(folder.path()) + " --spacing 4").code == 0);
    const std::string scan = quoted(folder.path() / "sample_1.nii.gz");
    writeFile(folder.path() / "file", "x");
    const Outcome blocked =
        runProgram("segment " + scan + " --prompt liver --out " + quoted(folder.path() / "file"));
    CHECK(blocked.code == 5);
    CHECK_FALSE(contains(blocked.output, "looking at the scan"));
    // No file may grow beyond 2 KiB: what a full disk looks like to the writer.
    const Outcome full =
        runProgram("segment " + scan + " --prompt liver --overlap 0 --out " + quoted(folder.path() / "out"),
                   "bash -c 'trap \"\" XFSZ; ulimit -f 2; exec \"$@\"' limited");
    INFO(full.output);
    CHECK(full.code == 5);
    CHECK(entries(folder.path() / "out") == 0);
}
