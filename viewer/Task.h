// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

#include <QObject>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace hounsfield {

/// One kind of work off the GUI thread, one job at a time on a thread of its own; the newest wins: a job
/// asked for while another runs stops that one and takes its place. The destructor stops and waits.
class Task : public QObject {
    Q_OBJECT
public:
    /// Runs on the GUI thread once the work is done.
    using Then = std::function<void()>;
    /// Runs on the worker thread. It holds all it needs as values: never a widget, never the session.
    using Work = std::function<Then(Progress&)>;

    explicit Task(QObject* parent = nullptr);
    ~Task() override;

    void start(Work work);
    void stop();
    bool busy() const { return m_busy; }

Q_SIGNALS:
    void busyChanged(bool busy);
    void progressed(QString stage, double fraction, double secondsLeft); ///< secondsLeft < 0: not known
    void failed(QString message);                                        ///< for the person
    void stopped();                                                      ///< at the person's wish
    void finished();                                                     ///< after Then

private:
    struct Job;
    void run();
    void finish(const std::shared_ptr<Job>& job, const Then& then, const QString& failure, bool cancelled);

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::shared_ptr<Job> m_next, m_current; ///< under m_mutex
    bool m_end = false;                     ///< under m_mutex
    bool m_busy = false;                    ///< GUI thread
    std::shared_ptr<Job> m_newest;          ///< GUI thread
    std::thread m_thread;                   ///< last: it starts when all the others are there
};

} // namespace hounsfield
