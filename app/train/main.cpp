// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"
#include "volume/ClassicLocale.h"
#include "volume/Error.h"
#include "volume/Shutdown.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>
#include <new>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

class SignalProgress final : public hounsfield::Progress {
public:
    bool stopRequested() const override { return hounsfield::isShutdownAsked(); }
};

int exitCode(hounsfield::ErrorKind kind)
{
    switch (kind) {
    case hounsfield::ErrorKind::Usage:
        return 2;
    case hounsfield::ErrorKind::Scan:
        return 3;
    case hounsfield::ErrorKind::Model:
        return 4;
    case hounsfield::ErrorKind::Resources:
        return 5;
    case hounsfield::ErrorKind::Prompt:
        return 6;
    }
    return 1;
}

/// A step of training asks for the same large pieces again and again: given back to the system each time,
/// their pages cost more than the step.
void keepMemory()
{
#if defined(__GLIBC__)
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
    mallopt(M_TOP_PAD, 256 << 20);
#endif
}

std::string stoppedText(const std::string& command)
{
    if (command == "train" || command == "extend")
        return "Stopped. A training that had begun keeps its state and goes on with the same command.";
    if (command == "evaluate")
        return "Stopped: the figures are of the scans that were done.";
    return "Stopped.";
}

} // namespace

int main(int argc, char** argv)
{
    keepMemory();
    hounsfield::useClassicNumbers();
    hounsfield::ShutdownPlan plan;
    plan.farewell = "Stopped. A training that had begun keeps the state that it saved last and goes on with "
                    "the same command.\n";
    hounsfield::endOnSignals(std::move(plan));
    CLI::App app("Trains models for Hounsfield.");
    app.require_subcommand(1);
    app.set_version_flag("--version", HOUNSFIELD_VERSION);
    namespace training = hounsfield::training;
    const std::map<std::string, std::function<void(hounsfield::Progress&)>> commands{
        {"train", training::addTrainCommand(app)},           {"evaluate", training::addEvaluateCommand(app)},
        {"check", training::addCheckCommand(app)},           {"make-data", training::addMakeDataCommand(app)},
        {"extend", training::addExtendCommand(app)},         {"average", training::addAverageCommand(app)},
        {"thresholds", training::addThresholdsCommand(app)}, {"text", training::addTextCommand(app)}};
    try {
        app.parse(argc, argv);
        SignalProgress progress;
        commands.at(app.get_subcommands().front()->get_name())(progress);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const hounsfield::Cancelled&) {
        std::cerr << stoppedText(app.get_subcommands().front()->get_name()) << '\n';
        return 130;
    } catch (const hounsfield::Error& error) {
        std::cerr << error.what() << '\n';
        return exitCode(error.kind());
    } catch (const std::bad_alloc&) {
        std::cerr << "There is not enough memory. Use a smaller --roi, --batch or --pool.\n";
        return 5;
    } catch (const std::exception& error) {
        std::cerr << "Something unexpected happened: " << error.what() << '\n';
        return 1;
    }
}
