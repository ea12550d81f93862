// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Distilled.h"

#include "inference/internal/Device.h"
#include "inference/internal/PackWeights.h"
#include "inference/internal/Probability.h"
#include "inference/internal/SlidingWindow.h"

namespace hounsfield::training {

struct Distilled::Teacher {
    Teacher(const ModelPack& old, const at::Device& device)
        : network(packWeights(old), device, Precision::Fp32), roi(old.input.roi)
    {
    }
    Network network;
    Index3 roi;
};

Distilled::Distilled(ScanSource& source, const ModelPack& old, ClassBits classes, const std::string& device)
    : m_source(source), m_classes(classes), m_teacher(translated("loading the model", [&] {
          return std::make_unique<Teacher>(old, chooseDevice(device));
      }))
{
}

Distilled::~Distilled() = default;

std::vector<ClassBits> Distilled::ask(const TrainingScan& scan, const std::vector<int>& ids) const
{
    constexpr std::int64_t mostBytes = std::int64_t(400) << 20;
    std::vector<ClassBits> answer(scan.labels.size(), 0);
    translated("asking the old model", [&] {
        Progress silent;
        const SlidingWindow windows(m_teacher->network, WindowPlan::make(scan.size, m_teacher->roi, 0.25),
                                    scan.image);
        const auto probabilities = windows.probabilities(
            windows.features(mostBytes, silent), m_teacher->network.embeddings(ids), mostBytes, silent);
        for (std::size_t k = 0; k < ids.size(); ++k)
            for (std::size_t v = 0; v < answer.size(); ++v)
                answer[v] |= probabilities[k][v] >= stepOf(0.5) ? bitOf(ids[k]) : 0;
    });
    return answer;
}

TrainingScan Distilled::next()
{
    constexpr std::size_t mostKept = std::size_t(1) << 30;
    TrainingScan scan = m_source.next();
    const ClassBits missing = m_classes & ~scan.annotated;
    std::vector<int> ids;
    for (int id = 1; id <= mostClasses; ++id)
        if (missing & bitOf(id))
            ids.push_back(id);
    if (ids.empty())
        return scan;
    scan.favoured = scan.annotated;
    const auto kept = m_answers.find(scan.number);
    const std::vector<ClassBits> answer = kept != m_answers.end() ? kept->second : ask(scan, ids);
    for (std::size_t v = 0; v < scan.labels.size(); ++v)
        scan.labels[v] |= answer[v];
    if (const std::size_t bytes = answer.size() * sizeof(ClassBits);
        scan.number >= 0 && kept == m_answers.end() && m_bytes + bytes <= mostKept) {
        m_answers.emplace(scan.number, answer);
        m_bytes += bytes;
    }
    scan.annotated |= missing;
    return scan;
}

} // namespace hounsfield::training
