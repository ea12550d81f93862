// SPDX-License-Identifier: Apache-2.0
#include "inference/Segmenter.h"
#include "inference/internal/Device.h"
#include "inference/internal/PackWeights.h"
#include "inference/internal/PerformanceCache.h"
#include "inference/internal/PrecisionSelector.h"
#include "inference/internal/Runner.h"
#include "inference/internal/cpu/CpuBackbone.h"
#include "tests/inference/engine/NoiseScan.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/StopLooks.h"
#include "tests/support/TextPack.h"
#include "tests/support/catch.h"

#include <cstdlib>
#include <fstream>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Its windows are several times the trial's.
ModelPack pack(const std::filesystem::path& folder)
{
    return writeFormulaPack(folder, {64, 64, 32});
}

/// A cache folder of its own while it lives.
class OwnCache {
public:
    explicit OwnCache(const std::filesystem::path& folder)
    {
        const char* before = std::getenv("HOUNSFIELD_CACHE");
        m_before = before ? before : "";
        setenv("HOUNSFIELD_CACHE", folder.c_str(), 1);
    }
    ~OwnCache()
    {
        m_before.empty() ? unsetenv("HOUNSFIELD_CACHE") : setenv("HOUNSFIELD_CACHE", m_before.c_str(), 1);
    }

private:
    std::string m_before;
};

/// Keeps the stages that it hears, too.
class Listener final : public StopLooks {
public:
    using StopLooks::StopLooks;
    void report(const ProgressReport& how) override
    {
        if (stages.empty() || stages.back() != how.stage)
            stages.push_back(how.stage);
    }
    bool heard(const std::string& stage) const
    {
        return std::find(stages.begin(), stages.end(), stage) != stages.end();
    }
    std::vector<std::string> stages;
};

bool hasChoice()
{
    return precisionsOf(at::Device(at::kCPU)).size() > 1;
}

} // namespace

TEST_CASE("the trial of precisions runs on a small window, whatever the model's")
{
    CHECK(PrecisionSelector::trialSize({96, 96, 96}) == Index3{32, 32, 32});
    CHECK(PrecisionSelector::trialSize({96, 96, 64}) == Index3{32, 32, 32});
    CHECK(PrecisionSelector::trialSize({16, 64, 224}) == Index3{16, 32, 64});
    CHECK(PrecisionSelector::isLongerThanTrial(1, {96, 96, 64}));
    CHECK_FALSE(PrecisionSelector::isLongerThanTrial(6, {32, 32, 32}));
    CHECK(PrecisionSelector::isLongerThanTrial(7, {32, 32, 32}));
}

TEST_CASE(
    "auto takes float32 where there is no other, and says which it takes and why where there is a choice")
{
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    Progress silent;
    Runner runner(model, twoThreads());
    runner.choosePrecision(20, silent);
    CHECK(runner.precision() != Precision::Auto);
    const bool float32 = runner.precision() == Precision::Fp32;
    CHECK((runner.precisionReason().find("Computed in " + std::string(float32 ? "float32" : "bf16")) == 0) ==
          hasChoice());
    EngineSettings exact = twoThreads();
    exact.precision = Precision::Fp32;
    CHECK(Runner(model, exact).precisionReason().empty());
    const Weights weights = packWeights(model);
    CHECK(PrecisionSelector(weights, model, at::kCPU, {Precision::Fp32}).choose(silent).precision ==
          Precision::Fp32);
}

TEST_CASE("one trial is made for a model on this computer, and kept on disk")
{
    if (!hasChoice()) {
        WARN("skipped: this processor has one precision");
        return;
    }
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    std::string reason;
    {
        Listener first;
        Runner runner(model, twoThreads());
        runner.choosePrecision(20, first);
        CHECK(first.heard("comparing precisions"));
        reason = runner.precisionReason();
        runner.choosePrecision(20, first);
    }
    REQUIRE_FALSE(std::filesystem::is_empty(folder.path() / "cache"));
    Listener second;
    Runner again(model, twoThreads());
    CHECK(again.precisionReason() == reason);
    again.choosePrecision(20, second);
    CHECK(second.looks == 0);
    // Damaged in any way: a new trial, and a whole file again.
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "cache"))
        std::ofstream(entry.path()) << "{\"format\": 1, \"key\": ";
    Listener third;
    Runner anew(model, twoThreads());
    anew.choosePrecision(20, third);
    CHECK(third.heard("comparing precisions"));
    Listener fourth;
    Runner(model, twoThreads()).choosePrecision(20, fourth);
    CHECK(fourth.looks == 0);
}

TEST_CASE("a job that is shorter than the trial has none and is computed in float32")
{
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    Listener progress;
    Runner runner(model, twoThreads());
    runner.choosePrecision(1, progress);
    CHECK(progress.looks == 0);
    CHECK(runner.precision() == Precision::Fp32);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "cache"));
}

TEST_CASE(
    "an estimate and the trial in it stop at whatever look they are asked to, and nothing half done is kept")
{
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    const Volume scan = *noiseScan(Index3{80, 80, 60});
    Listener whole;
    Segmenter::open(model, twoThreads())->estimate(scan, 2, 0.5, whole);
    std::filesystem::remove_all(folder.path() / "cache");
    // The slices, and twice at least a network of 38 layers.
    REQUIRE(whole.looks > 60 + 2 * 38);
    const auto segmenter = Segmenter::open(model, twoThreads());
    for (const int stopAt : {1, 40, 66, 66 + 38, whole.looks}) {
        Listener stopped(stopAt);
        CHECK_THROWS_AS(segmenter->estimate(scan, 2, 0.5, stopped), Cancelled);
        CHECK(stopped.looks == stopAt);
        // Its last look comes after the choice, which then stays made.
        CHECK((stopAt == whole.looks || !std::filesystem::exists(folder.path() / "cache")));
    }
    Progress silent;
    CHECK(segmenter->estimate(scan, 2, 0.5, silent).windows == 12);
}

