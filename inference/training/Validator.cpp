// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Validator.h"

#include "inference/internal/Probability.h"
#include "inference/internal/SlidingWindow.h"

namespace hounsfield::training {
namespace {

constexpr std::int64_t mostBytes = std::int64_t(400) << 20;

/// Ids of the classes of a set.
std::vector<int> idsOf(ClassBits set)
{
    std::vector<int> ids;
    for (int id = 1; id <= mostClasses; ++id)
        if (set & bitOf(id))
            ids.push_back(id);
    return ids;
}

} // namespace

Validation validate(const Weights& weights, const std::vector<TrainingScan>& scans, const Index3& roi,
                    const at::Device& device)
{
    const Network network(weights, device, Precision::Fp32);
    const auto rows = static_cast<std::size_t>(weights.at("organ_embedding").size(0));
    std::vector<double> sums(rows, 0);
    std::vector<int> counts(rows, 0);
    Progress silent;
    for (const TrainingScan& scan : scans) {
        ClassBits there = 0;
        for (const ClassBits bits : scan.labels)
            there |= bits;
        const std::vector<int> ids = idsOf(there & scan.annotated);
        if (ids.empty())
            continue;
        const SlidingWindow windows(network, WindowPlan::make(scan.size, roi, 0), scan.image);
        const auto probabilities = windows.probabilities(windows.features(mostBytes, silent),
                                                         network.embeddings(ids), mostBytes, silent);
        const int half = stepOf(0.5);
        for (std::size_t k = 0; k < ids.size(); ++k) {
            std::int64_t both = 0, either = 0;
            for (std::size_t v = 0; v < scan.labels.size(); ++v) {
                const bool truth = scan.labels[v] & bitOf(ids[k]), found = probabilities[k][v] >= half;
                both += truth && found;
                either += truth + found;
            }
            sums[static_cast<std::size_t>(ids[k] - 1)] += 2.0 * double(both) / double(either);
            ++counts[static_cast<std::size_t>(ids[k] - 1)];
        }
    }
    Validation validation;
    int classes = 0;
    for (std::size_t c = 0; c < rows; ++c) {
        validation.dice.push_back(counts[c] ? std::optional(sums[c] / counts[c]) : std::nullopt);
        if (counts[c]) {
            validation.meanDice += sums[c] / counts[c];
            ++classes;
        }
    }
    validation.meanDice = classes ? validation.meanDice / classes : 0;
    return validation;
}

} // namespace hounsfield::training
