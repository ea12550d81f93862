// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/TextCorpus.h"

namespace hounsfield::training {

/// What a trained encoder makes of an embedding, by the rule of inference/Recognition.
struct TextReading {
    int best = 0;      ///< the likeliest concept
    int bestKnown = 0; ///< the likeliest of those the program knows
    double confidence =
        0; ///< that it is the best one or one of its pair; 0 where the best one is none the program knows
};

/// Rows of the concepts and how they are read.
struct TextRows {
    std::vector<TextConcept> concepts;
    std::vector<std::vector<float>> rows; ///< of unit length, one for each concept
    double temperature = 0.05;

    /// @param embedding of the words alone, of any length
    TextReading read(const std::vector<float>& embedding) const;
};

/// A phrase whose meaning is known, as it was read.
struct JudgedPhrase {
    int language = 0;
    int meaning = -1; ///< row of the concept; -1: something that the program does not know
    TextReading reading;
};

/// From which confidence a text is run without a doubt, and from which with one.
struct TextThresholds {
    double accept = 1, unsure = 1;
};

/// The lowest ones at which 95 % of what is unknown, in each language, are told as unknown and 98 % are not
/// run without a doubt.
TextThresholds calibrated(const std::vector<JudgedPhrase>& phrases, std::size_t languages);

/// Of one language, or of all.
struct TextScore {
    std::size_t known = 0, unknown = 0;
    double right = 0;      ///< share of class phrases whose likeliest class is theirs
    double accepted = 0;   ///< ... that are run, and are theirs or of their pair
    double offered = 0;    ///< ... that are run, with a doubt or without
    double mistaken = 0;   ///< ... that are run as something else, without a doubt
    double misguessed = 0; ///< ... that are run as something else, with a doubt
    double recognised = 0; ///< share of unknown things that are told as unknown
    double taken = 0;      ///< ... that are run without a doubt
};

/// @param language -1: all of them
TextScore scored(const std::vector<JudgedPhrase>& phrases, const std::vector<TextConcept>& concepts,
                 const TextThresholds& thresholds, int language);

} // namespace hounsfield::training
