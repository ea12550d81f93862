#include "inference/PackWriter.h"

#include "inference/internal/PackBuilder.h"

#include "volume/Error.h"

#include <algorithm>

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
        if (const std::string name = entry.path().filename().string(); std::find(own.begin(), own.end(), name) == own.end())
            return name;
    return "";
}

} // namespace

void checkPackPlace(const fs::path& folder)
{
    std::error_code failed;
    const fs::file_status there = fs::status(folder, failed);
    if (there.type() == fs::file_type::not_found || (there.type() == fs::file_type::directory && fs::is_empty(folder, failed) && !failed))
        return;
    if (there.type() != fs::file_type::directory || failed)
        throw Error(ErrorKind::Usage, "A model cannot be written to " + folder.string() + ": it is no folder that can be read. Name another.");
    const std::string foreign = fs::exists(folder / "pack.json", failed) ? foreignTo(folder) : fs::directory_iterator(folder)->path().filename().string();
    if (!foreign.empty())
        throw Error(ErrorKind::Usage, "A model cannot be written to " + folder.string() + ": what lies there would be lost (" + foreign + " is of no model that could be replaced). Name another folder.");
}

void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card, const std::filesystem::path& folder)
{
    checkPackPlace(folder);
    PackBuilder builder(folder);
    builder.add(description.weightsFile, weightsSafetensors);
    builder.add("card.md", card);
    if (description.textEncoder)
        for (const std::string& name : filesOf(*description.textEncoder))
            builder.add(name, description.files->read(name));
    Progress silent;
    builder.finish(description, silent);
}

} // namespace hounsfield
