// SPDX-License-Identifier: Apache-2.0
#include "app/ImportDialog.h"

#include "app/EngineTexts.h"
#include "app/LicenceBox.h"
#include "viewer/Theme.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QStyle>
#include <QVBoxLayout>

namespace hounsfield {
namespace {

std::filesystem::path pathOf(const QLineEdit& field)
{
    return std::filesystem::path(field.text().trimmed().toStdU16String());
}

QString nameFrom(const QString& file)
{
    QString name = QFileInfo(file).completeBaseName();
    name.replace(QRegularExpression("[^A-Za-z0-9_-]"), "_");
    return name.left(80);
}

} // namespace

ImportDialog::ImportDialog(PackStore store, QWidget* parent) : QDialog(parent), m_store(std::move(store))
{
    setWindowTitle(tr("Import a model"));
    build();
    for (QLineEdit* field : {m_checkpoint, m_textEncoder, m_vocabulary, m_name})
        connect(field, &QLineEdit::textChanged, this, &ImportDialog::showState);
    connect(m_checkpoint, &QLineEdit::textChanged, this, [this](const QString& file) {
        if (!m_name->isModified())
            m_name->setText(nameFrom(file));
    });
    connect(m_accept, &QCheckBox::toggled, this, &ImportDialog::showState);
    connect(m_import, &QPushButton::clicked, this, &ImportDialog::start);
    connect(m_stop, &QPushButton::clicked, &m_task, &Task::stop);
    connect(m_close, &QPushButton::clicked, this, &ImportDialog::reject);
    connect(&m_task, &Task::busyChanged, this, &ImportDialog::showState);
    connect(&m_task, &Task::progressed, this, [this](const QString& stage, double fraction) {
        m_bar->setRange(0, 1000);
        m_bar->setValue(int(1000 * fraction));
        say(inWindowLanguage(stage), false);
    });
    connect(&m_task, &Task::failed, this, [this](const QString& why) {
        say(inWindowLanguage(why) + "\n" + tr("Nothing was installed."), true);
    });
    connect(&m_task, &Task::stopped, this, [this] { say(tr("Stopped. Nothing was installed."), false); });
    showState();
}

ImportDialog::~ImportDialog()
{
    m_task.disconnect(this);
}

QLineEdit* ImportDialog::addFile(QFormLayout& form, const QString& label, const QString& name,
                                 const QString& filter, const QString& hint)
{
    auto* field = new QLineEdit;
    field->setObjectName(name);
    field->setPlaceholderText(hint);
    field->setAccessibleName(label);
    auto* choose = new QPushButton(tr("Choose…"));
    connect(choose, &QPushButton::clicked, this, [this, field, label, filter] {
        QSettings settings;
        const QString chosen =
            QFileDialog::getOpenFileName(this, label, settings.value("importFolder").toString(), filter);
        if (chosen.isEmpty())
            return;
        settings.setValue("importFolder", QFileInfo(chosen).absolutePath());
        field->setText(chosen);
    });
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(field, 1);
    row->addWidget(choose);
    form.addRow(label, row);
    return field;
}

void ImportDialog::build()
{
    m_fields = new QWidget;
    auto* form = m_form = new QFormLayout(m_fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->setLabelAlignment(Qt::AlignLeft);
    m_checkpoint = addFile(*form, tr("Checkpoint"), "checkpoint",
                           tr("Checkpoints (*.pth *.pt *.safetensors);;All files (*)"),
                           tr("the published weights: .pth, .pt or .safetensors"));
    m_textEncoder = addFile(*form, tr("Text encoder"), "textEncoder",
                            tr("Weights (*.pt *.bin *.pth *.safetensors);;All files (*)"),
                            tr("optional: CLIP ViT-B/32, for words beyond the classes"));
    m_vocabulary = addFile(*form, tr("Vocabulary"), "vocabulary",
                           tr("Vocabularies (*.txt *.txt.gz *.model);;All files (*)"),
                           tr("with a text encoder: merges.txt or bpe_simple_vocab_16e6.txt.gz"));
    m_name = new QLineEdit;
    m_name->setObjectName("name");
    m_name->setMaxLength(80);
    form->addRow(tr("Name"), m_name);

    const auto [heading, licence, accept] = LicenceBox::make();
    m_accept = accept;
    m_licence = {heading, licence, m_accept};
    m_message = makeMessageLabel();
    m_bar = new QProgressBar;
    m_bar->setTextVisible(false);
    m_import = new QPushButton(tr("Import"));
    m_import->setObjectName("primary");
    m_import->setDefault(true);
    m_stop = new QPushButton(theme::icon("stop"), tr("Stop"));
    m_close = new QPushButton(tr("Close"));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch(1);
    for (QPushButton* button : {m_close, m_stop, m_import})
        buttons->addWidget(button);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(24, 24, 24, 16);
    box->setSpacing(8);
    box->addWidget(m_fields);
    box->addSpacing(8);
    box->addWidget(heading);
    box->addWidget(licence, 1);
    box->addWidget(m_accept);
    box->addSpacing(8);
    box->addWidget(m_message);
    box->addWidget(m_bar);
    box->addLayout(buttons);
    resize(736, 600);
}

void ImportDialog::setFiles(const ImportFiles& files, bool accepted)
{
    m_checkpoint->setText(files.checkpoint);
    m_textEncoder->setText(files.textEncoder);
    m_vocabulary->setText(files.vocabulary);
    m_accept->setChecked(accepted);
}

void ImportDialog::setTextEncoderFor(const QString& key)
{
    m_target = key;
    setWindowTitle(tr("Add a text encoder"));
    m_form->setRowVisible(0, false);
    m_form->setRowVisible(3, false);
    for (QWidget* one : m_licence)
        one->hide();
    m_import->setText(tr("Add"));
    resize(width(), 200);
    showState();
}

QString ImportDialog::problem() const
{
    for (const QLineEdit* field : {m_checkpoint, m_textEncoder, m_vocabulary})
        if (const QString file = field->text().trimmed(); !file.isEmpty() && !QFileInfo(file).isFile())
            return tr("There is no file %1.").arg(file);
    if (m_textEncoder->text().trimmed().isEmpty() != m_vocabulary->text().trimmed().isEmpty())
        return tr("A text encoder and its vocabulary belong together: choose both or neither.");
    if (!m_target.isEmpty())
        return {};
    const QString name = m_name->text().trimmed();
    if (!name.isEmpty() && !QRegularExpression("^[A-Za-z0-9_-]+$").match(name).hasMatch())
        return tr("A name is made of the letters A to Z, digits, - and _.");
    std::error_code none;
    if (name == "small" ||
        (!name.isEmpty() && std::filesystem::exists(m_store.folder() / name.toStdString(), none)))
        return tr("A model called %1 is there already: choose another name.").arg(name);
    return {};
}

void ImportDialog::showState()
{
    const bool working = busy();
    if (working && !m_bar->isVisible())
        m_bar->setRange(0, 0);
    m_fields->setEnabled(!working);
    m_accept->setEnabled(!working);
    m_stop->setVisible(working);
    m_import->setVisible(!working);
    m_bar->setVisible(working);
    m_close->setEnabled(!working);
    if (working)
        return;
    const QString why = problem();
    say(why, !why.isEmpty());
    const bool filled = m_target.isEmpty()
                            ? m_accept->isChecked() && !m_checkpoint->text().trimmed().isEmpty() &&
                                  !m_name->text().trimmed().isEmpty()
                            : !m_textEncoder->text().trimmed().isEmpty();
    m_import->setEnabled(why.isEmpty() && filled);
}

void ImportDialog::say(const QString& text, bool bad)
{
    m_message->setText(text);
    m_message->setObjectName(bad ? "error" : "quiet");
    m_message->style()->unpolish(m_message);
    m_message->style()->polish(m_message);
}

void ImportDialog::startTextEncoder()
{
    m_task.start([this, store = m_store, key = m_target, weights = pathOf(*m_textEncoder),
                  vocabulary = pathOf(*m_vocabulary)](Progress& progress) -> Task::Then {
        verifyPack(store.addTextEncoder(key.toStdString(), weights, vocabulary, progress));
        return [this, key] {
            Q_EMIT imported(key);
            accept();
        };
    });
}

void ImportDialog::start()
{
    if (!m_target.isEmpty())
        return startTextEncoder();
    const PackStore::Import what{pathOf(*m_checkpoint), m_name->text().trimmed().toStdString(),
                                 pathOf(*m_textEncoder), pathOf(*m_vocabulary)};
    m_task.start([this, store = m_store, what](Progress& progress) -> Task::Then {
        const ModelPack pack = store.import(what, progress);
        try {
            progress.step({"checking what was written", 0.95, {}});
            verifyPack(pack);
        } catch (...) {
            // What does not read back as it was written, or was stopped here, must not be found as a model.
            store.remove(what.name);
            throw;
        }
        return [this, name = QString::fromStdString(what.name)] {
            Q_EMIT imported(name);
            accept();
        };
    });
}

void ImportDialog::reject()
{
    if (busy())
        m_task.stop();
    else
        QDialog::reject();
}

} // namespace hounsfield
