// SPDX-License-Identifier: Apache-2.0
#include "inference/training/LeftOut.h"

namespace hounsfield::training {
namespace {

void leaveOut(std::vector<ClassBits>& labels, ClassBits& annotated, ClassBits classes)
{
    annotated &= ~classes;
    for (ClassBits& bits : labels)
        bits &= ~classes;
}

/// The windows of another maker so.
class LeftOutPatches final : public PatchMaker {
public:
    LeftOutPatches(std::shared_ptr<const PatchMaker> maker, ClassBits classes)
        : m_maker(std::move(maker)), m_classes(classes)
    {
    }
    TrainingPatch make(const Index3& roi, std::mt19937_64& random) const override
    {
        TrainingPatch patch = m_maker->make(roi, random);
        leaveOut(patch.labels, patch.annotated, m_classes);
        return patch;
    }

private:
    std::shared_ptr<const PatchMaker> m_maker;
    ClassBits m_classes;
};

} // namespace

void leaveOut(TrainingScan& scan, ClassBits classes)
{
    leaveOut(scan.labels, scan.annotated, classes);
    if (scan.maker)
        scan.maker = std::make_shared<LeftOutPatches>(scan.maker, classes);
}

TrainingScan LeftOut::next()
{
    TrainingScan scan = m_source.next();
    leaveOut(scan, m_classes);
    return scan;
}

} // namespace hounsfield::training
