// SPDX-License-Identifier: Apache-2.0
#include "app/FoundPanel.h"

#include "app/EngineTexts.h"
#include "app/EngineWords.h"
#include "app/WrappingDelegate.h"
#include "viewer/NumberWords.h"
#include "viewer/Theme.h"

#include <QAction>
#include <QColorDialog>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QSlider>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace hounsfield {

Vector3 bestPlace(const Mask& mask)
{
    if (mask.empty())
        return {0, 0, 0};
    const auto axis = std::size_t(sliceAxisOf(mask.geometry()));
    std::vector<std::int64_t> counts(std::size_t(mask.box().size()[axis]), 0);
    forEachVoxel(mask, [&](const Index3& i) { ++counts[std::size_t(i[axis] - mask.box().begin[axis])]; });
    const auto largest = std::int64_t(std::max_element(counts.begin(), counts.end()) - counts.begin()) +
                         mask.box().begin[axis];
    Vector3 sum{0, 0, 0};
    forEachVoxel(mask, [&](const Index3& i) {
        if (i[axis] == largest)
            sum = sum + Vector3{double(i[0]), double(i[1]), double(i[2])};
    });
    return mask.geometry().toMm((1.0 / double(counts[std::size_t(largest - mask.box().begin[axis])])) * sum);
}

FoundPanel::FoundPanel(Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_model(session)
{
    setObjectName("panel");
    m_tree = new QTreeView;
    m_tree->setModel(&m_model);
    WrappingDelegate::wrapColumn(*m_tree, FoundModel::Name);
    // "see Liver Tumor" takes two lines rather than room from the names.
    WrappingDelegate::wrapColumn(*m_tree, FoundModel::Volume, 116);
    m_tree->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(FoundModel::Name, QHeaderView::Stretch);
    m_tree->header()->setSectionResizeMode(FoundModel::Volume, QHeaderView::ResizeToContents);
    m_tree->header()->setSectionResizeMode(FoundModel::Hu, QHeaderView::ResizeToContents);
    m_tree->header()->setSectionResizeMode(FoundModel::Eye, QHeaderView::Fixed);
    m_tree->header()->resizeSection(FoundModel::Eye, 30);
    m_tree->header()->moveSection(FoundModel::Eye, 0);
    m_tree->setIconSize({16, 16});
    m_tree->setIndentation(12);
    m_tree->setMouseTracking(true);
    m_tree->viewport()->installEventFilter(this);
    connect(m_tree, &QTreeView::entered, this, [this](const QModelIndex& index) {
        m_session.hover(index.data(FoundModel::StructureId).toInt());
    });
    m_tree->setAccessibleName(tr("Found structures"));
    m_empty = new QLabel;
    setLooking(false);
    m_empty->setObjectName("quiet");
    m_empty->setWordWrap(true);
    m_details = new QLabel;
    m_details->setWordWrap(true);
    m_details->setTextFormat(Qt::RichText);
    m_details->setTextInteractionFlags(Qt::TextBrowserInteraction);
    m_details->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    connect(m_details, &QLabel::linkActivated, this, &FoundPanel::followLink);
    // Many doubts need more height than a small screen has: they scroll, the rows above keep their place.
    m_detailsArea = new QScrollArea;
    m_detailsArea->setObjectName("plain");
    m_detailsArea->setFrameShape(QFrame::NoFrame);
    m_detailsArea->setWidgetResizable(true);
    m_detailsArea->setFocusPolicy(Qt::NoFocus);
    m_detailsArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_detailsArea->setMinimumHeight(64);
    m_detailsArea->setWidget(m_details);
    m_thresholdRow = new QWidget;
    m_thresholdText = new QLabel;
    m_thresholdText->setObjectName("quiet");
    m_threshold = new QSlider(Qt::Horizontal);
    m_threshold->setRange(5, 99);
    m_threshold->setAccessibleName(tr("Threshold"));
    m_threshold->setToolTip(
        tr("Probability from which a voxel counts as inside. Lower finds more, higher is stricter."));
    auto* row = new QVBoxLayout(m_thresholdRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_thresholdText);
    row->addWidget(m_threshold);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(12, 10, 12, 12);
    box->setSpacing(10);
    box->addWidget(m_empty);
    box->addWidget(m_tree, 1);
    box->addWidget(m_detailsArea, 1);
    box->addWidget(m_thresholdRow);

    m_rest.setSingleShot(true);
    m_rest.setInterval(60);
    connect(&m_rest, &QTimer::timeout, this,
            [this] { Q_EMIT thresholdAsked(m_session.selected(), m_threshold->value() / 100.0); });
    connect(m_threshold, &QSlider::valueChanged, this, [this](int value) {
        showThreshold(value / 100.0);
        if (const Structure* s = m_session.structure(m_session.selected());
            s && std::lround(100 * s->finding->threshold) != value)
            m_rest.start();
        else
            m_rest.stop(); // back where it was
    });
    connect(m_tree, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        const Structure* s = m_session.structure(index.data(FoundModel::StructureId).toInt());
        if (s && index.column() == FoundModel::Eye)
            m_session.setVisible(s->id, !s->visible);
        else
            jumpTo(index);
    });
    connect(m_tree, &QTreeView::customContextMenuRequested, this, &FoundPanel::showMenu);
    const auto renew = [this] {
        m_empty->setVisible(m_session.contents().structures.empty());
        m_tree->setVisible(!m_session.contents().structures.empty());
        m_tree->expandToDepth(0);
        if (const QModelIndex at = m_model.indexOf(m_session.selected()); at.isValid())
            m_tree->setCurrentIndex(at);
        showDetails();
    };
    connect(&session, &Session::contentsChanged, this, renew);
    connect(&session, &Session::selectionChanged, this, renew);
    renew();
}

