// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/results/Trust.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"

#include <set>
#include <string>
#include <vector>

namespace hounsfield {

/// A lesion that a person took out of a result.
struct RemovedLesion {
    std::shared_ptr<const Mask> mask;
    bool notALesion = false; ///< said to be none; else deleted
    double longestMm = 0;    ///< its longest axial diameter
    bool counted = true;     ///< false: it is listed with another class that marks it, too; follows from all
                             ///< structures (deriveLesions)
};

/// One structure with everything that is told of it.
struct Row {
    std::string asked;       ///< the words as typed
    std::string explanation; ///< what they were understood as
    bool guess = false;      ///< the words were a guess, such as a part of an organ
    ModelClass known;
    Measured measured;
    Trust trust;
    std::string file;        ///< name of its mask in the result folder
    std::string leftOutFile; ///< name of the mask of what the clean-up left out; empty: not written
    std::vector<RemovedLesion> removed{}; ///< by hand
};

/// One run, as written to the measurements files (docs/results-schema.md).
struct Run {
    const Scan* scan = nullptr;
    const ModelPack* pack = nullptr;
    Prompt prompt;
    std::string device, precision, cleanUp;
    double overlap = 0.5;
    std::optional<double> threshold;
    std::vector<std::string> notes; ///< of the scan, the machine and the model
    std::vector<Row> rows;
};

/// A structure's name, marked where it is words beyond the known classes: "renal artery (zero-shot)".
std::string shownName(const std::string& name, const Target& target);
/// Gives zero-shot masks, which come with id 0, label values above those of every known class (33, 34, ...).
/// They go first: where masks overlap in a label map the later row wins, and that is what the model was
/// trained on. A second result of one class ("the largest liver tumor" beside "liver tumors") gets the next
/// such value.
void numberLabels(std::vector<LabelledMask>& labels);
/// The rows of the run, each lesion in one of them alone where the masks are cleaned up (Run::cleanUp
/// "standard"); as the model marks them otherwise. @param ending of mask files, such as "nii.gz" @throws
/// Cancelled where `stop` asks for it, before the next lesion
std::vector<Row> makeRows(const Run& run, std::vector<Finding> findings, const std::string& ending,
                          const Progress& stop = Progress());
/// The name itself, or with a number where it is taken already: "liver_tumor_2". No result overwrites
/// another.
std::string uniqueName(const std::string& name, std::set<std::string>& used);
/// Holds all rows against each other and the scan (Plausibility): adds to the rows' warnings and the run's
/// notes, sets their trust.
void judge(Run& run);
std::string measurementsCsv(const Run& run);
/// One line a lesion; empty where the run found none.
std::string lesionsCsv(const Run& run);
std::string measurementsJson(const Run& run);
/// The table for the terminal.
std::string measurementsTable(const Run& run);

} // namespace hounsfield
