// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QScrollArea>

class QPushButton;

namespace hounsfield {

class FlowLayout;

/// What words were understood as: chips and links beside each other, below where the row is full, three rows
/// at once.
class ChipRow : public QScrollArea {
    Q_OBJECT
public:
    enum class Kind { Known, Unsure, Reading, ZeroShot, Refused };
    explicit ChipRow(QWidget* parent = nullptr);

    void clear();
    /// @param why told where the pointer rests; what must be seen at once belongs into the text
    void addChip(const QString& text, const QColor& colour, const QString& why, Kind kind);
    QPushButton* addLink(const QString& text);
    /// When all are there.
    void fit();
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, 28}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    FlowLayout* m_flow = nullptr;
};

} // namespace hounsfield
