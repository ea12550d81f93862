#include "viewer/Theme.h"

#include "resources/Resources.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include <string_view>

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
    for (const auto& [mode, tone] : {std::pair{QIcon::Normal, colourName}, {QIcon::Disabled, QString("line")}}) {
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
    QString sheet = R"(
* { font-size: 13px; color: @text; selection-background-color: @accent; selection-color: @onAccent; }
QMainWindow, QDialog, QMessageBox { background: @background; }
QWidget#panel, QScrollArea#panel { background: @panel; }
QMenuBar { background: @panel; } QMenuBar::item { padding: 6px 10px; background: transparent; border-radius: 4px; } QMenuBar::item:selected { background: @raised; }
QMenu { background: @panel; border: 1px solid @line; padding: 4px; } QMenu::item { padding: 6px 28px 6px 24px; border-radius: 4px; } QMenu::item:selected { background: @raised; }
QMenu::item:disabled { color: @quiet; } QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 5px; }
QStatusBar { background: @panel; border-top: 1px solid @line; } QStatusBar::item { border: none; }
QSplitter::handle { background: @line; }
QPushButton { background: @raised; border: 1px solid @line; border-radius: 6px; padding: 7px 14px; } QPushButton:hover { border-color: @quiet; } QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @quiet; } QPushButton#primary { background: @accent; color: @onAccent; border-color: @accent; font-weight: 600; } QPushButton#primary:disabled { background: @raised; color: @quiet; border-color: @line; }
QPushButton#link { background: transparent; border: none; color: @accent; padding: 2px 4px; text-align: left; } QPushButton#link:hover { text-decoration: underline; }
QPushButton#model { background: transparent; border: 1px solid transparent; color: @quiet; padding: 3px 8px; } QPushButton#model:hover { background: @raised; color: @text; } QPushButton#model:focus { border-color: @accent; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; } QToolButton:hover { background: @raised; } QToolButton:checked { background: @raised; border-color: @accent; } QToolButton:focus { border-color: @quiet; }
QLineEdit, QPlainTextEdit, QTextBrowser, QSpinBox, QDoubleSpinBox, QComboBox { background: @background; border: 1px solid @line; border-radius: 6px; padding: 6px 8px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus { border-color: @accent; } QLineEdit#prompt { font-size: 15px; padding: 9px 12px; border-radius: 8px; }
QComboBox QAbstractItemView { background: @panel; border: 1px solid @line; } QComboBox::drop-down { border: none; width: 18px; }
QTreeView, QListView, QTableView { background: @panel; border: none; outline: 0; } QTreeView::item, QListView::item { padding: 5px 4px; border-radius: 4px; }
QTreeView::item:hover, QListView::item:hover { background: @raised; } QTreeView::item:selected, QListView::item:selected { background: @raised; color: @text; }
QListView::item:selected { border-left: 2px solid @accent; }
QHeaderView::section { background: @panel; color: @quiet; border: none; border-bottom: 1px solid @line; padding: 4px 6px; }
QScrollBar:vertical { background: transparent; width: 10px; } QScrollBar::handle:vertical { background: @line; border-radius: 5px; min-height: 24px; }
QScrollBar:horizontal { background: transparent; height: 10px; } QScrollBar::handle:horizontal { background: @line; border-radius: 5px; } QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QSlider::groove:horizontal { height: 4px; background: @line; border-radius: 2px; } QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; } QSlider::handle:horizontal { background: @text; width: 14px; margin: -5px 0; border-radius: 7px; }
QProgressBar { background: @raised; border: none; border-radius: 2px; max-height: 4px; } QProgressBar::chunk { background: @accent; border-radius: 2px; }
QLabel#quiet { color: @quiet; } QLabel#title { font-size: 26px; font-weight: 300; } QLabel#heading { color: @quiet; font-weight: 600; } QLabel#doubt { color: @doubt; } QLabel#error { color: @error; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid @quiet; border-radius: 3px; background: @background; } QCheckBox::indicator:checked { background: @accent; border-color: @accent; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid @quiet; border-radius: 9px; background: @background; } QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid @accent; background: @onAccent; }
QRadioButton, QCheckBox { spacing: 8px; }
QFrame#line { background: @line; max-height: 1px; }
)";
    const QJsonObject all = colours().value(light ? "light" : "dark").toObject();
    // Longer names first: "onAccent" before "accent" would not matter, "line" before "lineX" would.
    QStringList names = all.keys();
    std::sort(names.begin(), names.end(), [](const QString& a, const QString& b) { return a.size() > b.size(); });
    for (const QString& name : names)
        sheet.replace("@" + name, all.value(name).toString());
    return sheet;
}

} // namespace hounsfield::theme
