// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Session.h"

#include <QAbstractItemModel>

namespace hounsfield {

/// The structures of a session as a tree: an organ holds its tumors and cysts, those hold their single
/// lesions. Columns: name (with swatch), volume, mean HU, eye.
class FoundModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Volume, Hu, Eye, ColumnCount };
    /// Lesion: number among the structure's, -1 for the structure itself. TrustLight: a Light, of the
    /// volume's column.
    enum Role { StructureId = Qt::UserRole + 1, Lesion, TrustLight };

    explicit FoundModel(Session& session, QObject* parent = nullptr);
    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QModelIndex indexOf(int structureId) const;

private:
    struct Row {
        int structure = 0; ///< id
        int lesion = -1;   ///< of the structure's lesions; -1: the structure itself
        int parent = -1;   ///< in m_rows
        std::vector<int> children;
    };
    void rebuild();
    int addRow(int structure, int lesion, int parent);

    Session& m_session;
    std::vector<Row> m_rows;
    std::vector<int> m_top;
};

/// Millilitres with honest digits: "8.4 mL", "1512 mL".
QString millilitres(double ml);

} // namespace hounsfield
