// SPDX-License-Identifier: Apache-2.0
// The menus of the main window and what they do with files.
#include "app/Beside.h"
#include "app/Dialogs.h"
#include "app/DoubtsPanel.h"
#include "app/ExportWorker.h"
#include "app/FoundPanel.h"
#include "app/MainWindow.h"
#include "app/MeasurementPanel.h"
#include "app/ModelManager.h"
#include "app/PromptBar.h"
#include "app/SidePanel.h"
#include "app/StatusLine.h"
#include "viewer/Cine.h"
#include "viewer/Theme.h"
#include "viewer/ViewGrid.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QProxyStyle>
#include <QSettings>
#include <QTreeView>

namespace hounsfield {

namespace {

/// Alt belongs to the mouse over a view (slab, pan): let go of, it does not open the menu. Alt with a letter
/// still does.
class AltKeptFromMenus final : public QProxyStyle {
public:
    using QProxyStyle::QProxyStyle;
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override
    {
        return hint == SH_MenuBar_AltKeyNavigation ? 0 : QProxyStyle::styleHint(hint, option, widget, data);
    }
};

} // namespace

void MainWindow::buildMenus()
{
    auto* style = new AltKeptFromMenus("Fusion");
    style->setParent(this);
    menuBar()->setStyle(style);
    ViewState& view = m_bench.view();
    const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& key, auto&& what) {
        QAction* action = menu->addAction(text);
        action->setShortcut(key);
        connect(action, &QAction::triggered, this, what);
        return action;
    };
    QMenu* file = menuBar()->addMenu(tr("&File"));
    add(file, tr("Open folder…"), QKeySequence("Ctrl+O"), [this] { chooseFolder(); });
    add(file, tr("Open file…"), QKeySequence("Ctrl+Shift+O"), [this] { chooseFile(); });
    add(file, tr("Open session…"), {}, [this] { chooseSession(); });
    add(file, tr("Open a file as second scan beside…"), {}, [this] {
        const QString chosen =
            QFileDialog::getOpenFileName(this, tr("Open a scan"), QSettings().value("openFolder").toString());
        if (!chosen.isEmpty() && m_bench.session().scan())
            m_beside->open(chosen);
    });
    add(file, tr("Open a folder as second scan beside…"), {}, [this] {
        const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a DICOM folder"),
                                                                 QSettings().value("openFolder").toString());
        if (!chosen.isEmpty() && m_bench.session().scan())
            m_beside->open(chosen);
    });
    add(file, tr("Sample scan"), {}, [this] { m_bench.open(Opening::samplePath); });
    file->addSeparator();
    add(file, tr("Save session…"), QKeySequence("Ctrl+S"), [this] { saveSession(); });
    add(file, tr("Export…"), QKeySequence("Ctrl+E"), [this] { exportAll(); });
    add(file, tr("Save the views as a picture…"), {}, [this] { saveScreenshot(); });
    add(file, tr("Copy the views as a picture"), QKeySequence("Ctrl+Shift+C"), [this] { copyScreenshot(); });
    file->addSeparator();
    add(file, tr("Close scan"), QKeySequence("Ctrl+W"), [this] { m_bench.closeScan(); });
    add(file, tr("Models…"), {}, [this] { showModels(); });
    add(file, tr("Settings…"), QKeySequence("Ctrl+,"), [this] { showSettings(*this, m_bench); });
    add(file, tr("Quit"), QKeySequence("Ctrl+Q"), [this] { close(); });

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_bench.session().undo().createUndoAction(this, tr("Undo"));
    undo->setShortcut(QKeySequence("Ctrl+Z"));
    QAction* redo = m_bench.session().undo().createRedoAction(this, tr("Redo"));
    redo->setShortcuts({QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")});
    edit->addActions({undo, redo});
    edit->addSeparator();
    add(edit, tr("Delete the selected lesion or structure"), QKeySequence("Ctrl+Delete"),
        [this] { m_found->removeSelected(); });
    add(edit, tr("Delete the chosen measurement, or the last"), QKeySequence("Delete"), [this] {
        // In the list of what was found the key means what is selected there.
        if (m_found->tree().hasFocus())
            m_found->removeSelected();
        else if (const int id = m_measured->chosen())
            m_bench.session().removeMeasurement(id);
    });
    add(edit, tr("Show or hide the selected structure"), QKeySequence("Shift+M"), [this] {
        if (const Structure* s = m_bench.session().structure(m_bench.session().selected()))
            m_bench.session().setVisible(s->id, !s->visible);
    });

    buildViewMenu();

    QMenu* ask = menuBar()->addMenu(tr("&Ask"));
    add(ask, tr("Type what you want to find"), QKeySequence("Ctrl+K"), [this] { m_prompt->setFocus(); });
    add(ask, tr("Everything the model knows…"), {},
        [this] { showKnownClasses(*this, *m_prompt, m_bench.pack()); });

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    add(help, tr("Mouse and keys"), QKeySequence("F1"), [this] { showShortcuts(*this); });
    add(help, tr("About Hounsfield"), {},
        [this] { showAbout(*this, m_bench.pack(), m_views->volume().mapperText()); });

    connect(m_views, &ViewGrid::menuAsked, this, [this, &view](Plane, QPoint at) {
        QMenu menu(this);
        QMenu* presets = menu.addMenu(tr("Window"));
        for (int digit = 0; digit <= 9; ++digit)
            presets->addAction(ViewState::presetName(digit), [&view, digit] { view.applyPreset(digit); });
        menu.addAction(tr("Fit to the views"), [&view] { view.fitAll(); });
        menu.addAction(tr("The patient's own planes"), [&view] { view.setFrame(patientFrame()); });
        menu.addAction(tr("Copy the views as a picture"), [this] { copyScreenshot(); });
        menu.exec(at);
    });
}

/// Layouts and what is shown: each with a tick where it is on, however it came about.
void MainWindow::buildViewMenu()
{
    ViewState& view = m_bench.view();
    QMenu* show = menuBar()->addMenu(tr("&View"));
    auto* layouts = new QActionGroup(this);
    const auto add = [this, show](const QString& text, const QKeySequence& key, auto&& what) {
        QAction* action = show->addAction(text);
        action->setShortcut(key);
        connect(action, &QAction::triggered, this, what);
        return action;
    };
    // The tick follows the state, which keys, panels and sessions change as well.
    const auto toggle = [this, show, add](const QString& text, const QKeySequence& key, auto&& isOn,
                                          auto&& flip) {
        QAction* action = add(text, key, [flip, isOn] { flip(!isOn()); });
        action->setCheckable(true);
        const auto follow = [action, isOn] { action->setChecked(isOn()); };
        connect(&m_bench.view(), &ViewState::changed, action, follow);
        connect(show, &QMenu::aboutToShow, action, follow);
        connect(action, &QAction::triggered, action, follow);
        follow();
    };
    for (const auto& [text, layout] : {std::pair{tr("Four views"), Layout::Grid},
                                       {tr("One and three"), Layout::OneAndThree},
                                       {tr("Axial alone"), Layout::Axial},
                                       {tr("Coronal alone"), Layout::Coronal},
                                       {tr("Sagittal alone"), Layout::Sagittal},
                                       {tr("3D alone"), Layout::Volume}}) {
        QAction* action = add(text, {}, [&view, layout = layout] { view.setLayout(layout); });
        action->setCheckable(true);
        action->setChecked(view.layout() == layout);
        layouts->addAction(action);
        connect(&view, &ViewState::layoutChanged, action,
                [action, &view, layout = layout] { action->setChecked(view.layout() == layout); });
    }
    show->addSeparator();
    add(tr("Fit to the views"), QKeySequence("="), [&view] { view.fitAll(); });
    add(tr("The patient's own planes"), {}, [&view] { view.setFrame(patientFrame()); });
    add(tr("The scan's own planes"), {}, [&view] {
        if (view.scan())
            view.setFrame(scanFrame(view.scan()->geometry()));
    });
    show->addSeparator();
    const auto look = [&view](bool SliceLook::*what, bool on) {
        SliceLook now = view.look();
        now.*what = on;
        view.setLook(now);
    };
    toggle(
        tr("Invert grey"), QKeySequence("I"), [&view] { return view.look().invert; },
        [look](bool on) { look(&SliceLook::invert, on); });
    toggle(
        tr("Interpolation"), QKeySequence("N"), [&view] { return view.look().interpolate; },
        [look](bool on) { look(&SliceLook::interpolate, on); });
    toggle(
        tr("Mask outlines"), QKeySequence("O"), [&view] { return view.look().outline; },
        [look](bool on) { look(&SliceLook::outline, on); });
    toggle(
        tr("Masks"), QKeySequence("M"), [&view] { return view.masksShown(); },
        [&view](bool on) { view.setMasksShown(on); });
    toggle(
        tr("Probability of the selected structure"), QKeySequence("Y"),
        [this] { return m_bench.heatShown(); }, [this](bool on) { m_bench.setHeatShown(on); });
    toggle(
        tr("Crosshair"), QKeySequence("X"), [&view] { return view.crosshairShown(); },
        [&view](bool on) { view.setCrosshairShown(on); });
    toggle(
        tr("Texts"), QKeySequence("Space"), [&view] { return view.textShown(); },
        [&view](bool on) { view.setTextShown(on); });
    add(tr("Run through the slices"), QKeySequence("V"), [this] { runCine(); });
    show->addSeparator();
    toggle(
        tr("Series and tools"), QKeySequence("F7"), [this] { return !m_left->isHidden(); },
        [this](bool on) { m_left->setVisible(on); });
    toggle(
        tr("What was found"), QKeySequence("F9"), [this] { return !m_right->isHidden(); },
        [this](bool on) { m_right->setVisible(on); });
    toggle(
        tr("Warnings"), QKeySequence("F8"), [this] { return !m_doubts->isHidden(); },
        [this](bool on) { m_status->setDoubtsOpen(on); });
    add(tr("Views only"), QKeySequence("F11"), [this] {
        const bool hide = !m_right->isHidden() || !m_left->isHidden() || !m_prompt->isHidden();
        for (QWidget* panel : std::initializer_list<QWidget*>{m_left, m_right, m_prompt})
            panel->setVisible(!hide);
    });
}

void MainWindow::showModels()
{
    // Beside the window, not before it: an import takes its time, and the scan can be looked at meanwhile.
    if (!m_models) {
        m_models = new ModelManager(m_bench, {}, this);
        m_models->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_models->show();
    m_models->raise();
    m_models->activateWindow();
}

void MainWindow::runCine()
{
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
        if (m_views->slice(plane).hasFocus())
            m_cine->setPlane(plane);
    m_cine->setRunning(!m_cine->running());
}

void MainWindow::chooseFolder()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Open a DICOM folder"),
                                                             QSettings().value("openFolder").toString());
    if (chosen.isEmpty())
        return;
    QSettings().setValue("openFolder", QFileInfo(chosen).absolutePath());
    m_bench.open(chosen);
}

