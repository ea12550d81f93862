// SPDX-License-Identifier: Apache-2.0
// One lesion is deleted, said to be none, restored; one that two classes mark is one.
#include "app/Exporter.h"
#include "tests/app/OpenedProgram.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QTreeView>

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

Structure tumor(const Scan& scan, int id, const char* name,
                const std::vector<std::pair<Vector3, double>>& where, double threshold = 0.5)
{
    const Geometry& g = scan.volume->geometry();
    const Mask mask = balls(g, where);
    Finding finding{{id, name}, mask,   threshold, 0.99, 0.9, 0.8 * mask.volumeMl(), 1.2 * mask.volumeMl(),
                    {},         nullptr};
    finding.hosts = {std::make_shared<const HostOrgan>(HostOrgan{6, "Liver", balls(g, {{{0, 0, 0}, 60}})})};
    return makeStructure(finding, {}, openEmbeddedPack(), *scan.volume, "small, cpu, fp32");
}

/// Three lesions of 15, 10 and 6 mm radius.
const std::vector<std::pair<Vector3, double>> three{{{-30, 0, 0}, 15}, {{25, 0, 0}, 10}, {{0, 40, 0}, 6}};

QJsonObject exported(Opened& program, const std::filesystem::path& folder, ExportSettings settings = {})
{
    Progress silent;
    settings.folder = folder;
    exportSession(*program.bench.session().scan(), program.bench.session().contents(), program.bench.pack(),
                  settings, silent);
    return QJsonDocument::fromJson(QByteArray::fromStdString(readFile(folder / "scan_measurements.json")))
        .object();
}

QModelIndex rowOf(QTreeView& tree, int lesion)
{
    return tree.model()->index(lesion, 0, tree.model()->index(0, 0));
}

double ballMl(double radiusMm)
{
    return 4.0 / 3 * 3.14159265 * radiusMm * radiusMm * radiusMm / 1000;
}

} // namespace

TEST_CASE("deleting one lesion leaves the others, and volume, burden, mask, CSV, JSON and session follow, "
          "undo brings it back")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "scan.nii.gz"));
    Session& session = program.bench.session();
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, false);
    QTreeView& tree = program.window.foundPanel().tree();
    tree.expandAll();
    const double before = program.found()[0].statistics.volumeMl;
    Q_EMIT tree.clicked(rowOf(tree, 1));
    REQUIRE(session.selectedLesion() == 1);
    program.trigger("Ctrl+Delete");
    REQUIRE(program.found().size() == 1);
    const Structure& s = program.found()[0];
    REQUIRE(s.lesions.size() == 2);
    CHECK(s.lesions[0].diameters.longest.mm() > 25);
    CHECK(s.lesions[1].diameters.longest.mm() < 16);
    CHECK(before - s.statistics.volumeMl == Approx(ballMl(10)).epsilon(0.1));
    CHECK(s.burdens[0].lesionMl == Approx(s.statistics.volumeMl));
    CHECK(s.finding->volumeLowMl == Approx(0.8 * s.statistics.volumeMl));
    CHECK(tree.model()->rowCount(tree.model()->index(0, 0)) == 2);
    CHECK(detailsOf(program).contains("Deleted lesion"));
    const QJsonObject json = exported(program, folder.path() / "out");
    const QJsonObject target = json["targets"].toArray()[0].toObject();
    CHECK(target["lesions"].toArray().size() == 2);
    CHECK(target["volume_ml"].toDouble() == Approx(s.statistics.volumeMl));
    REQUIRE(target["removed_by_hand"].toArray().size() == 1);
    CHECK(target["removed_by_hand"].toArray()[0].toObject()["why"].toString() == "deleted");
    CHECK(target["removed_by_hand"].toArray()[0].toObject()["volume_ml"].toDouble() ==
          Approx(before - s.statistics.volumeMl));
    const LabelImage written = readLabels(folder.path() / "out" / "scan_liver_tumor.nii.gz");
    CHECK(std::count(written.labels.begin(), written.labels.end(), 1) == s.statistics.voxels);
    const std::string csv = readFile(folder.path() / "out" / "scan_lesions.csv");
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
    CHECK(readFile(folder.path() / "out" / "scan_measurements.csv").find("removed by hand") !=
          std::string::npos);
    session.undo().undo();
    CHECK(program.found()[0].lesions.size() == 3);
    CHECK(program.found()[0].statistics.volumeMl == Approx(before));
    session.undo().redo();
    CHECK(program.found()[0].lesions.size() == 2);
}

