#include "app/Opening.h"

#include "app/SessionFile.h"
#include "volume/synthetic/SyntheticPatient.h"

namespace hounsfield {

Scan sampleScan(Progress& progress)
{
    // A held-out seed: the embedded model has never seen this patient.
    const synthetic::SyntheticPatient patient(900001);
    Scan scan;
    scan.volume = patient.sample(patient.wholeBodyGrid(2.5), patient.randomAppearance(), progress).volume;
    scan.caseName = "sample_1";
    scan.source = Opening::samplePath;
    scan.series.format = "made up";
    scan.series.modality = "CT";
    scan.series.description = "Sample: a made-up patient, no person";
    scan.series.size = scan.volume->geometry().size();
    scan.series.spacingMm = scan.volume->geometry().spacingMm();
    scan.series.images = scan.series.size[2];
    scan.series.number = 1;
    return scan;
}

Opening::Opening(QObject* parent) : QObject(parent)
{
    connect(&m_task, &Task::busyChanged, this, &Opening::busyChanged);
    connect(&m_task, &Task::progressed, this, &Opening::progressed);
    connect(&m_task, &Task::failed, this, &Opening::failed);
}

void Opening::open(const QString& path, const std::optional<std::string>& which)
{
    if (path == samplePath) {
        openSample();
        return;
    }
    m_task.start([this, path, which](Progress& progress) -> Task::Then {
        const std::filesystem::path file(path.toStdU16String());
        std::vector<SeriesInfo> series = listSeries(file, progress);
        auto scan = std::make_shared<const Scan>(readScan(file, which, progress));
        const QByteArray hash = hashOf(*scan->volume);
        return [this, path, series = std::move(series), scan, hash] {
            Q_EMIT listed(path, series);
            Q_EMIT opened(scan, hash);
        };
    });
}

void Opening::openSample()
{
    m_task.start([this](Progress& progress) -> Task::Then {
        auto scan = std::make_shared<const Scan>(sampleScan(progress));
        const QByteArray hash = hashOf(*scan->volume);
        return [this, scan, hash] {
            Q_EMIT listed(samplePath, {scan->series});
            Q_EMIT opened(scan, hash);
        };
    });
}

} // namespace hounsfield