void FoundPanel::jumpTo(const QModelIndex& index)
{
    const int lesion = index.data(FoundModel::Lesion).toInt();
    m_session.select(index.data(FoundModel::StructureId).toInt(), lesion);
    const Structure* s = m_session.structure(m_session.selected());
    if (!s || s->finding->mask.empty())
        return;
    if (lesion < 0) {
        Q_EMIT jumpAsked(bestPlace(s->finding->mask), s->statistics.box);
        return;
    }
    // To the slice of its longest diameter, which is drawn there.
    const Lesion& one = s->lesions[std::size_t(lesion)];
    Q_EMIT jumpAsked(0.5 * (one.diameters.longest.from + one.diameters.longest.to), one.statistics.box);
}

/// Links are numbers of warnings that have a place, "back", or "restore:" and the number of a removed lesion.
void FoundPanel::followLink(const QString& link)
{
    const Structure* s = m_session.structure(m_session.selected());
    if (s && link == "back") {
        Q_EMIT giveBackAsked(s->id);
        return;
    }
    if (s && link.startsWith("restore:")) {
        m_session.restoreLesion(s->id, link.section(':', 1).toInt());
        return;
    }
    const auto number = std::size_t(link.toUInt());
    if (s && number < s->warnings.size() && s->warnings[number].placeMm)
        Q_EMIT jumpAsked(*s->warnings[number].placeMm, {});
}

bool FoundPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Leave)
        m_session.hover(0);
    return QWidget::eventFilter(watched, event);
}

void FoundPanel::setLooking(bool looking)
{
    m_empty->setText(looking ? tr("Looking. What is found appears here.")
                             : tr("Nothing asked yet. Type what you want to find, above."));
}

void FoundPanel::showDetails()
{
    const Structure* s = m_session.structure(m_session.selected());
    m_detailsArea->setVisible(s);
    m_thresholdRow->setVisible(s);
    if (!s)
        return;
    const Finding& f = *s->finding;
    const int lesion = m_session.selectedLesion();
    const QString name = nameInWindowLanguage(s->name).toHtmlEscaped();
    QString text = QString("<p><b>%1</b> <span style='color:%2'>%3</span></p>")
                       .arg(lesion < 0 ? name : tr("%1, lesion %2").arg(name).arg(lesion + 1),
                            theme::colour("quiet").name(), QString::fromStdString(s->asked).toHtmlEscaped());
    if (f.mask.empty() && (!s->removed.empty() || !s->listedUnder.empty()))
        text += QString("<p>%1</p>")
                    .arg(s->listedUnder.empty() ? tr("All its lesions were removed by hand.")
                                                : tr("Its lesions are listed under %1.")
                                                      .arg(nameInWindowLanguage(s->listedUnder.front())));
    else if (f.mask.empty())
        text +=
            QString("<p>%1</p>")
                .arg(tr("Not found above %1. The largest probability anywhere is %2.")
                         .arg(decimal(std::max(f.threshold, f.peak), 2), decimal(f.largestProbability, 2)));
    else
        text += lesion < 0 ? numbersOf(*s) : lesionNumbersOf(*s, lesion);
    text += doubtsOf(*s) + removedOf(*s);
    m_details->setText(text);
    if (!m_threshold->isSliderDown()) {
        const QSignalBlocker quietly(m_threshold);
        m_threshold->setValue(int(std::lround(100 * f.threshold)));
        showThreshold(f.threshold);
    }
}

