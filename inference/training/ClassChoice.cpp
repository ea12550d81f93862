// SPDX-License-Identifier: Apache-2.0
#include "inference/training/ClassChoice.h"

#include <algorithm>

namespace hounsfield::training {

std::vector<std::int64_t> chooseClasses(const TrainingPatch& patch, std::int64_t classes,
                                        ClassBits emphasised, std::mt19937_64& random)
{
    ClassBits there = 0;
    for (const ClassBits bits : patch.labels)
        there |= bits;
    std::vector<std::int64_t> chosen, absent;
    for (std::int64_t c = 0; c < classes; ++c)
        if (patch.annotated >> c & 1)
            (there >> c & 1 ? chosen : absent).push_back(c);
    std::shuffle(absent.begin(), absent.end(), random);
    absent.resize(std::min<std::size_t>(absent.size(), absentClasses));
    chosen.insert(chosen.end(), absent.begin(), absent.end());
    for (std::size_t n = 0, once = chosen.size(); n < once; ++n)
        if (emphasised >> chosen[n] & 1)
            chosen.insert(chosen.end(), emphasis - 1, chosen[n]);
    return chosen;
}

} // namespace hounsfield::training
