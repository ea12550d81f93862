// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/WorkerMessages.h"

#include <deque>

#include <sys/types.h>

namespace hounsfield::cli {

/// A child process of the same program that looks at scans: it opens the model once and takes one scan after
/// the other. Where it crashes or is killed, only the scan it looked at is lost. It ends with this process,
/// however that ends.
class WorkerProcess {
public:
    /// Starts it. @param quiet: it shows no progress of its own. @throws Error(Resources)
    WorkerProcess(const Asked& asked, bool quiet);
    ~WorkerProcess(); ///< kills it where it still runs
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    void send(const Order& order);
    /// To be waited on with poll: readable when there is an answer or the process has ended.
    int answers() const { return m_answers; }
    /// Takes in what is there. @returns false once the process has ended
    bool receive();
    /// The next whole answer. @throws nlohmann::json::exception for what is none
    std::optional<Answer> next();
    /// Asks it to stop what it does, as Ctrl-C would.
    void stop() const;
    /// Waits for the end and says what it was, for the person: a whole sentence.
    std::string farewell();

private:
    void write(const std::string& line);
    void closeOrders();
    pid_t m_process = -1;
    int m_orders = -1, m_answers = -1;
    std::string m_open; ///< a line that has not ended yet
    std::deque<std::string> m_lines;
};

} // namespace hounsfield::cli
