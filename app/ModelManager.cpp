// SPDX-License-Identifier: Apache-2.0
#include "app/ModelManager.h"

#include "app/DownloadDialog.h"
#include "app/EngineTexts.h"
#include "viewer/Theme.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QListView>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

namespace hounsfield {
namespace {

/// A name, what it is below, and which one is in use.
class ModelDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {200, 2 * option.fontMetrics.height() + 20};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const bool broken = index.data(ModelList::Broken).toBool(),
                   used = index.data(ModelList::InUse).toBool();
        painter->save();
        if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver))
            painter->fillRect(option.rect, theme::colour("raised"));
        if (option.state & QStyle::State_Selected)
            painter->fillRect(QRect(option.rect.topLeft(), QSize(2, option.rect.height())),
                              theme::colour("accent"));
        QRect upper = option.rect.adjusted(16, 8, -16, 0);
        upper.setHeight(option.fontMetrics.height());
        const QRect lower = upper.translated(0, upper.height() + 4);
        if (used) {
            const QString mark = ModelManager::tr("in use");
            painter->setPen(theme::colour("accent"));
            painter->drawText(upper, Qt::AlignRight | Qt::AlignVCenter, mark);
            upper.setRight(upper.right() - option.fontMetrics.horizontalAdvance(mark) - 8);
        }
        painter->setPen(theme::colour("text"));
        QFont strong = option.font;
        strong.setWeight(QFont::DemiBold);
        painter->setFont(strong);
        painter->drawText(
            upper, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(strong).elidedText(index.data().toString(), Qt::ElideMiddle, upper.width()));
        painter->setFont(option.font);
        painter->setPen(theme::colour(broken ? "error" : "quiet"));
        painter->drawText(lower, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(index.data(ModelList::Subtitle).toString(),
                                                        Qt::ElideRight, lower.width()));
        painter->restore();
    }
};

} // namespace

void chooseModel(Workbench& bench, const QString& key, const EngineChoice& choice)
{
    bench.setModel(key, choice.device, choice.precision);
    QSettings settings;
    settings.setValue("model", key);
    settings.setValue("device", choice.device);
    settings.setValue("precision", choice.precision);
}

ModelManager::ModelManager(Workbench& bench, PackStore store, QWidget* parent)
    : QDialog(parent), m_bench(bench), m_list(std::move(store))
{
    setWindowTitle(tr("Models"));
    build();
    join();
    showInUse();
    m_view->setCurrentIndex(m_list.index(std::max(0, m_list.rowInUse())));
    showSelected();
    say({}, "quiet");
}

ModelManager::~ModelManager()
{
    m_task.disconnect(this);
}

QWidget* ModelManager::buildLeft()
{
    m_view = new QListView;
    m_view->setModel(&m_list);
    m_view->setItemDelegate(new ModelDelegate(m_view));
    m_view->setMouseTracking(true);
    m_view->setUniformItemSizes(true);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setAccessibleName(tr("Models"));
    m_import = new QPushButton(tr("Import files…"));
    m_import->setToolTip(tr("Install published weights from files of this computer"));
    m_download = new QPushButton(tr("Download…"));
    m_download->setToolTip(tr("Shows the public addresses; nothing is fetched yet"));
    m_folder = new QPushButton(tr("Use a folder…"));
    m_folder->setToolTip(tr("A model's folder anywhere: it stays where it is"));
    auto* left = new QWidget;
    left->setObjectName("panel");
    left->setFixedWidth(304);
    auto* box = new QVBoxLayout(left);
    box->setContentsMargins(0, 8, 0, 16);
    box->setSpacing(8);
    box->addWidget(m_view, 1);
    for (QPushButton* button : {m_import, m_download, m_folder}) {
        auto* row = new QHBoxLayout;
        row->setContentsMargins(16, 0, 16, 0);
        row->addWidget(button);
        box->addLayout(row);
    }
    return left;
}

