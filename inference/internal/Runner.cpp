#include "inference/internal/Runner.h"

#include "inference/internal/Device.h"
#include "inference/internal/PrecisionTrial.h"

#include <chrono>

namespace hounsfield {
namespace {

bool isOutOfMemory(const c10::Error& error)
{
    return std::string(error.what_without_backtrace()).find("out of memory") != std::string::npos;
}

} // namespace

Runner::Runner(const ModelPack& pack, const EngineSettings& settings) : m_runOn([](const Network& network, const at::Tensor& window) { return network.run(window); })
{
    const at::Device device = chooseDevice(settings.device);
    m_notes = setUpMachine(settings.threads, device);
    const std::vector<Precision> candidates = precisionsOf(device);
    if (settings.precision == Precision::Auto && candidates.size() > 1) {
        PrecisionChoice choice = fastestPrecision(pack, device, candidates);
        m_networks.push_back(std::move(choice.network));
        m_secondsPerWindow = choice.seconds;
        m_precisionReason = std::move(choice.reason);
    } else {
        m_networks.push_back(std::make_unique<Network>(pack, device, settings.precision == Precision::Auto ? Precision::Fp32 : checkedPrecision(settings.precision, device)));
    }
    if (!device.is_cpu())
        m_fallback = [pack, threads = settings.threads] {
            setUpMachine(threads, at::Device(at::kCPU));
            return std::make_unique<Network>(pack, at::Device(at::kCPU), Precision::Fp32);
        };
}

Runner::Runner(std::unique_ptr<Network> first, std::function<std::unique_ptr<Network>()> fallback, RunOn runOn) : m_fallback(std::move(fallback)), m_runOn(std::move(runOn))
{
    m_networks.push_back(std::move(first));
}

void Runner::fallBack(const c10::Error& error)
{
    if (!m_fallback || !isOutOfMemory(error))
        throw; // the one that is being handled
    m_networks.push_back(m_fallback());
    m_fallback = nullptr;
    m_secondsPerWindow.reset();
    m_notes.push_back("The graphics card's memory was not enough, so the processor goes on, in float32: slower, with the same result. What was finished on the card is kept. Close other "
                      "programs that use the card to stay on it.");
}

Network::Output Runner::run(const at::Tensor& window)
{
    return orOnProcessor([&](const Network& network) { return m_runOn(network, window); });
}

double Runner::timeWindow(const Index3& roi)
{
    if (!m_secondsPerWindow)
        m_secondsPerWindow = secondsOfWindow(network(), roi);
    return *m_secondsPerWindow;
}

} // namespace hounsfield
