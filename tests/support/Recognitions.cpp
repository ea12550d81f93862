// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Recognitions.h"

#include "inference/internal/Sha256.h"
#include "inference/internal/TensorFile.h"
#include "tests/support/Paths.h"
#include "volume/Error.h"

#include <nlohmann/json.hpp>

#include <cstring>

namespace hounsfield::test {
namespace {

template <typename Number> StoredTensor tensorOf(ElementType type, const std::vector<std::int64_t>& shape,
                                                 const std::vector<Number>& numbers)
{
    StoredTensor tensor;
    tensor.type = type;
    tensor.shape = shape;
    tensor.bytes.resize(numbers.size() * sizeof(Number));
    std::memcpy(tensor.bytes.data(), numbers.data(), tensor.bytes.size());
    return tensor;
}

class FilesInMemory final : public PackFiles {
public:
    explicit FilesInMemory(std::map<std::string, std::string> files) : m_files(std::move(files)) {}
    std::string read(const std::string& name) const override
    {
        const auto found = m_files.find(name);
        if (found == m_files.end())
            throw Error(ErrorKind::Model,
                        "The model in memory lacks its file " + name + ". Install it again.");
        return found->second;
    }
    std::string describe() const override { return "in memory"; }

private:
    std::map<std::string, std::string> m_files;
};

} // namespace

RecognitionBytes writeRecognition(const std::vector<TaughtConcept>& concepts, double temperature,
                                  double accept, double unsure, bool owners)
{
    nlohmann::json root{{"temperature", temperature},
                        {"accept", accept},
                        {"unsure", unsure},
                        {"concepts", nlohmann::json::array()}};
    std::vector<float> rows;
    std::vector<std::int32_t> owner;
    for (std::size_t n = 0; n < concepts.size(); ++n) {
        root["concepts"].push_back({{"name", concepts[n].name}, {"classes", concepts[n].classes}});
        for (const std::vector<float>& row : concepts[n].rows) {
            rows.insert(rows.end(), row.begin(), row.end());
            owner.push_back(std::int32_t(n));
        }
    }
    const auto count = std::int64_t(owner.size());
    StoredTensors tensors{{"concepts", tensorOf(ElementType::Float32, {count, 512}, rows)}};
    if (owners)
        tensors.emplace("owner", tensorOf(ElementType::Int32, {count}, owner));
    return {root.dump(), writeSafetensors(tensors, {})};
}

ModelPack packWith(const RecognitionBytes& recognition)
{
    ModelPack pack;
    pack.name = "taught";
    pack.classes = universalClasses();
    pack.textEncoder.emplace();
    pack.textEncoder->recognitionFile = "recognition.json";
    std::map<std::string, std::string> files{{"recognition.json", recognition.description}};
    if (!recognition.rows.empty())
        files["recognition.safetensors"] = recognition.rows;
    pack.files = std::make_shared<FilesInMemory>(files);
    return pack;
}

std::vector<float> padded(const std::vector<float>& first)
{
    std::vector<float> all(512);
    std::copy(first.begin(), first.end(), all.begin());
    return all;
}

void addRecognition(const std::filesystem::path& folder, const RecognitionBytes& recognition)
{
    auto root = nlohmann::json::parse(readFile(folder / "pack.json"));
    root["text_encoder"]["recognition"] = "recognition.json";
    root["sha256"]["recognition.json"] = sha256(recognition.description);
    root["sha256"]["recognition.safetensors"] = sha256(recognition.rows);
    writeFile(folder / "recognition.json", recognition.description);
    writeFile(folder / "recognition.safetensors", recognition.rows);
    writeFile(folder / "pack.json", root.dump(1));
}

} // namespace hounsfield::test
