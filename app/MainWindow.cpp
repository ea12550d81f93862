// SPDX-License-Identifier: Apache-2.0
#include "app/MainWindow.h"

#include "app/Beside.h"
#include "app/Dialogs.h"
#include "app/DoubtsPanel.h"
#include "app/EngineTexts.h"
#include "app/ExportWorker.h"
#include "app/FoundPanel.h"
#include "app/MeasurementPanel.h"
#include "app/MessagePanel.h"
#include "app/ModelManager.h"
#include "app/Pages.h"
#include "app/PromptBar.h"
#include "app/SidePanel.h"
#include "app/StatusLine.h"
#include "app/Thumbnails.h"
#include "viewer/Cine.h"
#include "viewer/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QSlider>
#include <QSplitter>
#include <QTreeView>
#include <QVBoxLayout>

namespace hounsfield {

MainWindow::MainWindow(Workbench& bench, QWidget* parent) : QMainWindow(parent), m_bench(bench)
{
    setWindowTitle("Hounsfield");
    setAcceptDrops(true);
    buildCentre();
    m_status = new StatusLine(bench);
    setStatusBar(m_status);
    buildMenus();
    joinBench();
    const QSettings settings;
    placeWindow();
    m_columns->restoreState(settings.value("columns").toByteArray());
    ViewGrid::Borders borders;
    for (std::size_t s = 0; s < borders.size(); ++s)
        for (const QVariant& size : settings.value(QString("borders%1").arg(s)).toList())
            borders[s] << size.toInt();
    m_views->setBorders(borders);
    m_cine->setSlicesPerSecond(settings.value("cine", m_cine->slicesPerSecond()).toInt());
    m_prompt->setHistory(settings.value("prompts").toStringList());
    m_prompt->setPack(bench.pack());
    showEngine();
    showState();
    // Three times Tab from the prompt: Ask, the list, the first view.
    m_prompt->setTabTo(&m_views->slice(Plane::Axial));
    setTabOrder(&m_views->slice(Plane::Axial), &m_views->slice(Plane::Sagittal));
    setTabOrder(&m_views->slice(Plane::Sagittal), &m_views->slice(Plane::Coronal));
    setTabOrder(&m_views->slice(Plane::Coronal), &m_views->volume());
    setTabOrder(&m_views->volume(), &m_found->tree());
    setTabOrder(&m_found->tree(), &m_found->threshold());
}

MainWindow::~MainWindow() = default;

void MainWindow::buildCentre()
{
    m_prompt = new PromptBar;
    m_views = new ViewGrid(m_bench.view());
    m_cine = new Cine(m_bench.view(), this);
    m_side = new SidePanel(m_bench.view(), *m_views, *m_cine);
    m_found = new FoundPanel(m_bench.session());
    m_measured = new MeasurementPanel(m_bench.session(), m_bench.view());
    m_right = new QWidget;
    m_right->setObjectName("panel");
    auto* right = new QVBoxLayout(m_right);
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(0);
    right->addWidget(m_found, 1);
    right->addWidget(m_measured);
    auto* left = new QScrollArea;
    m_left = left;
    left->setFocusPolicy(Qt::NoFocus);
    left->setObjectName("panel");
    left->setWidget(m_side);
    left->setWidgetResizable(true);
    left->setFrameShape(QFrame::NoFrame);
    left->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_columns = new QSplitter(Qt::Horizontal);
    m_columns->setHandleWidth(1);
    m_beside = new Beside(m_bench.view());
    for (QWidget* column : std::initializer_list<QWidget*>{left, m_views, m_beside, m_right})
        m_columns->addWidget(column);
    m_columns->setStretchFactor(1, 1);
    left->setMinimumWidth(272);
    m_right->setMinimumWidth(260);
    m_columns->setStretchFactor(2, 1);
    m_columns->setSizes({272, 860, 860, 412});
    connect(m_beside, &Beside::failed, this, &MainWindow::showError);
    m_pages = new Pages(m_bench, m_columns);
    connect(m_pages, &Pages::openFolderAsked, this, &MainWindow::chooseFolder);
    connect(m_pages, &Pages::openFileAsked, this, &MainWindow::chooseFile);

    m_messages = new MessagePanel;
    m_doubts = new DoubtsPanel(m_bench);
    auto* all = new QWidget;
    auto* box = new QVBoxLayout(all);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(0);
    box->addWidget(m_prompt);
    box->addWidget(m_messages);
    box->addWidget(m_pages, 1);
    box->addWidget(m_doubts);
    setCentralWidget(all);
}

void MainWindow::joinBench()
{
    connect(m_prompt, &PromptBar::asked, this, [this](const Prompt& prompt) {
        forgetTold();
        m_bench.ask(prompt);
        // Enter ends typing. A prompt that had waited for the text encoder leaves the focus where it is
        // meanwhile.
        if (m_prompt->hasTypingFocus())
            m_views->slice(Plane::Axial).setFocus();
    });
    connect(m_prompt, &PromptBar::stopAsked, &m_bench.asking(), &Asking::stop);
    connect(m_prompt, &PromptBar::listAsked, this,
            [this] { showKnownClasses(*this, *m_prompt, m_bench.pack()); });
    connect(&m_bench.asking(), &Asking::busyChanged, m_prompt, &PromptBar::setBusy);
    // What was told of a run that is over goes when the next one starts, also by the slider.
    connect(&m_bench.asking(), &Asking::busyChanged, this, [this](bool busy) {
        if (busy) {
            forgetTold();
        }
    });
    connect(&m_bench.asking(), &Asking::busyChanged, m_found, &FoundPanel::setLooking);
    connect(&m_bench.asking(), &Asking::progressed, m_prompt, &PromptBar::setProgress);
    m_export = new ExportWorker(this);
    connect(m_export, &ExportWorker::busyChanged, this,
            [this](bool busy) { m_prompt->setBusy(busy || m_bench.asking().busy()); });
    connect(m_export, &ExportWorker::progressed, m_prompt, &PromptBar::setProgress);
    connect(m_export, &ExportWorker::said, &m_bench, &Workbench::said);
    connect(m_export, &ExportWorker::failed, this, &MainWindow::showError);
    connect(m_prompt, &PromptBar::stopAsked, m_export, &ExportWorker::stop);
    connect(&m_bench.asking(), &Asking::estimated, this, [this](const Estimate& estimate) {
        // A graphics card has its own memory: that of the computer says nothing then.
        const bool processor = !m_bench.engineFacts() || m_bench.engineFacts()->device == "cpu";
        const EstimateWords words = estimateInWords(estimate, processor ? availableMemory() : std::nullopt);
        m_prompt->setEstimate(words.text, words.scarce, words.explanation);
    });
    connect(&m_bench, &Workbench::opened, this, [this] {
        rememberRecent(m_bench.scanPath());
        m_side->setSeries(m_bench.opening().path(), m_bench.opening().series());
        m_sessionFile.clear(); // the work on another scan is not to be saved over it
        const SeriesInfo& series = m_bench.session().scan()->series;
        m_side->setOpenSeries(series, thumbnails::of(m_bench.scanPath(), keyOf(series)));
        showState();
        // From the start page the prompt comes next. Whoever looks at a scan already keeps the keys of the
        // tools.
        if (!m_scanWasOpen)
            m_prompt->setFocus();
        m_scanWasOpen = true;
    });
    connect(&m_bench, &Workbench::failed, this, &MainWindow::showError);
    connect(&m_bench, &Workbench::bannerAsked, m_messages, [this](const QString& key, const QString& text) {
        m_messages->setBanner(key, inWindowLanguage(text));
    });
    // What was told of the scan before goes when another is opened, not when it is there: what its opening
    // has to tell stays.
    connect(&m_bench.opening(), &Opening::busyChanged, this, [this](bool busy) {
        if (busy)
            forgetTold();
    });
    connect(m_status, &StatusLine::doubtsAsked, m_doubts, &QWidget::setVisible);
    connect(m_doubts, &DoubtsPanel::closeAsked, m_status, [this] { m_status->setDoubtsOpen(false); });
    connect(&m_bench, &Workbench::modelChanged, this, [this] {
        m_prompt->setEstimate({});
        m_prompt->setPack(m_bench.pack());
    });
    connect(&m_bench, &Workbench::engineChanged, this, &MainWindow::showEngine);
    connect(m_prompt, &PromptBar::understood, this, [this](const Prompt& prompt) {
        m_bench.expectTargets(prompt.targets().size());
        m_bench.nearest().explain(prompt);
    });
    connect(&m_bench.nearest(), &Nearest::explained, this, [this](const Prompt& prompt) {
        if (prompt.text == m_prompt->prompt().text)
            m_prompt->showPrompt(prompt);
    });
    connect(&m_bench.nearest(), &Nearest::failed, m_prompt, &PromptBar::stopWaiting);
    connect(m_prompt, &PromptBar::modelsAsked, this, &MainWindow::showModels);
    connect(&m_bench.opening(), &Opening::previewed, this,
            [this](const QString& path, int number, const QImage& slice) {
                m_side->setPreview(path, number, slice);
            });
    connect(m_side, &SidePanel::seriesAsked, this,
            [this](const QString& path, const std::string& which) { m_bench.open(path, which); });
    connect(m_found, &FoundPanel::jumpAsked, this,
            [this](const Vector3& mm, const IndexBox& box) { m_bench.view().lookAt(mm, box); });
    connect(m_found, &FoundPanel::thresholdAsked, &m_bench, &Workbench::setThreshold);
    connect(m_found, &FoundPanel::exportAsked, this, &MainWindow::exportAll);
    connect(m_found, &FoundPanel::giveBackAsked, &m_bench, &Workbench::giveBack);
    connect(&m_bench.session(), &Session::scanChanged, this, &MainWindow::showState);
}

void MainWindow::showState()
{
    const bool open = m_bench.session().scan() != nullptr;
    m_scanWasOpen = m_scanWasOpen && open;
    m_pages->showState();
    m_prompt->setScanOpen(open);
    m_prompt->setEstimate({});
    m_status->clearSaid();
    setWindowTitle(open
                       ? tr("%1 · Hounsfield").arg(QString::fromStdString(m_bench.session().scan()->caseName))
                       : QString("Hounsfield"));
    m_status->showDoubts();
}

void MainWindow::showEngine()
{
    m_prompt->setModelText(chipInWords(m_bench.pack(), m_bench.engineChoice(), m_bench.engineFacts()),
                           chipExplained(m_bench.pack(), m_bench.engineChoice(), m_bench.engineFacts()));
}

void MainWindow::showError(const QString& message)
{
    m_messages->tell(inWindowLanguage(message));
}

void MainWindow::forgetTold()
{
    m_messages->clearTold();
    m_status->clearSaid();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) {
            m_bench.open(url.toLocalFile());
            return;
        }
    showError(tr("Only files and folders of this computer can be dropped here."));
}

