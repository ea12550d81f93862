// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/Plausibility.h"
#include "app/results/Results.h"
#include "viewer/scene/Measurement.h"
#include "volume/Statistics.h"
#include "volume/io/ScanReader.h"

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <map>
#include <memory>
#include <vector>

namespace hounsfield {

/// A removed lesion that has grown together with others: it is shown again as long as they are one.
struct RegrownLesion {
    RemovedLesion removed;
    /// The lesions it has grown together with, as they were apart; none: it has grown too large.
    std::vector<std::shared_ptr<const Mask>> with;
};

/// One thing found in the scan, with all that is shown of it. A value: masks are shared and never changed.
struct Structure {
    int id = 0; ///< in this session
    QString name;
    std::array<int, 3> rgb{255, 255, 255};
    bool visible = true;
    ModelClass known;
    std::string asked, explanation; ///< the words, and what they were understood as
    bool guess = false;             ///< the words were a guess, such as a part of an organ
    std::shared_ptr<const Finding> finding;
    /// Of a tumor or cyst: as the model found it, before lesions were chosen, removed by hand or shared with
    /// another class. Null: `finding` is.
    std::shared_ptr<const Finding> source;
    std::vector<RemovedLesion> removed; ///< by hand
    std::vector<RegrownLesion> regrown; ///< removed by hand, and shown again at the threshold in effect
    bool derived = false;               ///< `finding` is no longer what the source alone gives
    Statistics statistics;
    std::vector<Lesion> lesions; ///< of a tumor or cyst, largest first
    std::vector<Burden> burdens;
    std::vector<Warning> warnings;
    std::vector<std::string>
        listedUnder;  ///< other classes under which lesions stand that this one marks, too
    QString madeWith; ///< "small, cpu, fp32"
    std::shared_ptr<const Mask> mask() const { return {finding, &finding->mask}; }
    /// Words that the model was not trained on.
    bool zeroShot() const { return known.id == 0; }
};

/// All that a person made from a scan; undo goes from one to another.
struct Contents {
    std::vector<Structure> structures;
    std::vector<Measurement> measurements;
};

/// The open scan and all that was made from it: the single source of truth of the program.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);

    void open(std::shared_ptr<const Scan> scan);
    void close();
    const std::shared_ptr<const Scan>& scan() const { return m_scan; }
    const Contents& contents() const { return m_contents; }
    const Structure* structure(int id) const; ///< null: gone
    QUndoStack& undo() { return m_undo; }

    /// Findings become structures; one of the same class, or of the same words, is replaced (another
    /// threshold, another model), keeping its colour and eye.
    /// @param joined a step of a slider: joins with the step before it in undo
    void addStructures(std::vector<Structure> made, bool joined);
    void rename(int id, const QString& name);
    void setColour(int id, const std::array<int, 3>& rgb);
    void setVisible(int id, bool visible); ///< no undo: only looking
    void remove(int id);
    /// One lesion leaves its structure: volumes, burden and files follow. @param notALesion said to be none;
    /// else simply deleted
    void removeLesion(int id, int lesion, bool notALesion);
    /// @param removed number among Structure::removed
    void restoreLesion(int id, int removed);
    /// A new one gets an id; one that has an id is replaced. Moves of the same point join into one step of
    /// undo.
    void keepMeasurement(Measurement measurement, bool moving);
    void removeMeasurement(int id);
    /// From a session file, measured (measureAgain).
    void restore(Contents contents);

    int selected() const { return m_selected; }
    int selectedLesion() const
    {
        return m_lesion;
    } ///< number among the selected structure's; -1: the structure as a whole
    void select(int id, int lesion = -1); ///< 0: none
    /// What does not fit a patient (Plausibility): of one structure, or with 0 of the scan as a whole.
    const std::vector<Warning>& implausible(int id) const;
    Trust trustOf(const Structure& structure) const;
    int hovered() const { return m_hovered; }
    void hover(int id); ///< the row under the mouse: shown at full strength; 0: none

Q_SIGNALS:
    void scanChanged();
    void contentsChanged();
    void selectionChanged(int id);

private:
    friend class ContentsCommand;
    void change(const QString& what, Contents after, int joinAs = -1);
    void setContents(const Contents& contents);
    void derive(Contents& contents) const;
    void judge();

    std::shared_ptr<const Scan> m_scan;
    Contents m_contents;
    QUndoStack m_undo;
    int m_nextId = 1;
    int m_selected = 0, m_lesion = -1, m_hovered = 0;
    std::optional<ScanLook> m_look; ///< made when the first structure is held against the scan
    std::map<int, std::vector<Warning>> m_implausible;
};

/// One finding measured in its scan, ready to be shown.
/// @param stop looked at before every lesion. @throws Cancelled
Structure makeStructure(const Finding& finding, const Prompt& prompt, const ModelPack& pack,
                        const Volume& volume, const QString& madeWith, const Progress& stop = Progress());

} // namespace hounsfield
