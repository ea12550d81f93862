// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hounsfield::reasons {

/// Why a part of a prompt was not understood, in the few words that a chip has room for (PromptPart::reason).
/// The window translates them.
constexpr const char* unknownWord = "unknown word";
constexpr const char* notInModel = "not in this model";
constexpr const char* place = "place not supported";
constexpr const char* noUnit = "no unit";
constexpr const char* noNumber = "no number";
constexpr const char* sizeUnclear = "size not clear";
constexpr const char* sizeOfOrgan = "size of an organ";
constexpr const char* negation = "leaves something out";
constexpr const char* contradiction = "contradicts itself";
constexpr const char* severalNames = "several names";
constexpr const char* noSides = "no left or right";
constexpr const char* whichOrgan = "of which organ?";
constexpr const char* twoMeanings = "two meanings";
constexpr const char* nothingNamed = "names nothing";
constexpr const char* reading = "being read";
constexpr const char* noTextEncoder = "no text encoder";
constexpr const char* unclear = "not clear";

constexpr const char* all[] = {unknownWord, notInModel,   place,         noUnit,        noNumber, sizeUnclear,
                               sizeOfOrgan, negation,     contradiction, severalNames,  noSides,  whichOrgan,
                               twoMeanings, nothingNamed, reading,       noTextEncoder, unclear};

} // namespace hounsfield::reasons
