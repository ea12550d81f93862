// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

namespace hounsfield::training {

/// What a person says of a class to be added.
struct NewClassWish {
    std::string name;                  ///< "Aneurysm"
    std::string kind = "organ";        ///< "organ", "tumor" or "cyst"
    std::string hosts;                 ///< names of organs it lies in, commas between
    std::string rgb;                   ///< "200,80,60"; empty: a colour that is far from the others'
    std::string snomed;                ///< SCT code of the type; may be empty
    std::vector<std::string> synonyms; ///< further words that ask for it
};

/// The class with the first free id of a pack. @throws Error(Usage) where the name already asks for a class
/// of the pack, is no name, or something else of the wish is impossible; Error(Model) where the pack is full
ModelClass newClassOf(const NewClassWish& wish, const ModelPack& pack);

} // namespace hounsfield::training
