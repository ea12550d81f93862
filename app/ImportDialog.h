// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/PackStore.h"
#include "viewer/Task.h"

#include <QDialog>

class QCheckBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace hounsfield {

/// Files that are to become a model.
struct ImportFiles {
    QString checkpoint, textEncoder, vocabulary;
};

/// Brings published weights into the program: which files, under what name, the licence accepted. Works off
/// the GUI thread; on failure says why, here, and nothing is left behind.
class ImportDialog : public QDialog {
    Q_OBJECT
public:
    explicit ImportDialog(PackStore store, QWidget* parent = nullptr);
    ~ImportDialog() override;

    /// @param accepted the licence was shown and accepted a moment ago, before the download
    void setFiles(const ImportFiles& files, bool accepted);
    /// Instead of a new model: CLIP's text encoder for one that is there. @param key as PackStore::open takes
    /// it
    void setTextEncoderFor(const QString& key);
    bool busy() const { return m_task.busy(); }

Q_SIGNALS:
    void imported(QString key); ///< written, read back and verified

public Q_SLOTS:
    void reject() override;

private:
    QLineEdit* addFile(QFormLayout& form, const QString& label, const QString& name, const QString& filter,
                       const QString& hint);
    void build();
    void showState();
    QString problem() const; ///< why it cannot begin; empty: it can
    void start();
    void startTextEncoder();
    void say(const QString& text, bool bad);

    PackStore m_store;
    QString m_target; ///< the model that gets a text encoder; empty: a new model
    QFormLayout* m_form = nullptr;
    std::vector<QWidget*> m_licence; ///< what is of the published weights alone
    QLineEdit *m_checkpoint = nullptr, *m_textEncoder = nullptr, *m_vocabulary = nullptr, *m_name = nullptr;
    QCheckBox* m_accept = nullptr;
    QLabel* m_message = nullptr;
    QProgressBar* m_bar = nullptr;
    QPushButton *m_import = nullptr, *m_stop = nullptr, *m_close = nullptr;
    QWidget* m_fields = nullptr;
    Task m_task; ///< last: it ends before what it tells is gone
};

} // namespace hounsfield
