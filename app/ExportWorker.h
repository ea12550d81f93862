// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Exporter.h"
#include "viewer/Task.h"

#include <memory>

namespace hounsfield {

/// Writes a session's files off the GUI thread. Where it is stopped, nothing was written.
class ExportWorker : public QObject {
    Q_OBJECT
public:
    explicit ExportWorker(QObject* parent = nullptr);
    /// Works on copies: the session may change meanwhile. One export at a time: a second stops the first.
    void start(std::shared_ptr<const Scan> scan, const Contents& contents, const ModelPack& pack,
               const ExportSettings& settings);
    void stop() { m_task.stop(); }
    bool busy() const { return m_task.busy(); }

Q_SIGNALS:
    void busyChanged(bool busy);
    void progressed(QString stage, double fraction, double secondsLeft); ///< as Task::progressed
    void said(QString message);                                          ///< how it ended
    void failed(QString message);

private:
    Task m_task;
};

} // namespace hounsfield
