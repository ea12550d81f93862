// SPDX-License-Identifier: Apache-2.0
#include "app/train/NewClassName.h"
#include "inference/PackWriter.h"
#include "inference/Prompt.h"
#include "inference/Segmenter.h"
#include "inference/training/Distilled.h"
#include "inference/training/NewClass.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Boxes.h"
#include "tests/train/Sets.h"

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

/// Boxes whose bright one is the new class, 33, alone.
class NewBoxes final : public ScanSource {
public:
    TrainingScan next() override
    {
        TrainingScan scan = m_boxes.next();
        for (ClassBits& bits : scan.labels)
            bits = bits & 1 ? bitOf(33) : 0;
        scan.annotated = bitOf(33);
        return scan;
    }

private:
    BoxSource m_boxes;
};

TrainerSettings fromPack(const ModelPack& pack, std::int64_t steps)
{
    TrainerSettings settings = tinySettings(steps);
    settings.from = std::make_shared<const ModelPack>(pack);
    settings.learningRate = 0.05;
    return settings;
}

ModelPack withNewClass(const ModelPack& pack, const std::vector<float>& row,
                       const std::filesystem::path& folder)
{
    ModelPack longer = pack;
    longer.classes.push_back(newClassOf({"Aneurysm", "organ", "Aorta", "", "", {}}, pack));
    writePack(longer, weightsWith(pack, 33, row), "A test.\n", folder);
    return openPackFolder(folder);
}

Volume testScan()
{
    std::vector<std::int16_t> hu(std::size_t(boxGrid().voxelCount()));
    for (std::size_t v = 0; v < hu.size(); ++v)
        hu[v] = static_cast<std::int16_t>(int(v * 37 % 400) - 150);
    return Volume(boxGrid(), hu);
}

std::vector<Finding> findAll(const ModelPack& pack)
{
    EngineSettings engine;
    engine.device = "cpu";
    engine.precision = Precision::Fp32;
    engine.threads = 2;
    const auto segmenter = Segmenter::open(pack, engine);
    Progress silent;
    const auto prepared = segmenter->prepare(std::make_shared<const Volume>(testScan()), {}, silent);
    std::vector<Target> targets;
    for (const ModelClass& known : pack.classes)
        targets.push_back({known.id, known.name});
    SegmentSettings settings;
    settings.cleanUp = CleanUp::None;
    settings.threshold = 0.02;
    return segmenter->segment(*prepared, targets, settings, silent);
}

} // namespace

TEST_CASE("a name that a model knows, in its own or other words, and nonsense are refused as a new class")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "tiny");
    for (const char* known : {"Liver", "liver", "left_kidney", "hepatic tumor", "oesophagus"})
        CHECK_THROWS_AS(newClassOf({known, "organ", "", "", "", {}}, pack), Error);
    for (const char* nonsense : {"", "x", "12345", "qwrtz", "a/b", "liver; spleen", " Aneurysm"})
        CHECK_THROWS_AS(newClassOf({nonsense, "organ", "", "", "", {}}, pack), Error);
    CHECK_THROWS_WITH(newClassOf({"Aneurysm", "organ", "Aort", "", "", {}}, pack),
                      Catch::Contains("Nearest: Aorta"));
    CHECK_THROWS_AS(newClassOf({"Aneurysm", "vessel", "", "", "", {}}, pack), Error);
    CHECK_THROWS_AS(newClassOf({"Aneurysm", "organ", "", "300,0,0", "", {}}, pack), Error);
    const ModelClass added = newClassOf({"Aortic Aneurysm", "organ", "Aorta", "", "", {"aaa bulge"}}, pack);
    CHECK(added.id == 33);
    CHECK(added.fileName == "aortic_aneurysm");
    CHECK(added.hosts == std::vector<int>{8});
    for (const ModelClass& known : pack.classes)
        CHECK(known.rgb != added.rgb);
}

