#pragma once

#include "inference/Segmenter.h"
#include "volume/Statistics.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"

#include <string>
#include <vector>

namespace hounsfield {

/// What a person should know of a result: a whole sentence, and where to look where that is one place.
struct Warning {
    std::string text;
    std::optional<Vector3> placeMm; ///< LPS
};

/// One structure with everything that is told of it.
struct Row {
    std::string asked;                 ///< the words as typed
    std::string explanation;           ///< what they were understood as
    ModelClass known;
    const Finding* finding = nullptr;
    Statistics statistics;
    std::vector<Statistics> lesions;   ///< connected parts of a tumor or cyst, largest first
    std::string file;                  ///< name of its mask in the result folder
    std::vector<Warning> warnings;
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
/// Gives zero-shot masks, which come with id 0, label values above those of every known class (33, 34, ...). They go first: where masks
/// overlap in a label map the later row wins, and that is what the model was trained on.
void numberLabels(std::vector<LabelledMask>& labels);
std::vector<Warning> warningsOf(const Finding& finding, const Statistics& statistics);
std::string measurementsCsv(const Run& run);
std::string measurementsJson(const Run& run);
/// The table for the terminal.
std::string measurementsTable(const Run& run);

} // namespace hounsfield
