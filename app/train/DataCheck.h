// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/DataSet.h"

namespace hounsfield::training {

/// What a case looks like: kept small, so that many cases can be held beside each other.
struct CaseFacts {
    std::string name;
    Vector3 spacingMm{0, 0, 0};
    Index3 size{0, 0, 0};
    bool validation = false;
    ClassBits annotated = 0;
    std::vector<double> volumeMl;      ///< by class id - 1
    std::vector<std::string> oddities; ///< whole sentences
};

/// Looks through one case. @throws Error(Scan) where it cannot be read
CaseFacts lookAtCase(const DataSets& data, const DataCase& one);

/// Volumes that are far from those of the other cases (a fifth of the median and less, five times and more),
/// where four cases or more have the class.
std::vector<std::string> farVolumes(const std::vector<CaseFacts>& cases,
                                    const std::vector<ModelClass>& classes);

/// Tables of cases and classes and the list of what is odd, Markdown.
std::string checkReport(const DataSets& data, const std::vector<CaseFacts>& cases,
                        const std::vector<std::string>& broken);

} // namespace hounsfield::training
