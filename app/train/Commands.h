// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

#include <functional>

namespace CLI {
class App;
}

namespace hounsfield::training {

/// Each adds a subcommand's options to the program and returns what runs when it is chosen.
std::function<void(Progress&)> addTrainCommand(CLI::App& app);
std::function<void(Progress&)> addEvaluateCommand(CLI::App& app);
std::function<void(Progress&)> addThresholdsCommand(CLI::App& app);
std::function<void(Progress&)> addCheckCommand(CLI::App& app);
std::function<void(Progress&)> addMakeDataCommand(CLI::App& app);
std::function<void(Progress&)> addExtendCommand(CLI::App& app);
std::function<void(Progress&)> addAverageCommand(CLI::App& app);
std::function<void(Progress&)> addTextCommand(CLI::App& app);

} // namespace hounsfield::training
