// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Download.h"
#include "app/ImportDialog.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QRadioButton;

namespace hounsfield {

/// Published weights from their public addresses: what, from where, how large, under which licence; fetched
/// at one explicit click, one file after the other, and handed to the import.
class DownloadDialog : public QDialog {
    Q_OBJECT
public:
    /// @param files the public addresses (a test gives its own)
    DownloadDialog(std::vector<PublicFile> files, QString folder, QWidget* parent = nullptr);

    Download& download() { return m_download; }

Q_SIGNALS:
    /// All that was chosen is here and checked; the licence was accepted.
    void ready(hounsfield::ImportFiles files);

public Q_SLOTS:
    void reject() override;

private:
    void build();
    void showState();
    void showFiles();
    std::vector<PublicFile> chosen() const;
    void start();
    void next();
    void fileDone(const QString& path, const QString& sha256, bool compared);
    void say(const QString& text, const QString& look);

    std::vector<PublicFile> m_files, m_left;
    QString m_folder;
    ImportFiles m_got;
    QStringList m_notes; ///< of hashes that could not be compared
    Download m_download;
    std::vector<QRadioButton*> m_which;
    QCheckBox *m_words = nullptr, *m_accept = nullptr;
    QLabel *m_list = nullptr, *m_message = nullptr;
    QProgressBar* m_bar = nullptr;
    QPushButton *m_go = nullptr, *m_stop = nullptr, *m_close = nullptr;
};

} // namespace hounsfield
