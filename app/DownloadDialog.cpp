// SPDX-License-Identifier: Apache-2.0
#include "app/DownloadDialog.h"

#include "app/EngineWords.h"
#include "app/LicenceBox.h"
#include "viewer/Theme.h"

#include <QCheckBox>
#include <QDir>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QStyle>
#include <QVBoxLayout>

namespace hounsfield {

DownloadDialog::DownloadDialog(std::vector<PublicFile> files, QString folder, QWidget* parent)
    : QDialog(parent), m_files(std::move(files)), m_folder(std::move(folder))
{
    setWindowTitle(tr("Download published weights"));
    build();
    for (QRadioButton* one : m_which)
        connect(one, &QRadioButton::toggled, this, &DownloadDialog::showFiles);
    connect(m_words, &QCheckBox::toggled, this, &DownloadDialog::showFiles);
    connect(m_accept, &QCheckBox::toggled, this, &DownloadDialog::showState);
    connect(m_go, &QPushButton::clicked, this, &DownloadDialog::start);
    connect(m_stop, &QPushButton::clicked, &m_download, &Download::stop);
    connect(m_close, &QPushButton::clicked, this, &DownloadDialog::reject);
    connect(&m_download, &Download::progressed, this, [this](qint64 done, qint64 total) {
        const QString name = m_left.empty() ? QString() : m_left.front().file;
        m_bar->setRange(0, total > 0 ? 1000 : 0);
        if (total > 0)
            m_bar->setValue(int(1000.0 * double(done) / double(total)));
        say(total > 0 ? tr("%1: %2 of %3").arg(name, bytesInWords(double(done)), bytesInWords(double(total)))
                      : tr("%1: %2").arg(name, bytesInWords(double(done))),
            "quiet");
    });
    connect(&m_download, &Download::checking, this, [this] {
        m_bar->setRange(0, 0);
        say(tr("%1 is here; its SHA-256 is being computed").arg(m_left.front().file), "quiet");
    });
    connect(&m_download, &Download::finished, this, &DownloadDialog::fileDone);
    connect(&m_download, &Download::failed, this, [this](const QString& why) {
        showFiles();
        say(why, "error");
    });
    connect(&m_download, &Download::stopped, this, [this] {
        showFiles();
        say(tr("Stopped. What was fetched is kept: Download goes on from there."), "quiet");
    });
    showFiles();
}

void DownloadDialog::build()
{
    auto* promise = new QLabel(tr("Nothing is fetched before you press Download, and nothing is sent: only "
                                  "the files named here are asked for, at the addresses named here."));
    promise->setWordWrap(true);
    promise->setObjectName("quiet");
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(24, 24, 24, 16);
    box->setSpacing(8);
    box->addWidget(promise);
    box->addSpacing(8);
    for (const PublicFile& file : m_files)
        if (file.kind == "checkpoint") {
            m_which.push_back(new QRadioButton(file.title));
            m_which.back()->setProperty("file", file.id);
            box->addWidget(m_which.back());
        }
    if (!m_which.empty())
        m_which.front()->setChecked(true);
    m_words = new QCheckBox(tr("With CLIP's text encoder: words beyond the 32 classes can be asked"));
    m_words->setObjectName("words");
    box->addWidget(m_words);
    box->addSpacing(8);
    m_list = new QLabel;
    m_list->setTextFormat(Qt::RichText);
    m_list->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_list->setWordWrap(true);
    m_list->setObjectName("files");
    box->addWidget(m_list);
    box->addSpacing(8);
    const auto [heading, licence, accept] = LicenceBox::make();
    m_accept = accept;
    m_message = makeMessageLabel();
    m_bar = new QProgressBar;
    m_bar->setTextVisible(false);
    m_go = new QPushButton(tr("Download"));
    m_go->setObjectName("primary");
    m_stop = new QPushButton(theme::icon("stop"), tr("Stop"));
    m_close = new QPushButton(tr("Close"));
    for (QWidget* one : std::initializer_list<QWidget*>{heading, licence, m_accept, m_message, m_bar})
        box->addWidget(one, one == licence ? 1 : 0);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addStretch(1);
    for (QPushButton* button : {m_close, m_stop, m_go})
        buttons->addWidget(button);
    box->addLayout(buttons);
    resize(736, 720);
}

std::vector<PublicFile> DownloadDialog::chosen() const
{
    std::vector<PublicFile> all;
    for (const PublicFile& file : m_files) {
        const bool checkpoint = file.kind == "checkpoint" &&
                                std::any_of(m_which.begin(), m_which.end(), [&](const QRadioButton* one) {
                                    return one->isChecked() && one->property("file") == file.id;
                                });
        if (checkpoint || (file.kind != "checkpoint" && m_words->isChecked()))
            all.push_back(file);
    }
    return all;
}

void DownloadDialog::showFiles()
{
    const QString quiet = theme::colour("quiet").name();
    QString html = "<table cellspacing='0' width='100%'>";
    for (const PublicFile& file : chosen()) {
        bool whole = false;
        const qint64 there = Download::bytesThere(file, m_folder, whole);
        QString size = file.bytes > 0 ? tr("about %1").arg(bytesInWords(double(file.bytes)))
                                      : tr("size: told by the server");
        if (whole)
            size = tr("here already, %1").arg(bytesInWords(double(there)));
        else if (there > 0)
            size += " · " + tr("%1 of it here").arg(bytesInWords(double(there)));
        html += QString("<tr><td style='padding-top:6px'>%1 <span style='color:%2'>%3</span></td><td "
                        "align='right' style='padding-top:6px; color:%2'>%4</td></tr><tr><td colspan='2' "
                        "style='color:%2; font-size:12px'>%5</td></tr>")
                    .arg(file.file.toHtmlEscaped(), quiet, file.licence.toHtmlEscaped(), size,
                         file.url.toDisplayString().toHtmlEscaped());
    }
    m_list->setText(
        html +
        QString("</table><p style='color:%1; margin-top:8px'>%2</p>")
            .arg(quiet, tr("They are kept in %1.").arg(QDir::toNativeSeparators(m_folder)).toHtmlEscaped()));
    showState();
    // More addresses need more height; what is below moves down rather than over one another.
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

void DownloadDialog::showState()
{
    const bool working = m_download.busy();
    for (QRadioButton* one : m_which)
        one->setEnabled(!working);
    m_words->setEnabled(!working);
    m_accept->setEnabled(!working);
    m_stop->setVisible(working);
    m_bar->setVisible(working);
    m_go->setVisible(!working);
    m_close->setEnabled(!working);
    m_go->setEnabled(m_accept->isChecked() && !chosen().empty());
}

void DownloadDialog::say(const QString& text, const QString& look)
{
    m_message->setText(text);
    m_message->setObjectName(look);
    m_message->style()->unpolish(m_message);
    m_message->style()->polish(m_message);
}

void DownloadDialog::start()
{
    m_left = chosen();
    m_got = {};
    m_notes.clear();
    next();
}

void DownloadDialog::next()
{
    if (m_left.empty()) {
        showFiles();
        say(m_notes.join('\n'), "quiet");
        Q_EMIT ready(m_got);
        return;
    }
    m_bar->setRange(0, 0);
    say(tr("Asking %1 for %2").arg(m_left.front().url.host(), m_left.front().file), "quiet");
    m_download.start(m_left.front(), m_folder);
    showState();
}

void DownloadDialog::fileDone(const QString& path, const QString& sha256, bool compared)
{
    const PublicFile file = m_left.front();
    m_left.erase(m_left.begin());
    if (file.kind == "checkpoint")
        m_got.checkpoint = path;
    else if (file.kind == "text_encoder")
        m_got.textEncoder = path;
    else
        m_got.vocabulary = path;
    if (!compared)
        m_notes << tr("%1: its SHA-256 is %2. Nobody has published one, so it could not be compared; it is "
                      "kept, and later copies are compared with it.")
                       .arg(file.file, sha256);
    next();
}

void DownloadDialog::reject()
{
    if (m_download.busy())
        m_download.stop();
    else
        QDialog::reject();
}

} // namespace hounsfield