bool MainWindow::focusNextPrevChild(bool next)
{
    // Qt asks for this when Tab is pressed, and when the widget with the focus is hidden or disabled.
    const QWidget* held = focusWidget();
    if (!held || (held->isVisible() && held->isEnabled()))
        return QMainWindow::focusNextPrevChild(next);
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
        if (SliceView& view = m_views->slice(plane); view.isVisible()) {
            view.setFocus();
            return true;
        }
    // A page that goes knows itself which widget it gives the focus back to.
    if (!m_pages->isAncestorOf(held))
        focusWidget()->clearFocus();
    return true;
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    ViewState& view = m_bench.view();
    if (event->modifiers() == Qt::NoModifier && event->key() >= Qt::Key_0 && event->key() <= Qt::Key_9) {
        view.applyPreset(event->key() - Qt::Key_0);
    } else if (event->key() == Qt::Key_Escape) {
        m_bench.asking().stop();
        m_export->stop();
        m_bench.opening().stop();
    } else if (event->key() == Qt::Key_A || event->key() == Qt::Key_S) {
        SliceLook look = view.look();
        look.fillOpacity = std::clamp(look.fillOpacity + (event->key() == Qt::Key_A ? -0.1 : 0.1), 0.0, 1.0);
        view.setLook(look);
    } else {
        QMainWindow::keyPressEvent(event);
    }
}

} // namespace hounsfield
