// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/Trainer.h"

#include <string>
#include <vector>

namespace hounsfield::training {

/// The embedding that a class of this name begins with: what the pack's text encoder says of it, else its
/// words' own (conceptEmbedding, as long as the pack's rows are on average). @param like a class it
/// resembles: the mean of both, as long as its row; 0: none
std::vector<float> firstEmbedding(const ModelPack& pack, const std::string& name, int like);

/// All rows of a pack's embedding table, with one of them set; K x 512.
std::vector<std::vector<float>> tableWith(const ModelPack& pack, int classId, const std::vector<float>& row);

/// The weights file of a pack with one row of its embedding table set and every other tensor as it is, byte
/// for byte: the masks of all other classes stay the same bit for bit. @return safetensors
std::string weightsWith(const ModelPack& pack, int classId, const std::vector<float>& row);

/// Teaches a pack one more class and changes nothing of it but this class's row of the embedding table: the
/// network is frozen, and the gradient of the loss goes through the head into the row alone (Adam). A row of
/// 512 values reaches every output of the text layer (256) and with it every network of 153 numbers that the
/// head can make, so that no further numbers of its own could add anything.
class RowTrainer {
public:
    /// @param settings steps, learning rate, batch, roi, seed, validation and so on; settings.from is the
    /// pack
    /// @param state a file to go on from, where it is there @throws Error(Model) where it is of another pack,
    /// class or purpose
    RowTrainer(const TrainerSettings& settings, int classId, std::vector<float> first,
               const std::filesystem::path& state);
    ~RowTrainer();
    /// As Trainer::run. @param source, validation of which the new class alone is looked at
    void run(ScanSource& source, const std::vector<TrainingScan>& validation,
             const std::function<void(const TrainingReport&)>& report, Progress& progress);
    std::int64_t step() const;
    std::int64_t bestStep() const;
    bool finished() const;
    bool stoppedEarly() const;
    /// That of the best validation, or the last one without any.
    const std::vector<float>& row() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hounsfield::training
