#pragma once

#include "volume/Progress.h"

#include <functional>

namespace CLI {
class App;
}

namespace hounsfield::training {

/// Adds its options to the program and returns what runs when it is chosen.
std::function<void(Progress&)> addTrainCommand(CLI::App& app);

} // namespace hounsfield::training
