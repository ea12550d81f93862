// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Segmenter.h"
#include "inference/internal/Network.h"
#include "inference/internal/PerformanceCache.h"

#include <functional>

namespace hounsfield {

/// The network where and how it is to run: the device and the precision that were asked for, or the best of
/// this machine; and what is done when the memory of a graphics card ends. One thread at a time.
class Runner {
public:
    /// How a window is run: Network::run, or what a test puts in its place.
    using RunOn = std::function<Network::Output(const Network& network, const at::Tensor& window,
                                                const Progress* stop)>;

    /// @param stop looked at before every tensor of the weights. @throws Error(Model), Error(Usage),
    /// Cancelled
    Runner(const ModelPack& pack, const EngineSettings& settings, const Progress& stop = Progress());
    /// @param first the network to begin with @param fallback made where the memory of its device ends;
    /// empty: an error then
    Runner(std::unique_ptr<Network> first, std::function<std::unique_ptr<Network>()> fallback, RunOn runOn);

    const Network& network() const { return *m_networks.back(); }
    Precision precision() const { return network().precision(); }
    const std::vector<std::string>& notes() const { return m_notes; }
    const std::string& precisionReason() const { return m_precisionReason; }

    /// One window. Where the graphics card's memory ends the processor goes on with it, and says so in
    /// notes().
    /// @param stop looked at between layers; may be null. @throws Cancelled
    Network::Output run(const at::Tensor& window, const Progress* stop = nullptr);
    /// Any other work on the network's device: done again on the processor where the card's memory ends.
    template <typename Work> auto orOnProcessor(Work&& work) -> decltype(work(std::declval<const Network&>()))
    {
        try {
            return work(network());
        } catch (const c10::Error& error) {
            fallBack(error);
            return work(network());
        }
    }
    /// Where the precision is left to the program and no trial has been made: makes it now, if so many
    /// windows take longer than the trial; until then float32 is in effect. What it found is kept on disk
    /// (PerformanceCache). @throws Cancelled between layers
    void choosePrecision(std::int64_t windows, Progress& progress);
    /// As the windows of earlier runs took, of this process or kept on disk; else from a small window, timed
    /// now. @throws Cancelled between layers
    double secondsPerWindow(Progress& progress);
    /// Keeps what the windows since the last call took, for later estimates.
    void rememberSpeed();

private:
    void fallBack(const c10::Error& error);
    void take(Precision precision, const at::Device& device);

    std::vector<std::unique_ptr<Network>>
        m_networks; ///< the last one runs; an earlier one still holds what was made of finished windows
    std::function<std::unique_ptr<Network>()> m_fallback;
    RunOn m_runOn;
    std::vector<std::string> m_notes;
    std::string m_precisionReason;
    std::optional<ModelPack> m_pack;     ///< absent where a test gives the networks
    Weights m_weights;                   ///< until the precision is chosen
    std::vector<Precision> m_candidates; ///< empty once the precision is chosen
    std::optional<PerformanceCache> m_cache;
    MeasuredPerformance m_measured;
    double m_windowSeconds =
        0; ///< of m_windowsTimed windows; a network's first, which lays its weights out, does not count
    int m_windowsTimed = 0, m_windowsRun = 0;
};

} // namespace hounsfield
