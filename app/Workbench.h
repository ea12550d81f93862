// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Asking.h"
#include "app/Nearest.h"
#include "app/Opening.h"
#include "app/Recovery.h"
#include "app/SessionFile.h"

#include <QTimer>

#include <optional>
#include <set>

namespace hounsfield {

/// Something to note about scan, machine, model or a structure: a whole sentence, and where to look.
struct Doubt {
    QString text;
    int structure = 0; ///< id; 0: none
    std::optional<Vector3> placeMm;
};

/// The program without its windows: opens, asks, keeps; joins session, views and engine. Everything a person
/// can do goes through here.
class Workbench : public QObject {
    Q_OBJECT
public:
    /// @param open makes the segmenter (a test gives its own); empty: the model of the settings
    explicit Workbench(Asking::Open open = {}, QObject* parent = nullptr);
    ~Workbench() override;

    Session& session() { return m_session; }
    ViewState& view() { return m_view; }
    Opening& opening() { return m_opening; }
    Asking& asking() { return m_asking; }
    Nearest& nearest() { return m_nearest; }
    Recovery& recovery() { return m_recovery; }
    const ModelPack& pack() const { return *m_pack; }
    const EngineChoice& engineChoice() const { return m_choice; }
    const std::optional<EngineFacts>& engineFacts() const
    {
        return m_facts;
    } ///< absent until the engine was opened
    const QString& scanPath() const { return m_scanPath; }
    std::vector<Doubt> doubts() const;

    /// A scan, a folder or a .hounsfield session.
    /// @param several what happens where a folder holds several series that can be read and none is given
    void open(const QString& path, const std::optional<std::string>& series = {},
              Opening::Several several = Opening::Several::Ask);
    void closeScan();
    void ask(const Prompt& prompt);
    void setThreshold(int structure, double threshold);
    /// What the clean-up left out of a structure becomes part of it; undo takes it away again.
    void giveBack(int structure);
    /// The probability of the selected structure as colour. Sessions do not keep it: ask again to see it.
    void setHeatShown(bool shown);
    bool heatShown() const { return m_heatShown; }
    /// @throws Error
    void saveSession(const QString& file, const QStringList& prompts);
    /// What is not yet kept for recovery is kept now: work that blocks the window, or the end, may follow.
    void keepNow();
    /// Name or folder of a model, empty: the embedded one; takes effect for the next prompt. @throws
    /// Error(Model)
    /// @param precision "auto", "fp32", "bf16", "fp16"; empty: automatic
    void setModel(const QString& nameOrFolder, const QString& device, const QString& precision = {});
    /// How many targets the prompt being typed has: another number is estimated anew, a moment later.
    void expectTargets(std::size_t targets);

Q_SIGNALS:
    void opened();                ///< a scan, with what was restored
    void said(QString message);   ///< for a moment: "Saved."
    void failed(QString message); ///< what happened, what was kept, what to do
    /// What must not be overlooked: it stays in the window until the person dismisses it. @param key one
    /// banner for each; an empty text takes it away
    void bannerAsked(QString key, QString text);
    void doubtsChanged();
    void promptsRestored(QStringList prompts);
    void modelChanged();
    void engineChanged(); ///< another model, device or precision, or what is known of it now

private:
    void take(std::shared_ptr<const Scan> scan, const QByteArray& hash);
    /// Measures the pending session off the GUI thread, once its scan is read.
    Opening::Prepare measuringPending();
    /// Opens the next part of the pending session's series that was not tried. @returns false where there is
    /// none
    bool openOtherPart(const Scan& scan);
    void takeFindings(const std::vector<Structure>& structures, const Request& request,
                      const QStringList& notes);
    void showLayers();
    StoredSession stored(const QStringList& prompts) const;
    void autosave();
    void estimateSoon(int milliseconds);

    Session m_session;
    ViewState m_view;
    std::shared_ptr<const ModelPack> m_pack;
    Opening m_opening;
    Asking m_asking;
    Nearest m_nearest;
    Recovery m_recovery;
    QTimer m_autosave, m_estimate;
    EngineChoice m_choice;
    std::optional<EngineFacts> m_facts;
    std::size_t m_targets = 4;         ///< a usual prompt, until one is typed
    QString m_scanPath, m_openingPath; ///< of the scan that is open; of the one that is being opened
    QByteArray m_scanHash;
    std::shared_ptr<StoredSession> m_pending; ///< a session whose scan is being opened; null: none
    QString m_notRestored;                    ///< why it could not be measured in its scan
    std::vector<SeriesInfo> m_parts; ///< while its scan is looked for among parts that share an identifier
    std::set<std::string> m_tried;   ///< keys of those that were not it
    std::vector<PartialMask> m_growing;
    bool m_heatShown = false;
    QStringList m_engineNotes, m_prompts;
    bool m_prompting = false; ///< a prompt, not a threshold, is being answered
};

} // namespace hounsfield
