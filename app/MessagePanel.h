// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMap>
#include <QWidget>

class QVBoxLayout;

namespace hounsfield {

/// Messages above the views: whole sentences that wrap, can be marked and copied, scroll where they are long,
/// and fold to a line. What was told of a run goes with the next one; a banner stays until the person
/// dismisses it.
class MessagePanel : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Doubt, Error };
    explicit MessagePanel(QWidget* parent = nullptr);

    /// What happened just now, in place of what was told before.
    void tell(const QString& text, Kind kind = Kind::Error);
    void clearTold();
    /// Stays until it is dismissed. @param key one banner for each: a new text replaces the old one, an empty
    /// text takes it away
    void setBanner(const QString& key, const QString& text, Kind kind = Kind::Doubt);
    /// The keys of the banners that are shown.
    QStringList banners() const { return m_banners.keys(); }

Q_SIGNALS:
    void dismissed(const QString& key); ///< by the person; empty: what was told

private:
    QWidget* makeRow(const QString& key, const QString& text, Kind kind);
    void take(QWidget* row);

    QVBoxLayout* m_box = nullptr;
    QWidget* m_told = nullptr;
    QMap<QString, QWidget*> m_banners;
};

} // namespace hounsfield
