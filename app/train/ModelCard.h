// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/DataSet.h"
#include "app/train/TrainingLog.h"

namespace hounsfield::training {

/// What a model card tells of the data a model was trained on.
struct CardSet {
    std::string name;
    std::size_t trained = 0, validation = 0; ///< cases
    std::string annotated;                   ///< names of classes
    bool madeUp = false;                     ///< while training needs them: `trained` is not counted
};

/// What is known when training ends.
struct CardFacts {
    ModelPack pack;
    std::string version;    ///< of this program
    std::string from;       ///< the model training began with; empty: random weights
    std::string embeddings; ///< "concept"
    std::string method;     ///< "AdamW, ..."; one sentence
    std::vector<CardSet> sets;
    std::vector<std::string> broken; ///< cases that could not be read
    ClassBits seen = 0;              ///< classes that were annotated in a set and not left out
    ClassBits leftOut = 0;
    std::int64_t steps = 0, publishedStep = 0;
    bool stoppedEarly = false;
    std::uint64_t seed = 0;
    std::optional<LogRow> validation; ///< of the published step
};

/// How a training ended, by whichever trainer.
template <typename AnyTrainer>
void tellOutcome(CardFacts& facts, const AnyTrainer& trainer, const TrainingLog& log)
{
    facts.steps = trainer.step();
    facts.publishedStep = trainer.bestStep();
    facts.stoppedEarly = trainer.stoppedEarly();
    if (const LogRow* row = log.validated(trainer.bestStep()))
        facts.validation = *row;
}

/// The model card in Markdown (Mitchell et al. 2019, "Model cards for model reporting", as far as a program
/// can know it).
std::string modelCard(const CardFacts& facts);

/// What each set gives, by the files that are there: voxels are not read.
std::vector<CardSet> cardSets(const DataSets& data, ClassBits& seen);

} // namespace hounsfield::training
