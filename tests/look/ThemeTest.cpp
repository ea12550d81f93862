// SPDX-License-Identifier: Apache-2.0
#include "viewer/Theme.h"
#include "resources/Resources.h"
#include "tests/app/Helpers.h"
#include "tests/support/catch.h"

#include <QCheckBox>
#include <QComboBox>
#include <QImage>
#include <QPixmap>
#include <QTest>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// Relative luminance by WCAG 2.
double luminance(const QColor& colour)
{
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b)
{
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

/// How many pixels of a picture are not of the colour of its first.
int drawn(const QImage& image)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += contrast(image.pixelColor(x, y), image.pixelColor(0, 0)) > 2;
    return count;
}

} // namespace

TEST_CASE("the contrast as computed is that of known pairs")
{
    CHECK(contrast(Qt::black, Qt::white) == Approx(21));
    CHECK(contrast(QColor("#777777"), Qt::white) == Approx(4.48).margin(0.01));
}

TEST_CASE("text has a contrast of at least 4.5 on everything that it stands on, in the dark and in the light")
{
    const auto theme = nlohmann::json::parse(*resources::find("theme.json"));
    for (const char* mode : {"dark", "light"}) {
        const auto colour = [&](const char* name) {
            return QColor(QString::fromStdString(theme.at(mode).at(name).get<std::string>()));
        };
        for (const char* text : {"text", "quiet", "accent", "good", "doubt", "error"})
            for (const char* ground : {"background", "panel", "raised"}) {
                INFO(mode << ": " << text << " on " << ground);
                CHECK(contrast(colour(text), colour(ground)) >= 4.5);
            }
        CHECK(contrast(colour("onAccent"), colour("accent")) >= 4.5);
        // In the views the ground is black in both.
        for (const char* text :
             {"axial", "coronal", "sagittal", "volume", "viewText", "viewQuiet", "viewDoubt", "measure"}) {
            INFO(mode << ": " << text << " on black");
            CHECK(contrast(colour(text), Qt::black) >= 4.5);
        }
        // Borders of fields and boxes are no text: 3 is enough.
        for (const char* ground : {"background", "panel", "raised"})
            CHECK(contrast(colour("control"), colour(ground)) >= 3);
    }
}

TEST_CASE("no colour of the style sheet is left without a value and every picture of it is there")
{
    application();
    for (const bool light : {false, true}) {
        theme::setLight(light);
        const QString sheet = theme::styleSheet();
        CHECK_FALSE(sheet.contains('@'));
        const QRegularExpression url("url\\((:[^)]+)\\)");
        int pictures = 0;
        for (auto found = url.globalMatch(sheet); found.hasNext(); ++pictures) {
            const QString file = found.next().captured(1);
            INFO(file.toStdString());
            CHECK_FALSE(QPixmap(file).isNull());
        }
        CHECK(pictures > 5);
    }
    theme::setLight(false);
}

TEST_CASE("a list that drops down has an arrow, and a box that is checked a tick")
{
    application();
    for (const bool light : {false, true}) {
        theme::setLight(light);
        theme::apply(application());
        QComboBox combo;
        combo.addItem("");
        combo.resize(160, 36);
        combo.show();
        REQUIRE(QTest::qWaitForWindowExposed(&combo));
        CHECK(drawn(combo.grab().toImage().copy(160 - 22, 10, 18, 16)) > 8);
        QCheckBox box;
        box.resize(40, 30);
        box.show();
        REQUIRE(QTest::qWaitForWindowExposed(&box));
        const QImage off = box.grab().toImage();
        box.setChecked(true);
        const QImage on = box.grab().toImage();
        int ticks = 0;
        for (int y = 0; y < on.height(); ++y)
            for (int x = 0; x < on.width(); ++x)
                ticks += contrast(on.pixelColor(x, y), theme::colour("accent")) > 3 &&
                         on.pixelColor(x, y) != off.pixelColor(x, y);
        CHECK(ticks > 5);
    }
    theme::setLight(false);
    theme::apply(application());
}
