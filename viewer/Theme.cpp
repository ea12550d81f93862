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

/// The pictures of controls.qrc: a static library registers them only where it is asked to, outside of every namespace.
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
* { font-size: 13px; selection-background-color: @accent; selection-color: @onAccent; }
QMainWindow, QDialog, QMessageBox { background: @background; } QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QWidget#panel, QScrollArea#panel, QWidget#message { background: @panel; } QScrollArea#plain, QScrollArea#plain > QWidget > QWidget { background: transparent; }
QMenuBar { background: @panel; } QMenuBar::item { padding: 6px 10px; background: transparent; border-radius: 4px; } QMenuBar::item:selected { background: @raised; }
QMenu { background: @panel; border: 1px solid @line; padding: 4px; } QMenu::item { padding: 6px 28px 6px 28px; border-radius: 4px; } QMenu::item:selected { background: @raised; }
QMenu::item:disabled { color: @quiet; } QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 7px; border: 1px solid @control; border-radius: 3px; } QMenu::indicator:checked { image: url(:/controls/menutick-@mode.svg); }
QMenu::indicator:exclusive { border-radius: 7px; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 5px; }
QStatusBar { background: @panel; border-top: 1px solid @line; } QStatusBar::item { border: none; }
QSplitter::handle { background: @line; } QSplitter::handle:hover { background: @accent; }
QPushButton { background: @raised; border: 1px solid @control; border-radius: 6px; padding: 7px 14px; } QPushButton:hover { border-color: @text; } QPushButton:focus { border: 2px solid @accent; padding: 6px 13px; }
QPushButton:disabled { color: @quiet; border-color: @line; } QPushButton#primary { background: @accent; color: @onAccent; border-color: @accent; font-weight: 600; } QPushButton#primary:focus { border: 2px solid @text; } QPushButton#primary:disabled { background: @raised; color: @quiet; border-color: @line; }
QPushButton#link { background: transparent; border: 1px solid transparent; border-radius: 4px; color: @accent; padding: 2px 4px; text-align: left; } QPushButton#link:hover { text-decoration: underline; } QPushButton#link:focus { border-color: @accent; }
QPushButton#model { background: transparent; border: 1px solid @line; color: @quiet; padding: 3px 8px; } QPushButton#model:hover { background: @raised; color: @text; } QPushButton#model:focus { border-color: @accent; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; } QToolButton:hover { background: @raised; } QToolButton:checked { background: @raised; border-color: @accent; } QToolButton:focus { border: 2px solid @accent; padding: 4px; }
QLineEdit, QPlainTextEdit, QTextBrowser, QSpinBox, QDoubleSpinBox, QComboBox { background: @background; border: 1px solid @control; border-radius: 6px; padding: 6px 8px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextBrowser:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid @accent; padding: 5px 7px; } QLineEdit#prompt { font-size: 15px; padding: 9px 12px; border-radius: 8px; } QLineEdit#prompt:focus { padding: 8px 11px; }
QComboBox { padding-right: 24px; } QComboBox:focus { padding-right: 23px; } QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled { color: @quiet; border-color: @line; }
QComboBox QAbstractItemView { background: @panel; border: 1px solid @line; selection-background-color: @raised; selection-color: @text; }
QComboBox::drop-down { border: none; width: 24px; subcontrol-origin: border; subcontrol-position: center right; } QComboBox::down-arrow { image: url(:/controls/down-@mode.svg); width: 12px; height: 12px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { border: none; width: 20px; subcontrol-origin: border; subcontrol-position: top right; } QSpinBox::down-button, QDoubleSpinBox::down-button { border: none; width: 20px; subcontrol-origin: border; subcontrol-position: bottom right; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/controls/up-@mode.svg); width: 10px; height: 10px; } QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(:/controls/down-@mode.svg); width: 10px; height: 10px; }
QTreeView, QListView, QTableView { background: @panel; border: 1px solid transparent; outline: 0; } QTreeView:focus, QListView:focus, QTableView:focus { border-color: @accent; } QTreeView::item, QListView::item { padding: 5px 4px; border-radius: 4px; }
QTreeView::item:hover, QListView::item:hover { background: @raised; } QTreeView::item:selected, QListView::item:selected { background: @raised; color: @text; }
QTreeView::branch:has-children:closed { image: url(:/controls/closed-@mode.svg); } QTreeView::branch:has-children:open { image: url(:/controls/down-@mode.svg); }
QListView::item:selected { border-left: 2px solid @accent; }
QHeaderView::section { background: @panel; color: @quiet; border: none; border-bottom: 1px solid @line; padding: 4px 6px; }
QScrollBar:vertical { background: transparent; width: 10px; } QScrollBar::handle:vertical { background: @control; border-radius: 5px; min-height: 24px; }
QScrollBar:horizontal { background: transparent; height: 10px; } QScrollBar::handle:horizontal { background: @control; border-radius: 5px; } QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QSlider { border: 1px solid transparent; border-radius: 4px; min-height: 20px; } QSlider:focus { border-color: @accent; }
QSlider::groove:horizontal { height: 4px; background: @control; border-radius: 2px; } QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; } QSlider::handle:horizontal { background: @text; width: 14px; margin: -5px 0; border-radius: 7px; }
QProgressBar { background: @raised; border: none; border-radius: 2px; max-height: 4px; } QProgressBar::chunk { background: @accent; border-radius: 2px; }
QLabel#quiet { color: @quiet; } QLabel#title { font-size: 26px; font-weight: 300; } QLabel#heading { color: @quiet; font-weight: 600; } QLabel#doubt { color: @doubt; } QLabel#error { color: @error; } QLabel:focus { background: @raised; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid @control; border-radius: 3px; background: @background; } QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(:/controls/tick-@mode.svg); } QCheckBox::indicator:disabled { background: @raised; border-color: @line; }
QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid @control; border-radius: 9px; background: @background; } QRadioButton::indicator:checked { width: 8px; height: 8px; border: 5px solid @accent; background: @onAccent; }
QRadioButton, QCheckBox { spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; } QRadioButton:focus, QCheckBox:focus { border-color: @accent; } QRadioButton:disabled, QCheckBox:disabled { color: @quiet; }
QFrame#line { background: @line; max-height: 1px; }
)";
    sheet.replace("@mode", light ? "light" : "dark");
    const QJsonObject all = colours().value(light ? "light" : "dark").toObject();
    // Longer names first: "onAccent" before "accent" would not matter, "line" before "lineX" would.
    QStringList names = all.keys();
    std::sort(names.begin(), names.end(), [](const QString& a, const QString& b) { return a.size() > b.size(); });
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
    for (const auto& [role, name] : {std::pair{QPalette::Window, "background"}, {QPalette::Base, "background"}, {QPalette::AlternateBase, "panel"}, {QPalette::Button, "raised"},
                                     {QPalette::Highlight, "accent"}, {QPalette::HighlightedText, "onAccent"}, {QPalette::Link, "accent"}, {QPalette::LinkVisited, "accent"}, {QPalette::ToolTipBase, "raised"},
                                     {QPalette::WindowText, "text"}, {QPalette::Text, "text"}, {QPalette::ButtonText, "text"}, {QPalette::BrightText, "text"}, {QPalette::ToolTipText, "text"},
                                     {QPalette::PlaceholderText, "quiet"}, {QPalette::Mid, "control"}, {QPalette::Dark, "line"}, {QPalette::Light, "raised"}, {QPalette::Midlight, "raised"}, {QPalette::Shadow, "background"}})
        set(role, name);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, colour("quiet"));
    app.setStyle("Fusion");
    app.setPalette(palette);
    app.setStyleSheet(styleSheet());
}

} // namespace hounsfield::theme
