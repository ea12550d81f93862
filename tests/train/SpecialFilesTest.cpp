// SPDX-License-Identifier: Apache-2.0
#include "app/train/CaseAnnotation.h"
#include "inference/ModelPack.h"
#include "inference/Segmenter.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"
#include "volume/Error.h"

#include <sys/stat.h>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// What is said of an action; empty where it is done.
template <typename Act> std::string errorOf(Act&& act)
{
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// A pipe or a link to a device in the place of a file.
void replaceBySpecial(const fs::path& file, bool device)
{
    fs::remove(file);
    if (device)
        fs::create_symlink("/dev/zero", file);
    else
        REQUIRE(mkfifo(file.c_str(), 0600) == 0);
}

} // namespace

TEST_CASE("the files of a model that are a pipe or a device are refused before they are opened")
{
    for (const bool device : {false, true}) {
        const TemporaryFolder folder;
        tinyPack(folder.path() / "pack");
        int seen = 0;
        for (const auto& entry : fs::directory_iterator(folder.path() / "pack")) {
            const std::string name = entry.path().filename().string();
            if (name != "pack.json" && entry.path().extension() != ".safetensors")
                continue;
            CAPTURE(device, name);
            const TemporaryFolder spoiled;
            fs::copy(folder.path() / "pack", spoiled.path() / "pack", fs::copy_options::recursive);
            replaceBySpecial(spoiled.path() / "pack" / name, device);
            EngineSettings engine;
            engine.device = "cpu";
            engine.precision = Precision::Fp32;
            const std::string said =
                errorOf([&] { Segmenter::open(openPackFolder(spoiled.path() / "pack"), engine); });
            INFO(said);
            CHECK(contains(said, "lacks its file " + name));
            ++seen;
        }
        CHECK(seen == 2);
    }
}

TEST_CASE("a training state that is a pipe or a device is refused before it is opened")
{
    const TemporaryFolder folder;
    const auto at = [&](const char* name) { return quoted(folder.path() / name); };
    REQUIRE(runTrainer("make-data --out " + at("set") + " --count 3 --spacing 10 --classes \"Liver,Spleen\"")
                .code == 0);
    for (const bool device : {false, true}) {
        replaceBySpecial(folder.path() / "state", device);
        const Said said = runTrainer(
            "train --out " + at("ours") + " --state " + at("state") + " --name ours --data " + at("set") +
                " --validation 0.4 --steps 2 --validate-every 1 --spacing 10 --roi 16 16 16 "
                "--widths 16 16 16 16 --pool 3 --batch 1 --threads 2 --device cpu",
            "timeout 60");
        CAPTURE(device, said.output);
        CHECK(said.code == 4);
        CHECK(contains(said.output, device ? "state' is a device" : "state' is a named pipe"));
    }
}

TEST_CASE("an annotation of a case that is a pipe is refused before it is opened")
{
    const TemporaryFolder folder;
    replaceBySpecial(folder.path() / "annotation.json", false);
    const std::string said = errorOf([&] { training::absentClasses(folder.path(), {}, nullptr); });
    CHECK(contains(said, "annotation.json' is a named pipe"));
}
