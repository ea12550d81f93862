// SPDX-License-Identifier: Apache-2.0
#include "viewer/Task.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <new>

namespace hounsfield {

struct Task::Job {
    Work work;
    std::atomic<bool> stop{false};
};

namespace {

class TaskProgress final : public Progress {
public:
    TaskProgress(std::function<void(const ProgressReport&)> tell, const std::atomic<bool>& stop)
        : m_tell(std::move(tell)), m_stop(stop)
    {
    }
    void report(const ProgressReport& how) override { m_tell(how); }
    bool stopRequested() const override { return m_stop; }

private:
    std::function<void(const ProgressReport&)> m_tell;
    const std::atomic<bool>& m_stop;
};

} // namespace

Task::Task(QObject* parent) : QObject(parent), m_thread([this] { run(); }) {}

Task::~Task()
{
    {
        const std::lock_guard lock(m_mutex);
        m_end = true;
        m_next = nullptr;
        if (m_current)
            m_current->stop = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void Task::start(Work work)
{
    auto job = std::make_shared<Job>();
    job->work = std::move(work);
    {
        const std::lock_guard lock(m_mutex);
        if (m_current)
            m_current->stop = true;
        m_next = job;
    }
    m_newest = job;
    m_wake.notify_all();
    if (!m_busy) {
        m_busy = true;
        Q_EMIT busyChanged(true);
    }
}

void Task::stop()
{
    const std::lock_guard lock(m_mutex);
    if (m_next)
        m_next->stop = true;
    if (m_current)
        m_current->stop = true;
}

/// What a job took and freed goes back to the system at once: the next program may need it.
static void giveMemoryBack()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void Task::run()
{
    for (;;) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(m_mutex);
            m_current = nullptr;
            m_wake.wait(lock, [this] { return m_end || m_next; });
            if (m_end)
                return;
            job = m_current = std::move(m_next);
            m_next = nullptr;
        }
        TaskProgress progress(
            [this, job](const ProgressReport& how) {
                QMetaObject::invokeMethod(
                    this,
                    [this, job, how] {
                        if (job == m_newest)
                            Q_EMIT progressed(QString::fromStdString(how.stage), how.fraction,
                                              how.secondsLeft.value_or(-1));
                    },
                    Qt::QueuedConnection);
            },
            job->stop);
        Then then;
        QString failure;
        bool cancelled = false;
        try {
            progress.check();
            then = job->work(progress);
        } catch (const Cancelled&) {
            cancelled = true;
        } catch (const std::bad_alloc&) {
            failure = tr("There is not enough memory for this. Close other programs or open a smaller scan.");
        } catch (const std::exception& error) {
            failure = QString::fromUtf8(error.what());
        }
        job->work = {};
        giveMemoryBack();
        QMetaObject::invokeMethod(
            this, [this, job, then, failure, cancelled] { finish(job, then, failure, cancelled); },
            Qt::QueuedConnection);
    }
}

void Task::finish(const std::shared_ptr<Job>& job, const Then& then, const QString& failure, bool cancelled)
{
    // A newer job has taken its place: what it found is of no interest any more.
    if (job != m_newest)
        return;
    m_newest = nullptr;
    m_busy = false;
    if (!cancelled && failure.isEmpty() && then)
        then();
    if (m_busy)
        return; // Then started the next
    Q_EMIT busyChanged(false);
    if (cancelled)
        Q_EMIT stopped();
    else if (!failure.isEmpty())
        Q_EMIT failed(failure);
    else
        Q_EMIT finished();
}

} // namespace hounsfield
