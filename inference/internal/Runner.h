#pragma once

#include "inference/Segmenter.h"
#include "inference/internal/Network.h"

#include <functional>

namespace hounsfield {

/// The network where and how it is to run: the device and the precision that were asked for, or the best of this machine; and what is
/// done when the memory of a graphics card ends. One thread at a time.
class Runner {
public:
    /// How a window is run: Network::run, or what a test puts in its place.
    using RunOn = std::function<Network::Output(const Network& network, const at::Tensor& window)>;

    Runner(const ModelPack& pack, const EngineSettings& settings);
    /// @param first the network to begin with @param fallback made where the memory of its device ends; empty: an error then
    Runner(std::unique_ptr<Network> first, std::function<std::unique_ptr<Network>()> fallback, RunOn runOn);

    const Network& network() const { return *m_networks.back(); }
    Precision precision() const { return network().precision(); }
    const std::vector<std::string>& notes() const { return m_notes; }
    const std::string& precisionReason() const { return m_precisionReason; }
    std::optional<double> secondsPerWindow() const { return m_secondsPerWindow; }

    /// One window. Where the graphics card's memory ends the processor goes on with it, and says so in notes().
    Network::Output run(const at::Tensor& window);
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
    /// Times one window, the first time it is asked.
    double timeWindow(const Index3& roi);

private:
    void fallBack(const c10::Error& error);

    std::vector<std::unique_ptr<Network>> m_networks; ///< the last one runs; an earlier one still holds what was made of finished windows
    std::function<std::unique_ptr<Network>()> m_fallback;
    RunOn m_runOn;
    std::vector<std::string> m_notes;
    std::string m_precisionReason;
    std::optional<double> m_secondsPerWindow;
};

} // namespace hounsfield
