// SPDX-License-Identifier: Apache-2.0
#include "inference/training/SyntheticSource.h"
#include "tests/support/catch.h"

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

constexpr Index3 roi{96, 96, 64};

InputSettings settings()
{
    InputSettings input;
    input.spacingMm = 3;
    return input;
}

/// Mean of something over the voxels of a class; nothing where it is not there.
template <typename Value>
std::optional<double> meanOver(const TrainingPatch& patch, int classId, Value&& value)
{
    double sum = 0;
    std::int64_t count = 0;
    for (std::size_t v = 0; v < patch.labels.size(); ++v)
        if (patch.labels[v] & bitOf(classId)) {
            sum += value(v);
            ++count;
        }
    return count ? std::optional(sum / double(count)) : std::nullopt;
}

std::vector<TrainingPatch> windows(std::uint64_t seed, int count)
{
    SyntheticSource source(settings(), seed);
    std::mt19937_64 random(seed);
    const TrainingScan scan = source.next();
    std::vector<TrainingPatch> patches;
    for (int n = 0; n < count; ++n)
        patches.push_back(randomPatch(scan, roi, random));
    return patches;
}

} // namespace

TEST_CASE("in windows of synthetic patients X grows to the patient's right, Y forwards, Z upwards")
{
    int sides = 0, heights = 0;
    const auto axis = [](std::int64_t divisor, std::int64_t modulus) {
        return [=](std::size_t v) { return double(std::int64_t(v) / divisor % modulus); };
    };
    for (const TrainingPatch& patch : windows(21, 8)) {
        const auto x = axis(roi[1] * roi[2], roi[0]), y = axis(roi[2], roi[1]), z = axis(1, roi[2]);
        if (const auto right = meanOver(patch, 2, x), left = meanOver(patch, 3, x); right && left) {
            CHECK(*right > *left + 15);
            ++sides;
        }
        if (const auto liver = meanOver(patch, 6, y), kidney = meanOver(patch, 2, y); liver && kidney)
            CHECK(*liver > *kidney);
        if (const auto lung = meanOver(patch, 16, z), bowel = meanOver(patch, 19, z); lung && bowel) {
            CHECK(*lung > *bowel);
            ++heights;
        }
    }
    CHECK(sides > 0);
    CHECK(heights > 0);
}

TEST_CASE("the classes of a window lie on what they name, whatever the scanner")
{
    int seen = 0;
    for (const TrainingPatch& patch : windows(22, 8)) {
        const auto value = [&](std::size_t v) { return double(patch.image[v]); };
        if (const auto lung = meanOver(patch, 16, value)) {
            CHECK(*lung < 0.15);
            ++seen;
        }
        if (const auto liver = meanOver(patch, 6, value)) {
            CHECK(*liver > 0.3);
            CHECK(*liver < 1);
        }
    }
    CHECK(seen > 0);
}

TEST_CASE(
    "what lies beyond a synthetic scan is zero and belongs to no class, and some scans end within the window")
{
    int cut = 0;
    for (const TrainingPatch& patch : windows(23, 12)) {
        std::int64_t empty = 0;
        for (std::int64_t z = 0; z < roi[2]; ++z) {
            bool image = false, labels = false;
            for (std::int64_t xy = 0; xy < roi[0] * roi[1]; ++xy) {
                image = image || patch.image[std::size_t(xy * roi[2] + z)] > 0;
                labels = labels || patch.labels[std::size_t(xy * roi[2] + z)] != 0;
            }
            CHECK((image || !labels));
            empty += !image;
        }
        cut += empty > 4;
    }
    CHECK(cut > 0);
    CHECK(cut < 12);
}

TEST_CASE("the same seeds give the same windows, and each window another look")
{
    const auto once = windows(24, 2), again = windows(24, 2);
    CHECK(once[1].image == again[1].image);
    CHECK(once[1].labels == again[1].labels);
    CHECK(once[0].image != once[1].image);
}
