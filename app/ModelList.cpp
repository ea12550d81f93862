// SPDX-License-Identifier: Apache-2.0
#include "app/ModelList.h"

#include "app/EngineTexts.h"
#include "app/EngineWords.h"
#include "resources/Resources.h"
#include "viewer/Theme.h"

#include <QDir>
#include <QLocale>
#include <QSettings>
#include <QTextDocument>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

constexpr const char* foldersKey = "modelFolders";

qint64 bytesOf(const std::string& folder)
{
    qint64 sum = 0;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(folder, none))
        if (entry.is_regular_file(none))
            sum += qint64(entry.file_size(none));
    return sum;
}

qint64 bytesInside()
{
    qint64 sum = 0;
    for (const std::string_view name : resources::names())
        if (name.substr(0, 7) == "models/")
            sum += qint64(resources::find(name)->size());
    return sum;
}

QString architectureInWords(const ModelPack& pack)
{
    if (pack.architecture == "unet")
        return "U-Net";
    return pack.architecture == "swin_unetr" ? QString("Swin UNETR")
                                             : QString::fromStdString(pack.architecture);
}

/// A model card is Markdown; its body as Qt shows it.
QString cardOf(const ModelPack& pack)
{
    std::string card;
    try {
        card = pack.files->read("card.md");
    } catch (const Error&) {
        return {}; // a pack need not have one
    }
    // Its first line is the title once more.
    if (card.rfind("# ", 0) == 0)
        card.erase(0, card.find('\n') + 1);
    QTextDocument document;
    document.setMarkdown(QString::fromStdString(card), QTextDocument::MarkdownNoHTML);
    const QString html = document.toHtml();
    const qsizetype from = html.indexOf('>', html.indexOf("<body")) + 1;
    return html.mid(from, html.indexOf("</body>") - from);
}

} // namespace

ModelList::ModelList(PackStore store, QObject* parent) : QAbstractListModel(parent), m_store(std::move(store))
{
    reload();
}

void ModelList::reload()
{
    beginResetModel();
    m_entries.clear();
    for (PackStore::Listed& listed : m_store.list()) {
        const bool embedded = m_entries.empty();
        const qint64 bytes = embedded ? bytesInside() : bytesOf(listed.where);
        m_entries.push_back({std::move(listed), bytes, false, embedded});
    }
    for (const QString& folder : QSettings().value(foldersKey).toStringList()) {
        PackStore::Listed listed{QDir(folder).dirName().toStdString(), folder.toStdString(), {}, ""};
        try {
            listed.pack = openPackFolder(fs::path(folder.toStdU16String()));
        } catch (const Error& error) {
            listed.problem = error.what();
        }
        m_entries.push_back({std::move(listed), bytesOf(folder.toStdString()), true, false});
    }
    endResetModel();
}

int ModelList::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_entries.size());
}

QVariant ModelList::data(const QModelIndex& index, int role) const
{
    const Entry* e = index.isValid() ? entry(index.row()) : nullptr;
    if (!e)
        return {};
    const auto& pack = e->listed.pack;
    switch (role) {
    case Qt::DisplayRole:
        return QString::fromStdString(e->listed.name);
    case Qt::ToolTipRole:
        return inWindowLanguage(pack ? pack->title : e->listed.problem);
    case Qt::AccessibleDescriptionRole:
    case Subtitle: {
        if (!pack)
            return tr("Cannot be opened");
        QStringList parts{architectureInWords(*pack), bytesInWords(double(e->bytes))};
        if (pack->textEncoder)
            parts << tr("with text encoder");
        if (e->elsewhere)
            parts << tr("a folder of yours");
        return parts.join(" · ");
    }
    case InUse:
        return !m_inUse.isEmpty() && QString::fromStdString(e->listed.where) == m_inUse;
    case Key:
        return e->key();
    case Broken:
        return !pack.has_value();
    default:
        return {};
    }
}

const ModelList::Entry* ModelList::entry(int row) const
{
    return row < 0 || row >= int(m_entries.size()) ? nullptr : &m_entries[std::size_t(row)];
}

int ModelList::rowOf(const QString& key) const
{
    for (std::size_t row = 0; row < m_entries.size(); ++row)
        if (m_entries[row].key() == key)
            return int(row);
    return -1;
}

int ModelList::rowInUse() const
{
    for (std::size_t row = 0; row < m_entries.size(); ++row)
        if (QString::fromStdString(m_entries[row].listed.where) == m_inUse)
            return int(row);
    return -1;
}

void ModelList::setInUse(const QString& where)
{
    m_inUse = where;
    if (!m_entries.empty())
        Q_EMIT dataChanged(index(0), index(int(m_entries.size()) - 1));
}

