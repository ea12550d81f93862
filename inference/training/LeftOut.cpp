#include "inference/training/LeftOut.h"

namespace hounsfield::training {

void leaveOut(TrainingScan& scan, ClassBits classes)
{
    scan.annotated &= ~classes;
    for (ClassBits& bits : scan.labels)
        bits &= ~classes;
}

TrainingScan LeftOut::next()
{
    TrainingScan scan = m_source.next();
    leaveOut(scan, m_classes);
    return scan;
}

} // namespace hounsfield::training
