// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Segmenter.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace hounsfield {

/// What the engine really computes with, once it was opened.
struct EngineFacts {
    QString device; ///< "cpu", "cuda:0"
    Precision precision = Precision::Auto;
    QStringList notes{};       ///< doubts about the machine: whole sentences
    QString precisionReason{}; ///< what was measured to choose the precision; empty where there was no choice
};

/// What a person chose in the settings.
struct EngineChoice {
    QString device = "auto", precision = "auto";
};

/// "processor", "graphics card", "automatic".
QString deviceInWords(const QString& device);
/// "U-Net", "Swin UNETR": what a person calls the model; of others their name.
QString modelInWords(const ModelPack& pack);
/// The chip beside the prompt: "U-Net · processor, bf16". @param facts absent: not opened yet, then what was
/// chosen
QString chipInWords(const ModelPack& pack, const EngineChoice& choice,
                    const std::optional<EngineFacts>& facts);
/// The chip explained: name and version, where it computes and why, what a click does.
QString chipExplained(const ModelPack& pack, const EngineChoice& choice,
                      const std::optional<EngineFacts>& facts);

/// "small, cpu, fp32" of a structure as "small, processor, fp32".
QString madeWithInWords(const QString& madeWith);

/// "1.8 GB", "412 MB".
QString bytesInWords(double bytes);
/// A duration as people say it: "about 40 s", "about 3 min".
QString roughTime(double seconds);

struct EstimateWords {
    QString text;
    bool scarce = false; ///< the memory will not do: amber
    QString explanation;
};
/// @param availableBytes of memory; absent: not known, then nothing is doubted
EstimateWords estimateInWords(const Estimate& estimate, std::optional<std::int64_t> availableBytes);
/// MemAvailable of /proc/meminfo. @param meminfo its text
std::optional<std::int64_t> availableMemory(const QByteArray& meminfo);
/// Of this computer, now; absent where the system does not tell.
std::optional<std::int64_t> availableMemory();

} // namespace hounsfield
