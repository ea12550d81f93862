// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/Trainer.h"

#include <fstream>

namespace hounsfield::training {

/// One line of a log.
struct LogRow {
    std::int64_t step = 0;
    double loss = 0, learningRate = 0, secondsAStep = 0;
    std::optional<double> meanDice;          ///< of the validation at this step
    std::vector<std::optional<double>> dice; ///< by column
};

/// The log of a training: a table that spreadsheets, pandas and the like read (step, loss, learning_rate,
/// seconds_a_step, validation_dice, then the validation Dice of every class), and a plot of it beside.
/// Training that goes on finds its rows again; those of steps that are done again after a kill are taken out,
/// so that no step is there twice.
class TrainingLog {
public:
    /// @param file "OUT.log.csv"; the plot is "OUT.log.svg" @param step where training goes on: rows beyond
    /// are dropped @throws Error(Resources)
    TrainingLog(std::filesystem::path file, std::vector<ModelClass> classes, std::int64_t step);
    /// Adds a row at once, and draws the plot again where there was a validation.
    void add(const TrainingReport& report);
    void draw() const;
    const std::vector<LogRow>& rows() const { return m_rows; }
    /// The row of a step that was validated; null where there is none.
    const LogRow* validated(std::int64_t step) const;

private:
    std::string heading() const;
    std::string textOf(const LogRow& row) const;
    void readRows(std::int64_t step);

    std::filesystem::path m_file;
    std::vector<ModelClass> m_classes;
    std::vector<LogRow> m_rows;
    std::ofstream m_out;
};

/// Says a report on one line of stdout. @param steps of the whole training
void tell(const TrainingReport& report, std::int64_t steps);

/// The plot of a log as SVG: the loss above, the validation below (the mean bold, every class thin). @param
/// title one line
std::string logPlot(const std::vector<LogRow>& rows, const std::string& title);

} // namespace hounsfield::training
