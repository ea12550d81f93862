// SPDX-License-Identifier: Apache-2.0
#include "inference/PackStore.h"
#include "inference/PackWriter.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/StopLooks.h"
#include "tests/support/TorchFile.h"
#include "tests/support/catch.h"

#include <csignal>

#include <sys/resource.h>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

struct Installed {
    TemporaryFolder folder;
    PackStore store{folder.path() / "models"};
    Progress silent;
    fs::path checkpoint = folder.path() / "model.safetensors";

    Installed()
    {
        writeFile(checkpoint,
                  writeSafetensors(formulaWeights(expectedUnetTensors({{16, 16, 32, 32}, 8})), {}));
        for (const char* name : {"one", "two"})
            store.import({checkpoint, name, {}, {}}, silent);
    }
    PackStore::Listed listed(const std::string& name) const
    {
        for (const PackStore::Listed& one : store.list())
            if (one.name == name)
                return one;
        return {};
    }
    void edit(const std::string& from, const std::string& to) const
    {
        std::string text = readFile(store.folder() / "one" / "pack.json");
        const std::size_t at = text.find(from);
        REQUIRE(at != std::string::npos);
        writeFile(store.folder() / "one" / "pack.json", text.replace(at, from.size(), to));
    }
};

} // namespace

TEST_CASE("the list tells size and state of every pack, and what one lacks")
{
    const Installed installed;
    CHECK(installed.store.list().size() == 3);
    CHECK(installed.listed("small").bytes > 1000000);
    CHECK(installed.listed("two").bytes > 100000);
    CHECK(installed.listed("two").problem.empty());
    fs::remove(installed.store.folder() / "one" / "card.md");
    CHECK_FALSE(installed.listed("one").pack);
    CHECK(installed.listed("one").problem.find("lacks its file card.md") != std::string::npos);
    fs::create_directories(installed.store.folder() / "empty");
    CHECK(installed.listed("empty").problem.find("lacks its file pack.json") != std::string::npos);
    // What a crash can leave behind is no pack.
    for (const char* left : {".three.partial", ".four.removed"})
        fs::copy(installed.store.folder() / "two", installed.store.folder() / left);
    CHECK(installed.store.list().size() == 4);
}

TEST_CASE("a pack of a newer or an unknown format is answered by one sentence")
{
    const Installed installed;
    installed.edit("\"format\": 1", "\"format\": 6");
    CHECK(installed.listed("one").problem.find("newer version of this program (format 6") !=
          std::string::npos);
    installed.edit("\"format\": 6", "\"format\": 0");
    CHECK(installed.listed("one").problem.find("its format 0 is none that this program ever had") !=
          std::string::npos);
    installed.edit("\"format\": 0", "\"format\": 1e300");
    CHECK(installed.listed("one").problem.find("cannot be understood") != std::string::npos);
    installed.edit("\"format\": 1e300", "\"format\": 1");
    installed.edit("\"card.md\"", "\"../x.md\"");
    CHECK(installed.listed("one").problem.find("outside its folder") != std::string::npos);
    CHECK(installed.listed("two").problem.empty());
}

TEST_CASE("a peak of a tumor is written as format 4 and read back, and refused where it is none")
{
    const Installed installed;
    ModelPack pack = *installed.listed("one").pack;
    const std::vector<std::pair<std::string, std::string>> hashes(pack.sha256.begin(), pack.sha256.end());
    const auto written = [&](std::size_t row, double peak) {
        ModelPack changed = pack;
        changed.classes.at(row).peak = peak;
        writeFile(installed.store.folder() / "one" / "pack.json", packJson(changed, hashes));
        return installed.listed("one");
    };
    REQUIRE(pack.classes.at(26).name == "Liver Tumor");
    const auto good = written(26, 0.9);
    REQUIRE(good.pack);
    CHECK(good.pack->classes.at(26).peak == 0.9);
    CHECK(good.pack->classes.at(27).peak == 0);
    CHECK(readFile(installed.store.folder() / "one" / "pack.json").find("\"format\": 4") !=
          std::string::npos);
    CHECK(written(26, 0.4).problem.find("its class 27 has an impossible peak") !=
          std::string::npos); // below its threshold
    CHECK(written(26, 1).problem.find("impossible peak") != std::string::npos);
    CHECK(written(5, 0.9).problem.find("its class 6 has an impossible peak") !=
          std::string::npos); // an organ
    CHECK(written(26, 0).problem.empty());
}

