// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/TumorPack.h"

#include "inference/internal/Sha256.h"
#include "inference/internal/TensorFile.h"
#include "tests/support/Paths.h"

#include <nlohmann/json.hpp>

namespace hounsfield::test {
namespace fs = std::filesystem;

fs::path writeTumorPack(const fs::path& folder)
{
    const fs::path inside = sourceFolder() / "resources/models/small", pack = folder / "tumorous";
    StoredTensors tensors = readSafetensors(readFile(inside / "weights.safetensors"));
    StoredTensor& table = tensors.at("organ_embedding"); // a row a class, class 1 first
    constexpr std::size_t liver = 5, tumor = 26;
    const std::size_t row = table.bytes.size() / 32;
    table.bytes.replace(tumor * row, row, table.bytes.substr(liver * row, row));
    const std::string weights = writeSafetensors(tensors, {});

    auto root = nlohmann::json::parse(readFile(inside / "pack.json"));
    root["name"] = "tumorous";
    root.erase("text_encoder");
    root["sha256"] = {{"weights.safetensors", sha256(weights)}};
    fs::create_directories(pack);
    writeFile(pack / "weights.safetensors", weights);
    writeFile(pack / "pack.json", root.dump());
    return pack;
}

} // namespace hounsfield::test
