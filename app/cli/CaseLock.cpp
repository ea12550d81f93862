// SPDX-License-Identifier: Apache-2.0
#include "app/cli/CaseLock.h"

#include "volume/Error.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace hounsfield::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto patience = std::chrono::minutes(10);

struct Holder {
    std::string host;
    long process = 0;
    std::string
        started; ///< in ticks since the machine's start: the same number is given to another process later
};

std::string thisHost()
{
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return name[0] ? name.data() : "here";
}

std::string textOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string startOf(long process)
{
    const std::string stat = textOf("/proc/" + std::to_string(process) + "/stat");
    // The second field is the name in brackets and may hold anything; the start is the 22nd.
    std::istringstream rest(stat.substr(std::min(stat.rfind(')'), stat.size())));
    std::string field;
    for (int n = 2; n <= 22 && rest >> field; ++n) {
    }
    return rest ? field : "0";
}

std::string ownText()
{
    return thisHost() + " " + std::to_string(getpid()) + " " + startOf(getpid()) + "\n";
}

Holder holderOf(const std::string& text)
{
    Holder holder;
    std::istringstream(text) >> holder.host >> holder.process >> holder.started;
    return holder;
}

fs::path besideOf(const fs::path& file, const std::string& why)
{
    return file.string() + "." + why + "." + thisHost() + "." + std::to_string(getpid());
}

/// By the clock of the machine that has the disk: another one's may be wrong.
bool untouched(const fs::path& file)
{
    const fs::path now = besideOf(file, "now");
    std::ofstream(now).put('\n');
    std::error_code failed, none;
    const auto touched = fs::last_write_time(file, failed);
    const auto present = fs::last_write_time(now, none);
    fs::remove(now, none);
    return !failed && present - touched > patience;
}

bool abandoned(const fs::path& file, const std::string& text)
{
    const Holder holder = holderOf(text);
    if (holder.host != thisHost() || holder.process <= 0)
        return untouched(file);
    if (kill(static_cast<pid_t>(holder.process), 0) != 0 && errno == ESRCH)
        return true;
    return startOf(holder.process) != holder.started;
}

/// Makes the lock with its text in one step, so that nobody ever reads half of it.
bool made(const fs::path& file)
{
    const fs::path own = besideOf(file, "new");
    const std::string text = ownText();
    std::ofstream out(own, std::ios::binary);
    out << text;
    out.close();
    std::error_code none;
    if (!out) {
        fs::remove(own, none);
        throw Error(ErrorKind::Resources,
                    "The file " + file.string() +
                        " cannot be written. Make room on the disk, or choose another --out.");
    }
    int failed = link(own.c_str(), file.c_str()) == 0 ? 0 : errno;
    if (failed != 0 && failed != EEXIST) { // a disk without hard links
        const int opened = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        failed = opened < 0 ? errno : 0;
        if (opened >= 0) {
            failed = write(opened, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : EIO;
            close(opened);
        }
    }
    fs::remove(own, none);
    if (failed != 0 && failed != EEXIST)
        throw Error(ErrorKind::Resources, "The file " + file.string() + " cannot be made: " +
                                              std::strerror(failed) + ". Choose another --out.");
    return failed == 0;
}

/// Takes an abandoned lock away. Where another process was quicker and it is a new one already, that is put
/// back.
void takeAway(const fs::path& file, const std::string& text)
{
    const fs::path aside = besideOf(file, "old");
    std::error_code failed;
    fs::rename(file, aside, failed);
    if (failed)
        return;
    if (textOf(aside) != text)
        fs::create_hard_link(aside, file, failed);
    fs::remove(aside, failed);
}

} // namespace

std::optional<CaseLock> CaseLock::take(const fs::path& file, std::string& holder)
{
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (made(file))
            return CaseLock(file);
        const std::string text = textOf(file);
        const Holder who = holderOf(text);
        holder = "process " + std::to_string(who.process) + " on " +
                 (who.host.empty() ? "an unknown machine" : who.host);
        if (!abandoned(file, text))
            return std::nullopt;
        takeAway(file, text);
    }
    return std::nullopt;
}

CaseLock::CaseLock(CaseLock&& other) noexcept : m_file(std::exchange(other.m_file, {})) {}

CaseLock& CaseLock::operator=(CaseLock&& other) noexcept
{
    std::swap(m_file, other.m_file);
    return *this;
}

CaseLock::~CaseLock()
{
    std::error_code none;
    if (!m_file.empty() && textOf(m_file) == ownText())
        fs::remove(m_file, none);
}

void CaseLock::refresh() const
{
    std::error_code none;
    if (!m_file.empty())
        fs::last_write_time(m_file, fs::file_time_type::clock::now(), none);
}

} // namespace hounsfield::cli