QWidget* ModelManager::buildRight()
{
    m_details = new QTextBrowser;
    m_details->setOpenLinks(false);
    m_details->setAccessibleName(tr("Model"));
    m_details->setFrameShape(QFrame::NoFrame);
    m_details->setStyleSheet("QTextBrowser { background: transparent; border: 1px solid transparent; "
                             "padding: 0; } QTextBrowser:focus { border-color: " +
                             theme::colour("accent").name() + "; }");
    m_use = new QPushButton(tr("Use this model"));
    m_use->setObjectName("primary");
    m_verify = new QPushButton(tr("Verify"));
    m_verify->setToolTip(tr("Compute every file's SHA-256 again and compare"));
    m_openFolder = new QPushButton(tr("Open folder"));
    m_remove = new QPushButton(tr("Remove…"));
    m_message = new QLabel;
    m_message->setWordWrap(true);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action = new QPushButton;
    m_action->setObjectName("action");
    m_bar = new QProgressBar;
    m_bar->setRange(0, 0);
    m_bar->setTextVisible(false);
    auto* close = new QPushButton(tr("Close"));
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    for (QPushButton* button : {m_use, m_verify, m_openFolder, m_remove})
        buttons->addWidget(button);
    buttons->addStretch(1);
    buttons->addWidget(close);
    auto* told = new QHBoxLayout;
    told->setSpacing(16);
    told->addWidget(m_message, 1);
    told->addWidget(m_action, 0, Qt::AlignTop);
    auto* right = new QWidget;
    auto* box = new QVBoxLayout(right);
    box->setContentsMargins(24, 16, 24, 16);
    box->setSpacing(8);
    box->addWidget(m_details, 1);
    box->addWidget(m_bar);
    box->addLayout(told);
    box->addLayout(buttons);
    return right;
}

void ModelManager::build()
{
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(buildLeft());
    all->addWidget(buildRight(), 1);
    resize(1000, 640);
}

void ModelManager::join()
{
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ModelManager::showSelected);
    connect(m_view, &QListView::doubleClicked, this,
            [this] { use(selected() ? selected()->key() : QString()); });
    connect(m_details, &QTextBrowser::anchorClicked, this, [this] { openTextEncoder(selected()->key()); });
    connect(m_use, &QPushButton::clicked, this, [this] { use(selected()->key()); });
    connect(m_verify, &QPushButton::clicked, this, &ModelManager::verify);
    connect(m_remove, &QPushButton::clicked, this, &ModelManager::askRemove);
    connect(m_openFolder, &QPushButton::clicked, this, [this] {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QString::fromStdString(selected()->listed.where)));
    });
    connect(m_import, &QPushButton::clicked, this, [this] { openImport(); });
    connect(m_download, &QPushButton::clicked, this, [this] { openDownload(); });
    connect(m_folder, &QPushButton::clicked, this, &ModelManager::useFolder);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto what = std::move(m_what);
        say({}, "quiet");
        if (what)
            what();
    });
    connect(&m_bench, &Workbench::modelChanged, this, &ModelManager::showInUse);
    connect(&m_task, &Task::busyChanged, this, &ModelManager::showSelected);
    connect(&m_task, &Task::failed, this, [this](const QString& why) { say(why, "error"); });
}

const ModelList::Entry* ModelManager::selected() const
{
    return m_list.entry(m_view->currentIndex().row());
}

void ModelManager::selectKey(const QString& key)
{
    m_view->setCurrentIndex(m_list.index(std::max(0, m_list.rowOf(key))));
    showSelected();
}

void ModelManager::showInUse()
{
    m_list.setInUse(QString::fromStdString(m_bench.pack().files->describe()));
    showSelected();
}

void ModelManager::showSelected()
{
    const ModelList::Entry* e = selected();
    const bool used = e && m_view->currentIndex().row() == m_list.rowInUse(), working = m_task.busy();
    m_details->setHtml(e ? modelDetails(*e, used) : QString());
    m_use->setEnabled(e && e->listed.pack && !used && !working);
    m_use->setText(used ? tr("In use") : tr("Use this model"));
    m_verify->setEnabled(e && e->listed.pack && !working);
    m_openFolder->setEnabled(e && !e->embedded);
    m_remove->setEnabled(e && !e->embedded && !working);
    m_remove->setText(e && e->elsewhere ? tr("Forget") : tr("Remove…"));
    m_bar->setVisible(working);
}

void ModelManager::say(const QString& text, const QString& look, const QString& action,
                       std::function<void()> what)
{
    m_message->setText(inWindowLanguage(text));
    m_message->setObjectName(look);
    m_message->style()->unpolish(m_message);
    m_message->style()->polish(m_message);
    m_message->setVisible(!text.isEmpty());
    m_what = std::move(what);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
}

