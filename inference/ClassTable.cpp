// SPDX-License-Identifier: Apache-2.0
#include "inference/ClassTable.h"

#include "resources/Resources.h"

#include <nlohmann/json.hpp>

#include <map>

namespace hounsfield {
namespace {

/// By file name, which no language and no synonym changes.
const std::map<std::string, ClassEntry>& table()
{
    static const std::map<std::string, ClassEntry> all = [] {
        std::map<std::string, ClassEntry> read;
        for (const nlohmann::json& one : nlohmann::json::parse(resources::find("classes.json").value()))
            read[one.at("file")] = {one.at("snomed"), one.value("laterality", ""),
                                    one.at("rgb").get<std::array<int, 3>>()};
        return read;
    }();
    return all;
}

} // namespace

const ClassEntry* classEntry(const ModelClass& known)
{
    const auto found = table().find(known.fileName);
    return found == table().end() ? nullptr : &found->second;
}

std::string lateralityOf(const ModelClass& known)
{
    const ClassEntry* entry = classEntry(known);
    return entry ? entry->laterality : std::string();
}

} // namespace hounsfield
