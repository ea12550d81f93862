// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"
#include "volume/io/decode/DecodeProtocol.h"

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace hounsfield {

struct FrameItem;

/// The helper program hounsfield-decode, started once and kept over many files. Whatever damaged pixels do to
/// the libraries that decode them ends the helper at most. Used by one thread at a time.
class DecodeProcess {
public:
    /// Starts the helper that lies beside this program. @throws Error(Resources) where it is missing or does
    /// not start
    DecodeProcess();
    ~DecodeProcess(); ///< ends it
    DecodeProcess(const DecodeProcess&) = delete;
    DecodeProcess& operator=(const DecodeProcess&) = delete;

    struct Outcome {
        decode::Reply reply;
        std::string end; ///< how the helper ended, half a sentence; empty where it lives on
        /// Says nothing about the file: the helper was ended from outside, or it failed after other files,
        /// which may have damaged its memory. To be asked again of a new one.
        bool again = false;
    };
    /// Decodes all frames of a DICOM file, or one. @param frame the one; nullptr for all
    /// @param bytes that the pixels are expected to have @throws Error(Scan) where the file cannot be read,
    /// Error(Resources), Cancelled; the helper is no longer usable then
    Outcome decode(const std::filesystem::path& file, const FrameItem* frame, std::uint64_t bytes,
                   const Progress& progress);
    /// The frames that the last request decoded; valid until the next.
    const char* pixels() const { return m_memory + m_outputOffset; }

    /// Whether the operating system enforces what the helper may do.
    bool isRestricted() const { return m_restricted; }
    bool isUsable() const { return m_process > 0; }
    /// Bytes of memory that it shares with this process.
    std::uint64_t memoryBytes() const { return m_memoryBytes; }

private:
    void start();
    void reserve(std::uint64_t bytes);
    void readFile(const std::filesystem::path& file, std::uint64_t size);
    void readFrame(const std::filesystem::path& file, const FrameItem& frame);
    void setLimits(double cpuSeconds, std::uint64_t memoryBytes) const;
    /// @return the reply; nothing where the helper ended or had to be ended, and m_end says how
    std::optional<decode::Reply> answer(double cpuSeconds, const Progress& progress);
    void farewell();
    void close();

    pid_t m_process = -1;
    int m_requests = -1, m_requestsEnd = -1, m_replies = -1, m_shared = -1;
    char* m_memory = nullptr;
    std::uint64_t m_memoryBytes = 0, m_outputOffset = 0;
    bool m_restricted = false, m_used = false; ///< used: it has decoded another file before
    Outcome m_ended;
};

} // namespace hounsfield
