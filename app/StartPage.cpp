// SPDX-License-Identifier: Apache-2.0
#include "app/StartPage.h"

#include "app/Opening.h"
#include "app/Thumbnails.h"
#include "viewer/Theme.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>

namespace hounsfield {
namespace {

QPushButton* bigButton(const QString& icon, const QString& text, bool primary)
{
    auto* button = new QPushButton(theme::icon(icon, primary ? "onAccent" : "text"), text);
    button->setMinimumHeight(40);
    button->setMinimumWidth(170);
    button->setIconSize({20, 20});
    if (primary)
        button->setObjectName("primary");
    return button;
}

QString shownName(const QString& path)
{
    return path == Opening::samplePath ? StartPage::tr("the sample scan") : QFileInfo(path).fileName();
}

} // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent)
{
    auto* title = new QLabel("Hounsfield");
    title->setObjectName("title");
    auto* line = new QLabel(tr("Open a CT scan, type what you want to find, get it outlined and measured."));
    line->setObjectName("quiet");
    line->setWordWrap(true);
    auto* drop = new QLabel(
        tr("Drop a DICOM folder, a ZIP, or a NIfTI, NRRD or MetaImage file anywhere in this window."));
    drop->setObjectName("quiet");
    drop->setWordWrap(true);
    auto* folder = bigButton("open", tr("Open folder…"), true);
    auto* file = bigButton("file", tr("Open file…"), false);
    auto* sample = bigButton("sample", tr("Try the sample scan"), false);
    connect(folder, &QPushButton::clicked, this, &StartPage::openFolderAsked);
    connect(file, &QPushButton::clicked, this, &StartPage::openFileAsked);
    connect(sample, &QPushButton::clicked, this, [this] { Q_EMIT openAsked(Opening::samplePath); });
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(12);
    for (QWidget* button : {folder, file, sample})
        buttons->addWidget(button);
    buttons->addStretch(1);
    auto* research = new QLabel(tr("For research only. Not a medical device: do not base a diagnosis or a "
                                   "treatment on it. Nothing leaves this computer."));
    research->setObjectName("doubt");
    research->setWordWrap(true);

    auto* column = new QWidget;
    column->setMaximumWidth(640);
    auto* box = new QVBoxLayout(column);
    box->setSpacing(14);
    box->addWidget(title);
    box->addWidget(line);
    box->addSpacing(10);
    box->addLayout(buttons);
    box->addWidget(drop);
    box->addSpacing(10);
    m_list = new QVBoxLayout;
    m_list->setSpacing(2);
    box->addLayout(m_list);
    box->addSpacing(10);
    box->addWidget(research);
    auto* across = new QHBoxLayout;
    across->addStretch(1);
    across->addWidget(column, 4);
    across->addStretch(1);
    // Where the window is low it scrolls: a page that is not shown must not keep the window high.
    auto* page = new QWidget;
    auto* down = new QVBoxLayout(page);
    down->addStretch(2);
    down->addLayout(across);
    down->addStretch(3);
    auto* area = new QScrollArea;
    area->setObjectName("plain");
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setFocusPolicy(Qt::NoFocus);
    area->setWidget(page);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(area);
}

void StartPage::show(const QStringList& recent, const std::vector<Recovery::Kept>& left)
{
    while (QLayoutItem* item = m_list->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    const auto heading = [this](const QString& text) {
        auto* label = new QLabel(text);
        label->setObjectName("heading");
        m_list->addWidget(label);
    };
    const auto link = [this](const QString& name, const QString& what, const QIcon& icon,
                             const QString& path) {
        // A long name gives way in its middle: what tells files apart stands at both ends.
        const QString shown = fontMetrics().elidedText(name, Qt::ElideMiddle, 540);
        auto* button = new QPushButton(icon, what.isEmpty() ? shown : shown + "\n" + what);
        button->setAccessibleName(what.isEmpty() ? name : name + ", " + what);
        button->setIconSize({40, 40});
        button->setObjectName("link");
        button->setCursor(Qt::PointingHandCursor);
        connect(button, &QPushButton::clicked, this, [this, path] { Q_EMIT openAsked(path); });
        m_list->addWidget(button);
        return button;
    };
    if (!left.empty())
        heading(tr("Go on where you left off"));
    for (std::size_t i = 0; i < std::min<std::size_t>(3, left.size()); ++i) {
        const Recovery::Kept& kept = left[i];
        const QString when = QLocale().toString(kept.when, QLocale::ShortFormat);
        const QString what =
            tr("%1, findings: %2, measurements: %3").arg(when).arg(kept.structures).arg(kept.measurements);
        const QIcon icon = thumbnails::of(kept.scanPath, kept.series);
        link(shownName(kept.scanPath), what, icon, kept.file)->setToolTip(kept.scanPath);
    }
    if (!recent.isEmpty())
        heading(tr("Recent"));
    for (const QString& path : recent.mid(0, 5))
        link(shownName(path), {}, thumbnails::of(path), path)->setToolTip(QDir::toNativeSeparators(path));
}

} // namespace hounsfield
