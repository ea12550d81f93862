// SPDX-License-Identifier: Apache-2.0
#include "app/Asking.h"
#include "app/ExportWorker.h"
#include "app/LesionEdits.h"
#include "tests/app/Helpers.h"
#include "tests/support/StopLooks.h"
#include "tests/support/catch.h"

#include <QSignalSpy>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// A segmenter whose estimate lasts until it is stopped.
class EndlessEstimate final : public Segmenter {
public:
    EndlessEstimate(ModelPack pack, std::atomic<int>& looks) : m_pack(std::move(pack)), m_looks(looks) {}
    const ModelPack& pack() const override { return m_pack; }
    std::string deviceName() const override { return "cpu"; }
    Precision precision() const override { return Precision::Fp32; }
    std::vector<std::string> notes() const override { return {}; }
    Estimate estimate(const Volume&, std::size_t, double, Progress& progress) override
    {
        for (;;) {
            progress.check();
            ++m_looks;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    std::shared_ptr<const Prepared> prepare(std::shared_ptr<const Volume>, const PrepareSettings&,
                                            Progress&) override
    {
        return nullptr;
    }
    std::vector<Finding> segment(const Prepared&, const std::vector<Target>&, const SegmentSettings&,
                                 Progress&) override
    {
        return {};
    }

private:
    ModelPack m_pack;
    std::atomic<int>& m_looks;
};

std::shared_ptr<const Volume> water()
{
    const Geometry grid = Geometry::fromSpacing({8, 8, 8}, {0, 0, 0}, {3, 3, 3});
    return std::make_shared<const Volume>(grid, std::vector<std::int16_t>(512, 0));
}

/// A session with one structure for every class of the segmenter of the tests.
struct Session32 {
    TemporaryFolder folder;
    Workbench bench{fake()};
    Session32()
    {
        bool ready = false;
        QObject::connect(&bench, &Workbench::opened, &bench, [&] { ready = true; });
        bench.open(QString::fromStdString(writeScan(folder.path()).string()));
        REQUIRE(waitFor([&] { return ready; }));
        bench.ask(
            PromptResolver(bench.pack().classes).resolve("liver, spleen, pancreas, stomach, aorta, colon"));
        REQUIRE(waitFor([&] { return !bench.asking().busy(); }));
        REQUIRE(bench.session().contents().structures.size() == 6);
    }
};

} // namespace

TEST_CASE("Esc and leaving the program stop an estimate that runs")
{
    application();
    std::atomic<int> looks{0};
    const auto open = [&](const Progress&) {
        return std::make_unique<EndlessEstimate>(openEmbeddedPack(), looks);
    };
    {
        Asking asking;
        asking.setModel(open);
        QSignalSpy stopped(&asking, &Asking::stopped);
        asking.estimate(water(), 1);
        REQUIRE(waitFor([&] { return looks > 0; }));
        asking.stop();
        REQUIRE(waitFor([&] { return stopped.count() == 1; }));
    }
    looks = 0;
    Asking asking;
    asking.setModel(open);
    asking.estimate(water(), 1);
    REQUIRE(waitFor([&] { return looks > 0; }));
    // The destructor stops and waits: the test ends only if it does.
}

TEST_CASE("an export is written beside the window and says how many files there are")
{
    application();
    Session32 made;
    ExportWorker worker;
    QString said;
    QStringList stages;
    QObject::connect(&worker, &ExportWorker::said, [&](const QString& text) { said = text; });
    QObject::connect(&worker, &ExportWorker::progressed, [&](const QString& stage) { stages << stage; });
    ExportSettings settings;
    settings.folder = made.folder.path() / "out";
    worker.start(made.bench.session().scan(), made.bench.session().contents(), made.bench.pack(), settings);
    CHECK(worker.busy());
    REQUIRE(waitFor([&] { return !worker.busy(); }));
    CHECK(said.endsWith(": 8")); // six masks, a table and its JSON
    CHECK(stages.size() >= 6);
}

TEST_CASE("an export that is stopped writes nothing, leaves an earlier one as it was, and says so")
{
    application();
    Session32 made;
    const std::filesystem::path folder = made.folder.path() / "out";
    std::filesystem::create_directories(folder);
    writeFile(folder / "scan_liver.nii.gz", "of an earlier export");
    const auto exported = [&](const std::filesystem::path& to, Progress& stop) {
        ExportSettings settings;
        settings.folder = to;
        exportSession(*made.bench.session().scan(), made.bench.session().contents(), made.bench.pack(),
                      settings, stop);
    };
    StopLooks all;
    exported(made.folder.path() / "whole", all);
    for (const int look : {1, 4, all.looks / 2, all.looks}) {
        StopLooks stop(look);
        CHECK_THROWS_AS(exported(folder, stop), Cancelled);
        CHECK(readFile(folder / "scan_liver.nii.gz") == "of an earlier export");
        CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
    }
    ExportWorker worker;
    QString said;
    QObject::connect(&worker, &ExportWorker::said, [&](const QString& text) { said = text; });
    ExportSettings settings;
    settings.folder = made.folder.path() / "stopped";
    worker.start(made.bench.session().scan(), made.bench.session().contents(), made.bench.pack(), settings);
    worker.stop();
    REQUIRE(waitFor([&] { return !worker.busy(); }));
    CHECK(said.contains("stopped"));
}

TEST_CASE("measuring an answer or a session is stopped before every lesion")
{
    const Geometry grid = Geometry::fromSpacing({40, 40, 20}, {-60, -60, -30}, {3, 3, 3});
    const Volume scan(grid, std::vector<std::int16_t>(std::size_t(grid.voxelCount()), 30));
    const Mask two = balls(grid, {{{-30, 0, 0}, 12}, {{30, 0, 0}, 9}});
    const Finding finding{{27, "Liver Tumor"}, two, 0.5, 0.99, 0.9, 1, 2, {}, nullptr};
    const ModelPack pack = openEmbeddedPack();
    const auto made = [&](const Progress& stop) {
        return makeStructure(finding, {}, pack, scan, "small", stop);
    };
    CHECK(checkEveryLookStops(made) >= 2);
    const std::vector<Structure> stored{made({}), made({})};
    const auto measured = [&](Progress& stop) {
        std::vector<Structure> structures = stored;
        measureAgain(structures, scan, stop);
        CHECK(structures[1].lesions.size() == 2);
    };
    CHECK(checkEveryLookStops(measured) >= 2 * (1 + 2));
}

TEST_CASE("the hash of a scan's voxels is stopped within a few megabytes")
{
    CHECK_THROWS_AS(hashOf(*water(), StopLooks(1)), Cancelled);
    CHECK(hashOf(*water()).size() == 32);
}
