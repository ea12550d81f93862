// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Runner.h"
#include "inference/internal/SlidingWindow.h"
#include "inference/internal/UnetShapes.h"
#include "tests/inference/engine/Recorded.h"
#include "tests/support/Formula.h"
#include "tests/support/StopLooks.h"
#include "volume/Error.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <numeric>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

std::vector<int> allIds()
{
    std::vector<int> ids(32);
    std::iota(ids.begin(), ids.end(), 1);
    return ids;
}

} // namespace

TEST_CASE("blended logits are those of the published sliding window")
{
    REQUIRE_SHARED(shared);
    at::set_num_threads(2);
    const auto recorded = nlohmann::json::parse(readFile(shared / "reference" / "sliding_window_unet.json"));
    const Network network(toWeights(formulaWeights(expectedUnetTensors(UnetWidths{}))), at::kCPU,
                          Precision::Fp32);
    for (const auto& [name, expected] : recorded.items()) {
        INFO(name);
        const auto in = expected.at("input_shape").get<std::vector<std::int64_t>>();
        const auto roi = expected.at("roi").get<std::array<std::int64_t, 3>>();
        const std::vector<float> image = uniform01("input", static_cast<std::size_t>(in[2] * in[3] * in[4]));
        const SlidingWindow windows(
            network, WindowPlan::make({in[2], in[3], in[4]}, roi, expected.at("overlap")), image);
        Progress silent;
        const auto logits = windows.logits(windows.features(std::int64_t(1) << 40, silent),
                                           network.embeddings(allIds()), silent);
        std::vector<float> flat;
        for (const auto& one : logits)
            flat.insert(flat.end(), one.begin(), one.end());
        const at::Tensor tensor =
            at::from_blob(flat.data(), {static_cast<std::int64_t>(flat.size())}, at::kFloat);
        CHECK(largestDifference(tensor, expected) < 1e-3);
    }
}

namespace {

/// A small network over seven windows, whose features take 128 KiB each in float32.
struct SevenWindows {
    Network network{toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8}))), at::kCPU,
                    Precision::Fp32};
    std::vector<float> image = uniform01("budget", 64 * 16 * 16);
    SlidingWindow windows{network, WindowPlan::make({64, 16, 16}, {16, 16, 16}, 0.5), image};
    at::Tensor table = network.embeddings({6, 1});
    static constexpr std::int64_t one = 16 * 16 * 16 * 8 * 4;
};

double largestDistance(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b)
{
    double most = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        for (std::size_t v = 0; v < a[k].size(); ++v)
            most = std::max(most, std::abs(double(a[k][v]) - double(b[k][v])));
    return most;
}

} // namespace

TEST_CASE("features are kept exactly where all fit, in half precision where that is not so, and computed "
          "again beyond the budget")
{
    const SevenWindows seven;
    Progress silent;
    const auto all = seven.windows.features(7 * SevenWindows::one, silent);
    const auto halves = seven.windows.features(4 * SevenWindows::one, silent);
    const auto one = seven.windows.features(SevenWindows::one / 2, silent);
    CHECK(all.back().reduced.scalar_type() == at::kFloat);
    CHECK(halves.back().reduced.scalar_type() == at::kHalf);
    CHECK(one.front().reduced.defined());
    CHECK_FALSE(one.back().reduced.defined());
    const auto exact = seven.windows.logits(all, seven.table, silent);
    CHECK(largestDistance(exact, seven.windows.logits(halves, seven.table, silent)) < 2e-3);
    CHECK(largestDistance(exact, seven.windows.logits(one, seven.table, silent)) < 2e-3);
    CHECK(largestDistance(
              exact, seven.windows.logits(seven.windows.features(0, silent), seven.table, silent)) < 1e-6);
}

TEST_CASE("features beyond the memory lie in a file without a name and give the same answer")
{
    const SevenWindows seven;
    const TemporaryFolder folder;
    Progress silent;
    const auto halves = seven.windows.features(FeatureBudget{4 * SevenWindows::one, 0, {}}, silent);
    const auto filed = seven.windows.features(
        FeatureBudget{SevenWindows::one, std::int64_t(1) << 30, folder.path()}, silent);
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(filed.back().reduced.defined());
    CHECK(seven.windows.logits(halves, seven.table, silent) ==
          seven.windows.logits(filed, seven.table, silent));
    const auto nowhere = seven.windows.features(
        FeatureBudget{SevenWindows::one, std::int64_t(1) << 30, folder.path() / "missing"}, silent);
    CHECK_FALSE(nowhere.back().reduced.defined());
}

TEST_CASE("the fused blending and the one by operators give the same logits and probabilities")
{
    const SevenWindows seven;
    Progress silent;
    const auto features = seven.windows.features(7 * SevenWindows::one, silent);
    Blend fused(seven.windows.plan(), 2, at::kCPU, Blend::Way::Fused),
        byOperators(seven.windows.plan(), 2, at::kCPU, Blend::Way::Operators);
    for (std::size_t w = 0; w < features.size(); ++w) {
        seven.windows.add(fused, w, features[w], seven.table);
        seven.windows.add(byOperators, w, features[w], seven.table);
    }
    const auto logits = fused.logits();
    CHECK(largestDistance(logits, byOperators.logits()) < 1e-4);
    const auto a = fused.probabilities(), b = byOperators.probabilities();
    std::size_t other = 0;
    for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t v = 0; v < a[k].size(); ++v) {
            CHECK_FALSE(std::abs(int(a[k][v]) - int(b[k][v])) > 1);
            other += a[k][v] != b[k][v];
            const double p = 1 / (1 + std::exp(-double(logits[k][v])));
            if (std::abs(int(a[k][v]) - (int(std::ceil(256 * p)) - 1)) > 1 ||
                (a[k][v] >= 128) != (logits[k][v] > 0))
                FAIL("step " << int(a[k][v]) << " of probability " << p);
        }
    CHECK(other * 100 < a[0].size());
    CHECK(fused.above(0, 0.3f) == byOperators.above(0, 0.3f));
}

