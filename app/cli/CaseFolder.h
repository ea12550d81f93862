// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/CaseList.h"
#include "app/cli/OneScan.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace hounsfield::cli {

/// What decides whether a result is the one asked for: scan (name, bytes, time of change), series, prompt,
/// model and settings.
nlohmann::ordered_json requestOf(const Case& one, const Asked& asked, const ModelPack& pack);
/// In words, what of a request differs from another: "the prompt and the model"; empty: nothing.
std::string difference(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now);

/// Where the results of one case lie. They are written beside their place and moved there when complete: a
/// folder is whole or not there.
class CaseFolder {
public:
    CaseFolder(const std::filesystem::path& out, const std::string& name);
    std::filesystem::path place() const { return m_out / m_name; }
    std::filesystem::path part() const { return hidden(".part"); } ///< being written
    std::filesystem::path lock() const { return hidden(".lock"); }

    /// done.json of a finished case: "request" as above and "result".
    std::optional<nlohmann::ordered_json> done() const;
    /// Clears what a killed run left, makes part(). @throws Error(Usage) where files of others lie at
    /// place(); Error(Resources)
    void begin() const;
    /// Writes done.json, moves part() to place(). @throws Error(Resources)
    void finish(const nlohmann::ordered_json& done) const;
    /// Removes part().
    void giveUp() const;

    /// Why the last try failed; kept until one succeeds.
    void markFailed(const std::string& listed, const std::string& why) const;
    std::optional<nlohmann::ordered_json> failed() const;
    void clearFailed() const;

private:
    std::filesystem::path hidden(const char* ending) const { return m_out / ("." + m_name + ending); }
    std::filesystem::path m_out;
    std::string m_name;
};

} // namespace hounsfield::cli
