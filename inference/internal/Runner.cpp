// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Runner.h"

#include "inference/internal/Device.h"
#include "inference/internal/PackWeights.h"
#include "inference/internal/PrecisionSelector.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hounsfield {
namespace {

bool isOutOfMemory(const c10::Error& error)
{
    return std::string(error.what_without_backtrace()).find("out of memory") != std::string::npos;
}

/// All that the speed and the nearness of a precision depend on.
std::string performanceKey(const ModelPack& pack, const at::Device& device)
{
    if (pack.weightsSha256.empty())
        return {};
    std::string key = "weights " + pack.weightsSha256 + "; device " + device.str() + "; " +
                      processorName(device) + "; threads " + std::to_string(at::get_num_threads()) +
                      "; window";
    for (const std::int64_t length : pack.input.roi)
        key += " " + std::to_string(length);
    return key + "; program " HOUNSFIELD_VERSION;
}

Precision precisionNamed(const std::string& name)
{
    for (const Precision one : {Precision::Bf16, Precision::Fp16})
        if (name == nameOf(one))
            return one;
    return Precision::Fp32;
}

} // namespace

Runner::Runner(const ModelPack& pack, const EngineSettings& settings, const Progress& stop)
    : m_runOn([](const Network& network, const at::Tensor& window, const Progress* progress) {
          return network.run(window, progress);
      }),
      m_pack(pack)
{
    const at::Device device = chooseDevice(settings.device);
    m_notes = setUpMachine(settings.threads, device);
    m_cache.emplace(performanceKey(pack, device), PerformanceCache::standardFolder());
    m_measured = m_cache->read();
    m_weights = packWeights(pack, stop);
    m_candidates = precisionsOf(device);
    const Precision remembered = precisionNamed(m_measured.precision);
    const bool fits = !m_measured.precision.empty() &&
                      std::find(m_candidates.begin(), m_candidates.end(), remembered) != m_candidates.end();
    if (settings.precision != Precision::Auto) {
        take(checkedPrecision(settings.precision, device), device);
    } else if (m_candidates.size() < 2) {
        take(Precision::Fp32, device);
    } else if (fits) {
        take(remembered, device);
        m_precisionReason = m_measured.reason;
    } else {
        m_networks.push_back(std::make_unique<Network>(m_weights, device, Precision::Fp32));
    }
    if (!device.is_cpu())
        m_fallback = [pack, threads = settings.threads] {
            setUpMachine(threads, at::Device(at::kCPU));
            return std::make_unique<Network>(pack, at::Device(at::kCPU), Precision::Fp32);
        };
}

/// The choice is made: the weights are the network's alone from here on.
void Runner::take(Precision precision, const at::Device& device)
{
    // An earlier network stays: others refer to its head.
    if (m_networks.empty() || this->precision() != precision)
        m_networks.push_back(std::make_unique<Network>(m_weights, device, precision));
    m_weights.clear();
    m_candidates.clear();
}

void Runner::choosePrecision(std::int64_t windows, Progress& progress)
{
    if (m_candidates.empty() || !PrecisionSelector::isLongerThanTrial(windows, m_pack->input.roi))
        return;
    const at::Device device = network().device();
    const PrecisionChoice choice =
        PrecisionSelector(m_weights, *m_pack, device, m_candidates).choose(progress);
    take(choice.precision, device);
    m_precisionReason = choice.reason;
    m_measured.precision = nameOf(choice.precision);
    m_measured.reason = choice.reason;
    m_cache->write(m_measured);
}

Runner::Runner(std::unique_ptr<Network> first, std::function<std::unique_ptr<Network>()> fallback,
               RunOn runOn)
    : m_fallback(std::move(fallback)), m_runOn(std::move(runOn))
{
    m_networks.push_back(std::move(first));
}

void Runner::fallBack(const c10::Error& error)
{
    if (!m_fallback || !isOutOfMemory(error))
        throw; // the one that is being handled
    m_networks.push_back(m_fallback());
    m_fallback = nullptr;
    m_measured = {};
    m_cache.reset(); // what is measured from here on is of the processor
    m_candidates.clear();
    m_windowsRun = m_windowsTimed = 0;
    m_windowSeconds = 0;
    m_notes.push_back("The graphics card's memory was not enough, so the processor goes on, in float32: "
                      "slower, with the same result. What was finished on the card is kept. Close other "
                      "programs that use the card to stay on it.");
}

Network::Output Runner::run(const at::Tensor& window, const Progress* stop)
{
    const auto start = std::chrono::steady_clock::now();
    Network::Output out =
        orOnProcessor([&](const Network& network) { return m_runOn(network, window, stop); });
    if (m_windowsRun++ > 0) {
        m_windowSeconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        ++m_windowsTimed;
    }
    return out;
}

double Runner::secondsPerWindow(Progress& progress)
{
    const auto known = m_measured.secondsPerWindow.find(nameOf(precision()));
    if (known != m_measured.secondsPerWindow.end())
        return known->second;
    const double seconds = timedWindow(network(), m_pack->input.roi, progress);
    m_measured.secondsPerWindow[nameOf(precision())] = seconds;
    // Kept at once: a run that is as fast as this changes nothing on disk.
    if (m_cache)
        m_cache->write(m_measured);
    return seconds;
}

void Runner::rememberSpeed()
{
    if (m_windowsTimed == 0)
        return;
    const double now = m_windowSeconds / m_windowsTimed;
    double& before = m_measured.secondsPerWindow[nameOf(precision())];
    const bool changed = std::abs(now - before) > 0.1 * before;
    m_windowSeconds = 0;
    m_windowsTimed = 0;
    before = now;
    if (m_cache && changed)
        m_cache->write(m_measured);
}

} // namespace hounsfield
