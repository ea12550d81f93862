// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/EngineWords.h"
#include "app/Session.h"
#include "inference/PackStore.h"
#include "inference/Segmenter.h"
#include "viewer/Task.h"
#include "viewer/scene/SliceScene.h"

#include <functional>
#include <optional>

namespace hounsfield {

/// What a person asked of a scan: everything the worker needs, as values.
struct Request {
    std::shared_ptr<const Volume> volume;
    Prompt prompt;
    std::vector<Target> targets;
    std::optional<Marking> marking; ///< of these targets; absent: as the model has it
    std::optional<Vector3> focusMm;
};

/// Runs the engine off the GUI thread: opens the model once, keeps what it has seen of the open scan, so that
/// a second prompt and another threshold answer quickly.
class Asking : public QObject {
    Q_OBJECT
public:
    /// Opens the model. @param stop looked at while its weights are read
    using Open = std::function<std::unique_ptr<Segmenter>(const Progress& stop)>;

    explicit Asking(QObject* parent = nullptr);
    ~Asking() override;
    /// Another model or device; a run in progress is stopped. @param open called on the worker thread, may
    /// throw Error and Cancelled
    void setModel(Open open);

    void ask(const Request& request);
    /// What a prompt of so many targets would take; little where the model has seen the scan. Also frees what
    /// was kept of another scan.
    void estimate(std::shared_ptr<const Volume> volume, std::size_t targets);
    void forgetScan(); ///< frees what was kept of it
    void stop() { m_task.stop(); }
    bool busy() const { return m_task.busy() && m_asked; }

Q_SIGNALS:
    void busyChanged(bool busy);
    void progressed(QString stage, double fraction, double secondsLeft);
    void growing(std::vector<hounsfield::PartialMask> masks);
    void found(std::vector<hounsfield::Structure> structures, hounsfield::Request request, QStringList notes);
    void estimated(hounsfield::Estimate estimate);
    void engineKnown(
        hounsfield::EngineFacts facts); ///< with every estimate and answer: what is really in effect
    void failed(QString message);
    void stopped();

private:
    /// Lives on the worker thread alone.
    struct Engine;
    std::shared_ptr<Engine> m_engine;
    /// Told on the GUI thread, where the model is still the one that is asked.
    void tellEngine(const std::shared_ptr<Engine>& engine, const EngineFacts& facts);

    bool m_asked = false; ///< a prompt, not an estimate
    Task m_task;
};

} // namespace hounsfield
