// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PerformanceCache.h"

#include "inference/internal/Sha256.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

constexpr int cacheFormat = 1;
constexpr std::uintmax_t largestFile = 1 << 16;

MeasuredPerformance measuredOf(const nlohmann::json& root)
{
    MeasuredPerformance measured;
    measured.precision = root.at("precision").get<std::string>();
    measured.reason = root.at("reason").get<std::string>();
    if (measured.precision != "" && measured.precision != "fp32" && measured.precision != "bf16" &&
        measured.precision != "fp16")
        throw std::runtime_error("precision");
    for (const auto& [precision, seconds] : root.at("seconds_per_window").items()) {
        const double value = seconds.get<double>();
        if (!(value > 0 && value < 1e5))
            throw std::runtime_error("seconds");
        measured.secondsPerWindow[precision] = value;
    }
    return measured;
}

} // namespace

PerformanceCache::PerformanceCache(std::string key, fs::path folder)
    : m_key(std::move(key)), m_folder(std::move(folder))
{
}

fs::path PerformanceCache::file() const
{
    if (m_key.empty() || m_folder.empty())
        return {};
    return m_folder / ("performance-" + sha256(m_key).substr(0, 16) + ".json");
}

MeasuredPerformance PerformanceCache::read() const
{
    try {
        std::error_code failed;
        const fs::path path = file();
        if (path.empty() || !fs::is_regular_file(path, failed) || fs::file_size(path, failed) > largestFile)
            return {};
        std::ifstream in(path, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        const auto root = nlohmann::json::parse(text.str());
        if (root.at("format") != cacheFormat || root.at("key") != m_key)
            return {};
        return measuredOf(root);
    } catch (const std::exception&) {
        return {};
    }
}

void PerformanceCache::write(const MeasuredPerformance& measured) const
{
    try {
        const fs::path path = file();
        if (path.empty())
            return;
        fs::create_directories(m_folder);
        const nlohmann::ordered_json root{{"format", cacheFormat},
                                          {"key", m_key},
                                          {"precision", measured.precision},
                                          {"reason", measured.reason},
                                          {"seconds_per_window", measured.secondsPerWindow}};
        fs::path beside = path;
        beside += "." + std::to_string(std::random_device()()) + ".part";
        std::error_code ignored;
        {
            std::ofstream out(beside, std::ios::binary);
            out << root.dump(1) << '\n';
            out.close();
            if (!out) {
                fs::remove(beside, ignored);
                return;
            }
        }
        fs::rename(beside, path, ignored);
        if (ignored)
            fs::remove(beside, ignored);
    } catch (const std::exception&) {
        // It is measured again the next time.
    }
}

fs::path PerformanceCache::standardFolder()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    if (const std::string own = variable("HOUNSFIELD_CACHE"); !own.empty())
        return own;
    if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
        return fs::path(cache) / "hounsfield";
    if (const std::string home = variable("HOME"); !home.empty())
        return fs::path(home) / ".cache" / "hounsfield";
    return {};
}

} // namespace hounsfield
