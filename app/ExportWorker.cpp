#include "app/ExportWorker.h"

namespace hounsfield {

ExportWorker::ExportWorker(QObject* parent) : QObject(parent)
{
    connect(&m_task, &Task::busyChanged, this, &ExportWorker::busyChanged);
    connect(&m_task, &Task::progressed, this, &ExportWorker::progressed);
    connect(&m_task, &Task::failed, this, &ExportWorker::failed);
    connect(&m_task, &Task::stopped, this, [this] { Q_EMIT said(tr("Export stopped. The files written so far are whole and stay; export again for the rest.")); });
}

void ExportWorker::start(std::shared_ptr<const Scan> scan, const Contents& contents, const ModelPack& pack, const ExportSettings& settings)
{
    m_task.start([this, scan = std::move(scan), contents, pack, settings](Progress& progress) -> Task::Then {
        const auto files = exportSession(*scan, contents, pack, settings, progress);
        return [this, folder = QString::fromStdU16String(settings.folder.u16string()), count = files.size()] { Q_EMIT said(tr("Files written to %1: %2").arg(folder).arg(count)); };
    });
}

} // namespace hounsfield
