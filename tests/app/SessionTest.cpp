// SPDX-License-Identifier: Apache-2.0
#include "app/Session.h"
#include "app/FoundModel.h"
#include "app/FoundPanel.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QAbstractItemModelTester>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

struct Open {
    Session session;
    ModelPack pack = openEmbeddedPack();
    FakeSegmenter segmenter{pack};
    Progress silent;
    std::shared_ptr<const Prepared> prepared;

    Open()
    {
        application();
        const auto grid = Geometry::fromSpacing({60, 60, 60}, {-90, -90, -90}, {3, 3, 3});
        auto scan = std::make_shared<Scan>();
        scan->volume = std::make_shared<const Volume>(grid, std::vector<std::int16_t>(216000, 50));
        scan->caseName = "case";
        session.open(scan);
        prepared = segmenter.prepare(scan->volume, {}, silent);
    }
    void find(const std::string& text, std::optional<double> threshold = {})
    {
        const Prompt prompt = PromptResolver(pack.classes, ZeroShot::Offered).resolve(text);
        SegmentSettings settings;
        settings.threshold = threshold;
        std::vector<Structure> made;
        for (const Finding& finding : segmenter.segment(*prepared, prompt.targets(), settings, silent))
            made.push_back(makeStructure(finding, prompt, pack, *session.scan()->volume, "small, cpu, fp32"));
        session.addStructures(std::move(made), false);
    }
};

} // namespace

TEST_CASE("every change can be undone and done again, and a slider's way is one step")
{
    Open open;
    open.find("liver");
    open.find("both kidneys");
    REQUIRE(open.session.contents().structures.size() == 3);
    const int liver = open.session.contents().structures[0].id;
    open.session.rename(liver, "My liver");
    open.session.setColour(liver, {1, 2, 3});
    open.session.keepMeasurement({0, MeasurementKind::Distance, {}, {{0, 0, 0}, {3, 4, 0}}, {}}, false);
    open.session.remove(liver);
    CHECK(open.session.contents().structures.size() == 2);
    const int steps = open.session.undo().count();
    // Moves of one point join.
    Measurement moved = open.session.contents().measurements[0];
    for (int i = 0; i < 10; ++i) {
        moved.pointsMm[1][0] = i;
        open.session.keepMeasurement(moved, true);
    }
    CHECK(open.session.undo().count() == steps + 1);
    while (open.session.undo().canUndo())
        open.session.undo().undo();
    CHECK(open.session.contents().structures.empty());
    CHECK(open.session.contents().measurements.empty());
    while (open.session.undo().canRedo())
        open.session.undo().redo();
    CHECK(open.session.contents().structures.size() == 2);
    CHECK(open.session.contents().measurements[0].pointsMm[1][0] == 9);
}

TEST_CASE("asking again for the same structure replaces it and keeps its name, colour and eye")
{
    Open open;
    open.find("liver");
    const int id = open.session.contents().structures[0].id;
    open.session.rename(id, "Mine");
    open.session.setColour(id, {9, 8, 7});
    open.session.setVisible(id, false);
    const double before = open.session.structure(id)->statistics.volumeMl;
    open.find("liver", 0.2);
    REQUIRE(open.session.contents().structures.size() == 1);
    const Structure& s = *open.session.structure(id);
    CHECK(s.name == "Mine");
    CHECK(s.rgb[0] == 9);
    CHECK_FALSE(s.visible);
    CHECK(s.statistics.volumeMl > before);
    const double r = FakeSegmenter::radiusMm(0.2) / 10;
    CHECK(s.statistics.volumeMl == Approx(4.0 / 3 * 3.14159 * r * r * r).epsilon(0.03));
}

TEST_CASE(
    "the tree of findings keeps the rules of Qt's models through every change, a tumor lies under its organ")
{
    Open open;
    FoundModel model(open.session);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    open.find("liver tumor");
    open.find("liver, spleen");
    REQUIRE(model.rowCount() == 2);
    const QModelIndex liver = model.indexOf(open.session.contents().structures[2].id);
    CHECK(liver.data().toString() == "Liver");
    CHECK(model.rowCount(liver) == 2);                    // liver tumor and hepatic vessel tumor
    CHECK(model.rowCount(model.index(0, 0, liver)) == 1); // its one lesion
    CHECK(model.index(0, FoundModel::Volume, liver).data().toString().contains("mL"));
    model.setData(liver, "Hepar", Qt::EditRole);
    CHECK(open.session.contents().structures[2].name == "Hepar");
    open.session.setVisible(open.session.contents().structures[2].id, false);
    CHECK_FALSE(open.session.contents().structures[2].visible);
    open.session.remove(open.session.contents().structures[2].id);
    CHECK(model.rowCount() == 3);
    open.session.close();
    CHECK(model.rowCount() == 0);
}

TEST_CASE(
    "the best place of a structure is inside its largest axial slice, whatever the order of the file's axes")
{
    for (const Matrix3& matrix :
         {fromColumns({2, 0, 0}, {0, 2, 0}, {0, 0, 2}), fromColumns({0, 0, -2}, {2, 0, 0}, {0, 2, 0})}) {
        const Geometry grid({40, 40, 40}, {0, 0, 0}, matrix);
        // A cone with its base at 50 mm towards the head.
        std::vector<std::uint8_t> inside;
        const Vector3 middle = grid.toMm(Vector3{20, 20, 20});
        for (std::int64_t k = 0; k < 40; ++k)
            for (std::int64_t j = 0; j < 40; ++j)
                for (std::int64_t i = 0; i < 40; ++i) {
                    const Vector3 from = grid.toMm(Index3{i, j, k}) - middle;
                    inside.push_back(from[2] >= -20 && from[2] <= 20 &&
                                     std::hypot(from[0], from[1]) <= 0.5 * (from[2] + 20));
                }
        const Vector3 at = bestPlace(Mask::fromGrid(grid, inside));
        CHECK(at[2] == Approx(middle[2] + 20).margin(0.01));
        CHECK(at[0] == Approx(middle[0]).margin(0.5));
    }
}

TEST_CASE("structures of different words stand side by side, the same words again replace theirs")
{
    Open open;
    open.find("renal artery, thoracic duct and liver");
    REQUIRE(open.session.contents().structures.size() == 3);
    const int artery = open.session.contents().structures[0].id;
    open.session.setColour(artery, {1, 2, 3});
    open.find("Renal artery", 0.7);
    REQUIRE(open.session.contents().structures.size() == 3);
    const Structure* s = open.session.structure(artery);
    REQUIRE(s);
    CHECK(s->finding->threshold == 0.7);
    CHECK(s->rgb == std::array<int, 3>{1, 2, 3});
    CHECK(s->known.kind == "zero_shot");
    CHECK(s->lesions.empty());
    CHECK(s->explanation.find("zero-shot") != std::string::npos);
}
