// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace hounsfield::decode {

/// Gives up, for ever, what decoding does not need: no new file, connection, process or thread can be opened;
/// no file can be written, no core dumped. Open file descriptors above the shared memory are closed.
/// @return whether the operating system enforces it (seccomp on Linux); the other limits hold either way
bool enterSandbox();

/// Whether enterSandbox would find the operating system able to enforce it.
bool canRestrict();

} // namespace hounsfield::decode
