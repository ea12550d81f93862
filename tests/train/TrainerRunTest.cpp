// SPDX-License-Identifier: Apache-2.0
#include "inference/training/ClassEmbeddings.h"
#include "inference/training/LeftOut.h"
#include "inference/training/ScanPool.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Boxes.h"

#include <cmath>
#include <fstream>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

std::vector<std::vector<float>> table()
{
    return classEmbeddings("concept", universalClasses());
}

std::vector<TrainingScan> validationScans()
{
    BoxSource source(1, 100);
    return {source.next(), source.next()};
}

/// Stands for a kill: nothing after it is written.
struct Killed {};

std::string weightsAfter(TrainerSettings settings, const std::filesystem::path& state, std::int64_t killAt,
                         std::vector<std::int64_t>* told = nullptr)
{
    BoxSource source;
    Progress silent;
    settings.validateEvery = 12;
    Trainer trainer(settings, table(), state);
    trainer.run(
        source, validationScans(),
        [&](const TrainingReport& report) {
            if (told)
                told->push_back(report.step);
            if (report.step == killAt)
                throw Killed();
        },
        silent);
    return trainer.weightsSafetensors();
}

} // namespace

TEST_CASE("two runs with one seed publish the same bytes, another seed others")
{
    const TemporaryFolder folder;
    const std::string first = weightsAfter(tinySettings(20), folder.path() / "a", -1);
    CHECK(first == weightsAfter(tinySettings(20), folder.path() / "b", -1));
    TrainerSettings other = tinySettings(20);
    other.seed = 2;
    CHECK(first != weightsAfter(other, folder.path() / "c", -1));
}

TEST_CASE("training killed between two checkpoints and taken up again publishes the bytes of training that "
          "never stopped")
{
    const TemporaryFolder folder;
    const std::string whole = weightsAfter(tinySettings(40), folder.path() / "whole", -1);
    const auto state = folder.path() / "killed";
    // Killed at 12, after the checkpoint of step 8, and again at 30.
    CHECK_THROWS_AS(weightsAfter(tinySettings(40), state, 12), Killed);
    CHECK_THROWS_AS(weightsAfter(tinySettings(40), state, 30), Killed);
    CHECK(weightsAfter(tinySettings(40), state, -1) == whole);
}

TEST_CASE("training by muon is another one, and when killed and taken up again it publishes the bytes of one "
          "that never stopped")
{
    const TemporaryFolder folder;
    TrainerSettings settings = tinySettings(20);
    settings.muon = true;
    const std::string whole = weightsAfter(settings, folder.path() / "whole", -1);
    CHECK(whole != weightsAfter(tinySettings(20), folder.path() / "adamw", -1));
    CHECK_THROWS_AS(weightsAfter(settings, folder.path() / "killed", 12), Killed);
    CHECK(weightsAfter(settings, folder.path() / "killed", -1) == whole);
}

TEST_CASE("a half written state beside the state is no harm")
{
    const TemporaryFolder folder;
    const auto state = folder.path() / "state";
    const std::string whole = weightsAfter(tinySettings(20), folder.path() / "whole", -1);
    CHECK_THROWS_AS(weightsAfter(tinySettings(20), state, 12), Killed);
    writeFile(state.string() + ".partial", "half a st");
    CHECK(weightsAfter(tinySettings(20), state, -1) == whole);
}

TEST_CASE("a broken state, and one of other embeddings, are refused by their file's name")
{
    const TemporaryFolder folder;
    const auto state = folder.path() / "state";
    weightsAfter(tinySettings(8), state, -1);
    CHECK_THROWS_WITH(Trainer(tinySettings(8), classEmbeddings("one-hot", universalClasses()), state),
                      Catch::Contains(state.string()) && Catch::Contains("embeddings"));
    const std::string bytes = readFile(state);
    writeFile(state, bytes.substr(0, bytes.size() / 2));
    CHECK_THROWS_WITH(Trainer(tinySettings(8), table(), state), Catch::Contains(state.string()));
}

