// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace hounsfield {

/// What a person has to look at to mend an error; the command line turns it into its exit code.
enum class ErrorKind {
    Usage,     ///< the request itself: a wrong option, a folder that is not one
    Scan,      ///< the scan (or mask) cannot be read
    Model,     ///< the model pack or the checkpoint
    Resources, ///< memory or disk
    Prompt     ///< words that were not understood
};

/// The one exception of the program. Its message is for the person: what happened, where, what to do.
/// Foreign exceptions (ITK, LibTorch, DCMTK) are translated into it at their borders.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), m_kind(kind) {}
    ErrorKind kind() const { return m_kind; }

private:
    ErrorKind m_kind;
};

/// Thrown when a Progress asked the work to stop. It is not an error and carries no message.
class Cancelled : public std::exception {
public:
    const char* what() const noexcept override { return "cancelled"; }
};

} // namespace hounsfield
