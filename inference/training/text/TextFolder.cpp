// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextFolder.h"

#include "inference/internal/ByteSource.h"
#include "inference/internal/JsonText.h"
#include "inference/internal/PackFiles.h"
#include "inference/internal/TextTower.h"
#include "tokenizer/SentencePieceTokenizer.h"
#include "volume/Shutdown.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <fstream>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

using nlohmann::ordered_json;

constexpr const char* descriptionFile = "text.json";
constexpr const char* weightsFile = "text_encoder.safetensors";
constexpr const char* vocabularyFile = "vocabulary.model";
constexpr const char* recognitionFile = "recognition.json";
constexpr const char* rowsTensor = "concepts";

void writeRenamed(const fs::path& file, const std::string& bytes)
{
    const fs::path partial = file.string() + ".part";
    const TemporaryPath listed(partial);
    std::ofstream out(partial, std::ios::binary);
    out << bytes;
    out.close();
    std::error_code failed;
    if (out)
        fs::rename(partial, file, failed);
    if (!out || failed)
        throw Error(ErrorKind::Resources,
                    "The file " + file.string() +
                        " cannot be written. Is the folder there, and is there space on the disk?");
}

std::string descriptionJson(const TextDescription& d)
{
    const TextEncoderSettings& s = d.settings;
    ordered_json root;
    root["settings"] = {{"tokenizer", s.tokenizer},
                        {"weights", s.weightsFile},
                        {"vocabulary", s.vocabularyFile},
                        {"recognition", s.recognitionFile},
                        {"width", s.width},
                        {"heads", s.heads},
                        {"blocks", s.blocks},
                        {"context", s.context},
                        {"vocabulary_size", s.vocabulary}};
    root["prompt_template"] = d.promptTemplate;
    root["trained"] = {{"seed", d.seed}, {"steps", d.steps}, {"lines", d.lines}};
    return root.dump(1) + "\n";
}

std::string recognitionJson(const TextDescription& d)
{
    ordered_json root{{"temperature", d.rows.temperature},
                      {"accept", d.thresholds.accept},
                      {"unsure", d.thresholds.unsure},
                      {"concepts", ordered_json::array()}};
    for (const TextConcept& one : d.rows.concepts)
        root["concepts"].push_back({{"name", one.name}, {"classes", one.classes}});
    return root.dump(1) + "\n";
}

std::string rowsBytes(const TextRows& rows)
{
    at::Tensor table = at::empty({static_cast<std::int64_t>(rows.rows.size()), embeddingLength}, at::kFloat);
    for (std::size_t n = 0; n < rows.rows.size(); ++n)
        std::copy(rows.rows[n].begin(), rows.rows[n].end(),
                  table[static_cast<std::int64_t>(n)].data_ptr<float>());
    return writeSafetensors(toStored({{rowsTensor, table}}, true), {{"producer", "hounsfield-train"}});
}

TextEncoderSettings settingsFrom(const nlohmann::json& entry)
{
    TextEncoderSettings s;
    s.tokenizer = entry.at("tokenizer");
    s.weightsFile = entry.at("weights");
    s.vocabularyFile = entry.at("vocabulary");
    s.recognitionFile = entry.value("recognition", recognitionFile);
    s.width = wholeNumber(entry.at("width"));
    s.heads = wholeNumber(entry.at("heads"));
    s.blocks = wholeNumber(entry.at("blocks"));
    s.context = wholeNumber(entry.at("context"));
    s.vocabulary = wholeNumber(entry.at("vocabulary_size"));
    return s;
}