TEST_CASE("an import that is stopped anywhere leaves nothing behind")
{
    const Installed installed;
    const auto entries = [&] { return std::distance(fs::directory_iterator(installed.store.folder()), {}); };
    for (int reports : {1, 2, 5, 20, 40, 48}) {
        INFO(reports);
        StopReports progress(reports);
        CHECK_THROWS_AS(installed.store.import({installed.checkpoint, "three", {}, {}}, progress), Cancelled);
        CHECK(entries() == 2);
    }
}

TEST_CASE("a full disk is an error of resources and leaves nothing behind")
{
    const Installed installed;
    Progress silent;
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most : {rlim_t(100), rlim_t(100000)}) {
        const rlimit limited{most, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limited);
        std::string said;
        ErrorKind kind = ErrorKind::Prompt;
        try {
            installed.store.import({installed.checkpoint, "three", {}, {}}, silent);
        } catch (const Error& error) {
            kind = error.kind();
            said = error.what();
        }
        setrlimit(RLIMIT_FSIZE, &before);
        INFO(said);
        CHECK(kind == ErrorKind::Resources);
        CHECK(said.find("space on the disk") != std::string::npos);
        CHECK(std::distance(fs::directory_iterator(installed.store.folder()), {}) == 2);
    }
    std::signal(SIGXFSZ, handler);
}

TEST_CASE("a checkpoint in zip form with its optimizer is imported, and a changed byte of a weight is found "
          "by its checksum")
{
    const Installed installed;
    Progress silent;
    const StoredTensors weights = formulaWeights(expectedUnetTensors({{16, 16, 32, 32}, 8}));
    const fs::path file = installed.folder.path() / "zip.pth";
    writeTorchZip(file, {weights.begin(), weights.end()}, 2,
                  [&](const std::string& name, const TensorInfo&, const auto& write) {
                      write(weights.at(name).bytes);
                  });
    const ModelPack pack = installed.store.import({file, "zip", {}, {}}, silent);
    CHECK(pack.weightsSha256 == installed.store.open(std::string("one")).weightsSha256);
    std::string bytes = readFile(file);
    const std::string& some = weights.at("backbone.down_tr128.ops.1.conv1.weight").bytes;
    const std::size_t at = bytes.find(some.substr(0, 64));
    REQUIRE(at != std::string::npos);
    bytes[at + 21] = static_cast<char>(bytes[at + 21] ^ 4);
    writeFile(file, bytes);
    try {
        installed.store.import({file, "changed", {}, {}}, silent);
        FAIL("it was imported");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find("has changed since it was written") != std::string::npos);
    }
    CHECK(std::distance(fs::directory_iterator(installed.store.folder()), {}) == 3);
}

TEST_CASE("a pack states the reliability of its classes as format 5, and older packs are read without")
{
    const Installed installed;
    const fs::path folder = installed.store.folder() / "one";
    const ModelPack before = openPackFolder(folder);
    CHECK(readFile(folder / "pack.json").find("\"format\": 1") != std::string::npos);
    for (const ModelClass& known : before.classes)
        CHECK_FALSE(known.reliability);
    stateReliability(folder, {{6, {0.92449, 3}}, {11, {0.024, 1}}});
    const ModelPack after = openPackFolder(folder);
    CHECK(readFile(folder / "pack.json").find("\"format\": 5") != std::string::npos);
    REQUIRE(after.classById(6).reliability);
    CHECK(after.classById(6).reliability->dice == 0.924);
    CHECK(after.classById(6).reliability->scans == 3);
    CHECK(after.classById(11).reliability->dice == 0.024);
    CHECK(after.classById(1).reliability->scans == 0);
    CHECK(after.sha256 == before.sha256);
    verifyPack(after);
    // Other weights are not what was measured.
    writePack(after, after.files->read(after.weightsFile), "card", installed.folder.path() / "trained");
    CHECK_FALSE(openPackFolder(installed.folder.path() / "trained").classById(6).reliability);
    // What the program writes of it says the same.
    const std::string written = packJson(after, {{"card.md", "x"}});
    CHECK(written.find("\"format\": 5") != std::string::npos);
    CHECK(written.find("\"dice\": 0.924") != std::string::npos);
    for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{
             {"\"dice\": 0.924", "\"dice\": 1.5"}, {"\"dice\": 1.5", "\"dice\": \"high\""}}) {
        installed.edit(from, to);
        CHECK_THROWS_AS(openPackFolder(folder), Error);
    }
    writeFile(folder / "pack.json", "no description");
    CHECK_THROWS_AS(stateReliability(folder, {}), Error);
    CHECK(readFile(folder / "pack.json") == "no description");
}
