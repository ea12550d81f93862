// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "app/cli/TerminalProgress.h"
#include "app/cli/WorkerMessages.h"
#include "inference/PackStore.h"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <new>

#include <unistd.h>

namespace hounsfield::cli {
namespace fs = std::filesystem;
namespace {

/// Whatever is thrown, as an answer.
Answer failure()
{
    Answer answer;
    try {
        throw;
    } catch (const Cancelled&) {
        answer.what = Answer::What::Stopped;
    } catch (const Error& error) {
        answer.kind = error.kind();
        answer.message = error.what();
    } catch (const std::bad_alloc&) {
        answer.kind = ErrorKind::Resources;
        answer.message = "There is not enough memory for this scan. Run it again with fewer --jobs or on a "
                         "machine with more memory.";
    } catch (const std::exception& error) {
        answer.message = std::string("Something unexpected happened: ") + error.what();
    }
    return answer;
}

/// The other end of a batch: opens the model once, then looks at one scan after the other, each on a line of
/// standard input.
class WorkerLoop {
public:
    explicit WorkerLoop(bool quiet) : m_progress(quiet), m_answers(dup(STDOUT_FILENO))
    {
        // Whatever a library says must not come between the answers.
        dup2(STDERR_FILENO, STDOUT_FILENO);
        // Where memory ends, one scan is to fail and not the batch.
        std::ofstream("/proc/self/oom_score_adj") << "500\n";
    }

    int run()
    {
        std::string line;
        if (!std::getline(std::cin, line) || !start(line))
            return 1;
        while (std::getline(std::cin, line) && !m_progress.stopRequested())
            say(answerTo(line));
        return 0;
    }

private:
    bool start(const std::string& line)
    {
        Answer answer;
        try {
            m_asked = askedFrom(line);
            m_pack = PackStore().open(given(m_asked.model));
            m_segmenter = openSegmenter(m_pack, m_asked);
            answer.what = Answer::What::Ready;
        } catch (...) {
            answer = failure();
            answer.what = Answer::What::CannotStart;
        }
        say(answer);
        return answer.what == Answer::What::Ready;
    }

    Answer answerTo(const std::string& line)
    {
        bool writing = false;
        Answer answer;
        try {
            answer = look(orderFrom(line), writing);
        } catch (...) {
            answer = failure();
            answer.writing = writing;
        }
        m_progress.finishLine();
        return answer;
    }

    Answer look(const Order& order, bool& writing)
    {
        const Prompt& prompt = understood(order.prompts);
        if (prompt.targets().empty())
            throw Error(ErrorKind::Prompt, "Nothing of the prompt was understood. " + refusals(prompt));
        const Scan scan = readScan(order.scan, given(order.series), m_progress);
        writing = true;
        checkRoom(order.folder, *scan.volume, prompt.targets().size());
        writing = false;
        const Run run = lookAt(scan, *m_segmenter, prompt, m_asked, m_progress);
        writing = true;
        writeRun(run, m_asked, order.folder, m_progress);
        return told(run, order);
    }

    static Answer told(const Run& run, const Order& order)
    {
        Answer answer;
        answer.what = Answer::What::Done;
        for (const Row& row : run.rows)
            ++(row.measured.statistics.voxels > 0 ? answer.found : answer.notFound);
        answer.understood = run.prompt.fullyUnderstood();
        answer.device = run.device;
        answer.precision = run.precision;
        answer.seriesNumber = run.scan->series.number;
        answer.seriesKey = keyOf(run.scan->series);
        answer.description = run.scan->series.description;
        answer.studyDate = run.scan->series.studyDate;
        answer.choice = run.scan->choice;
        answer.measurements = run.scan->caseName + "_measurements.csv";
        if (const std::string lesions = run.scan->caseName + "_lesions.csv";
            fs::exists(fs::path(order.folder) / lesions))
            answer.lesions = lesions;
        return answer;
    }

    /// A text encoder is large: the same words are understood once.
    const Prompt& understood(const std::vector<std::string>& prompts)
    {
        const auto known = m_prompts.find(prompts);
        if (known != m_prompts.end())
            return known->second;
        Asked one;
        one.prompts = prompts;
        one.all = prompts.empty();
        return m_prompts.emplace(prompts, understand(one, m_pack)).first->second;
    }

    void say(const Answer& answer) const
    {
        const std::string line = lineOf(answer);
        for (std::size_t at = 0; at < line.size();) {
            const ssize_t written = write(m_answers, line.data() + at, line.size() - at);
            if (written < 0)
                return; // the batch is gone, and standard input ends too
            at += static_cast<std::size_t>(written);
        }
    }

    TerminalProgress m_progress;
    int m_answers;
    Asked m_asked;
    ModelPack m_pack;
    std::unique_ptr<Segmenter> m_segmenter;
    std::map<std::vector<std::string>, Prompt> m_prompts;
};

} // namespace

void addWorker(CLI::App& app, Command& chosen)
{
    auto quiet = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand("batch-worker", "Looks at scans for a batch")->group("");
    command->add_flag("--quiet", *quiet);
    command->callback([quiet, &chosen] { chosen = [quiet] { return WorkerLoop(*quiet).run(); }; });
}

} // namespace hounsfield::cli
