// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace hounsfield {

/// What was measured on this computer with one model.
struct MeasuredPerformance {
    std::string precision;                          ///< "fp32": what the trial chose; empty: none was made
    std::string reason;                             ///< what the trial measured, a whole sentence
    std::map<std::string, double> secondsPerWindow; ///< by precision, of whole windows
};

/// Keeps it in the person's cache folder, one file for each key, written beside and renamed. A file that is
/// missing, damaged or made for another key reads as nothing measured; one that cannot be written is not
/// written: it is measured again.
class PerformanceCache {
public:
    /// @param key all that the numbers depend on: model, processor, threads, program version; empty: nothing
    /// is kept
    /// @param folder empty: nothing is kept
    PerformanceCache(std::string key, std::filesystem::path folder);

    MeasuredPerformance read() const;
    void write(const MeasuredPerformance& measured) const;
    std::filesystem::path file() const; ///< empty where nothing is kept

    /// HOUNSFIELD_CACHE, else XDG_CACHE_HOME/hounsfield, else ~/.cache/hounsfield; empty where there is none.
    static std::filesystem::path standardFolder();

private:
    std::string m_key;
    std::filesystem::path m_folder;
};

} // namespace hounsfield
