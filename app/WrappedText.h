// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QScrollArea>

class QLabel;

namespace hounsfield {

/// A text that wraps at the width it has, can be marked with the mouse or the keyboard, and scrolls where it
/// needs more lines than it may have.
class WrappedText : public QScrollArea {
    Q_OBJECT
public:
    /// @param mostLines shown at once; further ones are scrolled to
    explicit WrappedText(int mostLines, QWidget* parent = nullptr);
    QLabel& label() { return *m_label; }
    QString text() const { return m_text; }
    void setText(const QString& text);
    /// Folded: the first line alone, cut with an ellipsis.
    void setFolded(bool folded);
    bool folded() const { return m_folded; }
    /// Whether the whole text has more than one line at this width.
    bool isLong() const;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();

    QLabel* m_label = nullptr;
    QString m_text;
    int m_mostLines = 0;
    bool m_folded = false;
};

} // namespace hounsfield
