// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Batch.h"

#include "app/results/Text.h"
#include "volume/io/MaskWriter.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <iostream>
#include <thread>

#include <poll.h>
#include <unistd.h>

namespace hounsfield::cli {
namespace fs = std::filesystem;
using json = nlohmann::ordered_json;
namespace {

/// Threads are shared out among workers, and so are the devices of a list such as cuda:0,cuda:1.
Asked shareOf(Asked asked, std::size_t seat, std::size_t jobs)
{
    if (jobs > 1) {
        const std::size_t all = asked.threads > 0 ? std::size_t(asked.threads)
                                                  : std::max(1u, std::thread::hardware_concurrency());
        asked.threads = static_cast<int>(std::max<std::size_t>(1, all / jobs));
    }
    std::vector<std::string> devices;
    for (std::size_t from = 0, to; from <= asked.device.size(); from = to + 1) {
        to = std::min(asked.device.find(',', from), asked.device.size());
        devices.push_back(asked.device.substr(from, to - from));
    }
    asked.device = devices[seat % devices.size()];
    return asked;
}

std::string structures(const Answer& answer)
{
    return std::to_string(answer.found) + (answer.found == 1 ? " structure" : " structures") +
           (answer.notFound ? ", " + std::to_string(answer.notFound) + " not found" : "");
}

/// The list's words for a scan instead of where it lies on this machine.
std::string asListed(std::string message, const Case& one)
{
    const std::string full = one.scan.string();
    for (std::size_t at = 0; full != one.listed && (at = message.find(full, at)) != std::string::npos;
         at += one.listed.size())
        message.replace(at, full.size(), one.listed);
    return message;
}

} // namespace

Batch::Batch(BatchOrder order, const ModelPack& pack)
    : m_order(std::move(order)), m_pack(pack), m_started(Clock::now()), m_refreshed(m_started)
{
}

int Batch::run()
{
    std::signal(SIGPIPE, SIG_IGN); // a worker that has ended is told by its answers
    std::error_code failed;
    fs::create_directories(m_order.out, failed);
    if (failed || !fs::is_directory(m_order.out))
        throw Error(ErrorKind::Resources,
                    "The folder " + m_order.out.string() + " cannot be made. Choose another --out.");
    say("Model " + m_pack.name + " (" + m_pack.title + "). Research use only: not a medical device." +
        (m_pack.notice.empty() ? "" : "\nNote: " + m_pack.notice));
    skipDone();
    m_seats.resize(std::min(m_order.jobs, m_pending.size()));
    do {
        feed();
        wait();
    } while (busy() || (!m_pending.empty() && !m_stopping));
    return conclude();
}

bool Batch::isDone(const Case& one, const json& request, bool saySo)
{
    const auto done = CaseFolder(m_order.out, one.name).done();
    if (!done || m_order.again)
        return false;
    if (const std::string what = difference(done->at("request"), request); !what.empty()) {
        if (saySo)
            say(one.name + " was done before, but not the same: " + what + " changed. It is run again.");
        return false;
    }
    CaseFolder(m_order.out, one.name).clearFailed();
    m_understood &= done->at("result").value("fully_understood", true);
    m_fitting.insert(one.name);
    return true;
}

void Batch::skipDone()
{
    for (const Case& one : m_order.cases) {
        const bool there = !m_order.again && CaseFolder(m_order.out, one.name).done();
        if (there && isDone(one, requestOf(one, m_order.asked, m_pack), true))
            ++m_skipped;
        else
            m_pending.push_back(&one);
    }
    std::reverse(m_pending.begin(), m_pending.end());
    if (m_skipped > 0)
        say(std::to_string(m_skipped) + " of " + std::to_string(m_order.cases.size()) +
            " were done before and are skipped (--again runs them too).");
}

void Batch::feed()
{
    for (std::size_t seat = 0; seat < m_seats.size(); ++seat)
        if (!m_seats[seat].current)
            if (auto current = take())
                give(seat, std::move(*current));
}

std::optional<Batch::Current> Batch::take()
{
    while (!m_pending.empty() && !m_stopping) {
        const Case& one = *m_pending.back();
        m_pending.pop_back();
        try {
            if (auto current = begin(one))
                return current;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Resources)
                end(error.kind(), error.what());
            else
                fail(one, error.what());
        }
    }
    return std::nullopt;
}

