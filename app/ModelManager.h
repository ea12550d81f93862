// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/ImportDialog.h"
#include "app/ModelList.h"
#include "app/Workbench.h"

class QLabel;
class QListView;
class QProgressBar;
class QTextBrowser;

namespace hounsfield {

class DownloadDialog;

/// The models a person has: which is in use, what they are, whether their files are whole; use, import,
/// check, remove.
class ModelManager : public QDialog {
    Q_OBJECT
public:
    explicit ModelManager(Workbench& bench, PackStore store = {}, QWidget* parent = nullptr);
    ~ModelManager() override;

    ModelList& list() { return m_list; }
    QListView& view() { return *m_view; }
    ImportDialog& openImport(const ImportFiles& files = {}, bool accepted = false);
    /// CLIP's text encoder for a model that is there.
    ImportDialog& openTextEncoder(const QString& key);
    DownloadDialog& openDownload();

private:
    void build();
    QWidget* buildLeft();
    QWidget* buildRight();
    void join();
    void showSelected();
    void showInUse();
    const ModelList::Entry* selected() const;
    void selectKey(const QString& key);
    void use(const QString& key);
    void useFolder();
    void verify();
    void askRemove();
    void remove(const QString& key);
    /// @param action text of the button beside it, empty: none
    void say(const QString& text, const QString& look, const QString& action = {},
             std::function<void()> what = {});

    Workbench& m_bench;
    ModelList m_list;
    QListView* m_view = nullptr;
    QTextBrowser* m_details = nullptr;
    QPushButton *m_use = nullptr, *m_verify = nullptr, *m_remove = nullptr, *m_openFolder = nullptr,
                *m_import = nullptr, *m_download = nullptr, *m_folder = nullptr, *m_action = nullptr;
    QLabel* m_message = nullptr;
    QProgressBar* m_bar = nullptr;
    std::function<void()> m_what; ///< of the button beside the message
    Task m_task;                  ///< last: it ends before what it tells is gone
};

/// Another model, device or precision, kept in the settings. @throws Error(Model)
void chooseModel(Workbench& bench, const QString& key, const EngineChoice& choice);

} // namespace hounsfield
