// SPDX-License-Identifier: Apache-2.0
#include "inference/Segmenter.h"
#include "inference/PackWriter.h"
#include "inference/internal/Device.h"
#include "inference/internal/PackWeights.h"
#include "inference/internal/PrecisionSelector.h"
#include "inference/internal/UnetShapes.h"
#include "inference/internal/cpu/CpuBackbone.h"
#include "tests/inference/engine/NoiseScan.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/TextPack.h"
#include "tests/support/catch.h"

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("masks lie on the scan's own grid and a second prompt on the same scan agrees with the first")
{
    const TemporaryFolder folder;
    const auto segmenter =
        Segmenter::open(writeFormulaPack(folder.path(), {32, 32, 32}), twoThreads(Precision::Fp32));
    const double a = 0.3;
    const Geometry grid =
        Geometry::fromSpacing({50, 44, 30}, {-100, 20, 400}, {3, 3, 5},
                              {{{std::cos(a), -std::sin(a), 0}, {std::sin(a), std::cos(a), 0}, {0, 0, 1}}});
    Progress silent;
    const auto prepared = segmenter->prepare(noiseScan(grid), {0.5, {}, {}, {}}, silent);
    SegmentSettings raw;
    raw.cleanUp = CleanUp::None;
    const auto two = segmenter->segment(*prepared, {{6, "Liver"}, {1, "Spleen"}}, raw, silent);
    const auto one = segmenter->segment(*prepared, {{1, "Spleen"}}, raw, silent);
    REQUIRE(two.size() == 2);
    CHECK(two[0].target.classId == 6);
    CHECK(two[1].mask.geometry().sameGrid(grid));
    CHECK(two[1].mask.count() > 0);
    CHECK(two[1].mask.toGrid() == one[0].mask.toGrid());
    CHECK(two[1].largestProbability == Approx(one[0].largestProbability));
}

TEST_CASE("a higher threshold never gives a larger mask, and the volume lies within its range")
{
    const TemporaryFolder folder;
    const auto segmenter =
        Segmenter::open(writeFormulaPack(folder.path(), {32, 32, 32}), twoThreads(Precision::Fp32));
    Progress silent;
    const auto prepared = segmenter->prepare(noiseScan(Index3{40, 40, 40}), {0.5, {}, {}, {}}, silent);
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
    for (const double threshold : {0.4, 0.55, 0.6}) {
        SegmentSettings settings;
        settings.cleanUp = CleanUp::None;
        settings.threshold = threshold;
        const Finding finding = segmenter->segment(*prepared, {{8, "Aorta"}}, settings, silent).front();
        CHECK(finding.threshold == threshold);
        CHECK(finding.mask.count() <= last);
        CHECK(finding.volumeLowMl <= finding.mask.volumeMl());
        CHECK(finding.volumeHighMl >= finding.mask.volumeMl());
        last = finding.mask.count();
    }
}

TEST_CASE("a tumor that nowhere reaches its peak is left out and can be restored, and is kept where the "
          "person named a threshold")
{
    const TemporaryFolder folder;
    ModelPack pack = writeFormulaPack(folder.path(), {32, 32, 32});
    ModelClass& tumor = *std::find_if(pack.classes.begin(), pack.classes.end(),
                                      [](const ModelClass& known) { return known.id == 27; });
    const auto scan = noiseScan(Index3{40, 40, 40});
    const auto found = [&](double peak, std::optional<double> threshold) {
        tumor.peak = peak;
        const auto segmenter = Segmenter::open(pack, twoThreads(Precision::Fp32));
        Progress silent;
        SegmentSettings settings;
        settings.threshold = threshold;
        return segmenter
            ->segment(*segmenter->prepare(scan, {0.5, {}, {}, {}}, silent), {{27, "Liver Tumor"}}, settings,
                      silent)
            .front();
    };
    const Finding any = found(0, {});
    REQUIRE(any.mask.count() > 0);
    REQUIRE(any.largestProbability < 0.97);
    const Finding reached = found(any.largestProbability - 0.01, {}),
                  none = found(any.largestProbability + 0.02, {});
    CHECK(reached.mask.count() > 0);
    CHECK(none.mask.count() == 0);
    CHECK(none.peak > none.largestProbability);
    REQUIRE(none.leftOut);
    CHECK(none.leftOut->count() > 0);
    CHECK(std::any_of(none.removals.begin(), none.removals.end(),
                      [](const Removal& one) { return one.why == Removal::Why::Unsure; }));
    CHECK(found(any.largestProbability + 0.02, tumor.threshold).mask.toGrid() == any.mask.toGrid());
}

TEST_CASE("a marking for one class moves that class alone, and gives way to a threshold for all")
{
    const TemporaryFolder folder;
    const auto segmenter =
        Segmenter::open(writeFormulaPack(folder.path(), {32, 32, 32}), twoThreads(Precision::Fp32));
    Progress silent;
    const auto prepared = segmenter->prepare(noiseScan(Index3{40, 40, 40}), {0.5, {}, {}, {}}, silent);
    const std::vector<Target> both{{6, "Liver"}, {27, "Liver Tumor"}};
    SegmentSettings settings;
    settings.cleanUp = CleanUp::None;
    const auto before = segmenter->segment(*prepared, both, settings, silent);
    settings.markings[27] = {0.55, 0.6};
    const auto moved = segmenter->segment(*prepared, both, settings, silent);
    CHECK(moved[0].threshold == 0.5);
    CHECK(moved[0].mask.toGrid() == before[0].mask.toGrid());
    CHECK(moved[1].threshold == 0.55);
    CHECK(moved[1].mask.count() < before[1].mask.count());
    settings.threshold = 0.5;
    CHECK(segmenter->segment(*prepared, both, settings, silent)[1].mask.toGrid() == before[1].mask.toGrid());
}

