// SPDX-License-Identifier: Apache-2.0
#include "inference/training/AugmentedScan.h"
#include "inference/training/MixedSource.h"
#include "inference/training/SyntheticLesions.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

constexpr Index3 roi{48, 48, 48};
constexpr int rightKidney = 2, leftKidney = 3, liver = 6, liverTumor = 27, kidneyCyst = 32;

InputSettings settings()
{
    InputSettings input;
    input.spacingMm = 3;
    return input;
}

/// A body of 40 HU in LPS millimetres with a liver of 100 HU on the patient's right, a bright ball further to
/// the right (class 2) and a dark one on the left (class 3).
struct Phantom {
    std::shared_ptr<Volume> volume;
    std::vector<Mask> masks;
};

Phantom phantom()
{
    const Geometry grid = Geometry::fromSpacing({60, 60, 50}, {-90, -90, 0}, {3, 3, 3});
    std::vector<std::int16_t> hu(std::size_t(grid.voxelCount()), -1000);
    std::vector<std::vector<std::uint8_t>> inside(mostClasses, std::vector<std::uint8_t>(hu.size(), 0));
    for (std::int64_t z = 0; z < 50; ++z)
        for (std::int64_t y = 0; y < 60; ++y)
            for (std::int64_t x = 0; x < 60; ++x) {
                const std::size_t v = std::size_t(grid.offset({x, y, z}));
                const auto ball = [&](double cx, double cy, double cz, double r) {
                    return std::hypot(x - cx, y - cy, z - cz) < r;
                };
                if (std::hypot(x - 29.5, y - 29.5) < 27)
                    hu[v] = 40;
                const auto mark = [&](int id, std::int16_t value) {
                    hu[v] = value;
                    inside[std::size_t(id - 1)][v] = 1;
                };
                if (ball(22, 24, 26, 11))
                    mark(liver, 100);
                if (ball(14, 42, 20, 6))
                    mark(rightKidney, 200);
                if (ball(45, 42, 20, 6))
                    mark(leftKidney, -60);
            }
    Phantom made;
    made.volume = std::make_shared<Volume>(grid, std::move(hu));
    for (const auto& mask : inside)
        made.masks.push_back(Mask::fromGrid(grid, mask));
    return made;
}

TrainingScan augmented(ClassBits annotated)
{
    const Phantom made = phantom();
    return makeAugmentedScan(*made.volume, made.masks, annotated, settings());
}

const ClassBits organs = bitOf(liver) | bitOf(rightKidney) | bitOf(leftKidney);

struct Seen {
    double image = 0, x = 0, y = 0, z = 0;
    int count = 0;
};

Seen look(const TrainingPatch& patch, int id)
{
    Seen seen;
    for (std::size_t v = 0; v < patch.labels.size(); ++v)
        if (patch.labels[v] & bitOf(id)) {
            ++seen.count;
            seen.image += patch.image[v];
            seen.x += double(std::int64_t(v) / (roi[1] * roi[2]));
            seen.y += double(std::int64_t(v) / roi[2] % roi[1]);
            seen.z += double(std::int64_t(v) % roi[2]);
        }
    const double n = std::max(1, seen.count);
    return {seen.image / n, seen.x / n, seen.y / n, seen.z / n, seen.count};
}

/// Numbers its scans, so that an order can be read off.
class Numbered final : public ScanSource {
public:
    explicit Numbered(std::int64_t first) : m_next(first) {}
    TrainingScan next() override
    {
        TrainingScan scan;
        scan.number = m_next++;
        return scan;
    }

private:
    std::int64_t m_next;
};

} // namespace

TEST_CASE("augmented windows keep outlines on their organs and left on the left")
{
    const TrainingScan scan = augmented(organs);
    std::mt19937_64 random(5);
    int pairs = 0;
    for (int n = 0; n < 24; ++n) {
        const TrainingPatch patch = randomPatch(scan, roi, random);
        CHECK(patch.annotated == organs);
        const Seen right = look(patch, rightKidney), left = look(patch, leftKidney),
                   front = look(patch, liver);
        if (right.count < 200 || left.count < 200 || front.count < 1000)
            continue;
        ++pairs;
        // The model's X grows to the patient's right, Y forwards.
        CHECK(left.x + 10 < right.x);
        CHECK(front.y > right.y);
        CHECK(right.image > front.image + 0.05);
        CHECK(front.image > left.image + 0.05);
    }
    CHECK(pairs >= 5);
}

