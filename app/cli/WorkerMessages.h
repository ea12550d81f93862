// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/OneScan.h"

#include <string>

namespace hounsfield::cli {

/// One line each way between a batch and its workers, as JSON.

/// One scan to look at.
struct Order {
    std::string scan, series, folder; ///< paths; the folder is there and empty
    std::vector<std::string> prompts; ///< empty: everything the model knows
};

/// What became of it.
struct Answer {
    enum class What {
        Ready,       ///< the model is open
        CannotStart, ///< it cannot be opened
        Done,
        Failed,
        Stopped ///< as asked
    };
    What what = What::Failed;
    ErrorKind kind = ErrorKind::Scan; ///< of CannotStart and Failed
    bool writing = false;             ///< Failed while results were written: the next scan's would fail too
    std::string message;
    int found = 0, notFound = 0; ///< structures
    bool understood = true;      ///< the whole prompt
    std::string device, precision, measurements,
        lesions;          ///< the last two: names of files, empty where there is none
    int seriesNumber = 0; ///< of what was read
    std::string seriesKey, description, studyDate,
        choice; ///< of what was read: keyOf, SeriesInfo, Scan::choice
};

std::string lineOf(const Asked& asked);
std::string lineOf(const Order& order);
std::string lineOf(const Answer& answer);
/// @throws nlohmann::json::exception for what is no such line
Asked askedFrom(const std::string& line);
Order orderFrom(const std::string& line);
Answer answerFrom(const std::string& line);

} // namespace hounsfield::cli
