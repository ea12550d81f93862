// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/ConceptParts.h"
#include "inference/training/text/TextReading.h"
#include "tokenizer/Tokenizer.h"
#include "volume/Progress.h"

#include <functional>
#include <memory>

namespace hounsfield::training {

struct TextTrainerSettings {
    TextEncoderSettings encoder; ///< sizes; the vocabulary's follows from the tokenizer
    std::string promptTemplate = "A computerized tomography of a {}";
    std::int64_t steps = 800;
    std::int64_t warmUpSteps = 60;
    std::size_t batch = 256;
    double learningRate = 3e-3;
    double weightDecay = 0.05;
    double dropout = 0.1;
    std::uint64_t seed = 1;
    int threads = 1;
};

struct TextReport {
    std::int64_t step = 0;
    double loss = 0,
           right = 0; ///< means since the last report; share of phrases that lie nearest to their own concept
    double temperature = 0, secondsAStep = 0;
};

/// What came of it.
struct TrainedText {
    std::string weights; ///< safetensors, half precision, by the names of expectedTextTensors
    TextRows rows;
};

/// Length of every class's row in the table of a segmentation model: 0.4 a value on average, as concept and
/// one-hot rows have.
double classRowLength();

/// Teaches an encoder what phrases mean, by contrast (Radford et al. 2021; Khosla et al. 2020): each phrase
/// is drawn to its concept's row and away from the others', and phrases lie to one another as their concepts'
/// parts say. AdamW, warm-up, cosine; an exponential mean of the weights is what is published. The same seed
/// gives the same bytes on one machine.
/// @param vocabulary the bytes of the tokenizer's .model file @throws Cancelled; Error(Model) where the loss
/// is no longer a number
TrainedText trainTextEncoder(const TextCorpus& corpus, const ConceptParts& parts, const Tokenizer& tokenizer,
                             const std::string& vocabulary, const TextTrainerSettings& settings,
                             const std::function<void(const TextReport&)>& report, Progress& progress);

} // namespace hounsfield::training
