// SPDX-License-Identifier: Apache-2.0
#include "tests/train/Boxes.h"

namespace hounsfield::test {
namespace {

void paint(training::TrainingScan& scan, std::int64_t from, float value, training::ClassBits classes)
{
    for (std::int64_t x = from; x < from + 6; ++x)
        for (std::int64_t y = from; y < from + 6; ++y)
            for (std::int64_t z = from; z < from + 6; ++z) {
                const auto v = static_cast<std::size_t>((x * 16 + y) * 16 + z);
                scan.image[v] = value;
                scan.labels[v] = classes;
            }
}

} // namespace

training::TrainingScan BoxSource::next()
{
    training::TrainingScan scan;
    scan.size = {16, 16, 16};
    scan.image.assign(4096, 0.4f);
    scan.labels.assign(4096, 0);
    scan.annotated = m_annotated;
    const auto at = static_cast<std::int64_t>(m_number++ % 4);
    paint(scan, at, 0.9f, 1);
    paint(scan, at + 6, 0.1f, 2);
    return scan;
}

training::TrainerSettings tinySettings(std::int64_t steps)
{
    training::TrainerSettings settings;
    settings.widths = {{16, 16, 16, 16}, 16};
    settings.roi = {16, 16, 16};
    settings.steps = steps;
    settings.warmUpSteps = 5;
    settings.batch = 1;
    settings.device = "cpu";
    settings.learningRate = 5e-3;
    settings.threads = 2;
    settings.poolSize = 3;
    settings.checkpointEvery = 8;
    return settings;
}

} // namespace hounsfield::test
