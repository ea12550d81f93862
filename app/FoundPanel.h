// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/FoundModel.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QScrollArea;
class QSlider;
class QTreeView;

namespace hounsfield {

/// What was found: a tree of organs with their tumors and lesions, and what there is to say of the selected
/// one.
class FoundPanel : public QWidget {
    Q_OBJECT
public:
    explicit FoundPanel(Session& session, QWidget* parent = nullptr);
    QTreeView& tree() { return *m_tree; }
    QSlider& threshold() { return *m_threshold; }
    /// Whether something is being looked for: told where nothing was found yet.
    void setLooking(bool looking);
    /// Deletes the selected lesion, or the selected structure where none of its lesions is.
    void removeSelected();

Q_SIGNALS:
    void jumpAsked(hounsfield::Vector3 mm, hounsfield::IndexBox box); ///< box: what to frame; empty: nothing
    void thresholdAsked(int id, double threshold);                    ///< while the slider moves
    void exportAsked(int id);                                         ///< 0: all
    void giveBackAsked(int id);                                       ///< what the clean-up left out

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showDetails();
    QString numbersOf(const Structure& s) const;
    QString lesionNumbersOf(const Structure& s, int lesion) const;
    QString doubtsOf(const Structure& s) const;
    void showThreshold(double threshold);
    void jumpTo(const QModelIndex& index);
    void followLink(const QString& link);
    QString removedOf(const Structure& s) const;
    void showMenu(const QPoint& at);
    void showLesionMenu(int id, int lesion, const QPoint& at);

    Session& m_session;
    FoundModel m_model;
    QTreeView* m_tree = nullptr;
    QLabel *m_empty = nullptr, *m_details = nullptr, *m_thresholdText = nullptr;
    QScrollArea* m_detailsArea = nullptr;
    QSlider* m_threshold = nullptr;
    QWidget* m_thresholdRow = nullptr;
    QTimer m_rest;
};

/// Where to look at a structure: the middle of its largest axial slice, LPS mm.
Vector3 bestPlace(const Mask& mask);

} // namespace hounsfield
