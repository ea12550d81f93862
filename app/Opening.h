#pragma once

#include "app/Task.h"
#include "volume/io/ScanReader.h"

#include <optional>

namespace hounsfield {

/// Opens scans off the GUI thread: files, folders, the sample.
class Opening : public QObject {
    Q_OBJECT
public:
    explicit Opening(QObject* parent = nullptr);
    /// @param which number or SeriesInstanceUID; absent: the best CT
    void open(const QString& path, const std::optional<std::string>& which = {});
    void openSample();
    void stop() { m_task.stop(); }
    bool busy() const { return m_task.busy(); }

    static constexpr const char* samplePath = "sample:1"; ///< stands for the made-up patient wherever a path is kept

Q_SIGNALS:
    void busyChanged(bool busy);
    void progressed(QString stage, double fraction, double secondsLeft);
    void listed(QString path, std::vector<hounsfield::SeriesInfo> series);
    void opened(std::shared_ptr<const hounsfield::Scan> scan, QByteArray hash); ///< hash: hashOf its volume
    void failed(QString message);

private:
    Task m_task;
};

/// The made-up patient that is inside the program, as a scan.
Scan sampleScan(Progress& progress);

} // namespace hounsfield
