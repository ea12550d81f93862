// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "volume/ClassicLocale.h"
#include "volume/Error.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <new>
#include <string_view>

namespace {

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

} // namespace

int main(int argc, char** argv)
{
    using namespace hounsfield::cli;
    listenForStop(argc > 1 && std::string_view(argv[1]) == "batch-worker");
    hounsfield::useClassicNumbers();
    CLI::App app(
        "Open a CT scan, type what you want to find, get it outlined and measured. Research use only.",
        "hounsfield-cli");
    app.require_subcommand(1);
    app.set_version_flag("--version", HOUNSFIELD_VERSION);
    app.footer("Exit codes: 0 done, 2 usage, 3 scan, 4 model, 5 memory or disk, 6 prompt not understood, 7 "
               "some scans of a batch not done, 130 cancelled.");
    Command chosen;
    addInfo(app, chosen);
    addSegment(app, chosen);
    addBatch(app, chosen);
    addWorker(app, chosen);
    addModel(app, chosen);
    addWords(app, chosen);
    addSample(app, chosen);
    try {
        app.parse(argc, argv);
        return chosen();
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const hounsfield::Cancelled&) {
        std::cerr << farewell;
        return 130;
    } catch (const hounsfield::Error& error) {
        std::cerr << error.what() << '\n';
        return exitCode(error.kind());
    } catch (const std::bad_alloc&) {
        std::cerr << "There is not enough memory for this scan. Close other programs or ask for fewer "
                     "structures at once.\n";
        return 5;
    } catch (const std::exception& error) {
        std::cerr << "Something unexpected happened: " << error.what() << '\n';
        return 1;
    }
}
