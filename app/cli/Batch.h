// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/BatchTables.h"
#include "app/cli/CaseLock.h"
#include "app/cli/TerminalProgress.h"
#include "app/cli/WorkerProcess.h"

#include <chrono>
#include <set>

namespace hounsfield::cli {

/// What a batch is to do.
struct BatchOrder {
    std::filesystem::path out;
    Asked asked;
    std::vector<Case> cases; ///< of this shard
    std::size_t jobs = 1;
    bool again = false; ///< also what is done
    bool quiet = false;
    bool tables = true; ///< false: of a shard, which writes only its own cases
};

/// Looks at many scans: gives them to its workers one by one, keeps what is finished, notes what failed and
/// goes on.
class Batch {
public:
    Batch(BatchOrder order, const ModelPack& pack);
    /// @returns 0, or 6 where some words were not understood, or 7 where some scans are not done.
    /// @throws Error where nothing can go on (disk, model), Cancelled
    int run();

private:
    using Clock = std::chrono::steady_clock;
    /// A case that a worker has.
    struct Current {
        const Case* one;
        CaseFolder folder;
        CaseLock lock;
        nlohmann::ordered_json request;
        Clock::time_point since;
    };
    /// A place for one worker.
    struct Seat {
        std::unique_ptr<WorkerProcess> worker;
        bool ready = false;
        std::optional<Current> current;
    };

    void skipDone();
    bool isDone(const Case& one, const nlohmann::ordered_json& request, bool saySo);
    void feed();
    std::optional<Current> take();
    std::optional<Current> begin(const Case& one);
    void give(std::size_t seat, Current current);
    void wait();
    void hear(Seat& seat);
    void take(Seat& seat, const Answer& answer);
    void finish(Current& current, const Answer& answer);
    void fail(const Case& one, const std::string& why);
    void lost(Seat& seat);
    void stopAll();
    void end(ErrorKind kind, const std::string& why);
    bool busy() const;
    int conclude();
    std::string summary() const;
    std::string ended(const Case& one) const;
    std::string timeLeft() const;
    void say(const std::string& line) const;
    bool fits(const Case& one) const { return m_fitting.count(one.name) > 0; }

    const BatchOrder m_order;
    const ModelPack& m_pack;
    TerminalProgress m_progress{true};
    std::vector<const Case*> m_pending; ///< the next one last
    std::vector<Seat> m_seats;
    std::set<std::string> m_fitting; ///< cases whose result is the one asked for
    std::size_t m_done = 0, m_skipped = 0, m_failed = 0, m_held = 0;
    bool m_understood = true, m_stopping = false;
    std::optional<Error> m_end; ///< why nothing can go on
    Clock::time_point m_started, m_refreshed;
};

} // namespace hounsfield::cli