TEST_CASE("every augmented window is another view, and the same one from the same seed")
{
    const TrainingScan scan = augmented(organs);
    std::mt19937_64 one(7), same(7);
    const TrainingPatch first = randomPatch(scan, roi, one), second = randomPatch(scan, roi, one);
    const TrainingPatch again = randomPatch(scan, roi, same);
    CHECK(first.image == again.image);
    CHECK(first.labels == again.labels);
    CHECK(first.labels != second.labels);
    for (const float value : first.image)
        REQUIRE((value >= 0 && value <= 1));
}

TEST_CASE("scaling and turning change a structure's size by no more than they may")
{
    const TrainingScan scan = augmented(organs);
    const double voxels = 4.0 / 3 * 3.14159 * 11 * 11 * 11;
    std::mt19937_64 random(9);
    double smallest = 1e9, largest = 0;
    for (int n = 0; n < 40; ++n) {
        const double seen = look(randomPatch(scan, roi, random), liver).count;
        largest = std::max(largest, seen);
        if (seen > 0)
            smallest = std::min(smallest, seen);
    }
    CHECK(largest > 1.1 * voxels);
    CHECK(largest < 2.3 * voxels);
    CHECK(smallest < 0.9 * voxels);
}

TEST_CASE("lesions are drawn only where the annotators looked for that kind and for its organ")
{
    const auto drawn = [](ClassBits annotated, int id) {
        const TrainingScan scan = augmented(annotated);
        std::mt19937_64 random(3);
        int windows = 0;
        for (int n = 0; n < 40; ++n)
            windows += look(randomPatch(scan, roi, random), id).count > 0;
        return windows;
    };
    CHECK(drawn(organs | bitOf(liverTumor), liverTumor) > 3);
    CHECK(drawn(organs, liverTumor) == 0);
    CHECK(drawn(bitOf(liverTumor), liverTumor) == 0);
    CHECK(drawn(organs | bitOf(kidneyCyst), liverTumor) == 0);
}

TEST_CASE("a drawn lesion lies in its organ, can be seen, and the organ keeps it")
{
    ScanWindow window;
    window.size = {40, 40, 40};
    window.spacingMm = 3;
    window.hu.assign(64000, 100);
    window.labels.assign(64000, bitOf(liver));
    window.outside.assign(64000, 0);
    for (std::size_t v = 0; v < 32000; ++v)
        window.labels[v] = 0;
    window.annotated = bitOf(liver) | bitOf(liverTumor);
    synthetic::Random random(11);
    drawLesions(window, 1.0, random);
    double change = 0;
    int count = 0;
    for (std::size_t v = 0; v < window.hu.size(); ++v) {
        if (v < 32000) {
            REQUIRE(window.hu[v] == 100);
            REQUIRE(window.labels[v] == 0);
        }
        if (window.labels[v] & bitOf(liverTumor)) {
            REQUIRE((window.labels[v] & bitOf(liver)) != 0);
            change += std::abs(window.hu[v] - 100);
            ++count;
        }
    }
    REQUIRE(count > 0);
    CHECK(change / count > 5);
}

TEST_CASE("a mixture gives its share of each source, and goes on where it was skipped to")
{
    Numbered real(0), synthetic(1000);
    MixedSource mixed(real, synthetic, 0.25);
    std::vector<std::int64_t> numbers;
    for (int n = 0; n < 40; ++n)
        numbers.push_back(mixed.next().number);
    CHECK(std::count_if(numbers.begin(), numbers.end(), [](std::int64_t n) { return n >= 1000; }) == 10);
    Numbered realAgain(0), syntheticAgain(1000);
    MixedSource skipped(realAgain, syntheticAgain, 0.25);
    skipped.skip(17);
    for (std::size_t n = 17; n < 40; ++n)
        CHECK(skipped.next().number == numbers[n]);
}
