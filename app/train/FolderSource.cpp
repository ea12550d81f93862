// SPDX-License-Identifier: Apache-2.0
#include "app/train/FolderSource.h"

#include "inference/training/AugmentedScan.h"

#include <algorithm>

namespace hounsfield::training {

FolderSource::FolderSource(const DataSets& data, const InputSettings& settings, std::uint64_t seed,
                           bool augment)
    : m_data(data), m_cases(data.training()), m_settings(settings), m_seed(seed), m_augment(augment)
{
}

TrainingScan FolderSource::next()
{
    const std::uint64_t round = m_number / m_cases.size();
    std::vector<std::size_t> order(m_cases.size());
    for (std::size_t n = 0; n < order.size(); ++n)
        order[n] = n;
    std::mt19937_64 random(m_seed * 1000003 + round);
    std::shuffle(order.begin(), order.end(), random);
    const std::size_t chosen = order[static_cast<std::size_t>(m_number++ % m_cases.size())];
    const LabelledScan labelled = m_data.read(m_cases[chosen]);
    const auto make = m_augment ? makeAugmentedScan : makeTrainingScan;
    TrainingScan scan = make(*labelled.volume, labelled.masks, labelled.annotated, m_settings);
    scan.number = static_cast<std::int64_t>(chosen);
    return scan;
}

std::vector<TrainingScan> validationScans(const DataSets& data, const InputSettings& settings)
{
    std::vector<TrainingScan> scans;
    for (const DataCase& one : data.validation()) {
        const LabelledScan scan = data.read(one);
        scans.push_back(makeTrainingScan(*scan.volume, scan.masks, scan.annotated, settings));
    }
    return scans;
}

} // namespace hounsfield::training