TEST_CASE("early stop ends training when nothing gets better and publishes the best, not the last")
{
    const TemporaryFolder folder;
    TrainerSettings settings = tinySettings(400);
    settings.validateEvery = 10;
    settings.patience = 3;
    BoxSource source;
    Progress silent;
    std::vector<Validation> seen;
    Trainer trainer(settings, table(), folder.path() / "state");
    trainer.run(
        source, validationScans(),
        [&](const TrainingReport& report) {
            if (report.validation)
                seen.push_back(*report.validation);
        },
        silent);
    CHECK(trainer.stoppedEarly());
    REQUIRE(seen.size() >= 4);
    std::size_t best = 0;
    for (std::size_t n = 0; n < seen.size(); ++n)
        if (seen[n].meanDice > seen[best].meanDice)
            best = n;
    CHECK(seen.size() == best + 4);
    CHECK(trainer.bestStep() == seen[best].step);
    CHECK(seen[best].best);
    CHECK(trainer.step() == seen.back().step);
    // The published weights are those of training that ended at the best step.
    TrainerSettings shorter = settings;
    shorter.patience = 0;
    std::string atBest;
    {
        BoxSource again;
        Trainer until(shorter, table(), folder.path() / "again");
        try {
            until.run(
                again, validationScans(),
                [&](const TrainingReport& report) {
                    if (report.step == seen[best].step)
                        throw Killed();
                },
                silent);
        } catch (const Killed&) {
            atBest = until.weightsSafetensors();
        }
    }
    CHECK(trainer.weightsSafetensors() == atBest);
    // Taken up again, it does not train on.
    Trainer resumed(settings, table(), folder.path() / "state");
    resumed.run(
        source, validationScans(), [](const TrainingReport&) { FAIL("it trained on"); }, silent);
    CHECK(resumed.weightsSafetensors() == atBest);
}

TEST_CASE("validation tells nothing of a class that is not annotated, and of one that no scan has")
{
    const TemporaryFolder folder;
    BoxSource source;
    Progress silent;
    Trainer trainer(tinySettings(10), table(), folder.path() / "state");
    std::optional<Validation> last;
    trainer.run(
        source, validationScans(), [&](const TrainingReport& report) { last = report.validation; }, silent);
    REQUIRE(last);
    REQUIRE(last->dice.size() == 32);
    CHECK(last->dice[0]);
    CHECK_FALSE(last->dice[1]);
    CHECK_FALSE(last->dice[2]);
    CHECK(last->meanDice == *last->dice[0]);
}

TEST_CASE("a class that is left out leaves the weights as if it had never been annotated")
{
    const TemporaryFolder folder;
    Progress silent;
    const auto train = [&](ScanSource& source, const std::string& name) {
        Trainer trainer(tinySettings(12), table(), folder.path() / name);
        trainer.run(
            source, [](const TrainingReport&) {}, silent);
        return trainer.weightsSafetensors();
    };
    BoxSource one(1), both(3), all(3);
    LeftOut leftOut(both, bitOf(2));
    const std::string expected = train(one, "one");
    CHECK(train(leftOut, "left out") == expected);
    CHECK(train(all, "all") != expected);
}

TEST_CASE("which scans a pick may choose from does not depend on how fast they are made")
{
    BoxSource fast;
    ScanPool pool(fast, 3);
    std::mt19937_64 random(5), same(5);
    std::vector<const TrainingScan*> seen;
    std::vector<std::shared_ptr<const TrainingScan>> kept;
    for (int n = 0; n < 11; ++n) {
        kept.push_back(pool.pick(random));
        // 1, 2, 3 scans, then one more after every two picks.
        const std::uint64_t made = n < 3 ? std::uint64_t(n) + 1 : 3 + std::uint64_t(n - 3) / 2,
                            oldest = made - std::min<std::uint64_t>(made, 3);
        const auto chosen = std::uniform_int_distribution<std::uint64_t>(oldest, made - 1)(same);
        BoxSource alone(1, chosen);
        CHECK(kept.back()->image == alone.next().image);
    }
    BoxSource again;
    ScanPool resumed(again, 3, 11);
    CHECK(pool.pick(random)->image == resumed.pick(same)->image);
}

TEST_CASE("one-hot rows are as long as those of names and say nothing of each other")
{
    const auto norm = [](const std::vector<float>& row) {
        double sum = 0;
        for (const float v : row)
            sum += double(v) * v;
        return std::sqrt(sum);
    };
    const auto oneHot = classEmbeddings("one-hot", universalClasses()), byName = table();
    REQUIRE(oneHot.size() == 32);
    for (std::size_t k = 0; k < 32; ++k) {
        CHECK(norm(oneHot[k]) == Approx(norm(byName[k])).epsilon(1e-4));
        for (std::size_t v = 0; v < 512; ++v)
            CHECK((oneHot[k][v] != 0) == (v == k));
    }
    CHECK_THROWS_AS(classEmbeddings("two-hot", universalClasses()), Error);
}
