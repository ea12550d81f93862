// SPDX-License-Identifier: Apache-2.0
#include "inference/PackWriter.h"

#include "inference/internal/JsonText.h"
#include "inference/internal/PackBuilder.h"

#include "volume/Error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

/// What lies in a folder that is not of the pack in it; empty where all of it is.
std::string foreignTo(const fs::path& folder)
{
    std::vector<std::string> own{"pack.json"};
    try {
        const ModelPack pack = openPackFolder(folder);
        for (const auto& [name, hash] : pack.sha256)
            own.push_back(name);
    } catch (const Error&) {
        return "pack.json";
    }
    for (const auto& entry : fs::directory_iterator(folder))
        if (const std::string name = entry.path().filename().string();
            std::find(own.begin(), own.end(), name) == own.end())
            return name;
    return "";
}

} // namespace

void stateReliability(const fs::path& folder, const std::map<int, Reliability>& ofClass)
{
    const fs::path place = folder / "pack.json", partial = folder / ".pack.json.partial";
    std::string text;
    try {
        std::ifstream in(place, std::ios::binary);
        const std::string before{std::istreambuf_iterator<char>(in), {}};
        parseForeignJson(before); // not deeper than ours are
        nlohmann::ordered_json root = nlohmann::ordered_json::parse(before);
        root["format"] = std::max(5, root.at("format").get<int>());
        for (auto& entry : root.at("classes")) {
            const auto stated = ofClass.find(entry.at("id").get<int>());
            const Reliability reliability = stated == ofClass.end() ? Reliability{} : stated->second;
            entry["reliability"] = {{"dice", std::round(1000 * reliability.dice) / 1000},
                                    {"scans", reliability.scans}};
        }
        text = root.dump(1) + "\n";
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::Model, "The description of the model in " + folder.string() +
                                          " cannot be read: " + error.what() + ".");
    }
    std::ofstream out(partial, std::ios::binary);
    out << text;
    out.close();
    std::error_code failed;
    if (out)
        fs::rename(partial, place, failed);
    if (!out || failed) {
        std::error_code none;
        fs::remove(partial, none);
        throw Error(ErrorKind::Resources, "The reliabilities could not be written to " + place.string() +
                                              ". The file is as it was.");
    }
}

void checkPackPlace(const fs::path& folder)
{
    std::error_code failed;
    const fs::file_status there = fs::status(folder, failed);
    if (there.type() == fs::file_type::not_found ||
        (there.type() == fs::file_type::directory && fs::is_empty(folder, failed) && !failed))
        return;
    if (there.type() != fs::file_type::directory || failed)
        throw Error(ErrorKind::Usage, "A model cannot be written to " + folder.string() +
                                          ": it is no folder that can be read. Name another.");
    const std::string foreign = fs::exists(folder / "pack.json", failed)
                                    ? foreignTo(folder)
                                    : fs::directory_iterator(folder)->path().filename().string();
    if (!foreign.empty())
        throw Error(ErrorKind::Usage, "A model cannot be written to " + folder.string() +
                                          ": what lies there would be lost (" + foreign +
                                          " is of no model that could be replaced). Name another folder.");
}

void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card,
               const std::filesystem::path& folder)
{
    checkPackPlace(folder);
    PackBuilder builder(folder);
    builder.add(description.weightsFile, weightsSafetensors);
    builder.add("card.md", card);
    if (description.textEncoder)
        for (const std::string& name : filesOf(*description.textEncoder))
            builder.add(name, description.files->read(name));
    ModelPack unmeasured =
        description; // what was measured with other weights or thresholds says nothing of these
    for (ModelClass& known : unmeasured.classes)
        known.reliability.reset();
    Progress silent;
    builder.finish(unmeasured, silent);
}

} // namespace hounsfield
