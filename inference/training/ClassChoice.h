// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <random>
#include <vector>

namespace hounsfield::training {

/// Of the classes that are not in a window, so many count: absence is learned too, and computing all for
/// every window would cost half a backbone more.
constexpr int absentClasses = 10;
/// How often an emphasised class counts in the mean over classes.
constexpr int emphasis = 4;

/// Classes of a window whose loss is computed: all that were annotated and are there, and some of the others.
/// One that counts several times is named so often.
/// @param classes of the model @param emphasised there or not, they count `emphasis` times @returns rows of
/// the table, class id - 1
std::vector<std::int64_t> chooseClasses(const TrainingPatch& patch, std::int64_t classes,
                                        ClassBits emphasised, std::mt19937_64& random);

} // namespace hounsfield::training