void FoundPanel::showThreshold(double threshold)
{
    const Structure* s = m_session.structure(m_session.selected());
    const double peak = s ? s->finding->peak : 0;
    m_thresholdText->setText(peak > 0 ? tr("Threshold %1, kept from %2")
                                            .arg(decimal(threshold, 2), decimal(std::max(peak, threshold), 2))
                                      : tr("Threshold %1").arg(decimal(threshold, 2)));
}

/// A line of the table of numbers.
static QString lineOf(const QString& name, const QString& value)
{
    return QString("<tr><td style='color:%1'>%2&nbsp;&nbsp;</td><td align='right'>%3</td></tr>")
        .arg(theme::colour("quiet").name(), name, value);
}

static QString densityOf(const HuStatistics& hu)
{
    return FoundPanel::tr("%1 ± %2 HU").arg(decimal(hu.mean, 0), decimal(hu.standardDeviation, 0));
}

QString FoundPanel::numbersOf(const Structure& s) const
{
    const Finding& f = *s.finding;
    QString text = "<table cellspacing='3'>";
    text += lineOf(tr("Volume"), millilitres(s.statistics.volumeMl));
    text += lineOf(tr("at 0.7 to 0.3"),
                   tr("%1 to %2").arg(millilitres(f.volumeLowMl), millilitres(f.volumeHighMl)));
    if (s.statistics.hu)
        text += lineOf(tr("Density"), densityOf(*s.statistics.hu));
    text += lineOf(tr("Mean probability"), decimal(f.meanProbability, 2));
    if (s.known.isLesion())
        text += lineOf(tr("Separate lesions"), QString::number(s.lesions.size()));
    for (const Burden& burden : s.burdens)
        text += lineOf(tr("Part of %1").arg(nameInWindowLanguage(burden.organ)),
                       tr("%1 of %2, %3 %")
                           .arg(millilitres(burden.lesionMl), millilitres(burden.organMl))
                           .arg(decimal(burden.percent(), 1)));
    if (s.zeroShot())
        text += lineOf(tr("Trained on this"), tr("no"));
    return text + lineOf(tr("Model"), madeWithInWords(s.madeWith).toHtmlEscaped()) + "</table>";
}

QString FoundPanel::lesionNumbersOf(const Structure& s, int lesion) const
{
    const Lesion& one = s.lesions[std::size_t(lesion)];
    const auto mm = [](double value) { return tr("%1 mm").arg(decimal(value, 1)); };
    QString text = "<table cellspacing='3'>";
    text += lineOf(tr("Long axis"), mm(one.diameters.longest.mm()));
    text += lineOf(tr("Short axis"), mm(one.diameters.perpendicular.mm()));
    text += lineOf(tr("Longest in 3D"), mm(one.diameters.longest3d.mm()));
    text += lineOf(tr("Volume"), millilitres(one.statistics.volumeMl));
    if (one.statistics.hu)
        text += lineOf(tr("Density"), densityOf(*one.statistics.hu));
    if (one.meanProbability)
        text += lineOf(tr("Mean probability"), decimal(*one.meanProbability, 2));
    if (one.host >= 0)
        text += lineOf(tr("Organ"), nameInWindowLanguage(organOf(one, *s.finding)));
    const Measurability recist = measurabilityOf(one, s.known);
    text += lineOf(tr("Measurable (RECIST)"), recist.measurable ? tr("yes") : tr("no"));
    return text + "</table>" +
           (recist.measurable
                ? QString()
                : QString("<p style='color:%1'>%2</p>")
                      .arg(theme::colour("quiet").name(), inWindowLanguage(recist.why).toHtmlEscaped()));
}