void ModelList::addFolder(const QString& folder)
{
    const QString place = QDir(folder).absolutePath();
    openPackFolder(fs::path(place.toStdU16String()));
    // An installed model is listed already.
    for (const Entry& e : m_entries)
        if (QString::fromStdString(e.listed.where) == place)
            return;
    QSettings settings;
    settings.setValue(foldersKey, settings.value(foldersKey).toStringList() << place);
    reload();
}

void ModelList::forgetFolder(const QString& folder)
{
    QSettings settings;
    QStringList folders = settings.value(foldersKey).toStringList();
    folders.removeAll(folder);
    settings.setValue(foldersKey, folders);
    reload();
}

QString modelDetails(const ModelList::Entry& entry, bool inUse)
{
    const QString quiet = theme::colour("quiet").name(), doubt = theme::colour("doubt").name(),
                  bad = theme::colour("error").name();
    const auto escaped = [](const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); };
    const auto heading = [&](const QString& text) {
        return QString("<p style='color:%1; font-weight:600; margin-top:16px; margin-bottom:4px'>%2</p>")
            .arg(quiet, text);
    };
    const QString where = entry.embedded ? ModelList::tr("built-in") : escaped(entry.listed.where);
    if (!entry.listed.pack)
        return QString("<h3>%1</h3><p style='color:%2'>%3</p>%4<p>%5</p>")
            .arg(escaped(entry.listed.name), bad, inWindowLanguage(entry.listed.problem).toHtmlEscaped(),
                 heading(ModelList::tr("Where")), where);
    const ModelPack& pack = *entry.listed.pack;
    QString html = QString("<h3 style='margin-bottom:4px'>%1</h3>")
                       .arg(inWindowLanguage(pack.title.empty() ? pack.name : pack.title).toHtmlEscaped());
    if (inUse)
        html += QString("<p style='color:%1; margin-top:0'>%2</p>")
                    .arg(theme::colour("accent").name(), ModelList::tr("In use"));
    if (!pack.notice.empty())
        html +=
            QString("<p style='color:%1'>%2</p>").arg(doubt, inWindowLanguage(pack.notice).toHtmlEscaped());
    if (!entry.listed.problem.empty())
        html += QString("<p style='color:%1'>%2</p>")
                    .arg(doubt, inWindowLanguage(entry.listed.problem).toHtmlEscaped());
    html += "<table cellspacing='0'>";
    const auto line = [&](const QString& name, const QString& value) {
        html += QString("<tr><td style='color:%1; padding:2px 16px 2px 0'>%2</td><td style='padding:2px "
                        "0'>%3</td></tr>")
                    .arg(quiet, name, value);
    };
    const QString addOne =
        entry.embedded ? QString()
                       : QString(" &nbsp; <a href='words' style='color:%1; text-decoration:none'>%2</a>")
                             .arg(theme::colour("accent").name(), ModelList::tr("Add one…"));
    line(ModelList::tr("Name"),
         escaped(pack.name) + ", " + ModelList::tr("version %1").arg(escaped(pack.version)));
    line(ModelList::tr("Network"), architectureInWords(pack).toHtmlEscaped());
    line(ModelList::tr("Voxel size"),
         ModelList::tr("%1 mm").arg(QLocale().toString(pack.input.spacingMm, 'g', 3)));
    line(ModelList::tr("Licence"), escaped(pack.licence));
    line(ModelList::tr("On disk"), bytesInWords(double(entry.bytes)));
    line(ModelList::tr("Text encoder"), pack.textEncoder
                                            ? ModelList::tr("yes: words beyond its classes can be asked")
                                            : ModelList::tr("no: its classes alone can be asked") + addOne);
    line(ModelList::tr("Source"), inWindowLanguage(pack.source).toHtmlEscaped());
    line(ModelList::tr("Where"), where);
    html += "</table>" + heading(ModelList::tr("Classes (%1)").arg(pack.classes.size())) + "<p>";
    for (const ModelClass& known : pack.classes)
        html += QString("%1<span style='color:%2'>●</span>&nbsp;%3")
                    .arg(known.id == pack.classes.front().id ? "" : " &nbsp; ",
                         QColor(known.rgb[0], known.rgb[1], known.rgb[2]).name(),
                         nameInWindowLanguage(known.name).toHtmlEscaped().replace(' ', "&nbsp;"));
    html += "</p>";
    if (const QString card = cardOf(pack); !card.isEmpty())
        html += heading(ModelList::tr("Model card")) + card;
    return html;
}

} // namespace hounsfield
