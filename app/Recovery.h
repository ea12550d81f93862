// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QString>

#include <memory>
#include <vector>

namespace hounsfield {

/// What was being worked on, kept beside the program's settings, so that neither a crash nor closing loses
/// it. One file for each running program; a program that is gone leaves its file for the next one to offer.
class Recovery {
public:
    struct Kept {
        QString file;
        QString scanPath;
        QDateTime when;
        int structures = 0;   ///< found
        int measurements = 0; ///< by hand
        std::string series;   ///< its key (keyOf); empty where the scan has none
    };

    Recovery();
    ~Recovery();
    /// Where this program keeps its work on the scan that is open.
    QString file() const;
    /// Another scan is opened: the work on the one before stays, and is offered like that of a program that
    /// is gone.
    void startNew();
    /// Work left by programs that are gone, newest first, at most so many.
    static constexpr std::size_t mostOffered = 5;
    std::vector<Kept> left() const;
    void forget(const QString& file) const;
    void forgetOwn() const { forget(file()); }

private:
    static constexpr int mostKept = 30; ///< older work goes when a program starts
    void lock();
    void prune() const;

    QString m_folder, m_name;
    int m_scans = 0;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace hounsfield