void MainWindow::chooseFile()
{
    const QString chosen = QFileDialog::getOpenFileName(
        this, tr("Open a scan"), QSettings().value("openFolder").toString(),
        tr("Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm *.zip);;All files (*)"));
    if (chosen.isEmpty())
        return;
    QSettings().setValue("openFolder", QFileInfo(chosen).absolutePath());
    m_bench.open(chosen);
}

void MainWindow::chooseSession()
{
    const QString chosen =
        QFileDialog::getOpenFileName(this, tr("Open a session"), {}, tr("Sessions (*.hounsfield)"));
    if (!chosen.isEmpty())
        m_bench.open(chosen);
}

bool MainWindow::saveSession()
{
    if (!m_bench.session().scan())
        return false;
    QString file = QFileDialog::getSaveFileName(
        this, tr("Save the session"),
        m_sessionFile.isEmpty() ? QString::fromStdString(m_bench.session().scan()->caseName) + ".hounsfield"
                                : m_sessionFile,
        tr("Sessions (*.hounsfield)"));
    if (file.isEmpty())
        return false;
    if (!file.endsWith(".hounsfield"))
        file += ".hounsfield";
    try {
        m_bench.saveSession(file, m_prompt->history());
        m_sessionFile = file;
        return true;
    } catch (const Error& error) {
        showError(QString::fromUtf8(error.what()));
        return false;
    }
}

