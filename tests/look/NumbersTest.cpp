// SPDX-License-Identifier: Apache-2.0
#include "tests/app/Overlays.h"
#include "tests/look/Walk.h"
#include "viewer/NumberWords.h"

#include <QLabel>
#include <QStatusBar>
#include <QTreeView>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// All texts over the axial view.
QString overlaysOf(const ViewState& view)
{
    QStringList texts;
    for (const SlicePainter::Overlay& one : overlaysAt(view, Plane::Axial, 500, 500))
        texts << one.text;
    return texts.join('\n');
}

MeasuredValues someValues()
{
    MeasuredValues values;
    values.lengthMm = 1040.27;
    values.shortLengthMm = 30.04;
    values.angleDegrees = 89.96;
    values.areaMm2 = 311.2;
    values.hu = HuStatistics{};
    values.hu->mean = -0.2;
    values.hu->standardDeviation = 12.3;
    values.hu->minimum = -1024;
    values.hu->maximum = 1500;
    return values;
}

} // namespace

TEST_CASE("the window writes numbers as its language does, without separators of thousands")
{
    {
        const Language english("en");
        CHECK(decimal(1512.34, 1) == "1512.3");
        CHECK(decimal(-1.5, 1) == "-1.5");
        CHECK(decimal(-0.04, 1) == "0.0");
        CHECK(measuredInWords(someValues()).join(" | ").toStdString() ==
              "1040.3 × 30.0 mm | 90.0° | 3.11 cm² | 0 ± 12 HU | -1024 to 1500 HU");
    }
    const Language german("de");
    CHECK(decimal(1512.34, 1) == "1512,3");
    CHECK(decimal(-1.5, 1) == "-1,5");
    CHECK(decimal(-0.04, 1) == "0,0");
    CHECK(measuredInWords(someValues()).join(" | ").toStdString() ==
          "1040,3 × 30,0 mm | 90,0° | 3,11 cm² | 0 ± 12 HE | -1024 bis 1500 HE");
}

TEST_CASE("in German slice views, status line and the list of findings have the decimal comma")
{
    application();
    const Language german("de");
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    program.ask("liver tumor");
    program.bench.view().setCrosshair({1.5, -1.5, -1.5});
    const QString overlays = overlaysOf(program.bench.view());
    INFO(overlays.toStdString());
    CHECK(overlays.contains("-1,5 mm"));
    program.bench.view().setPointed(Vector3{1.5, -4.5, 7.5});
    QStringList shown;
    for (const QLabel* label : program.window.statusBar()->findChildren<QLabel*>())
        shown << label->text();
    INFO(shown.join(" | ").toStdString());
    CHECK(shown.join(' ').contains("1,5 L  4,5 A  7,5 H mm"));
    const QAbstractItemModel& rows = *program.window.foundPanel().tree().model();
    const QModelIndex tumor = rows.index(0, 0);
    REQUIRE(rows.rowCount(tumor) > 0);
    const QString lesion = rows.index(0, 0, tumor).data().toString();
    INFO(lesion.toStdString());
    CHECK(lesion.contains(','));
    CHECK_FALSE(lesion.contains('.'));
}