TEST_CASE("windows of air are run once and change nothing")
{
    const SevenWindows seven;
    std::vector<float> image(64 * 16 * 16, 0.0f);
    image[10] = 0.7f; // in the first two windows only
    const WindowPlan plan = seven.windows.plan();
    int runs = 0;
    const SlidingWindow counted(
        seven.network, [&](const at::Tensor& window) { return ++runs, seven.network.run(window); }, plan,
        image);
    Progress silent;
    const auto features = counted.features(std::int64_t(1) << 30, silent);
    CHECK(runs == 2);
    const auto alone = seven.network.run(at::zeros({1, 1, 16, 16, 16}, at::kFloat));
    CHECK((features.back().reduced - alone.reduced.reshape({1, 8, -1})).abs().max().item<float>() < 1e-6f);
}

TEST_CASE(
    "where the memory of the first device ends the second goes on, says so, and what was finished is kept")
{
    SevenWindows seven;
    const Weights weights = toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8})));
    int runs = 0;
    const Network* firstNetwork = nullptr;
    Runner runner(
        std::make_unique<Network>(weights, at::kCPU, Precision::Fp32),
        [&] { return std::make_unique<Network>(weights, at::kCPU, Precision::Fp32); },
        [&](const Network& network, const at::Tensor& window, const Progress*) {
            firstNetwork = firstNetwork ? firstNetwork : &network;
            if (++runs > 3 && &network == firstNetwork)
                TORCH_CHECK(false, "CUDA out of memory. Tried to allocate 2.70 GiB");
            return network.run(window);
        });
    const SlidingWindow windows(
        runner.network(), [&](const at::Tensor& window) { return runner.run(window); }, seven.windows.plan(),
        seven.image);
    Progress silent;
    const auto features = windows.features(std::int64_t(1) << 30, silent);
    CHECK(runs == 8); // seven windows and the one that failed
    REQUIRE(runner.notes().size() == 1);
    CHECK(runner.notes().front().find("processor goes on") != std::string::npos);
    CHECK(largestDistance(windows.logits(features, seven.table, silent),
                          seven.windows.logits(seven.windows.features(std::int64_t(1) << 30, silent),
                                               seven.table, silent)) < 1e-5);
    // A second failure, or one of another kind, is an error.
    CHECK_THROWS_AS(runner.orOnProcessor([](const Network&) { TORCH_CHECK(false, "out of memory"); }),
                    c10::Error);
}

TEST_CASE("every voxel is covered by a window and the last window ends at the border")
{
    for (const std::int64_t size : {20, 32, 33, 47, 64, 100}) {
        const WindowPlan plan = WindowPlan::make({size, 32, 32}, {32, 32, 32}, 0.5);
        std::vector<int> covered(static_cast<std::size_t>(plan.padded[0]), 0);
        for (const auto& start : plan.starts)
            for (std::int64_t x = 0; x < 32; ++x)
                ++covered.at(static_cast<std::size_t>(start[0] + x));
        CHECK(*std::min_element(covered.begin(), covered.end()) >= 1);
    }
}

TEST_CASE("an image shorter than the window is padded on both sides, the smaller half before")
{
    const WindowPlan plan = WindowPlan::make({27, 32, 40}, {32, 32, 32}, 0.5);
    CHECK(plan.padBefore == Index3{2, 0, 0});
    CHECK(plan.padded == Index3{32, 32, 40});
    REQUIRE(plan.starts.size() == 2);
    CHECK(plan.starts[1] == Index3{0, 0, 8});
}

TEST_CASE("weights of a window are largest at its centre and never below a thousandth")
{
    const WindowPlan plan = WindowPlan::make({16, 24, 16}, {16, 24, 16}, 0.5);
    const auto at = [&](std::int64_t x, std::int64_t y, std::int64_t z) {
        return plan.importance[static_cast<std::size_t>((x * 24 + y) * 16 + z)];
    };
    CHECK(at(8, 12, 8) == 1.0f);
    CHECK(at(0, 0, 0) == Approx(1e-3));
    CHECK(at(7, 12, 8) == Approx(at(9, 12, 8)));
    // One voxel off at sigma 2: exp(-1/8) but for the integration over the voxel.
    CHECK(at(7, 12, 8) == Approx(std::exp(-1.0 / 8)).epsilon(0.02));
}

TEST_CASE("an overlap of one or more, which would never end, is refused")
{
    CHECK_THROWS_AS(WindowPlan::make({64, 64, 64}, {32, 32, 32}, 1.0), Error);
    CHECK_THROWS_AS(WindowPlan::make({64, 64, 64}, {32, 32, 32}, -0.1), Error);
}

TEST_CASE("a stop is heard within one window, and time left is told once a window is timed")
{
    const Network network(toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8}))), at::kCPU,
                          Precision::Fp32);
    const std::vector<float> image = uniform01("stop", 64 * 16 * 16);
    const SlidingWindow windows(network, WindowPlan::make({64, 16, 16}, {16, 16, 16}, 0.5), image);
    StopReports progress(3);
    CHECK_THROWS_AS(windows.features(1 << 30, progress), Cancelled);
    CHECK(progress.last.fraction == Approx(2.0 / 7));
    CHECK(progress.last.secondsLeft.has_value());
}
