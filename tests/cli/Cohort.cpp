// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Cohort.h"

#include "volume/io/MaskWriter.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hounsfield::test {
namespace fs = std::filesystem;

Cohort::Cohort(int scans)
{
    const synthetic::SyntheticPatient patient(900001);
    const Geometry whole = patient.wholeBodyGrid(6);
    Progress silent;
    std::string rows = "scan,age\r\n";
    for (int n = 1; n <= scans; ++n) {
        // Right and in the middle of the body: the liver is in it.
        const Vector3 corner =
            whole.toMm(Vector3{0.2 * double(whole.size()[0]) + n, 0.3 * double(whole.size()[1]),
                               0.45 * double(whole.size()[2])});
        const auto scan = patient.sample(Geometry::fromSpacing({22, 22, 14}, corner, {6, 6, 6}),
                                         patient.randomAppearance(), silent);
        writeVolume(*scan.volume, this->scan(n));
        rows += this->scan(n).filename().string() + "," + std::to_string(50 + n) + "\r\n";
    }
    writeFile(list(), rows);
}

std::string Cohort::words(const std::string& out, const std::string& more) const
{
    return "batch " + quoted(list()) + " --precision fp32 --overlap 0 --out " + quoted(path() / out) + " " +
           more;
}

Outcome Cohort::run(const std::string& out, const std::string& more, const std::string& before) const
{
    return runProgram(words(out, more), before);
}

RunningProgram::RunningProgram(const std::vector<std::string>& words) : m_process(fork())
{
    if (m_process != 0)
        return;
    std::vector<char*> pointers{const_cast<char*>(HOUNSFIELD_CLI)};
    for (const std::string& word : words)
        pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execv(HOUNSFIELD_CLI, pointers.data());
    _exit(127);
}

RunningProgram::~RunningProgram()
{
    if (m_process > 0) {
        kill(m_process, SIGKILL);
        waitpid(m_process, nullptr, 0);
    }
}

pid_t RunningProgram::child() const
{
    const std::string own = std::to_string(m_process);
    std::istringstream in(readFile("/proc/" + own + "/task/" + own + "/children"));
    pid_t child = 0;
    in >> child;
    return child;
}

int RunningProgram::wait()
{
    int status = 0;
    waitpid(m_process, &status, 0);
    m_process = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool becomes(const std::function<bool()>& so)
{
    for (int tries = 0; tries < 3000; ++tries) {
        if (so())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace hounsfield::test
