// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/catch.h"
#include "volume/Progress.h"

namespace hounsfield::test {

/// Counts the looks for a stop, and asks for one from the given look on.
class StopLooks : public Progress {
public:
    /// @param stopAt 0: never
    explicit StopLooks(int stopAt = 0) : m_stopAt(stopAt) {}
    bool stopRequested() const override
    {
        ++looks;
        return m_stopAt > 0 && looks >= m_stopAt;
    }
    mutable int looks = 0;

private:
    int m_stopAt;
};

/// Asks for a stop from the given report on.
class StopReports final : public Progress {
public:
    explicit StopReports(int stopAt) : m_left(stopAt) {}
    void report(const ProgressReport& how) override
    {
        --m_left;
        last = how;
    }
    bool stopRequested() const override { return m_left <= 0; }
    ProgressReport last;

private:
    int m_left;
};

/// Work is stopped by whichever look asks for it, and looks no more then. @param work called with the
/// StopLooks
/// @return how many looks the whole work takes
template <typename Work> int checkEveryLookStops(Work&& work)
{
    StopLooks all;
    work(all);
    for (int look = 1; look <= all.looks; ++look) {
        StopLooks stop(look);
        CHECK_THROWS_AS(work(stop), Cancelled);
        CHECK(stop.looks == look);
    }
    return all.looks;
}

} // namespace hounsfield::test