TEST_CASE("an estimate counts the windows of the body alone, and needs no window once a scan was looked at")
{
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    const Volume full = *noiseScan(Index3{64, 64, 64});
    // The same in a large field of air.
    const Geometry grid = Geometry::fromSpacing({160, 160, 64}, {-192, -192, 0}, {4, 4, 4});
    std::vector<std::int16_t> voxels(std::size_t(grid.voxelCount()), -1000);
    for (std::int64_t k = 0; k < 64; ++k)
        for (std::int64_t j = 0; j < 64; ++j)
            for (std::int64_t i = 0; i < 64; ++i)
                voxels[std::size_t(grid.offset({i + 48, j + 48, k}))] = full.at({i, j, k});
    const auto inAir = std::make_shared<const Volume>(grid, voxels);
    const auto segmenter = Segmenter::open(model, twoThreads());
    Listener progress;
    const Estimate alone = segmenter->estimate(full, 1, 0.5, progress),
                   wide = segmenter->estimate(*inAir, 1, 0.5, progress);
    CHECK(alone.windows == 3);
    CHECK(wide.windows == alone.windows);
    CHECK(wide.seconds >= alone.seconds);
    Progress silent;
    segmenter->prepare(inAir, {0.5, {}, {}, {}}, silent);
    Listener later;
    const Estimate known = Segmenter::open(model, twoThreads())->estimate(*inAir, 1, 0.5, later);
    CHECK(known.seconds > 0);
    CHECK(later.looks == 1 + 64); // the slices
}

TEST_CASE("the time of a window is measured once and kept on disk, and a measurement that was stopped is not")
{
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    EngineSettings settings = twoThreads();
    settings.precision = Precision::Fp32;
    Runner runner(model, settings);
    Listener stopped(40), first, second, third;
    CHECK_THROWS_AS(runner.secondsPerWindow(stopped), Cancelled);
    const double seconds = runner.secondsPerWindow(first);
    CHECK(first.looks == 2 * 38);
    CHECK(runner.secondsPerWindow(second) == seconds);
    CHECK(second.looks == 0);
    CHECK(Runner(model, settings).secondsPerWindow(third) == seconds);
    CHECK(third.looks == 0);
}

TEST_CASE("between two looks for a stop a network does no more than one layer")
{
    if (!CpuBackbone::available()) {
        WARN("skipped: this build has no oneDNN");
        return;
    }
    const TemporaryFolder folder;
    const ModelPack model = pack(folder.path());
    const Network network(packWeights(model), at::kCPU, Precision::Fp32);
    const at::Tensor window = trialWindow({32, 32, 32});
    Listener all;
    network.run(window, &all);
    CHECK(all.looks == 14 + 3 * 8); // convolutions, and the taps of what is sampled up
    for (const int stopAt : {1, 17, 38}) {
        Listener stopped(stopAt);
        CHECK_THROWS_AS(network.run(window, &stopped), Cancelled);
        CHECK(stopped.looks == stopAt);
    }
    Listener afterwards;
    CHECK_NOTHROW(network.run(window, &afterwards));
}

TEST_CASE("a model is opened with a look for a stop before every tensor")
{
    const TemporaryFolder folder;
    const OwnCache cache(folder.path() / "cache");
    const ModelPack model = pack(folder.path());
    const auto tensors = int(packWeights(model).size());
    CHECK(checkEveryLookStops([&](const Progress& stop) { Segmenter::open(model, twoThreads(), stop); }) ==
          tensors);
}

TEST_CASE("what is measured is kept for its key alone, and a damaged or foreign file reads as nothing")
{
    const TemporaryFolder folder;
    const PerformanceCache cache("model a; processor b", folder.path() / "new"),
        other("model a; processor c", folder.path() / "new");
    CHECK(cache.read().precision.empty());
    cache.write({"bf16", "Computed in bf16.", {{"bf16", 1.5}}});
    CHECK(cache.read().precision == "bf16");
    CHECK(cache.read().reason == "Computed in bf16.");
    CHECK(cache.read().secondsPerWindow.at("bf16") == 1.5);
    CHECK(other.read().precision.empty());
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path() / "new"), {}) ==
          1); // nothing beside it is left
    std::filesystem::copy_file(cache.file(), other.file());
    CHECK(other.read().precision.empty());
    const std::string whole = readFile(cache.file());
    for (const std::string& damaged :
         {std::string(), whole.substr(0, whole.size() / 2), std::string("[]"),
          std::string(whole).replace(whole.find("1.5"), 3, "-1"),
          std::string(whole).replace(whole.find("bf16"), 4, "fp99"), std::string(100000, ' ')}) {
        std::ofstream(cache.file(), std::ios::binary) << damaged;
        CHECK(cache.read().precision.empty());
    }
    // Where nothing can be written nothing is kept, and nothing fails.
    std::ofstream(folder.path() / "file") << "x";
    const PerformanceCache nowhere("model a", folder.path() / "file");
    nowhere.write({"bf16", "", {}});
    CHECK(nowhere.read().precision.empty());
    PerformanceCache("", folder.path()).write({"bf16", "", {}});
}