TEST_CASE("with the head alone the new class is learned and every old mask stays the same bit for bit")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "tiny");
    NewBoxes source, kept;
    Progress silent;
    std::vector<double> losses;
    RowTrainer trainer(fromPack(pack, 60), 33, firstEmbedding(pack, "Aneurysm", 0), folder.path() / "state");
    trainer.run(
        source, {kept.next()}, [&](const TrainingReport& report) { losses.push_back(report.loss); }, silent);
    CHECK(losses.back() < 0.9 * losses.front());

    const ModelPack longer = withNewClass(pack, trainer.row(), folder.path() / "longer");
    REQUIRE(longer.classes.size() == 33);
    CHECK(readFile(folder.path() / "longer" / "pack.json").find("\"format\": 3") != std::string::npos);
    const std::vector<Finding> before = findAll(pack), after = findAll(longer);
    REQUIRE(after.size() == 33);
    std::int64_t voxels = 0;
    for (std::size_t c = 0; c < 32; ++c) {
        voxels += before[c].mask.count();
        CHECK(before[c].mask.toGrid() == after[c].mask.toGrid());
        CHECK(before[c].largestProbability == after[c].largestProbability);
    }
    CHECK(voxels > 0);
    CHECK(after[32].target.name == "Aneurysm");
    // Its words ask for it.
    const Prompt prompt = PromptResolver(longer.classes).resolve("show me the aneurysm");
    REQUIRE(prompt.targets().size() == 1);
    CHECK(prompt.targets()[0].classId == 33);
}

TEST_CASE("the head's training killed and taken up again gives the same row, and a state of another class is "
          "refused")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "tiny");
    struct Killed {};
    const auto train = [&](const std::string& state, std::int64_t killAt) {
        NewBoxes source;
        Progress silent;
        RowTrainer trainer(fromPack(pack, 30), 33, firstEmbedding(pack, "Aneurysm", 0),
                           folder.path() / state);
        trainer.run(
            source, {},
            [&](const TrainingReport& report) {
                if (report.step == killAt)
                    throw Killed();
            },
            silent);
        return trainer.row();
    };
    const auto whole = train("whole", -1);
    CHECK_THROWS_AS(train("killed", 20), Killed);
    CHECK(train("killed", -1) == whole);
    CHECK_THROWS_AS(
        RowTrainer(fromPack(pack, 30), 34, firstEmbedding(pack, "Aneurysm", 0), folder.path() / "whole"),
        Error);
}

TEST_CASE("a scan that does not annotate the new class teaches nothing of it")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "tiny");
    const auto first = firstEmbedding(pack, "Aneurysm", 0);
    BoxSource others(1);
    Progress silent;
    RowTrainer trainer(fromPack(pack, 10), 33, first, folder.path() / "state");
    trainer.run(
        others, {}, [](const TrainingReport&) {}, silent);
    for (std::size_t v = 0; v < first.size(); ++v)
        CHECK(trainer.row()[v] == Approx(first[v]).margin(1e-6));
}

TEST_CASE("like another class, the embedding begins nearer to that class's row")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "tiny");
    const auto aorta = tableWith(pack, 33, std::vector<float>(512, 0.0f))[7];
    const auto distance = [&](const std::vector<float>& row) {
        double sum = 0;
        for (std::size_t v = 0; v < row.size(); ++v)
            sum += (row[v] - aorta[v]) * (row[v] - aorta[v]);
        return sum;
    };
    CHECK(distance(firstEmbedding(pack, "Aneurysm", 8)) <
          0.7 * distance(firstEmbedding(pack, "Aneurysm", 0)));
}

TEST_CASE("fine-tuning labels what nobody annotated by the old model, and leaves alone what somebody did")
{
    const TemporaryFolder folder;
    const ModelPack pack = tinyPack(folder.path() / "tiny");
    NewBoxes boxes, same;
    Distilled distilled(boxes, pack, bitOf(1) | bitOf(6), "cpu");
    const TrainingScan taught = distilled.next(), plain = same.next();
    CHECK(taught.annotated == (bitOf(1) | bitOf(6) | bitOf(33)));
    for (std::size_t v = 0; v < plain.labels.size(); ++v)
        REQUIRE((taught.labels[v] & bitOf(33)) == plain.labels[v]);
    CHECK(taught.favoured == bitOf(33));
    // A case that comes round again is labelled as it was, one that is another is not.
    class Twice final : public ScanSource {
    public:
        TrainingScan next() override
        {
            TrainingScan scan = NewBoxes().next();
            scan.number = ++m_made < 3 ? 7 : 8;
            if (m_made > 1)
                std::fill(scan.image.begin(), scan.image.end(), 0.0f);
            return scan;
        }

    private:
        int m_made = 0;
    } twice;
    Distilled remembers(twice, pack, bitOf(1) | bitOf(6), "cpu");
    CHECK(remembers.next().labels == taught.labels);
    CHECK(remembers.next().labels == taught.labels);
    CHECK(remembers.next().labels != taught.labels);
    BoxSource annotated(bitOf(1));
    BoxSource again(bitOf(1));
    Distilled nothingMissing(annotated, pack, bitOf(1), "cpu");
    CHECK(nothingMissing.next().labels == again.next().labels);
}
