// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextReading.h"
#include "tests/support/catch.h"

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

/// Four concepts, each in a direction of its own.
TextRows fourRows()
{
    TextRows rows;
    rows.concepts = {{"right_kidney", {"right_kidney"}},
                     {"left_kidney", {"left_kidney"}},
                     {"kidneys", {"right_kidney", "left_kidney"}},
                     {"other.toy", {}}};
    rows.rows = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    rows.temperature = 0.1;
    return rows;
}

JudgedPhrase judged(int language, int meaning, int best, double confidence)
{
    return {language, meaning, {best, best, confidence}};
}

} // namespace

TEST_CASE("a text between the two of a pair is surely one of the pair")
{
    const TextReading reading = fourRows().read({3, 3.01f, 0, 0});
    CHECK(reading.best == 1);
    CHECK(reading.bestKnown == 1);
    CHECK(reading.confidence > 0.99);
}

TEST_CASE(
    "a text that is likeliest none of the classes has no confidence, but a class that it lies nearest to")
{
    const TextReading reading = fourRows().read({0.5f, 0, 0, 1});
    CHECK(reading.best == 3);
    CHECK(reading.bestKnown == 0);
    CHECK(reading.confidence == 0);
}

TEST_CASE(
    "thresholds are the lowest at which nearly all that is unknown is told as unknown, in the worst language")
{
    std::vector<JudgedPhrase> phrases;
    for (int n = 0; n < 100; ++n) {
        phrases.push_back(judged(0, -1, 0, n < 4 ? 0.9 : 0.1));
        phrases.push_back(judged(1, -1, 0, n < 10 ? 0.6 + 0.01 * n : 0.1));
    }
    const TextThresholds thresholds = calibrated(phrases, 2);
    CHECK(thresholds.unsure > 0.63);
    CHECK(thresholds.unsure < 0.66);
    CHECK(thresholds.accept > 0.9);
    const TextScore worse = scored(phrases, fourRows().concepts, thresholds, 1);
    CHECK(worse.recognised >= 0.95);
    CHECK(worse.unknown == 100);
}

TEST_CASE("a score tells what was right, run, offered and mistaken")
{
    const std::vector<JudgedPhrase> phrases{judged(0, 0, 0, 0.9),  judged(0, 0, 2, 0.9), judged(0, 0, 1, 0.9),
                                            judged(0, 1, 1, 0.5),  judged(0, 1, 0, 0.5), judged(0, -1, 3, 0),
                                            judged(0, -1, 1, 0.5), judged(0, -1, 1, 0.9)};
    const TextScore score = scored(phrases, fourRows().concepts, {0.8, 0.4}, 0);
    CHECK(score.known == 5);
    CHECK(score.right == Approx(0.4));
    // "kidneys" for the right one is of its pair, the left one is not.
    CHECK(score.accepted == Approx(0.4));
    CHECK(score.offered == Approx(0.6));
    CHECK(score.mistaken == Approx(0.2));
    CHECK(score.misguessed == Approx(0.2));
    CHECK(score.unknown == 3);
    CHECK(score.recognised == Approx(1 / 3.0));
    CHECK(score.taken == Approx(1 / 3.0));
}