TEST_CASE("a scan of nothing but air gives an answer, not a crash")
{
    const TemporaryFolder folder;
    const auto segmenter =
        Segmenter::open(writeFormulaPack(folder.path(), {32, 32, 32}), twoThreads(Precision::Fp32));
    const Geometry grid = Geometry::fromSpacing({20, 20, 3}, {0, 0, 0}, {4, 4, 4});
    Progress silent;
    const auto prepared =
        segmenter->prepare(std::make_shared<const Volume>(grid, std::vector<std::int16_t>(1200, -1024)),
                           {0.5, {}, {}, {}}, silent);
    CHECK(segmenter->segment(*prepared, {{6, "Liver"}}, {}, silent).size() == 1);
}

TEST_CASE("a device or a precision that is not there is refused in words")
{
    const TemporaryFolder folder;
    const ModelPack pack = writeFormulaPack(folder.path(), {32, 32, 32});
    for (const char* device : {"tpu", "cuda:", "cuda:x", "cuda:99"}) {
        EngineSettings settings;
        settings.device = device;
        CHECK_THROWS_AS(Segmenter::open(pack, settings), Error);
    }
    EngineSettings half = twoThreads(Precision::Fp32);
    half.precision = Precision::Fp16;
    CHECK_THROWS_AS(Segmenter::open(pack, half), Error);
}

TEST_CASE("bfloat16 stays near float32 where the processor has it, and is refused where it would be emulated")
{
    const TemporaryFolder folder;
    const ModelPack pack = writeFormulaPack(folder.path(), {32, 32, 32});
    EngineSettings settings = twoThreads(Precision::Fp32);
    if (!CpuBackbone::computesInBFloat16()) {
        settings.precision = Precision::Bf16;
        CHECK_THROWS_WITH(Segmenter::open(pack, settings), Catch::Contains("emulated"));
        return;
    }
    Progress silent;
    const auto scan = noiseScan(Index3{24, 24, 24});
    const auto probability = [&](Precision precision) {
        settings.precision = precision;
        const auto segmenter = Segmenter::open(pack, settings);
        CHECK(segmenter->precision() == precision);
        return segmenter
            ->segment(*segmenter->prepare(scan, {0, {}, {}, {}}, silent), {{6, "Liver"}}, {}, silent)
            .front()
            .largestProbability;
    };
    CHECK(std::abs(probability(Precision::Bf16) - probability(Precision::Fp32)) < 0.02);
}

TEST_CASE("weights that do not fit what the pack says are refused")
{
    const TemporaryFolder folder;
    ModelPack pack = writeFormulaPack(folder.path(), {32, 32, 32});
    pack.widths.encoder = {16, 32, 64, 96};
    CHECK_THROWS_WITH(Segmenter::open(pack, twoThreads(Precision::Fp32)), Catch::Contains("shape"));
}

TEST_CASE("windows from a focus outward give the same masks, and tell of growing ones on the way")
{
    const TemporaryFolder folder;
    const auto segmenter =
        Segmenter::open(writeFormulaPack(folder.path(), {32, 32, 32}), twoThreads(Precision::Fp32));
    Progress silent;
    const auto scan = noiseScan(Index3{60, 60, 60});
    const auto plain =
        segmenter->segment(*segmenter->prepare(scan, {0.5, {}, {}, {}}, silent), {{6, "Liver"}}, {}, silent);
    int told = 0;
    PrepareSettings settings{0.5, Vector3{200, 200, 200}, {{6, "Liver"}}, {}};
    settings.onPartial = [&](const std::vector<PartialMask>& masks) {
        ++told;
        REQUIRE(masks.size() == 1);
        CHECK(masks[0].target.classId == 6);
        CHECK(masks[0].mask.geometry().sameGrid(scan->geometry()));
    };
    const auto prepared = segmenter->prepare(scan, settings, silent);
    const auto focused = segmenter->segment(*prepared, {{6, "Liver"}}, {}, silent);
    CHECK(double(focused[0].mask.count()) == Approx(double(plain[0].mask.count())).epsilon(0.001));
    CHECK(focused[0].largestProbability == Approx(plain[0].largestProbability).margin(1e-4));
    // The kept probabilities answer another threshold as a fresh look does.
    SegmentSettings lower;
    lower.threshold = 0.4;
    const auto again = segmenter->segment(*prepared, {{6, "Liver"}}, lower, silent);
    const auto fresh =
        segmenter->segment(*segmenter->prepare(scan, settings, silent), {{6, "Liver"}}, lower, silent);
    CHECK(again[0].mask.count() == fresh[0].mask.count());
    CHECK(again[0].mask.count() >= focused[0].mask.count());
    // What is shown as probability is above the threshold where the mask is.
    REQUIRE(focused[0].probability);
    const Volume& shown = *focused[0].probability;
    std::int64_t above = 0, inside = 0;
    for (std::int64_t k = 0; k < shown.geometry().size()[2]; ++k)
        for (std::int64_t j = 0; j < shown.geometry().size()[1]; ++j)
            for (std::int64_t i = 0; i < shown.geometry().size()[0]; ++i)
                if (shown.at({i, j, k}) > 520) {
                    const Vector3 at =
                        focused[0].mask.geometry().toIndex(shown.geometry().toMm(Index3{i, j, k}));
                    ++above;
                    inside +=
                        focused[0].mask.at({std::llround(at[0]), std::llround(at[1]), std::llround(at[2])});
                }
    CHECK(double(inside) > 0.9 * double(above));
    const Estimate estimate = segmenter->estimate(*scan, 1, 0.5, silent);
    CHECK(estimate.windows > 8);
    CHECK(estimate.seconds > 0);
    CHECK(estimate.bytes > 1000000);
}