std::optional<Batch::Current> Batch::begin(const Case& one)
{
    const CaseFolder folder(m_order.out, one.name);
    std::string holder;
    auto lock = CaseLock::take(folder.lock(), holder);
    if (!lock) {
        ++m_held;
        say(ended(one) + "left to " + holder + ", which works on it.");
        return std::nullopt;
    }
    json request = requestOf(one, m_order.asked, m_pack);
    // Another run may have finished it since this one began.
    if (isDone(one, request, false)) {
        ++m_skipped;
        say(ended(one) + "done meanwhile by another run.");
        return std::nullopt;
    }
    folder.begin();
    return Current{&one, folder, std::move(*lock), std::move(request), Clock::now()};
}

void Batch::give(std::size_t number, Current current)
{
    Seat& seat = m_seats[number];
    const Case& one = *current.one;
    const Order order{one.scan.string(), one.series, current.folder.part().string(),
                      one.prompt.empty() ? m_order.asked.prompts : std::vector<std::string>{one.prompt}};
    seat.current = std::move(current);
    try {
        if (!seat.worker) {
            // Only a single worker in a terminal shows how far its scan is; lines of several would run into
            // each other.
            seat.worker =
                std::make_unique<WorkerProcess>(shareOf(m_order.asked, number, m_order.jobs),
                                                m_order.quiet || m_order.jobs > 1 || !isatty(STDERR_FILENO));
            seat.ready = false;
        }
        seat.worker->send(order);
    } catch (const Error& error) {
        seat.current->folder.giveUp();
        seat.current.reset();
        end(error.kind(), error.what());
    }
}

void Batch::wait()
{
    std::vector<pollfd> ends;
    std::vector<Seat*> seats;
    for (Seat& seat : m_seats)
        if (seat.worker) {
            ends.push_back({seat.worker->answers(), POLLIN, 0});
            seats.push_back(&seat);
        }
    if (!busy())
        return;
    if (poll(ends.data(), ends.size(), 500) > 0)
        for (std::size_t i = 0; i < ends.size(); ++i)
            if (ends[i].revents)
                hear(*seats[i]);
    if (Clock::now() - m_refreshed > std::chrono::minutes(1)) {
        m_refreshed = Clock::now();
        for (const Seat& seat : m_seats)
            if (seat.current)
                seat.current->lock.refresh();
    }
    if (m_progress.stopRequested())
        stopAll();
}

void Batch::hear(Seat& seat)
{
    const bool lives = seat.worker->receive();
    try {
        while (const auto answer = seat.worker->next())
            take(seat, *answer);
    } catch (const json::exception&) {
        end(ErrorKind::Resources,
            "A worker's answer cannot be read. Run the same command again; it goes on where it stopped.");
    }
    if (!lives)
        lost(seat);
}

void Batch::take(Seat& seat, const Answer& answer)
{
    if (answer.what == Answer::What::Ready) {
        seat.ready = true;
        // Opening the model is no part of a scan's time.
        if (seat.current)
            seat.current->since = Clock::now();
        if (m_done + m_failed == 0)
            m_started = Clock::now();
        return;
    }
    if (!seat.current)
        return;
    Current current = std::move(*seat.current);
    seat.current.reset();
    if (answer.what == Answer::What::Done)
        return finish(current, answer);
    current.folder.giveUp();
    if (answer.what == Answer::What::CannotStart)
        end(answer.kind, answer.message);
    else if (answer.what == Answer::What::Failed && answer.writing && answer.kind == ErrorKind::Resources)
        end(answer.kind, "The results of " + current.one->name + " cannot be written. " + answer.message);
    else if (answer.what == Answer::What::Failed)
        fail(*current.one, asListed(answer.message, *current.one));
}

void Batch::finish(Current& current, const Answer& answer)
{
    const double seconds = std::chrono::duration<double>(Clock::now() - current.since).count();
    const json result{{"structures", answer.found},
                      {"not_found", answer.notFound},
                      {"fully_understood", answer.understood},
                      {"device", answer.device},
                      {"precision", answer.precision},
                      {"seconds", std::round(seconds * 10) / 10},
                      {"measurements", answer.measurements},
                      {"lesions", answer.lesions},
                      {"series_number", answer.seriesNumber},
                      {"series_key", answer.seriesKey},
                      {"series_description", answer.description},
                      {"study_date", answer.studyDate},
                      {"choice", answer.choice}};
    try {
        current.folder.finish({{"schema", 1},
                               {"case", current.one->name},
                               {"program", HOUNSFIELD_VERSION},
                               {"request", current.request},
                               {"result", result}});
    } catch (const Error& error) {
        current.folder.giveUp();
        return end(error.kind(),
                   "The results of " + current.one->name + " cannot be written. " + error.what());
    }
    ++m_done;
    m_understood &= answer.understood;
    m_fitting.insert(current.one->name);
    say(ended(*current.one) + structures(answer) + print(", %.1f s", seconds) + timeLeft());
    if (!answer.choice.empty())
        say("Note: " + current.one->name + ": " + answer.choice);
}

