// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/training/TrainingScan.h"

#include <string>
#include <vector>

namespace hounsfield::training {

/// A class by its name ("Left Kidney") or its file's ("left_kidney"), in capitals or not. @param where for
/// the message: "dataset.json of DATA"
/// @throws Error(Usage) with the nearest names where there is none
const ModelClass& classNamed(const std::string& name, const std::vector<ModelClass>& classes,
                             const std::string& where);
/// "Liver,Right Adrenal Gland". @throws as above
ClassBits classesNamed(const std::string& commaSeparated, const std::vector<ModelClass>& classes,
                       const std::string& where);
/// The two names that a name is nearest to: "Liver or Spleen".
std::string nearestNames(const std::string& name, const std::vector<ModelClass>& classes);
/// "Liver, Spleen"; "none" of an empty set.
std::string namesOf(ClassBits set, const std::vector<ModelClass>& classes);
ClassBits allOf(const std::vector<ModelClass>& classes);

} // namespace hounsfield::training