void MainWindow::exportAll(int onlyStructure)
{
    if (!m_bench.session().scan())
        return;
    auto settings = askExport(*this, !m_bench.session().contents().structures.empty());
    if (!settings)
        return;
    settings->onlyStructure = onlyStructure;
    const QString folder = QString::fromStdU16String(settings->folder.u16string()),
                  name = QString::fromStdString(m_bench.session().scan()->caseName);
    if (!QDir(folder).entryList({name + "_*"}, QDir::Files).isEmpty() &&
        QMessageBox::question(this, tr("Export"),
                              tr("Replace the results of this case in %1?").arg(folder)) != QMessageBox::Yes)
        return;
    m_bench.keepNow();
    m_export->start(m_bench.session().scan(), m_bench.session().contents(), m_bench.pack(), *settings);
}

void MainWindow::saveScreenshot()
{
    QString file = QFileDialog::getSaveFileName(this, tr("Save the views as a picture"), "views.png",
                                                tr("Pictures (*.png)"));
    if (file.isEmpty())
        return;
    if (!file.endsWith(".png"))
        file += ".png";
    // A patient's name does not leave the program by accident.
    if (!m_views->picture(false).save(file))
        showError(tr("The picture could not be written to %1. Choose another place.").arg(file));
    else
        Q_EMIT m_bench.said(tr("Picture saved without patient texts."));
}

void MainWindow::copyScreenshot()
{
    QApplication::clipboard()->setImage(m_views->picture(false));
    Q_EMIT m_bench.said(tr("Picture copied without patient texts."));
}

} // namespace hounsfield
