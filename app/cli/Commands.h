// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

#include <functional>

namespace CLI {
class App;
}

namespace hounsfield::cli {

/// What a chosen subcommand does; returns the exit code where it is done, throws Error or Cancelled where it
/// is not.
using Command = std::function<int()>;

/// Each adds its subcommand to the program; the chosen one puts what is to be done into `chosen`.
void addInfo(CLI::App& app, Command& chosen);
void addSegment(CLI::App& app, Command& chosen);
void addBatch(CLI::App& app, Command& chosen);
void addWorker(CLI::App& app, Command& chosen); ///< what batch starts for its scans; not shown in the help
void addModel(CLI::App& app, Command& chosen);
void addWords(CLI::App& app, Command& chosen); ///< understand and encode
void addSample(CLI::App& app, Command& chosen);

} // namespace hounsfield::cli
