// SPDX-License-Identifier: Apache-2.0
#include "app/ExportWorker.h"

namespace hounsfield {

ExportWorker::ExportWorker(QObject* parent) : QObject(parent)
{
    connect(&m_task, &Task::busyChanged, this, &ExportWorker::busyChanged);
    connect(&m_task, &Task::progressed, this, &ExportWorker::progressed);
    connect(&m_task, &Task::failed, this, &ExportWorker::failed);
    connect(&m_task, &Task::stopped, this, [this] {
        Q_EMIT said(tr("Export stopped. Nothing was written; files of an earlier export are as they were."));
    });
}

void ExportWorker::start(std::shared_ptr<const Scan> scan, const Contents& contents, const ModelPack& pack,
                         const ExportSettings& settings)
{
    m_task.start([this, scan = std::move(scan), contents, pack, settings](Progress& progress) -> Task::Then {
        const auto files = exportSession(*scan, contents, pack, settings, progress);
        QStringList earlier;
        if (settings.masks && settings.onlyStructure == 0)
            for (const std::string& name : masksOfEarlierExports(*scan, pack, settings.folder, files))
                earlier << QString::fromStdString(name);
        return [this, folder = QString::fromStdU16String(settings.folder.u16string()), count = files.size(),
                earlier] {
            QString text = tr("Files written to %1: %2").arg(folder).arg(count);
            if (!earlier.isEmpty())
                text += " " + tr("Of an earlier export, not of this one: %1").arg(earlier.join(", "));
            Q_EMIT said(text);
        };
    });
}

} // namespace hounsfield
