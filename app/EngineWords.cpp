// SPDX-License-Identifier: Apache-2.0
#include "app/EngineWords.h"

#include "app/EngineTexts.h"
#include <QCoreApplication>
#include <QFile>
#include <QLocale>

#include <cmath>

namespace hounsfield {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("EngineWords", text);
}

} // namespace

QString deviceInWords(const QString& device)
{
    if (device == "cpu")
        return tr("processor");
    return device.startsWith("cuda") ? tr("graphics card") : tr("automatic");
}

QString modelInWords(const ModelPack& pack)
{
    // The published ones are known by their network; a name made from a file's name says less and is longer.
    const QString title = QString::fromStdString(pack.title), published = "CLIP-Driven Universal Model, ";
    return title.startsWith(published) ? title.mid(published.size()) : QString::fromStdString(pack.name);
}

QString chipInWords(const ModelPack& pack, const EngineChoice& choice,
                    const std::optional<EngineFacts>& facts)
{
    QString text = modelInWords(pack) + " · " + deviceInWords(facts ? facts->device : choice.device);
    const QString precision = facts ? QString::fromStdString(nameOf(facts->precision)) : choice.precision;
    return precision == "auto" ? text : text + ", " + precision;
}

QString chipExplained(const ModelPack& pack, const EngineChoice& choice,
                      const std::optional<EngineFacts>& facts)
{
    QStringList lines{tr("Model: %1 (%2, version %3).")
                          .arg(inWindowLanguage(pack.title.empty() ? pack.name : pack.title),
                               QString::fromStdString(pack.name), QString::fromStdString(pack.version))};
    if (facts)
        lines << tr("Computing on: %1 (%2), numbers as %3.")
                     .arg(deviceInWords(facts->device), facts->device,
                          QString::fromStdString(nameOf(facts->precision)));
    else
        lines << tr("Chosen: %1, numbers: %2. What is really used shows once a scan is open.")
                     .arg(deviceInWords(choice.device),
                          choice.precision == "auto" ? tr("automatic") : choice.precision);
    if (facts) {
        for (const QString& note : facts->notes)
            lines << inWindowLanguage(note);
        if (!facts->precisionReason.isEmpty())
            lines << inWindowLanguage(facts->precisionReason);
    }
    lines << tr("Click to choose, import or check models.");
    return lines.join('\n');
}

QString madeWithInWords(const QString& madeWith)
{
    QStringList parts = madeWith.split(", ");
    if (parts.size() > 1)
        parts[1] = deviceInWords(parts[1]);
    return parts.join(", ");
}

QString bytesInWords(double bytes)
{
    const QLocale locale;
    if (bytes >= 1e9)
        return tr("%1 GB").arg(locale.toString(bytes / 1e9, 'f', bytes < 1e10 ? 1 : 0));
    if (bytes >= 1e6)
        return tr("%1 MB").arg(locale.toString(std::round(bytes / 1e6), 'f', 0));
    return tr("%1 kB").arg(locale.toString(std::ceil(bytes / 1e3), 'f', 0));
}

QString roughTime(double seconds)
{
    if (seconds < 1)
        return tr("about a second");
    if (seconds < 90)
        return tr("about %1 s").arg(seconds < 10 ? std::ceil(seconds) : 5 * std::ceil(seconds / 5));
    return tr("about %1 min").arg(std::ceil(seconds / 60));
}

EstimateWords estimateInWords(const Estimate& estimate, std::optional<std::int64_t> availableBytes)
{
    EstimateWords words;
    const QString needed = bytesInWords(double(estimate.bytes));
    words.scarce = availableBytes && estimate.bytes > *availableBytes;
    if (words.scarce) {
        words.text = tr("%1, needs about %2; this computer has %3 free")
                         .arg(roughTime(estimate.seconds), needed, bytesInWords(double(*availableBytes)));
        words.explanation = tr("It may become slow or stop for lack of memory. Close other programs, or ask "
                               "for fewer things at once.");
    } else {
        words.text = tr("%1, %2").arg(roughTime(estimate.seconds), needed);
        words.explanation = tr("What asking this will take: time and memory, measured on this computer.");
    }
    return words;
}

std::optional<std::int64_t> availableMemory(const QByteArray& meminfo)
{
    for (const QByteArray& line : meminfo.split('\n'))
        if (line.startsWith("MemAvailable:")) {
            bool number = false;
            const qlonglong kB = line.mid(13).simplified().split(' ').first().toLongLong(&number);
            return number ? std::optional<std::int64_t>(kB * 1024) : std::nullopt;
        }
    return std::nullopt;
}

std::optional<std::int64_t> availableMemory()
{
    QFile file("/proc/meminfo");
    return file.open(QIODevice::ReadOnly) ? availableMemory(file.readAll()) : std::nullopt;
}

} // namespace hounsfield
