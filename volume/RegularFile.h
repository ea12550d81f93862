// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Error.h"

#include <filesystem>

namespace hounsfield {

/// What a path is, where it is neither a file nor a folder: "a named pipe", "a socket", "a device"; else
/// nullptr, also where there is nothing. Links are followed.
inline const char* specialFileAt(const std::filesystem::path& path)
{
    using std::filesystem::file_type;
    std::error_code failed;
    switch (std::filesystem::status(path, failed).type()) {
    case file_type::fifo:
        return "a named pipe";
    case file_type::socket:
        return "a socket";
    case file_type::block:
    case file_type::character:
        return "a device";
    default:
        return nullptr;
    }
}

/// Called before a file that a person or another file names is opened: opening a pipe waits without end,
/// reading a device never ends or changes it. @throws Error(kind) where it is neither a file nor a folder
inline void requireRegularFile(const std::filesystem::path& path, ErrorKind kind)
{
    if (const char* special = specialFileAt(path)) {
        const std::u8string name = path.u8string();
        throw Error(
            kind,
            "'" + std::string(name.begin(), name.end()) + "' is " + special +
                ", neither a file nor a folder, so it is not opened. Save its content as a file first.");
    }
}

} // namespace hounsfield
