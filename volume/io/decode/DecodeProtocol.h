// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hounsfield::decode {

/// What the program and its helper hounsfield-decode say to each other: fixed records through two pipes, and
/// a shared memory (file descriptor sharedMemory) that begins with the file's bytes and goes on with its
/// decoded pixels.
constexpr int sharedMemory = 3;

/// "Decode the first inputBytes of the shared memory; write at most outputBytes at outputOffset."
struct Request {
    std::uint64_t inputBytes = 0;
    std::uint64_t outputOffset = 0; ///< a multiple of 4096
    std::uint64_t outputBytes = 0;
    std::uint64_t memoryLimit =
        0; ///< bytes of address space; for the sentence alone, the limit itself is set from outside
    /// 1: the pixels are those of one frame, whatever the header says of their number.
    std::uint64_t oneFrame = 0;
};

enum class Status : std::uint32_t {
    Ready,      ///< the helper has started and waits for its first request
    Done,       ///< the pixels lie in the shared memory
    NotRead,    ///< the file is damaged, or its coding is not known
    OtherSize,  ///< the picture does not have as many bytes as were asked for
    OtherType,  ///< floating point or packed values
    OutOfMemory ///< more memory was asked for than the limit allows
};

struct Reply {
    Status status = Status::NotRead;
    std::uint32_t columns = 0, rows = 0; ///< of one frame
    std::uint32_t bitsAllocated = 0;     ///< 8, 16 or 32
    std::uint32_t bitsStored = 0;
    std::uint32_t isSigned = 0;   ///< 0 or 1
    std::uint32_t restricted = 0; ///< Ready: 1 where the operating system enforces the filter of system calls
    /// Of each value in a JPEG, JPEG-LS or JPEG 2000 stream; 0 for other codings.
    std::uint32_t bitsCoded = 0;
    std::uint64_t bytes = 0; ///< of all frames
};

} // namespace hounsfield::decode
