// SPDX-License-Identifier: Apache-2.0
// Lesions, lights and what the clean-up left out, in the window.
#include "tests/app/OpenedProgram.h"

#include <QLabel>
#include <QTreeView>

#include <algorithm>
#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// A kidney tumor of two balls in the left kidney, a third piece left out.
Structure kidneyTumor(const Scan& scan)
{
    const Geometry& g = scan.volume->geometry();
    const Index3 n = g.size();
    const Vector3 middle = g.toMm(Vector3{double(n[0]) / 2, double(n[1]) / 2, double(n[2]) / 2});
    Finding finding{{26, "Kidney Tumor"},
                    balls(g, {{middle + Vector3{20, 0, 0}, 12}, {middle + Vector3{-25, 0, 0}, 7}}),
                    0.5,
                    0.99,
                    0.9,
                    6,
                    10,
                    {},
                    nullptr};
    finding.hosts = {
        std::make_shared<const HostOrgan>(HostOrgan{2, "Right Kidney", Mask(g)}),
        std::make_shared<const HostOrgan>(HostOrgan{3, "Left Kidney", balls(g, {{middle, 45}})})};
    finding.leftOut = std::make_shared<const Mask>(balls(g, {{middle + Vector3{0, 30, 0}, 5}}));
    finding.removals = {{Removal::Why::OutsideHost, 1, finding.leftOut->volumeMl()}};
    finding.warnings = {sentenceOf(finding.removals)};
    return makeStructure(finding, {}, openEmbeddedPack(), *scan.volume, "small, cpu, fp32");
}

QModelIndex lesionRow(QTreeView& tree, int lesion)
{
    const QModelIndex top = tree.model()->index(0, 0);
    return tree.model()->index(lesion, 0, top);
}

/// The link that gives back what was left out.
void giveBack(Opened& program)
{
    QLabel* details = nullptr;
    for (QLabel* label : program.window.foundPanel().findChildren<QLabel*>())
        if (label->text().contains("href='back'"))
            details = label;
    REQUIRE(details);
    Q_EMIT details->linkActivated("back");
}

/// However deep the tree: tumors stand under their organ where there is one.
QModelIndex firstLesion(const QAbstractItemModel& rows, const QModelIndex& parent)
{
    for (int row = 0; row < rows.rowCount(parent); ++row) {
        const QModelIndex one = rows.index(row, 0, parent);
        if (one.data(FoundModel::Lesion).toInt() >= 0)
            return one;
        if (const QModelIndex within = firstLesion(rows, one); within.isValid())
            return within;
    }
    return {};
}

} // namespace

TEST_CASE(
    "a lesion's row names its diameters and side, and a click goes to its longest slice and draws them there")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Session& session = program.bench.session();
    session.addStructures({kidneyTumor(*session.scan())}, false);
    QTreeView& tree = program.window.foundPanel().tree();
    tree.expandAll();
    const QModelIndex row = lesionRow(tree, 0);
    REQUIRE(row.isValid());
    CHECK(row.data().toString().endsWith("mm, left"));
    CHECK(row.data().toString().contains(" mm"));
    CHECK(program.bench.view().drawn().empty());
    Q_EMIT tree.clicked(row);
    const Structure& s = program.found()[0];
    const Line& longest = s.lesions[0].diameters.longest;
    REQUIRE(program.bench.view().drawn().size() == 1);
    CHECK(program.bench.view().drawn()[0].pointsMm[0] == longest.from);
    CHECK(length(program.bench.view().crosshairMm() - 0.5 * (longest.from + longest.to)) < 1e-6);
    CHECK(detailsOf(program).contains("Long axis"));
    CHECK(detailsOf(program).contains(QString::number(longest.mm(), 'f', 1)));
    // Nothing that a person made: measurements stay empty, and the row of the whole takes the lines away.
    CHECK(session.contents().measurements.empty());
    Q_EMIT tree.clicked(tree.model()->index(0, 0));
    CHECK(program.bench.view().drawn().empty());
    CHECK(detailsOf(program).contains("Part of Left Kidney"));
}

TEST_CASE("the light beside a volume is amber where much was left out, red where the patient cannot be so")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Session& session = program.bench.session();
    Structure reliable = kidneyTumor(*session.scan());
    reliable.known.reliability = Reliability{0.9, 5}; // the built-in model states none on real scans
    session.addStructures({reliable}, false);
    const auto light = [&](int row) {
        return Light(program.window.foundPanel()
                         .tree()
                         .model()
                         ->index(row, FoundModel::Volume)
                         .data(FoundModel::TrustLight)
                         .toInt());
    };
    CHECK(light(0) == Light::Good);
    Finding torn = *program.found()[0].finding;
    torn.removals = {{Removal::Why::OutsideHost, 1, 0.3 * torn.mask.volumeMl()}};
    session.addStructures(
        {makeStructure(torn, {}, openEmbeddedPack(), *session.scan()->volume, "small, cpu, fp32")}, false);
    CHECK(light(0) == Light::Look);
    session.remove(program.found()[0].id);
    // A right kidney on the left of the left kidney.
    const Geometry& g = session.scan()->volume->geometry();
    const Index3 n = g.size();
    const Vector3 middle = g.toMm(Vector3{double(n[0]) / 2, double(n[1]) / 2, double(n[2]) / 2});
    const auto kidney = [&](int id, const char* name, double x) {
        const Mask mask = balls(g, {{middle + Vector3{x, 0, 0}, 15}});
        return makeStructure(
            {{id, name}, mask, 0.5, 0.99, 0.95, mask.volumeMl(), mask.volumeMl(), {}, nullptr}, {},
            openEmbeddedPack(), *session.scan()->volume, "small, cpu, fp32");
    };
    session.addStructures({kidney(2, "Right Kidney", 25), kidney(3, "Left Kidney", -25)}, false);
    CHECK(light(0) == Light::Doubt);
    bool said = false;
    for (const Doubt& doubt : program.bench.doubts())
        said = said || doubt.text.contains("may be flipped");
    CHECK(said);
}

