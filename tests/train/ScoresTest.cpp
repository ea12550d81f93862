// SPDX-License-Identifier: Apache-2.0
#include "app/train/Scores.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

const ModelClass& known(int id)
{
    static const std::vector<ModelClass> all = universalClasses();
    return all[std::size_t(id - 1)];
}

Mask both(const Mask& a, const Mask& b)
{
    return unionOf(boxGrid(), {&a, &b});
}

} // namespace

TEST_CASE("a class that is there and was not found has Dice and surface Dice 0 and no distance, one that is "
          "neither says nothing")
{
    const Mask box = boxMask({4, 4, 4}), none(boxGrid());
    const ClassScore missed = scoreOf("scan", known(6), box, none, 3);
    CHECK(missed.there);
    CHECK_FALSE(missed.found);
    CHECK(missed.dice == 0);
    CHECK_FALSE(missed.surface);
    ScoreBoard board(universalClasses(), 3);
    board.add(missed);
    board.add(scoreOf("another", known(6), box, box, 3));
    board.add(scoreOf("empty", known(6), none, none, 3));
    board.add(scoreOf("false", known(6), none, box, 3));
    // Two scans have it: Dice 0 and 1; two do not, and in one of them it was found.
    CHECK_THAT(board.markdown(), Catch::Contains("| Liver | 0.500 | 0.500 | 0.00 | 0.0 | 2 | 1 | 1 of 2 |"));
    CHECK_THAT(board.csv(),
               Catch::Contains("scan,Liver,1,0,0.0000,0,,") && Catch::Contains("false,Liver,0,1,,,,"));
}

TEST_CASE("tumors over 1 cm are counted apart, smaller ones neither help nor harm")
{
    // 6 voxels of 4 mm and 1 voxel: 24 x 24 mm, over 1 cm in any slice, and 4 x 4 mm, 5.7 mm.
    const Mask large = boxMask({4, 4, 4}), small = boxMask({20, 20, 20}, 1), elsewhere = boxMask({20, 4, 4});
    const ClassScore found = scoreOf("scan", known(27), both(large, small), large, 3);
    CHECK(found.lesions == 1);
    CHECK(found.lesionsFound == 1);
    CHECK(found.falseLesions == 0);
    REQUIRE(found.largeDice);
    CHECK(*found.largeDice == 1);
    const ClassScore wrong = scoreOf("scan", known(27), both(large, small), elsewhere, 3);
    CHECK(wrong.lesionsFound == 0);
    CHECK(wrong.falseLesions == 1);
    CHECK(*wrong.largeDice == 0);
    // What touches only the small one is no answer to the large one, and no false alarm.
    const ClassScore smallAlone =
        scoreOf("scan", known(27), both(large, small), both(large, boxMask({18, 18, 18})), 3);
    CHECK(smallAlone.falseLesions == 0);
    CHECK(*smallAlone.largeDice == 1);
    CHECK_FALSE(scoreOf("scan", known(27), small, small, 3).largeDice);
}
