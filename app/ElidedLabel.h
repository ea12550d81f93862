// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>

namespace hounsfield {

/// A line that gives way: where there is no room for all of it, it ends (or breaks in the middle) with an
/// ellipsis, and the whole text is told where the pointer rests and to screen readers. It never makes a
/// window wider than the screen.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(Qt::TextElideMode mode = Qt::ElideRight, QWidget* parent = nullptr);
    void setText(const QString& text);
    /// All of it, shown or not.
    const QString& wholeText() const { return m_whole; }
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void cut();

    QString m_whole;
    Qt::TextElideMode m_mode;
};

} // namespace hounsfield