TEST_CASE("what the clean-up left out is given back by its link, measured, and taken away by undo")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Session& session = program.bench.session();
    session.addStructures({kidneyTumor(*session.scan())}, false);
    session.select(program.found()[0].id);
    const double before = program.found()[0].statistics.volumeMl,
                 leftOut = program.found()[0].finding->leftOut->volumeMl();
    giveBack(program);
    CHECK(program.found()[0].statistics.volumeMl == Approx(before + leftOut));
    CHECK(program.found()[0].lesions.size() == 3);
    CHECK_FALSE(program.found()[0].finding->leftOut);
    CHECK(detailsOf(program).contains("given back by hand"));
    CHECK_FALSE(detailsOf(program).contains("Left out by the clean-up"));
    session.undo().undo();
    CHECK(program.found()[0].statistics.volumeMl == Approx(before));
    CHECK(program.found()[0].finding->leftOut);
}

TEST_CASE("a tumor of which the model was not sure is given back whole, and nothing says any more that it "
          "was not found")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Session& session = program.bench.session();
    Structure tumor = kidneyTumor(*session.scan());
    Finding finding = *tumor.finding;
    const double all = tumor.statistics.volumeMl;
    finding.leftOut = std::make_shared<const Mask>(finding.mask);
    finding.mask = Mask(finding.mask.geometry());
    finding.removals = {{Removal::Why::Unsure, 2, all}};
    finding.warnings = {sentenceOf(finding.removals)};
    finding.largestProbability = 0.9;
    finding.meanProbability = 0;
    finding.peak = 0.95;
    session.addStructures(
        {makeStructure(finding, {}, openEmbeddedPack(), *session.scan()->volume, "small, cpu, fp32")}, false);
    session.select(program.found()[0].id);
    CHECK(detailsOf(program).contains("Not found above 0.95"));
    CHECK(detailsOf(program).contains("not sure enough of"));
    giveBack(program);
    CHECK(program.found()[0].statistics.volumeMl == Approx(all));
    CHECK_FALSE(detailsOf(program).contains("Not found"));
    CHECK_FALSE(detailsOf(program).contains("0.95"));
    CHECK(program.found()[0].finding->peak == 0);
}

TEST_CASE("the slider moves the outline of a tumor and keeps its peak, there and back")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    Session& session = program.bench.session();
    Finding finding = *kidneyTumor(*session.scan()).finding;
    finding.peak = 0.95;
    session.addStructures(
        {makeStructure(finding, {}, openEmbeddedPack(), *session.scan()->volume, "small, cpu, fp32")}, false);
    session.select(program.found()[0].id);
    const auto says = [&](const QString& words) {
        const auto labels = program.window.foundPanel().findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const QLabel* label) { return label->text() == words; });
    };
    CHECK(says("Threshold 0.50, kept from 0.95"));
    for (const double threshold : {0.97, 0.4}) {
        program.window.foundPanel().threshold().setValue(int(std::lround(100 * threshold)));
        REQUIRE(waitFor([&] { return program.found()[0].finding->threshold == threshold; }));
        CHECK(program.found()[0].finding->peak == 0.95);
    }
    CHECK(says("Threshold 0.40, kept from 0.95"));
}

// Hidden: a picture of a scan's lesions (HOUNSFIELD_SCREENSHOTS names the folder, HOUNSFIELD_SCAN and
// HOUNSFIELD_PROMPT what is shown, else the sample); it needs a model that finds one there.
TEST_CASE("a lesion with its diameters, as a picture", "[.screenshots]")
{
    application();
    Workbench bench;
    MainWindow window(bench);
    window.resize(1360, 850);
    window.show();
    REQUIRE(QTest::qWaitForWindowExposed(&window));
    bool ready = false;
    QObject::connect(&bench, &Workbench::opened, &window, [&] { ready = true; });
    bench.open(qEnvironmentVariable("HOUNSFIELD_SCAN", Opening::samplePath));
    REQUIRE(waitFor([&] { return ready; }));
    window.promptBar().setText(qEnvironmentVariable(
        "HOUNSFIELD_PROMPT", "liver, both kidneys, kidney tumors, lesions of the liver over 10 mm"));
    bench.ask(window.promptBar().prompt());
    REQUIRE(waitFor([&] { return !bench.asking().busy(); }, 240000));
    QTreeView& tree = window.foundPanel().tree();
    tree.expandAll();
    const QModelIndex lesion = firstLesion(*tree.model(), {});
    REQUIRE(lesion.isValid());
    Q_EMIT tree.clicked(lesion);
    tree.expandAll();
    QTest::qWait(1500);
    REQUIRE(window.grab().save(qEnvironmentVariable("HOUNSFIELD_SCREENSHOTS", ".") + "/lesion.png"));
}
