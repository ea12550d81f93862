#include "app/Opening.h"

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
        if (file.extension() == ".zip" || file.extension() == ".ZIP")
            throw Error(ErrorKind::Scan, "This is a ZIP archive. Unpack it and open the folder that comes out.");
        std::vector<SeriesInfo> series = listSeries(file, progress);
        auto scan = std::make_shared<const Scan>(readScan(file, which, progress));
        return [this, path, series = std::move(series), scan] {
            Q_EMIT listed(path, series);
            Q_EMIT opened(scan);
        };
    });
}

void Opening::openSample()
{
    m_task.start([this](Progress& progress) -> Task::Then {
        auto scan = std::make_shared<const Scan>(sampleScan(progress));
        return [this, scan] {
            Q_EMIT listed(samplePath, {scan->series});
            Q_EMIT opened(scan);
        };
    });
}

} // namespace hounsfield