void readRecognition(const PackFiles& files, TextDescription& d)
{
    const auto root = parseForeignJson(files.read(d.settings.recognitionFile));
    d.rows.temperature = root.at("temperature");
    d.thresholds = {root.at("accept"), root.at("unsure")};
    for (const auto& entry : root.at("concepts"))
        d.rows.concepts.push_back({entry.at("name"), entry.at("classes").get<std::vector<std::string>>()});
    const std::vector<float> values =
        openSafetensors(files.open(recognitionRowsFile(d.settings)))->read(rowsTensor).toFloat();
    if (values.size() != d.rows.concepts.size() * std::size_t(embeddingLength))
        throw Error(ErrorKind::Model, "The rows and the concepts in " + files.describe() +
                                          " do not belong together. Train the text encoder again.");
    for (auto from = values.begin(); from != values.end(); from += embeddingLength)
        d.rows.rows.emplace_back(from, from + embeddingLength);
}

} // namespace

struct WordEncoder::State {
    std::unique_ptr<Tokenizer> tokenizer;
    TextTower tower;
};

WordEncoder::WordEncoder(const TextEncoderSettings& settings, std::unique_ptr<Tokenizer> tokenizer,
                         const std::string& weights)
    : m_state(new State{std::move(tokenizer), TextTower(toWeights(readSafetensors(weights)), settings)})
{
}

WordEncoder::WordEncoder(const TextEncoderSettings& settings, const PackFiles& files)
    : WordEncoder(settings, textTokenizer(files.read(settings.vocabularyFile), settings.context),
                  files.read(settings.weightsFile))
{
}

WordEncoder::~WordEncoder() = default;
WordEncoder::WordEncoder(WordEncoder&&) noexcept = default;

std::vector<float> WordEncoder::embed(const std::string& words) const
{
    return translated("reading the words", [&] {
        const at::Tensor embedding = m_state->tower.embed(m_state->tokenizer->encode(words));
        return std::vector<float>(embedding.data_ptr<float>(),
                                  embedding.data_ptr<float>() + embedding.numel());
    });
}

std::unique_ptr<Tokenizer> textTokenizer(const std::string& vocabulary, int context)
{
    return std::make_unique<SentencePieceTokenizer>(SentencePieceTokenizer::fromBytes(vocabulary, context));
}

TextEncoderSettings folderSettings(int width, int blocks, int vocabulary)
{
    TextEncoderSettings settings;
    settings.tokenizer = "sentencepiece";
    settings.weightsFile = weightsFile;
    settings.vocabularyFile = vocabularyFile;
    settings.recognitionFile = recognitionFile;
    settings.width = width;
    settings.heads = std::max(1, width / 64);
    settings.blocks = blocks;
    settings.context = 48;
    settings.vocabulary = vocabulary;
    return settings;
}

void writeTextFolder(const fs::path& folder, const TextDescription& description,
                     const std::string& vocabulary, const std::string& weights)
{
    std::error_code failed;
    fs::create_directories(folder, failed);
    writeRenamed(folder / vocabularyFile, vocabulary);
    writeRenamed(folder / weightsFile, weights);
    writeRenamed(folder / recognitionRowsFile(description.settings), rowsBytes(description.rows));
    writeRenamed(folder / recognitionFile, recognitionJson(description));
    // Last: a folder with it is whole.
    writeRenamed(folder / descriptionFile, descriptionJson(description));
}

TextDescription readTextFolder(const fs::path& folder)
{
    const auto files = folderFiles(folder);
    try {
        const auto root = parseForeignJson(files->read(descriptionFile));
        TextDescription d;
        d.settings = settingsFrom(root.at("settings"));
        d.promptTemplate = root.at("prompt_template");
        d.seed = root.at("trained").at("seed");
        d.steps = root.at("trained").at("steps");
        d.lines = root.at("trained").at("lines").get<std::map<std::string, std::size_t>>();
        readRecognition(*files, d);
        return d;
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::Model, "The folder " + folder.string() + " is no text encoder (" +
                                          error.what() + "). Name one that hounsfield-train text wrote.");
    }
}

WordEncoder openWordEncoder(const fs::path& folder, const TextEncoderSettings& settings)
{
    return {settings, *folderFiles(folder)};
}

std::shared_ptr<const PackFiles> textFiles(const fs::path& folder)
{
    return folderFiles(folder);
}

} // namespace hounsfield::training
