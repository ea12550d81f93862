// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/Task.h"
#include "volume/io/ScanSource.h"

#include <QImage>

#include <optional>

namespace hounsfield {

/// Opens scans off the GUI thread: files, folders, the sample. A folder with several series that can be read
/// is looked through and waits for a choice, unless it is told which.
class Opening : public QObject {
    Q_OBJECT
public:
    /// Several series that can be read: wait for a person's choice, or take the best CT.
    enum class Several { Ask, TakeBest };

    /// What else is made of a scan off the GUI thread once it is read; what it returns runs on the GUI thread
    /// just before `opened`.
    using Prepare = std::function<Task::Then(const Scan& scan, const QByteArray& hash, Progress& progress)>;

    explicit Opening(QObject* parent = nullptr);
    /// @param which number, key (keyOf) or SeriesInstanceUID; a path that was looked through is not looked
    /// through again for it
    void open(const QString& path, const std::optional<std::string>& which = {},
              Several several = Several::TakeBest, const Prepare& prepare = {});
    void stop();
    bool busy() const { return m_task.busy(); }
    const QString& path() const { return m_path; }                     ///< of what was looked through last
    const std::vector<SeriesInfo>& series() const { return m_series; } ///< all that is there

    /// Stands for the synthetic patient wherever a path is kept.
    static constexpr const char* samplePath = "sample:1";

Q_SIGNALS:
    void busyChanged(bool busy);
    void progressed(QString stage, double fraction, double secondsLeft);
    void seen(
        QString path,
        std::vector<hounsfield::SeriesInfo> soFar); ///< while a folder is being looked through for a choice
    void choiceAsked(int best); ///< among series(); best: number of the one that would be taken
    void previewed(QString path, int number, QImage slice); ///< one series after another, in the background
    void reading(hounsfield::SeriesInfo series);
    void sliceRead(QImage slice);                                               ///< while it is being read
    void opened(std::shared_ptr<const hounsfield::Scan> scan, QByteArray hash); ///< hash: hashOf its volume
    void failed(QString message);

private:
    void openSample(const Prepare& prepare);
    Task::Then readFrom(std::shared_ptr<const ScanSource> source, const std::optional<std::string>& which,
                        const Prepare& prepare, Progress& progress);
    Task::Then tellOpened(std::shared_ptr<const Scan> scan, const QByteArray& hash, const Prepare& prepare,
                          Progress& progress);
    void makePreviews();
    /// From the worker to the GUI thread.
    template <typename What> void tell(What what)
    {
        QMetaObject::invokeMethod(this, std::move(what), Qt::QueuedConnection);
    }

    Task m_task, m_previews;
    // Of what was looked through last; GUI thread.
    QString m_path;
    std::shared_ptr<const ScanSource> m_source;
    std::vector<SeriesInfo> m_series;
};

/// The synthetic patient inside the program, as a scan.
Scan sampleScan(Progress& progress);

} // namespace hounsfield
