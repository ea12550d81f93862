// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Error.h"

#include <optional>
#include <string>

namespace hounsfield {

/// How far a piece of work has come.
struct ProgressReport {
    std::string stage;                 ///< what is done now, in words a person reads: "reading slices"
    double fraction = 0;               ///< of this stage, 0 to 1
    std::optional<double> secondsLeft; ///< of this stage, once it can be estimated
};

/// Injected from above into long work: hears how far it is and can make it stop. Silent by default.
/// Called from whatever thread works, between steps (slices, windows), never inside one.
class Progress {
public:
    virtual ~Progress() = default;
    virtual void report(const ProgressReport&) {}
    virtual bool stopRequested() const { return false; }

    /// Reports, then throws Cancelled where a stop was requested.
    void step(const ProgressReport& how)
    {
        report(how);
        check();
    }
    /// Throws Cancelled where a stop was requested.
    void check() const
    {
        if (stopRequested())
            throw Cancelled{};
    }
};

} // namespace hounsfield
