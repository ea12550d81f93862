// SPDX-License-Identifier: Apache-2.0
#include "app/Opening.h"

#include "app/SessionFile.h"
#include "app/Thumbnails.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <algorithm>
#include <future>

namespace hounsfield {

Scan sampleScan(Progress& progress)
{
    // A held-out seed: the embedded model has never seen this patient.
    const synthetic::SyntheticPatient patient(900001);
    Scan scan;
    scan.volume = patient.sample(patient.wholeBodyGrid(2.5), patient.randomAppearance(), progress).volume;
    scan.caseName = "sample_1";
    scan.source = Opening::samplePath;
    scan.series.format = "synthetic";
    scan.series.modality = "CT";
    scan.series.description = "Sample: a synthetic patient, no person";
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

void Opening::stop()
{
    m_task.stop();
}

void Opening::open(const QString& path, const std::optional<std::string>& which, Several several,
                   const Prepare& prepare)
{
    m_previews.stop();
    if (path == samplePath) {
        openSample(prepare);
        return;
    }
    const auto known = which && path == m_path ? m_source : nullptr;
    m_task.start([this, path, which, several, known, prepare](Progress& progress) -> Task::Then {
        if (known)
            return readFrom(known, which, prepare, progress);
        const auto found = [this, path](const std::vector<SeriesInfo>& soFar) {
            tell([this, path, soFar] {
                if (busy())
                    Q_EMIT seen(path, soFar);
            });
        };
        const bool mayAsk = !which && several == Several::Ask;
        auto source =
            std::make_shared<const ScanSource>(std::filesystem::path(path.toStdU16String()), progress,
                                               mayAsk ? ScanSource::Seen(found) : ScanSource::Seen());
        const auto& series = source->series();
        const bool ask = mayAsk && std::count_if(series.begin(), series.end(),
                                                 [](const SeriesInfo& one) { return one.readable; }) > 1;
        Task::Then read = ask ? Task::Then() : readFrom(source, which, prepare, progress);
        return [this, path, source, ask, read] {
            m_path = path;
            m_source = source;
            m_series = source->series();
            if (ask)
                Q_EMIT choiceAsked(source->chosen({}).number);
            else
                read();
            makePreviews();
        };
    });
}

Task::Then Opening::readFrom(std::shared_ptr<const ScanSource> source,
                             const std::optional<std::string>& which, const Prepare& prepare,
                             Progress& progress)
{
    const SeriesInfo info = source->chosen(which);
    tell([this, info] { Q_EMIT reading(info); });
    auto scan =
        std::make_shared<const Scan>(source->read(which, progress, [this, info](const SliceImage& slice) {
            tell([this, image = thumbnails::pictureOf(slice, info.windowLevel)] {
                if (busy())
                    Q_EMIT sliceRead(image);
            });
        }));
    auto hashing =
        std::async(std::launch::async, [scan, &progress] { return hashOf(*scan->volume, progress); });
    thumbnails::keep(QString::fromStdU16String(source->path().u16string()), keyOf(scan->series),
                     scan->volume);
    return tellOpened(scan, hashing.get(), prepare, progress);
}

Task::Then Opening::tellOpened(std::shared_ptr<const Scan> scan, const QByteArray& hash,
                               const Prepare& prepare, Progress& progress)
{
    const Task::Then prepared = prepare ? prepare(*scan, hash, progress) : Task::Then();
    return [this, scan = std::move(scan), hash, prepared] {
        if (prepared)
            prepared();
        Q_EMIT opened(scan, hash);
    };
}

void Opening::makePreviews()
{
    if (m_source->series().size() < 2)
        return;
    m_previews.start([this, path = m_path, source = m_source](Progress& progress) -> Task::Then {
        for (const SeriesInfo& info : source->series()) {
            progress.check();
            if (const auto slice = source->middleSlice(info.number))
                tell([this, path, number = info.number,
                      image = thumbnails::pictureOf(*slice, info.windowLevel)] {
                    Q_EMIT previewed(path, number, image);
                });
        }
        return [] {};
    });
}

void Opening::openSample(const Prepare& prepare)
{
    m_task.start([this, prepare](Progress& progress) -> Task::Then {
        auto scan = std::make_shared<const Scan>(sampleScan(progress));
        const QByteArray hash = hashOf(*scan->volume, progress);
        thumbnails::keep(samplePath, {}, scan->volume);
        const Task::Then told = tellOpened(scan, hash, prepare, progress);
        return [this, scan, told] {
            m_path = samplePath;
            m_source = nullptr;
            m_series = {scan->series};
            told();
        };
    });
}

} // namespace hounsfield