QString FoundPanel::doubtsOf(const Structure& s) const
{
    const QString doubt = theme::colour("doubt").name(), accent = theme::colour("accent").name();
    QString text;
    for (const Warning& warning : m_session.implausible(s.id))
        text +=
            QString("<p style='color:%1'>%2</p>").arg(doubt, inWindowLanguage(warning.text).toHtmlEscaped());
    const std::string removed = sentenceOf(s.finding->removals);
    for (std::size_t w = 0; w < s.warnings.size(); ++w) {
        text += QString("<p style='color:%1'>%2")
                    .arg(doubt, inWindowLanguage(s.warnings[w].text).toHtmlEscaped());
        if (s.warnings[w].placeMm)
            text += QString(" <a href='%1' style='color:%2'>%3</a>").arg(w).arg(accent, tr("Show it"));
        if (s.finding->leftOut && s.warnings[w].text == removed)
            text += QString(" <a href='back' style='color:%1'>%2</a>").arg(accent, tr("Give it back"));
        text += "</p>";
    }
    return text;
}

QString FoundPanel::removedOf(const Structure& s) const
{
    QString text;
    for (std::size_t n = 0; n < s.removed.size(); ++n) {
        const RemovedLesion& one = s.removed[n];
        const QString size =
            tr("%1 mm").arg(decimal(one.longestMm, 1)) + ", " + millilitres(one.mask->volumeMl());
        text += QString("<p style='color:%1'>%2 <a href='restore:%3' style='color:%4'>%5</a></p>")
                    .arg(theme::colour("quiet").name(), one.notALesion ? tr("Not a lesion: %1.").arg(size)
                                                                       : tr("Deleted lesion: %1.").arg(size))
                    .arg(n)
                    .arg(theme::colour("accent").name(), tr("Restore"));
    }
    return text;
}

void FoundPanel::removeSelected()
{
    if (m_session.selectedLesion() >= 0)
        m_session.removeLesion(m_session.selected(), m_session.selectedLesion(), false);
    else
        m_session.remove(m_session.selected());
}

void FoundPanel::showLesionMenu(int id, int lesion, const QPoint& at)
{
    QMenu menu(this);
    menu.addAction(tr("Not a lesion"), [this, id, lesion] { m_session.removeLesion(id, lesion, true); });
    menu.addAction(tr("Delete this lesion"),
                   [this, id, lesion] { m_session.removeLesion(id, lesion, false); });
    menu.exec(at);
}

void FoundPanel::showMenu(const QPoint& at)
{
    const QModelIndex index = m_tree->indexAt(at);
    const int id = index.data(FoundModel::StructureId).toInt();
    const Structure* s = m_session.structure(id);
    if (!s)
        return;
    if (const int lesion = index.data(FoundModel::Lesion).toInt(); lesion >= 0) {
        showLesionMenu(id, lesion, m_tree->viewport()->mapToGlobal(at));
        return;
    }
    QMenu menu(this);
    QAction* colour = menu.addAction(tr("Colour…"));
    QAction* rename = menu.addAction(tr("Rename…"));
    QAction* save = menu.addAction(tr("Export…"));
    menu.addSeparator();
    QAction* remove = menu.addAction(tr("Delete"));
    const QAction* chosen = menu.exec(m_tree->viewport()->mapToGlobal(at));
    if (chosen == colour) {
        const QColor picked = QColorDialog::getColor(QColor(s->rgb[0], s->rgb[1], s->rgb[2]), this,
                                                     tr("Colour of %1").arg(nameInWindowLanguage(s->name)));
        if (picked.isValid())
            m_session.setColour(id, {picked.red(), picked.green(), picked.blue()});
    } else if (chosen == rename) {
        m_tree->edit(index.siblingAtColumn(FoundModel::Name));
    } else if (chosen == save) {
        Q_EMIT exportAsked(id);
    } else if (chosen == remove) {
        m_session.remove(id);
    }
}

} // namespace hounsfield