TEST_CASE("a lesion said to be none is shown as such and restored by its link, the last one that goes is not "
          "\"not found\"")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "scan.nii.gz"));
    Session& session = program.bench.session();
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, false);
    const int id = program.found()[0].id;
    const double before = program.found()[0].statistics.volumeMl;
    session.select(id);
    session.removeLesion(id, 0, true);
    CHECK(detailsOf(program).contains("Not a lesion"));
    session.removeLesion(id, 0, false);
    session.removeLesion(id, 0, false);
    CHECK(program.found()[0].lesions.empty());
    CHECK(program.found()[0].statistics.voxels == 0);
    CHECK_FALSE(detailsOf(program).contains("Not found"));
    CHECK(program.window.foundPanel().tree().model()->index(0, FoundModel::Volume).data().toString() ==
          "removed");
    QLabel* details = nullptr;
    for (QLabel* label : program.window.foundPanel().findChildren<QLabel*>())
        if (label->text().contains("restore:0"))
            details = label;
    REQUIRE(details);
    for (int n = 0; n < 3; ++n)
        Q_EMIT details->linkActivated("restore:0");
    CHECK(program.found()[0].statistics.volumeMl == Approx(before));
    CHECK(program.found()[0].removed.empty());
    CHECK_FALSE(detailsOf(program).contains("removed by hand"));
}

TEST_CASE("a removed lesion stays removed at another threshold, and is shown again with words where it has "
          "grown into one that is kept")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "scan.nii.gz"));
    Session& session = program.bench.session();
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, false);
    const int id = program.found()[0].id;
    session.removeLesion(id, 1, false);
    // Lower: all grow. Higher: it is gone. Lower again: still removed.
    for (const double grown : {1.3, 0.8, 1.2}) {
        auto where = three;
        for (auto& one : where)
            one.second *= grown;
        if (grown < 1)
            where.erase(where.begin() + 1);
        session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", where, 0.4)}, true);
        CHECK(program.found()[0].lesions.size() == 2);
        CHECK(program.found()[0].removed.size() == 1);
    }
    auto where = three;
    where.push_back({{-2, 0, 0}, 20}); // a bridge to the largest
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", where, 0.1)}, true);
    CHECK(program.found()[0].removed.empty());
    const auto& warnings = program.found()[0].warnings;
    CHECK(std::any_of(warnings.begin(), warnings.end(),
                      [](const Warning& w) { return w.text.find("shown again") != std::string::npos; }));
}

TEST_CASE("a removed lesion that has grown together with another is removed again once they come apart, also "
          "in a reopened session")
{
    const TemporaryFolder folder;
    const auto scan = writeScan(folder.path(), "scan.nii.gz");
    const QString file = QString::fromStdString((folder.path() / "grown.hounsfield").string());
    auto bridged = three;
    bridged.push_back({{-2, 0, 0}, 20});
    {
        Opened program;
        program.open(scan);
        Session& session = program.bench.session();
        session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, false);
        session.removeLesion(program.found()[0].id, 1, false);
        session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", bridged, 0.1)}, true);
        CHECK(program.found()[0].removed.empty());
        REQUIRE(program.found()[0].regrown.size() == 1);
        program.bench.saveSession(file, {});
        session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, true);
        CHECK(program.found()[0].removed.size() == 1);
        CHECK(program.found()[0].regrown.empty());
        CHECK(program.found()[0].lesions.size() == 2);
    }
    Opened again;
    again.open(file.toStdString());
    REQUIRE(again.found().size() == 1);
    Session& session = again.bench.session();
    CHECK(again.found()[0].regrown.size() == 1);
    const auto shownAgain = [](const Warning& w) { return w.text.find("shown again") != std::string::npos; };
    CHECK(std::count_if(again.found()[0].warnings.begin(), again.found()[0].warnings.end(), shownAgain) == 1);
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, true);
    CHECK(again.found()[0].removed.size() == 1);
    CHECK(again.found()[0].lesions.size() == 2);
    CHECK(std::none_of(again.found()[0].warnings.begin(), again.found()[0].warnings.end(), shownAgain));
}

