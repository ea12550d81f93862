#include "app/MainWindow.h"

#include "app/Beside.h"
#include "app/Dialogs.h"
#include "app/FoundPanel.h"
#include "app/PromptBar.h"
#include "app/SidePanel.h"
#include "app/StartPage.h"
#include "app/Thumbnails.h"
#include "viewer/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>

#include <cmath>

namespace hounsfield {

MainWindow::MainWindow(Workbench& bench, QWidget* parent) : QMainWindow(parent), m_bench(bench)
{
    setWindowTitle("Hounsfield");
    setAcceptDrops(true);
    resize(1440, 900);
    buildCentre();
    buildStatus();
    buildMenus();
    joinBench();
    const QSettings settings;
    restoreGeometry(settings.value("window").toByteArray());
    m_prompt->setHistory(settings.value("prompts").toStringList());
    m_prompt->setClasses(bench.pack().classes);
    m_prompt->setModelText(tr("Model: %1").arg(QString::fromStdString(bench.pack().name)));
    showState();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildCentre()
{
    m_prompt = new PromptBar;
    m_start = new StartPage;
    m_views = new ViewGrid(m_bench.view());
    m_side = new SidePanel(m_bench.view(), *m_views);
    m_found = new FoundPanel(m_bench.session());
    auto* left = new QScrollArea;
    left->setObjectName("panel");
    left->setWidget(m_side);
    left->setWidgetResizable(true);
    left->setFrameShape(QFrame::NoFrame);
    left->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* columns = new QSplitter(Qt::Horizontal);
    columns->setHandleWidth(1);
    columns->addWidget(left);
    columns->addWidget(m_views);
    m_beside = new Beside(m_bench.view());
    columns->addWidget(m_beside);
    columns->addWidget(m_found);
    columns->setStretchFactor(1, 1);
    left->setMinimumWidth(246);
    m_found->setMinimumWidth(280);
    columns->setStretchFactor(2, 1);
    columns->setSizes({246, 880, 880, 314});
    connect(m_beside, &Beside::failed, this, &MainWindow::showError);
    m_work = columns;
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_start);
    m_stack->addWidget(m_work);

    m_errorBar = new QWidget;
    m_errorBar->setObjectName("panel");
    m_errorText = new QLabel;
    m_errorText->setObjectName("error");
    m_errorText->setWordWrap(true);
    m_errorText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton;
    close->setIcon(theme::icon("close"));
    close->setToolTip(tr("Close this message"));
    connect(close, &QToolButton::clicked, m_errorBar, &QWidget::hide);
    auto* error = new QHBoxLayout(m_errorBar);
    error->setContentsMargins(16, 8, 8, 8);
    error->addWidget(m_errorText, 1);
    error->addWidget(close);
    m_errorBar->hide();

    auto* all = new QWidget;
    auto* box = new QVBoxLayout(all);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(0);
    box->addWidget(m_prompt);
    box->addWidget(m_errorBar);
    box->addWidget(m_stack, 1);
    setCentralWidget(all);
}

void MainWindow::buildStatus()
{
    m_pointed = new QLabel;
    m_pointed->setMinimumWidth(300);
    m_window = new QLabel;
    m_said = new QLabel;
    m_said->setObjectName("quiet");
    m_loading = new QLabel;
    m_loading->setObjectName("quiet");
    m_doubts = new QToolButton;
    m_doubts->setPopupMode(QToolButton::InstantPopup);
    m_doubts->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_doubts->setToolTip(tr("What the program is not sure of"));
    auto* research = new QLabel(tr("Research use only"));
    research->setObjectName("quiet");
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(8, 0, 12, 0);
    statusBar()->addWidget(m_pointed);
    statusBar()->addWidget(m_window);
    statusBar()->addWidget(m_said, 1);
    statusBar()->addPermanentWidget(m_loading);
    statusBar()->addPermanentWidget(m_doubts);
    statusBar()->addPermanentWidget(research);
}

void MainWindow::joinBench()
{
    connect(m_prompt, &PromptBar::asked, this, [this](const Prompt& prompt) {
        m_errorBar->hide();
        m_bench.ask(prompt);
        m_views->slice(Plane::Axial).setFocus();
    });
    connect(m_prompt, &PromptBar::stopAsked, &m_bench.asking(), &Asking::stop);
    connect(m_prompt, &PromptBar::listAsked, this, [this] { showKnownClasses(*this, *m_prompt, m_bench.pack()); });
    connect(&m_bench.asking(), &Asking::busyChanged, m_prompt, &PromptBar::setBusy);
    connect(&m_bench.asking(), &Asking::progressed, m_prompt, &PromptBar::setProgress);
    connect(&m_bench.asking(), &Asking::estimated, this, [this](const Estimate& estimate) {
        m_prompt->setEstimate(tr("%1, %2 GB").arg(roughTime(estimate.seconds)).arg(double(estimate.bytes) / 1e9, 0, 'f', 1));
    });
    connect(&m_bench, &Workbench::opened, this, [this] {
        m_errorBar->hide();
        rememberRecent(m_bench.scanPath());
        thumbnails::keep(m_bench.scanPath(), m_bench.session().scan()->volume);
        m_side->setOpenSeries(m_bench.session().scan()->series, thumbnails::of(m_bench.scanPath()));
        showState();
        m_prompt->setFocus();
    });
    connect(&m_bench, &Workbench::failed, this, &MainWindow::showError);
    connect(&m_bench, &Workbench::said, this, [this](const QString& text) { m_said->setText(text); });
    connect(&m_bench, &Workbench::doubtsChanged, this, &MainWindow::showDoubts);
    connect(&m_bench, &Workbench::modelChanged, this, [this] {
        m_prompt->setClasses(m_bench.pack().classes);
        m_prompt->setModelText(tr("Model: %1").arg(QString::fromStdString(m_bench.pack().name)));
    });
    connect(&m_bench.opening(), &Opening::listed, this, [this](const QString& path, const std::vector<SeriesInfo>& series) { m_side->setSeries(path, series); });
    connect(&m_bench.opening(), &Opening::progressed, this, [this](const QString& stage, double fraction, double) { m_loading->setText(tr("%1 %2 %").arg(stage).arg(int(100 * fraction))); });
    connect(&m_bench.opening(), &Opening::busyChanged, this, [this](bool busy) {
        m_loading->setVisible(busy);
        m_loading->setText(busy ? tr("opening…") : QString());
    });
    connect(m_side, &SidePanel::seriesAsked, this, [this](const QString& path, const std::string& which) { m_bench.open(path, which); });
    connect(m_start, &StartPage::openFolderAsked, this, &MainWindow::chooseFolder);
    connect(m_start, &StartPage::openFileAsked, this, &MainWindow::chooseFile);
    connect(m_start, &StartPage::openAsked, this, [this](const QString& path) { m_bench.open(path); });
    connect(m_found, &FoundPanel::jumpAsked, this, [this](const Vector3& mm) { m_bench.view().setCrosshair(mm); });
    connect(m_found, &FoundPanel::thresholdAsked, &m_bench, &Workbench::setThreshold);
    connect(m_found, &FoundPanel::exportAsked, this, &MainWindow::exportAll);
    connect(&m_bench.view(), &ViewState::pointedChanged, this, &MainWindow::showPointed);
    connect(&m_bench.view(), &ViewState::changed, this, [this] {
        const SliceLook& look = m_bench.view().look();
        m_window->setText(m_bench.session().scan() ? tr("W %1  L %2").arg(look.window, 0, 'f', 0).arg(look.level, 0, 'f', 0) : QString());
    });
    connect(&m_bench.session(), &Session::scanChanged, this, &MainWindow::showState);
    m_cine.setInterval(80);
    connect(&m_cine, &QTimer::timeout, this, [this] {
        ViewState& view = m_bench.view();
        const Vector3 before = view.crosshairMm();
        view.scroll(Plane::Axial, -1);
        if (length(view.crosshairMm() - before) < 1e-9)
            view.scroll(Plane::Axial, 100000); // from the other end again
    });
}

void MainWindow::showState()
{
    const bool open = m_bench.session().scan() != nullptr;
    m_stack->setCurrentWidget(open ? m_work : static_cast<QWidget*>(m_start));
    m_prompt->setScanOpen(open);
    m_prompt->setEstimate({});
    m_said->clear();
    if (!open)
        m_start->show(QSettings().value("recent").toStringList(), m_bench.recovery().left());
    setWindowTitle(open ? tr("%1 · Hounsfield").arg(QString::fromStdString(m_bench.session().scan()->caseName)) : QString("Hounsfield"));
    showDoubts();
}

void MainWindow::showPointed(const std::optional<Vector3>& mm)
{
    if (!mm || !m_bench.session().scan()) {
        m_pointed->clear();
        return;
    }
    const Volume& volume = *m_bench.session().scan()->volume;
    const Vector3 at = volume.geometry().toIndex(*mm);
    const Index3 i{std::llround(at[0]), std::llround(at[1]), std::llround(at[2])};
    const QString hu = volume.geometry().box().contains(i) ? tr("%1 HU").arg(volume.at(i)) : tr("outside the scan");
    const auto side = [](double v, const char* positive, const char* negative) { return QString("%1 %2").arg(std::abs(v), 0, 'f', 1).arg(v >= 0 ? positive : negative); };
    m_pointed->setText(QString("%1   %2  %3  %4 mm").arg(hu, side((*mm)[0], "L", "R"), side((*mm)[1], "P", "A"), side((*mm)[2], "H", "F")));
}

void MainWindow::showDoubts()
{
    QStringList all = m_bench.doubts();
    const QString good = theme::colour("good").name(), amber = theme::colour("doubt").name();
    if (m_doubts->menu())
        m_doubts->menu()->deleteLater();
    auto* menu = new QMenu(m_doubts);
    for (const QString& one : all)
        menu->addAction(one);
    if (all.isEmpty())
        menu->addAction(tr("Nothing to be said against this scan."));
    m_doubts->setMenu(menu);
    m_doubts->setVisible(m_bench.session().scan() != nullptr);
    m_doubts->setText(all.isEmpty() ? tr("● no doubts") : tr("● %1 to note").arg(all.size()));
    m_doubts->setStyleSheet(QString("QToolButton { color: %1; } QToolButton::menu-indicator { image: none; }").arg(all.isEmpty() ? good : amber));
}

void MainWindow::showError(const QString& message)
{
    m_errorText->setText(message);
    m_errorBar->show();
}

void MainWindow::rememberRecent(const QString& path)
{
    if (path.isEmpty() || path == Opening::samplePath)
        return;
    QSettings settings;
    QStringList recent = settings.value("recent").toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    settings.setValue("recent", recent.mid(0, 12));
}

void MainWindow::toggleCine()
{
    m_cine.isActive() ? m_cine.stop() : m_cine.start();
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

void MainWindow::closeEvent(QCloseEvent* event)
{
    // Nothing is asked: what was made is kept and offered when the program starts again.
    QSettings settings;
    settings.setValue("window", saveGeometry());
    settings.setValue("prompts", m_prompt->history());
    QMainWindow::closeEvent(event);
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    ViewState& view = m_bench.view();
    if (event->modifiers() == Qt::NoModifier && event->key() >= Qt::Key_0 && event->key() <= Qt::Key_9) {
        view.applyPreset(event->key() - Qt::Key_0);
    } else if (event->key() == Qt::Key_Escape) {
        m_bench.asking().stop();
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