void ModelManager::use(const QString& key)
{
    try {
        chooseModel(m_bench, key, m_bench.engineChoice());
        say(tr("%1 is used from the next prompt on.").arg(QString::fromStdString(m_bench.pack().name)),
            "quiet");
    } catch (const Error& error) {
        say(QString::fromUtf8(error.what()), "error");
    }
}

void ModelManager::useFolder()
{
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("The folder of a model"));
    if (chosen.isEmpty())
        return;
    try {
        m_list.addFolder(chosen);
        const QString place = QDir(chosen).absolutePath();
        showInUse();
        selectKey(place);
        use(selected()->key());
    } catch (const Error& error) {
        say(QString::fromUtf8(error.what()), "error");
    }
}

void ModelManager::verify()
{
    const ModelPack pack = *selected()->listed.pack;
    say(tr("The files of %1 are being read").arg(QString::fromStdString(pack.name)), "quiet");
    m_task.start([this, pack](Progress& progress) -> Task::Then {
        verifyPack(pack, progress);
        return [this, name = QString::fromStdString(pack.name)] {
            say(tr("%1 is whole: every file has the SHA-256 that was written down.").arg(name), "good");
        };
    });
}

void ModelManager::askRemove()
{
    const ModelList::Entry& e = *selected();
    const QString key = e.key();
    if (e.elsewhere)
        return remove(key);
    say(tr("Remove %1? Its files (%2) are deleted for good.")
            .arg(QString::fromStdString(e.listed.name), bytesInWords(double(e.bytes))),
        "doubt", tr("Delete its files"), [this, key] { remove(key); });
}

void ModelManager::remove(const QString& key)
{
    const int row = m_list.rowOf(key);
    if (row < 0)
        return;
    const bool used = row == m_list.rowInUse(), elsewhere = m_list.entry(row)->elsewhere;
    const QString name = QString::fromStdString(m_list.entry(row)->listed.name);
    try {
        // First: no prompt may read from files that go.
        if (used)
            chooseModel(m_bench, {}, m_bench.engineChoice());
        if (elsewhere)
            m_list.forgetFolder(key);
        else
            m_list.store().remove(name.toStdString());
        m_list.reload();
        selectKey(m_list.entry(0)->key());
        showInUse();
        const QString gone = elsewhere ? tr("%1 is no longer listed; its folder is untouched.").arg(name)
                                       : tr("%1 is removed.").arg(name);
        say(used ? gone + " " + tr("The built-in model is used now.") : gone, "quiet");
    } catch (const Error& error) {
        say(QString::fromUtf8(error.what()), "error");
    }
}

ImportDialog& ModelManager::openImport(const ImportFiles& files, bool accepted)
{
    auto* dialog = new ImportDialog(m_list.store(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFiles(files, accepted);
    connect(dialog, &ImportDialog::imported, this, [this](const QString& name) {
        m_list.reload();
        showInUse();
        selectKey(name);
        say(tr("%1 is installed; every file was read back and compared.").arg(name), "good", tr("Use it now"),
            [this, name] { use(name); });
    });
    dialog->show();
    return *dialog;
}

ImportDialog& ModelManager::openTextEncoder(const QString& key)
{
    auto* dialog = new ImportDialog(m_list.store(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setTextEncoderFor(key);
    connect(dialog, &ImportDialog::imported, this, [this](const QString& done) {
        const bool used = m_list.rowOf(done) == m_list.rowInUse();
        m_list.reload();
        showInUse();
        selectKey(done);
        // The one in use is opened again: it can do more now.
        if (used)
            use(done);
        say(tr("%1 has a text encoder now; every file was read back and compared.")
                .arg(QString::fromStdString(selected()->listed.name)),
            "good");
    });
    dialog->show();
    return *dialog;
}

DownloadDialog& ModelManager::openDownload()
{
    const auto folder = m_list.store().folder().parent_path() / "downloads";
    auto* dialog = new DownloadDialog(publicFiles(), QString::fromStdU16String(folder.u16string()), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &DownloadDialog::ready, this, [this, dialog](const ImportFiles& files) {
        connect(&openImport(files, true), &ImportDialog::imported, dialog, &QDialog::accept);
    });
    dialog->show();
    return *dialog;
}

} // namespace hounsfield
