// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/PackStore.h"

#include <QAbstractListModel>
#include <QStringList>

namespace hounsfield {

/// The models there are: the one inside the program, the installed ones, folders that a person named. One
/// that cannot be opened is a row too, with the reason.
class ModelList : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { Subtitle = Qt::UserRole + 1, InUse, Key, Broken }; ///< Key: what Workbench::setModel takes
    struct Entry {
        PackStore::Listed listed;
        qint64 bytes = 0;       ///< on disk
        bool elsewhere = false; ///< a folder that a person named: forgotten, never deleted
        bool embedded = false;
        QString key() const { return QString::fromStdString(elsewhere ? listed.where : listed.name); }
    };

    explicit ModelList(PackStore store, QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    const PackStore& store() const { return m_store; }
    const Entry* entry(int row) const;   ///< null: no such row
    int rowOf(const QString& key) const; ///< -1: none
    int rowInUse() const;
    /// Looks again at what is on disk.
    void reload();
    /// @param where of the pack in use, as its files describe it
    void setInUse(const QString& where);
    /// A folder with a pack.json, kept in the settings. @throws Error(Model) where it cannot be opened
    void addFolder(const QString& folder);
    void forgetFolder(const QString& folder);

private:
    PackStore m_store;
    std::vector<Entry> m_entries;
    QString m_inUse;
};

/// Everything that there is to say about a model, as rich text.
QString modelDetails(const ModelList::Entry& entry, bool inUse);

} // namespace hounsfield
