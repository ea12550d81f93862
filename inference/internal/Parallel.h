// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <thread>
#include <vector>

namespace hounsfield {

/// Calls work(first, last) for parts of a range on all cores; the parts do not depend on each other and throw
/// nothing.
template <typename Work> void inParallel(std::int64_t count, Work&& work)
{
    const auto threads =
        std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, std::max<std::int64_t>(1, count));
    std::vector<std::thread> running;
    for (std::int64_t t = 1; t < threads; ++t)
        running.emplace_back(
            [&work, from = count * t / threads, to = count * (t + 1) / threads] { work(from, to); });
    work(0, count / threads);
    for (auto& thread : running)
        thread.join();
}

} // namespace hounsfield
