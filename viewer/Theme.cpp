// SPDX-License-Identifier: Apache-2.0
#include "viewer/Theme.h"

#include "resources/Resources.h"

#include <QApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <QSvgRenderer>

#include <string_view>

/// The pictures of controls.qrc: a static library registers them only where it is asked to, outside of every
/// namespace.
static void registerControls()
{
    Q_INIT_RESOURCE(controls);
}

namespace hounsfield::theme {
namespace {

bool light = false;

QByteArray resource(const QString& name)
{
    const auto bytes = resources::find(name.toStdString());
    return bytes ? QByteArray(bytes->data(), qsizetype(bytes->size())) : QByteArray();
}

const QJsonObject& colours()
{
    static const QJsonObject all = QJsonDocument::fromJson(resource("theme.json")).object();
    return all;
}

} // namespace

QColor colour(const QString& name)
{
    return QColor(colours().value(light ? "light" : "dark").toObject().value(name).toString("#ff00ff"));
}

void setLight(bool on)
{
    light = on;
}

bool isLight()
{
    return light;
}

QIcon icon(const QString& name, const QString& colourName)
{
    QByteArray svg = resource("icons/" + name + ".svg");
    QIcon icon;
    for (const auto& [mode, tone] :
         {std::pair{QIcon::Normal, colourName}, {QIcon::Disabled, QString("line")}}) {
        QByteArray tinted = svg;
        tinted.replace("currentColor", colour(tone).name().toLatin1());
        QSvgRenderer renderer(tinted);
        for (const int size : {20, 40}) {
            QPixmap pixmap(size, size);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            renderer.render(&painter);
            painter.end();
            icon.addPixmap(pixmap, mode);
        }
    }
    return icon;
}

QString styleSheet()
{
    QString sheet = QString::fromUtf8(resource("theme.qss"));
    sheet.replace("@mode", light ? "light" : "dark");
    const QJsonObject all = colours().value(light ? "light" : "dark").toObject();
    // Longer names first: "onAccent" before "accent" would not matter, "line" before "lineX" would.
    QStringList names = all.keys();
    std::sort(names.begin(), names.end(),
              [](const QString& a, const QString& b) { return a.size() > b.size(); });
    for (const QString& name : names)
        sheet.replace("@" + name, all.value(name).toString());
    return sheet;
}

void apply(QApplication& app)
{
    registerControls();
    QPalette palette;
    const auto set = [&palette](QPalette::ColorRole role, const QString& normal) {
        palette.setColor(role, colour(normal));
    };
    for (const auto& [role, name] : {std::pair{QPalette::Window, "background"},
                                     {QPalette::Base, "background"},
                                     {QPalette::AlternateBase, "panel"},
                                     {QPalette::Button, "raised"},
                                     {QPalette::Highlight, "accent"},
                                     {QPalette::HighlightedText, "onAccent"},
                                     {QPalette::Link, "accent"},
                                     {QPalette::LinkVisited, "accent"},
                                     {QPalette::ToolTipBase, "raised"},
                                     {QPalette::WindowText, "text"},
                                     {QPalette::Text, "text"},
                                     {QPalette::ButtonText, "text"},
                                     {QPalette::BrightText, "text"},
                                     {QPalette::ToolTipText, "text"},
                                     {QPalette::PlaceholderText, "quiet"},
                                     {QPalette::Mid, "control"},
                                     {QPalette::Dark, "line"},
                                     {QPalette::Light, "raised"},
                                     {QPalette::Midlight, "raised"},
                                     {QPalette::Shadow, "background"}})
        set(role, name);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, colour("quiet"));
    app.setStyle("Fusion");
    app.setPalette(palette);
    app.setStyleSheet(styleSheet());
}

} // namespace hounsfield::theme
