// SPDX-License-Identifier: Apache-2.0
#include "app/FoundModel.h"

#include "app/EngineTexts.h"
#include "app/Thumbnails.h"
#include "viewer/NumberWords.h"
#include "viewer/Theme.h"

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <cmath>

namespace hounsfield {

/// As many as the volume is worth: "1512 mL", "8.4 mL", "0.04 mL".
static int decimalsOf(double ml)
{
    if (ml >= 100)
        return 0;
    return ml > 0 && ml < 0.1 ? 2 : 1;
}

QString millilitres(double ml)
{
    return FoundModel::tr("%1 mL").arg(decimal(ml, decimalsOf(ml)));
}

/// "1   27.2 × 13.4 mm, left".
static QString lesionName(const Structure& s, int lesion)
{
    const Lesion& one = s.lesions[std::size_t(lesion)];
    const QString longest = decimal(one.diameters.longest.mm(), 1);
    const QString across = decimal(one.diameters.perpendicular.mm(), 1);
    QString size = FoundModel::tr("%1   %2 × %3 mm").arg(QString::number(lesion + 1), longest, across);
    for (const std::string& other : one.alsoMarkedAs)
        size = FoundModel::tr("%1, also %2").arg(size, nameInWindowLanguage(other));
    // The side where the organ may be one of two; its whole name is in the details.
    const QString organ = QString::fromStdString(organOf(one, *s.finding));
    QString side = nameInWindowLanguage(organ);
    if (organ.startsWith("Left "))
        side = FoundModel::tr("left");
    else if (organ.startsWith("Right "))
        side = FoundModel::tr("right");
    return s.finding->hosts.size() < 2 || side.isEmpty() ? size : size + ", " + side;
}

static QString eyeTip(const Structure& s)
{
    return s.visible ? FoundModel::tr("Shown: click to hide it") : FoundModel::tr("Hidden: click to show it");
}

/// What speaks against a structure, else how its words were read.
static QString doubtTip(const Structure& s)
{
    if (!s.warnings.empty())
        return inWindowLanguage(s.warnings.front().text);
    if (s.zeroShot() && s.explanation.empty())
        return FoundModel::tr("The model was not trained on this: look closely.");
    return inWindowLanguage(s.explanation);
}

/// What stands in place of the volume of an empty structure.
static QString whyNoVolume(const Structure& s)
{
    if (!s.listedUnder.empty())
        return FoundModel::tr("see %1").arg(nameInWindowLanguage(s.listedUnder.front()));
    return s.removed.empty() ? FoundModel::tr("not found") : FoundModel::tr("removed");
}

/// How far the numbers of a row can be trusted.
static QPixmap lightOf(Light light)
{
    QPixmap dot(10, 10);
    dot.fill(Qt::transparent);
    QPainter painter(&dot);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const char* passed = light == Light::Look ? "doubt" : "good";
    painter.setBrush(theme::colour(light == Light::Doubt ? "error" : passed));
    painter.drawEllipse(1, 1, 8, 8);
    return dot;
}

FoundModel::FoundModel(Session& session, QObject* parent) : QAbstractItemModel(parent), m_session(session)
{
    connect(&session, &Session::contentsChanged, this, &FoundModel::rebuild);
    rebuild();
}

int FoundModel::addRow(int structure, int lesion, int parent)
{
    const int row = int(m_rows.size());
    m_rows.push_back({structure, lesion, parent, {}});
    (parent < 0 ? m_top : m_rows[std::size_t(parent)].children).push_back(row);
    return row;
}

void FoundModel::rebuild()
{
    const auto& all = m_session.contents().structures;
    const auto layout = [&] {
        m_rows.clear();
        m_top.clear();
        std::vector<std::pair<int, int>> organs; // class, row
        for (const Structure& s : all)
            if (!s.known.isLesion())
                organs.emplace_back(s.known.id, addRow(s.id, -1, -1));
        for (const Structure& s : all) {
            if (!s.known.isLesion())
                continue;
            // Under its organ where there is exactly one: a kidney tumor may lie in either kidney.
            int parent = -1;
            if (s.known.hosts.size() == 1)
                for (const auto& [id, row] : organs)
                    if (id == s.known.hosts[0])
                        parent = row;
            const int row = addRow(s.id, -1, parent);
            constexpr std::size_t most = 50;
            for (std::size_t l = 0; l < std::min(most, s.lesions.size()); ++l)
                addRow(s.id, int(l), row);
        }
    };
    beginResetModel();
    layout();
    endResetModel();
}

QModelIndex FoundModel::index(int row, int column, const QModelIndex& parent) const
{
    const std::vector<int>& rows =
        parent.isValid() ? m_rows[std::size_t(parent.internalId())].children : m_top;
    if (row < 0 || row >= int(rows.size()) || column < 0 || column >= ColumnCount ||
        (parent.isValid() && parent.column() != 0))
        return {};
    return createIndex(row, column, quintptr(rows[std::size_t(row)]));
}

QModelIndex FoundModel::parent(const QModelIndex& child) const
{
    if (!child.isValid())
        return {};
    const int parent = m_rows[std::size_t(child.internalId())].parent;
    if (parent < 0)
        return {};
    const int above = m_rows[std::size_t(parent)].parent;
    const std::vector<int>& rows = above < 0 ? m_top : m_rows[std::size_t(above)].children;
    return createIndex(int(std::find(rows.begin(), rows.end(), parent) - rows.begin()), 0, quintptr(parent));
}

int FoundModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid() && parent.column() != 0)
        return 0;
    return int(parent.isValid() ? m_rows[std::size_t(parent.internalId())].children.size() : m_top.size());
}

int FoundModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QVariant FoundModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_rows[std::size_t(index.internalId())];
    const Structure* s = m_session.structure(row.structure);
    if (!s)
        return {};
    const Statistics& numbers =
        row.lesion < 0 ? s->statistics : s->lesions[std::size_t(row.lesion)].statistics;
    if (role == StructureId)
        return s->id;
    if (role == Lesion)
        return row.lesion;
    if (role == Qt::TextAlignmentRole)
        return int(index.column() == Name ? Qt::AlignLeft | Qt::AlignVCenter
                                          : Qt::AlignRight | Qt::AlignVCenter);
    if (index.column() == Volume && row.lesion < 0 &&
        (role == Qt::DecorationRole || role == Qt::ToolTipRole || role == TrustLight)) {
        const Trust trust = m_session.trustOf(*s);
        if (role == TrustLight)
            return int(trust.light);
        if (role == Qt::DecorationRole)
            return trust.light == Light::None ? QVariant()
                                              : QVariant(thumbnails::iconOf(lightOf(trust.light)));
        return trust.light == Light::Good ? tr("Nothing speaks against it. Look all the same.")
                                          : inWindowLanguage(trust.why);
    }
    if (role == Qt::ToolTipRole)
        return index.column() == Eye ? eyeTip(*s) : doubtTip(*s);
    // Slanted: words that the model was not trained on.
    if (role == Qt::FontRole && index.column() == Name && s->zeroShot()) {
        QFont slanted;
        slanted.setItalic(true);
        return slanted;
    }
    if (role == Qt::EditRole && index.column() == Name)
        return nameInWindowLanguage(s->name);
    if (index.column() == Eye && row.lesion < 0) {
        if (role == Qt::DecorationRole)
            return theme::icon(s->visible ? "eye" : "eye-off", s->visible ? "text" : "quiet");
        if (role == Qt::AccessibleTextRole)
            return s->visible ? tr("shown") : tr("hidden");
    }
    if (role == Qt::ForegroundRole && !s->visible)
        return theme::colour("quiet");
    if (role == Qt::DecorationRole && index.column() == Name && row.lesion < 0) {
        QPixmap swatch(12, 12);
        swatch.fill(QColor(s->rgb[0], s->rgb[1], s->rgb[2]));
        return thumbnails::iconOf(swatch);
    }
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == Name)
        return row.lesion < 0 ? nameInWindowLanguage(s->name) : lesionName(*s, row.lesion);
    if (index.column() == Eye)
        return {};
    if (index.column() == Volume)
        return numbers.voxels ? millilitres(numbers.volumeMl) : whyNoVolume(*s);
    return numbers.hu ? tr("%1 HU").arg(decimal(numbers.hu->mean, 0)) : QString();
}

bool FoundModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const int id = data(index, StructureId).toInt();
    // Left as it was: the name of a class is not replaced by its translation, which would go into every file.
    if (role == Qt::EditRole && value == data(index, Qt::EditRole))
        return false;
    if (role == Qt::EditRole && !value.toString().trimmed().isEmpty()) {
        m_session.rename(id, value.toString().trimmed());
        return true;
    }
    return false;
}

QVariant FoundModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Found");
    case Volume:
        return tr("Volume");
    case Hu:
        return tr("Mean");
    default:
        return {};
    }
}

Qt::ItemFlags FoundModel::flags(const QModelIndex& index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.column() == Name && m_rows[std::size_t(index.internalId())].lesion < 0)
        flags |= Qt::ItemIsEditable;
    return flags;
}

QModelIndex FoundModel::indexOf(int structureId) const
{
    for (std::size_t r = 0; r < m_rows.size(); ++r)
        if (m_rows[r].structure == structureId && m_rows[r].lesion < 0) {
            const std::vector<int>& rows =
                m_rows[r].parent < 0 ? m_top : m_rows[std::size_t(m_rows[r].parent)].children;
            return createIndex(int(std::find(rows.begin(), rows.end(), int(r)) - rows.begin()), 0,
                               quintptr(r));
        }
    return {};
}

} // namespace hounsfield
