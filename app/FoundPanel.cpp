#include "app/FoundPanel.h"

#include "app/EngineWords.h"
#include "viewer/Theme.h"

#include <QAction>
#include <QEvent>
#include <QColorDialog>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QTreeView>
#include <QVBoxLayout>

#include <cmath>

namespace hounsfield {

Vector3 bestPlace(const Mask& mask)
{
    if (mask.empty())
        return {0, 0, 0};
    // The voxel axis that runs most along head to foot numbers the axial slices, whatever the file's order.
    std::size_t axis = 0;
    for (int a = 1; a < 3; ++a)
        if (std::abs(column(mask.geometry().direction(), a)[2]) > std::abs(column(mask.geometry().direction(), int(axis))[2]))
            axis = std::size_t(a);
    std::vector<std::int64_t> counts(std::size_t(mask.box().size()[axis]), 0);
    forEachVoxel(mask, [&](const Index3& i) { ++counts[std::size_t(i[axis] - mask.box().begin[axis])]; });
    const auto largest = std::int64_t(std::max_element(counts.begin(), counts.end()) - counts.begin()) + mask.box().begin[axis];
    Vector3 sum{0, 0, 0};
    forEachVoxel(mask, [&](const Index3& i) {
        if (i[axis] == largest)
            sum = sum + Vector3{double(i[0]), double(i[1]), double(i[2])};
    });
    return mask.geometry().toMm((1.0 / double(counts[std::size_t(largest - mask.box().begin[axis])])) * sum);
}

FoundPanel::FoundPanel(Session& session, QWidget* parent) : QWidget(parent), m_session(session), m_model(session)
{
    setObjectName("panel");
    m_tree = new QTreeView;
    m_tree->setModel(&m_model);
    m_tree->setUniformRowHeights(true);
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
    m_tree->setIndentation(16);
    m_tree->setMouseTracking(true);
    m_tree->viewport()->installEventFilter(this);
    connect(m_tree, &QTreeView::entered, this, [this](const QModelIndex& index) { m_session.hover(index.data(FoundModel::StructureId).toInt()); });
    m_tree->setAccessibleName(tr("Found structures"));
    m_empty = new QLabel(tr("Nothing asked yet. Type what you want to find, above."));
    m_empty->setObjectName("quiet");
    m_empty->setWordWrap(true);
    m_details = new QLabel;
    m_details->setWordWrap(true);
    m_details->setTextFormat(Qt::RichText);
    m_details->setTextInteractionFlags(Qt::TextBrowserInteraction);
    connect(m_details, &QLabel::linkActivated, this, &FoundPanel::followLink);
    m_thresholdRow = new QWidget;
    m_thresholdText = new QLabel;
    m_thresholdText->setObjectName("quiet");
    m_threshold = new QSlider(Qt::Horizontal);
    m_threshold->setRange(5, 95);
    m_threshold->setToolTip(tr("Probability from which a voxel counts as inside. Lower finds more, higher is stricter."));
    auto* row = new QVBoxLayout(m_thresholdRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_thresholdText);
    row->addWidget(m_threshold);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(12, 10, 12, 12);
    box->setSpacing(10);
    box->addWidget(m_empty);
    box->addWidget(m_tree, 1);
    box->addWidget(m_details);
    box->addWidget(m_thresholdRow);

    m_rest.setSingleShot(true);
    m_rest.setInterval(60);
    connect(&m_rest, &QTimer::timeout, this, [this] { Q_EMIT thresholdAsked(m_session.selected(), m_threshold->value() / 100.0); });
    connect(m_threshold, &QSlider::valueChanged, this, [this](int value) {
        m_thresholdText->setText(tr("Threshold %1").arg(value / 100.0, 0, 'f', 2));
        if (const Structure* s = m_session.structure(m_session.selected()); s && std::lround(100 * s->finding->threshold) != value)
            m_rest.start();
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
    m_session.select(index.data(FoundModel::StructureId).toInt());
    const Structure* s = m_session.structure(m_session.selected());
    if (!s || s->finding->mask.empty())
        return;
    const int lesion = index.data(FoundModel::Lesion).toInt();
    if (lesion < 0)
        Q_EMIT jumpAsked(bestPlace(s->finding->mask), s->statistics.box);
    else
        Q_EMIT jumpAsked(s->lesions[std::size_t(lesion)].statistics.centroidMm, s->lesions[std::size_t(lesion)].statistics.box);
}

/// Links are numbers of warnings that have a place.
void FoundPanel::followLink(const QString& link)
{
    const Structure* s = m_session.structure(m_session.selected());
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

void FoundPanel::showDetails()
{
    const Structure* s = m_session.structure(m_session.selected());
    m_details->setVisible(s);
    m_thresholdRow->setVisible(s);
    if (!s)
        return;
    const Finding& f = *s->finding;
    const QString quiet = theme::colour("quiet").name(), doubt = theme::colour("doubt").name();
    QString text = QString("<p><b>%1</b> <span style='color:%2'>%3</span></p>").arg(s->name.toHtmlEscaped(), quiet, QString::fromStdString(s->asked).toHtmlEscaped());
    if (f.mask.empty()) {
        text += QString("<p>%1</p>").arg(tr("Not found above %1. The largest probability anywhere is %2.").arg(f.threshold, 0, 'f', 2).arg(f.largestProbability, 0, 'f', 2));
    } else {
        text += QString("<table cellspacing='3'>");
        const auto line = [&](const QString& name, const QString& value) { text += QString("<tr><td style='color:%1'>%2&nbsp;&nbsp;</td><td align='right'>%3</td></tr>").arg(quiet, name, value); };
        line(tr("Volume"), millilitres(s->statistics.volumeMl));
        line(tr("at 0.7 to 0.3"), tr("%1 to %2").arg(millilitres(f.volumeLowMl), millilitres(f.volumeHighMl)));
        if (s->statistics.hu)
            line(tr("Density"), tr("%1 ± %2 HU").arg(s->statistics.hu->mean, 0, 'f', 0).arg(s->statistics.hu->standardDeviation, 0, 'f', 0));
        line(tr("Mean probability"), QString::number(f.meanProbability, 'f', 2));
        if (s->known.isLesion())
            line(tr("Separate lesions"), QString::number(s->lesions.size()));
        if (s->zeroShot())
            line(tr("Trained on this"), tr("no"));
        line(tr("Model"), madeWithInWords(s->madeWith).toHtmlEscaped());
        text += "</table>";
    }
    for (std::size_t w = 0; w < s->warnings.size(); ++w) {
        text += QString("<p style='color:%1'>%2").arg(doubt, QString::fromStdString(s->warnings[w].text).toHtmlEscaped());
        if (s->warnings[w].placeMm)
            text += QString(" <a href='%1' style='color:%2'>%3</a>").arg(w).arg(theme::colour("accent").name(), tr("Show it"));
        text += "</p>";
    }
    m_details->setText(text);
    if (!m_threshold->isSliderDown()) {
        const QSignalBlocker quietly(m_threshold);
        m_threshold->setValue(int(std::lround(100 * f.threshold)));
        m_thresholdText->setText(tr("Threshold %1").arg(f.threshold, 0, 'f', 2));
    }
}

void FoundPanel::showMenu(const QPoint& at)
{
    const QModelIndex index = m_tree->indexAt(at);
    const int id = index.data(FoundModel::StructureId).toInt();
    const Structure* s = m_session.structure(id);
    if (!s)
        return;
    QMenu menu(this);
    QAction* colour = menu.addAction(tr("Colour…"));
    QAction* rename = menu.addAction(tr("Rename…"));
    QAction* save = menu.addAction(tr("Export…"));
    menu.addSeparator();
    QAction* remove = menu.addAction(tr("Delete"));
    const QAction* chosen = menu.exec(m_tree->viewport()->mapToGlobal(at));
    if (chosen == colour) {
        const QColor picked = QColorDialog::getColor(QColor(s->rgb[0], s->rgb[1], s->rgb[2]), this, tr("Colour of %1").arg(s->name));
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
