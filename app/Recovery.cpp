// SPDX-License-Identifier: Apache-2.0
#include "app/Recovery.h"

#include "app/SessionFile.h"

#include <QCoreApplication>
#include <QDir>
#include <QStandardPaths>

namespace hounsfield {

Recovery::Recovery()
{
    const QByteArray given = qgetenv("HOUNSFIELD_RECOVERY");
    m_folder = given.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                                     "/hounsfield/recovery"
                               : QString::fromLocal8Bit(given);
    QDir().mkpath(m_folder);
    lock();
    prune();
}

void Recovery::prune() const
{
    const QFileInfoList all = QDir(m_folder).entryInfoList({"*.hounsfield"}, QDir::Files, QDir::Time);
    for (const QFileInfo& info : all.mid(mostKept)) {
        QLockFile lock(m_folder + "/" + info.completeBaseName() + ".lock");
        lock.setStaleLockTime(0);
        if (lock.tryLock(0))
            QFile::remove(info.absoluteFilePath());
    }
}

void Recovery::lock()
{
    m_name = QDateTime::currentDateTimeUtc().toString("yyyyMMdd_hhmmss_zzz") + "_" +
             QString::number(QCoreApplication::applicationPid()) + "_" + QString::number(++m_scans);
    m_lock = std::make_unique<QLockFile>(m_folder + "/" + m_name + ".lock");
    m_lock->setStaleLockTime(0);
    m_lock->tryLock(0);
}

void Recovery::startNew()
{
    if (QFile::exists(file()))
        lock();
}

Recovery::~Recovery() = default;

QString Recovery::file() const
{
    return m_folder + "/" + m_name + ".hounsfield";
}

std::vector<Recovery::Kept> Recovery::left() const
{
    std::vector<Kept> all;
    for (const QFileInfo& info : QDir(m_folder).entryInfoList({"*.hounsfield"}, QDir::Files, QDir::Time)) {
        if (info.completeBaseName() == m_name)
            continue;
        if (all.size() == mostOffered)
            break;
        // Its lock can be had: the program that wrote it is gone.
        QLockFile lock(m_folder + "/" + info.completeBaseName() + ".lock");
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0))
            continue;
        lock.unlock();
        try {
            const StoredSession session = readSession(info.absoluteFilePath());
            all.push_back({info.absoluteFilePath(), session.scanPath, info.lastModified(),
                           int(session.contents.structures.size()), int(session.contents.measurements.size()),
                           session.series().value_or("")});
        } catch (const Error&) {
            // Not whole: the one before it is, for files are renamed only when they are.
        }
    }
    return all;
}

void Recovery::forget(const QString& file) const
{
    QFile::remove(file);
}

} // namespace hounsfield