void Batch::fail(const Case& one, const std::string& why)
{
    ++m_failed;
    std::cerr << ended(one) << "failed. " << why << std::endl;
    try {
        CaseFolder(m_order.out, one.name).markFailed(one.listed, why);
        if (m_order.tables)
            writeFailed(m_order.out, m_order.cases,
                        [this](const Case& other, const json&) { return fits(other); });
    } catch (const Error& error) {
        end(error.kind(), error.what());
    }
}

void Batch::lost(Seat& seat)
{
    const std::string why = seat.worker->farewell();
    seat.worker.reset();
    if (!seat.current)
        return;
    const Current current = std::move(*seat.current);
    seat.current.reset();
    current.folder.giveUp();
    if (m_stopping)
        return;
    if (seat.ready)
        fail(*current.one, why);
    else
        end(ErrorKind::Resources, "The model cannot be opened. " + why);
}

void Batch::stopAll()
{
    if (m_stopping)
        return;
    m_stopping = true;
    for (const Seat& seat : m_seats)
        if (seat.worker && seat.current)
            seat.worker->stop();
}

void Batch::end(ErrorKind kind, const std::string& why)
{
    if (!m_end)
        m_end = Error(kind, why + "\nThe batch stops here. What is done is kept: once this is mended, the "
                                  "same command goes on where it stopped.");
    stopAll();
}

bool Batch::busy() const
{
    return std::any_of(m_seats.begin(), m_seats.end(),
                       [](const Seat& seat) { return seat.current.has_value(); });
}

int Batch::conclude()
{
    m_seats.clear();
    for (const Case& one : m_order.cases) // what another run has finished by now
        if (m_held > 0 && !fits(one))
            isDone(one, requestOf(one, m_order.asked, m_pack), false);
    // A full disk keeps the last tables: their cases are still there.
    if (m_order.tables && !(m_end && m_end->kind() == ErrorKind::Resources))
        for (const std::string& doubt :
             writeTables(m_order.out, m_order.cases, [this](const Case&one, const json&) {
                 return fits(one);
             }).doubts)
            std::cerr << "Note: " << doubt << '\n';
    say(summary());
    if (m_end)
        throw *m_end;
    if (m_stopping)
        throw Cancelled{};
    if (m_failed + m_held > 0)
        return 7;
    return m_understood ? 0 : 6;
}

std::string Batch::summary() const
{
    const std::size_t left = m_order.cases.size() - m_done - m_skipped - m_failed - m_held;
    std::string text = std::to_string(m_done) + " done, " + std::to_string(m_skipped) +
                       " skipped (done before), " + std::to_string(m_failed) + " failed";
    if (m_held > 0)
        text += ", " + std::to_string(m_held) + " left to another run";
    if (left > 0)
        text += ", " + std::to_string(left) + " not looked at";
    if (!m_order.tables)
        return text + ". The tables are made by the same command with --collect instead of --shard, once "
                      "every shard has ended.";
    return text + (m_failed > 0 ? ": see failed.csv." : ".");
}

std::string Batch::ended(const Case& one) const
{
    return "[" + std::to_string(m_done + m_skipped + m_failed + m_held) + "/" +
           std::to_string(m_order.cases.size()) + "] " + one.name + ": ";
}

std::string Batch::timeLeft() const
{
    const std::size_t left =
        m_pending.size() +
        static_cast<std::size_t>(std::count_if(m_seats.begin(), m_seats.end(),
                                               [](const Seat& seat) { return seat.current.has_value(); }));
    if (left == 0 || m_stopping)
        return "";
    const double seconds = std::chrono::duration<double>(Clock::now() - m_started).count() /
                           double(m_done + m_failed) * double(left);
    if (seconds < 90)
        return print(", about %.0f s left", std::ceil(seconds));
    if (seconds < 5400)
        return print(", about %.0f min left", std::ceil(seconds / 60));
    return print(", about %.1f h left", seconds / 3600);
}

void Batch::say(const std::string& line) const
{
    if (!m_order.quiet)
        std::cout << line << std::endl;
}

} // namespace hounsfield::cli
