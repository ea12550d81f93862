#include "inference/internal/SlidingWindow.h"
#include "inference/internal/UnetShapes.h"
#include "tests/inference/engine/Recorded.h"
#include "tests/support/Formula.h"
#include "volume/Error.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>

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

/// Stops after a number of steps.
class StopAfter final : public Progress {
public:
    explicit StopAfter(int steps) : m_left(steps) {}
    void report(const ProgressReport& how) override
    {
        --m_left;
        last = how;
    }
    bool stopRequested() const override { return m_left <= 0; }
    ProgressReport last;

private:
    int m_left;
};

} // namespace

TEST_CASE("blended logits are those of the published sliding window")
{
    REQUIRE_SHARED(shared);
    at::set_num_threads(2);
    const auto recorded = nlohmann::json::parse(readFile(shared / "reference" / "sliding_window_unet.json"));
    const Network network(toWeights(formulaWeights(expectedUnetTensors(UnetWidths{}))), at::kCPU, Precision::Fp32);
    for (const auto& [name, expected] : recorded.items()) {
        INFO(name);
        const auto in = expected.at("input_shape").get<std::vector<std::int64_t>>();
        const auto roi = expected.at("roi").get<std::array<std::int64_t, 3>>();
        const std::vector<float> image = uniform01("input", static_cast<std::size_t>(in[2] * in[3] * in[4]));
        const SlidingWindow windows(network, WindowPlan::make({in[2], in[3], in[4]}, roi, expected.at("overlap")), image);
        Progress silent;
        const auto logits = windows.logits(windows.features(std::int64_t(1) << 40, silent), network.embeddings(allIds()), silent);
        std::vector<float> flat;
        for (const auto& one : logits)
            flat.insert(flat.end(), one.begin(), one.end());
        const at::Tensor tensor = at::from_blob(flat.data(), {static_cast<std::int64_t>(flat.size())}, at::kFloat);
        CHECK(largestDifference(tensor, expected) < 1e-3);
    }
}

TEST_CASE("features beyond the budget are computed again and change nothing")
{
    const Network network(toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8}))), at::kCPU, Precision::Fp32);
    const std::vector<float> image = uniform01("budget", 24 * 16 * 40);
    const SlidingWindow windows(network, WindowPlan::make({24, 16, 40}, {16, 16, 16}, 0.5), image);
    Progress silent;
    const auto all = windows.features(1 << 30, silent);
    const auto one = windows.features(16 * 16 * 16 * 8 * 4, silent);
    CHECK(all.back().reduced.defined());
    CHECK(one.front().reduced.defined());
    CHECK_FALSE(one.back().reduced.defined());
    const auto table = network.embeddings({6, 1});
    CHECK(windows.logits(all, table, silent) == windows.logits(one, table, silent));
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
    const auto at = [&](std::int64_t x, std::int64_t y, std::int64_t z) { return plan.importance[static_cast<std::size_t>((x * 24 + y) * 16 + z)]; };
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
    const Network network(toWeights(formulaWeights(expectedUnetTensors({{16, 32, 64, 128}, 8}))), at::kCPU, Precision::Fp32);
    const std::vector<float> image = uniform01("stop", 64 * 16 * 16);
    const SlidingWindow windows(network, WindowPlan::make({64, 16, 16}, {16, 16, 16}, 0.5), image);
    StopAfter progress(3);
    CHECK_THROWS_AS(windows.features(1 << 30, progress), Cancelled);
    CHECK(progress.last.fraction == Approx(2.0 / 7));
    CHECK(progress.last.secondsLeft.has_value());
}