TEST_CASE("a lesion that two classes mark is restored for both in a reopened session, and counted by the "
          "class that is left")
{
    const TemporaryFolder folder;
    const auto scan = writeScan(folder.path(), "scan.nii.gz");
    const QString file = QString::fromStdString((folder.path() / "both.hounsfield").string());
    {
        Opened program;
        program.open(scan);
        Session& session = program.bench.session();
        session.addStructures(
            {tumor(*session.scan(), 27, "Liver Tumor", three),
             tumor(*session.scan(), 29, "Hepatic Vessel Tumor", {{{-28, 0, 0}, 12}, {{0, -40, 0}, 9}})},
            false);
        session.removeLesion(program.found()[0].id, 0, false);
        REQUIRE(program.found()[0].removed[0].counted);
        REQUIRE_FALSE(program.found()[1].removed[0].counted);
        program.bench.saveSession(file, {});
    }
    Opened again;
    again.open(file.toStdString());
    Session& session = again.bench.session();
    REQUIRE(again.found().size() == 2);
    session.restoreLesion(again.found()[0].id, 0);
    CHECK(again.found()[0].removed.empty());
    CHECK(again.found()[1].removed.empty());
    CHECK(again.found()[0].lesions.size() == 3);
    session.removeLesion(again.found()[0].id, 0, false);
    session.remove(again.found()[0].id);
    REQUIRE(again.found()[0].removed.size() == 1);
    CHECK(again.found()[0].removed[0].counted);
}

TEST_CASE("session and recovery keep which lesions were removed, and they can be restored after reopening")
{
    const TemporaryFolder folder;
    const auto scan = writeScan(folder.path(), "scan.nii.gz");
    const QString file = QString::fromStdString((folder.path() / "mine.hounsfield").string());
    double before = 0, after = 0;
    {
        Opened program;
        program.open(scan);
        Session& session = program.bench.session();
        session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three)}, false);
        before = program.found()[0].statistics.volumeMl;
        session.removeLesion(program.found()[0].id, 2, true);
        after = program.found()[0].statistics.volumeMl;
        program.bench.saveSession(file, {});
    }
    Opened again;
    again.open(file.toStdString());
    REQUIRE(again.found().size() == 1);
    CHECK(again.found()[0].lesions.size() == 2);
    CHECK(again.found()[0].statistics.volumeMl == Approx(after));
    REQUIRE(again.found()[0].removed.size() == 1);
    CHECK(again.found()[0].removed[0].notALesion);
    again.bench.session().restoreLesion(again.found()[0].id, 0);
    CHECK(again.found()[0].lesions.size() == 3);
    CHECK(again.found()[0].statistics.volumeMl == Approx(before));
}

TEST_CASE("a lesion marked as liver tumor and as hepatic vessel tumor is one row of the window that says "
          "both, removed once, restored once")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path(), "scan.nii.gz"));
    Session& session = program.bench.session();
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", three),
                           tumor(*session.scan(), 29, "Hepatic Vessel Tumor", {{{-28, 0, 0}, 12}})},
                          false);
    QTreeView& tree = program.window.foundPanel().tree();
    tree.expandAll();
    const QAbstractItemModel& rows = *tree.model();
    REQUIRE(rows.rowCount() == 2);
    CHECK(rows.rowCount(rows.index(0, 0)) == 3);
    CHECK(rows.rowCount(rows.index(1, 0)) == 0);
    CHECK(rows.index(0, 0, rows.index(0, 0)).data().toString().contains("also Hepatic Vessel Tumor"));
    CHECK(rows.index(1, FoundModel::Volume).data().toString() == "see Liver Tumor");
    const double both = program.found()[0].statistics.volumeMl;
    session.removeLesion(program.found()[0].id, 0, false);
    CHECK(program.found()[0].lesions.size() == 2);
    CHECK(program.found()[1].lesions.empty());
    const QJsonObject json = exported(program, folder.path() / "out");
    CHECK(json["targets"].toArray()[0].toObject()["removed_by_hand"].toArray().size() == 1);
    CHECK(json["targets"].toArray()[1].toObject()["removed_by_hand"].toArray().isEmpty());
    session.restoreLesion(program.found()[0].id, 0);
    CHECK(program.found()[0].statistics.volumeMl == Approx(both));
    // A stricter threshold of the one class does not lose what the other marks.
    session.addStructures({tumor(*session.scan(), 27, "Liver Tumor", {three[1]}, 0.9)}, true);
    CHECK(program.found()[0].lesions.size() == 1);
    CHECK(program.found()[1].lesions.size() == 1);
    CHECK(program.found()[1].statistics.volumeMl == Approx(ballMl(12)).epsilon(0.1));
    session.remove(program.found()[0].id);
    CHECK(program.found()[0].lesions.size() == 1);
}
