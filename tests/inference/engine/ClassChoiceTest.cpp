// SPDX-License-Identifier: Apache-2.0
#include "inference/training/ClassChoice.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

/// A window with the liver, and a liver tumor in a part of it; all 32 classes annotated but the spleen.
TrainingPatch liverWithTumor()
{
    TrainingPatch patch;
    patch.labels = {0, bitOf(6), bitOf(6) | bitOf(27), bitOf(1)};
    patch.annotated = 0xFFFFFFFFu & ~bitOf(1);
    return patch;
}

std::ptrdiff_t times(const std::vector<std::int64_t>& chosen, int classId)
{
    return std::count(chosen.begin(), chosen.end(), classId - 1);
}

} // namespace

TEST_CASE(
    "of a window all annotated classes that are there count, some that are not, none that nobody looked for")
{
    std::mt19937_64 random(1);
    for (int n = 0; n < 50; ++n) {
        const auto chosen = chooseClasses(liverWithTumor(), 32, 0, random);
        CHECK(chosen.size() == 2 + absentClasses);
        CHECK(times(chosen, 6) == 1);
        CHECK(times(chosen, 27) == 1);
        CHECK(times(chosen, 1) == 0);
    }
}

TEST_CASE("an emphasised class counts as often where it is there and where it is not")
{
    std::mt19937_64 random(1);
    const ClassBits lesions = bitOf(27) | bitOf(32);
    int absentSeen = 0;
    for (int n = 0; n < 50; ++n) {
        const auto chosen = chooseClasses(liverWithTumor(), 32, lesions, random);
        CHECK(times(chosen, 27) == emphasis);
        CHECK(times(chosen, 6) == 1);
        const auto cyst = times(chosen, 32);
        CHECK((cyst == 0 || cyst == emphasis));
        absentSeen += cyst > 0;
    }
    CHECK(absentSeen > 5);
    CHECK(absentSeen < 45);
}
