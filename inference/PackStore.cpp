// SPDX-License-Identifier: Apache-2.0
#include "inference/PackStore.h"

#include "inference/internal/PackBuilder.h"
#include "inference/internal/PublishedTensors.h"
#include "inference/internal/TextImport.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <cstdlib>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

fs::path platformFolder()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    if (const std::string own = variable("HOUNSFIELD_MODELS"); !own.empty())
        return own;
    if (const std::string data = variable("XDG_DATA_HOME"); !data.empty())
        return fs::path(data) / "hounsfield" / "models";
    if (const std::string home = variable("HOME"); !home.empty())
        return fs::path(home) / ".local" / "share" / "hounsfield" / "models";
    return {};
}

bool isName(const std::string& name)
{
    return !name.empty() && name.size() <= 80 && name[0] != '.' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return isAsciiLetter(c) || isAsciiDigit(c) || c == '_' || c == '-' || c == '.';
           });
}

std::string nameFromFile(const fs::path& file)
{
    std::string name = file.stem().string();
    for (char& c : name)
        if (!isAsciiLetter(c) && !isAsciiDigit(c) && c != '_' && c != '-')
            c = '_';
    return name.substr(0, 80);
}

ModelPack describePublished(const std::string& name, const fs::path& checkpoint)
{
    ModelPack pack;
    pack.name = name;
    pack.version = "1";
    pack.licence = "As its owner says; the published weights: CC BY-NC-ND 4.0, non-commercial";
    pack.source = "Imported from " + checkpoint.filename().string();
    pack.notice = "Imported weights for research only. The published ones may not be used commercially.";
    pack.promptTemplate = "A computerized tomography of a {}";
    pack.classes = universalClasses();
    pack.weightsFile = "weights.safetensors";
    return pack;
}

void checkPair(const fs::path& textEncoder, const fs::path& vocabulary)
{
    if (!textEncoder.empty() && vocabulary.empty())
        throw Error(ErrorKind::Usage,
                    "A text encoder needs its vocabulary too: name bpe_simple_vocab_16e6.txt.gz, merges.txt "
                    "or its sentencepiece .model with --vocabulary.");
    if (textEncoder.empty() && !vocabulary.empty())
        throw Error(ErrorKind::Usage, "A vocabulary alone is of no use: name the text encoder's weights "
                                      "(ViT-B-32.pt or model.safetensors) too.");
}

std::string textEncoderNote(const fs::path& weights, const fs::path& vocabulary)
{
    return "\nText encoder: imported from " + weights.filename().string() + " with the vocabulary " +
           vocabulary.filename().string() +
           ". CLIP's own are under the MIT licence (OpenAI); others are under their own owner's terms.\n";
}

/// Bytes of all that lies in a folder.
std::uint64_t folderBytes(const fs::path& folder)
{
    std::uint64_t bytes = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none))
        if (entry.is_regular_file(none))
            bytes += entry.file_size(none);
    return bytes;
}

} // namespace

PackStore::PackStore() : m_folder(platformFolder()) {}

PackStore::PackStore(const fs::path& folder) : m_folder(folder) {}

std::vector<PackStore::Listed> PackStore::list() const
{
    const auto listed = [](const std::string& name, const std::string& where, auto&& openIt) {
        Listed one{name, where, {}, "", 0};
        try {
            const ModelPack pack = openIt();
            one.bytes = packBytes(pack);
            one.pack = pack;
        } catch (const Error& error) {
            one.problem = error.what();
        }
        return one;
    };
    std::vector<Listed> all{listed("small", "built in", [] { return openEmbeddedPack(); })};
    std::vector<fs::path> folders;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(m_folder, none))
        if (entry.is_directory(none) && isName(entry.path().filename().string()))
            folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) {
        all.push_back(
            listed(folder.filename().string(), folder.string(), [&] { return openPackFolder(folder); }));
        all.back().bytes = folderBytes(folder);
    }
    return all;
}

std::optional<fs::path> PackStore::find(const std::string& nameOrFolder) const
{
    std::error_code none;
    if (fs::exists(fs::path(nameOrFolder) / "pack.json", none))
        return fs::path(nameOrFolder);
    if (!m_folder.empty() && isName(nameOrFolder) && fs::is_directory(m_folder / nameOrFolder, none))
        return m_folder / nameOrFolder;
    return std::nullopt;
}

ModelPack PackStore::open(const std::optional<std::string>& nameOrFolder) const
{
    if (!nameOrFolder || *nameOrFolder == "small")
        return openEmbeddedPack();
    if (const auto folder = find(*nameOrFolder))
        return openPackFolder(*folder);
    std::string names;
    for (const Listed& one : list())
        names += (names.empty() ? "" : ", ") + one.name;
    throw Error(ErrorKind::Model, "There is no model \"" + *nameOrFolder + "\". Installed: " + names +
                                      ". A folder with a pack.json can be named too.");
}

ModelPack PackStore::import(const Import& what, Progress& progress) const
{
    const fs::path& checkpoint = what.checkpoint;
    const std::string name = what.name.empty() ? nameFromFile(checkpoint) : what.name;
    std::error_code failed;
    if (!isName(name) || name == "small")
        throw Error(ErrorKind::Model, "A model cannot be called \"" + name +
                                          "\". Give it a --name of letters, digits, - and _.");
    if (m_folder.empty())
        throw Error(ErrorKind::Resources, "There is no place for models: set HOUNSFIELD_MODELS to a folder.");
    if (fs::exists(m_folder / name, failed))
        throw Error(ErrorKind::Model, "A model called " + name +
                                          " is installed already. Give another --name or remove it first.");
    checkPair(what.textEncoder, what.vocabulary);
    ModelPack pack = describePublished(name, checkpoint);
    progress.step({"reading the checkpoint", 0, {}});
    const auto tensors = openCheckpoint(checkpoint);
    const PublishedTensors published = publishedTensors(*tensors);
    pack.architecture = published.architecture;
    pack.widths = published.widths;
    pack.title = pack.architecture == swinArchitecture ? "CLIP-Driven Universal Model, Swin UNETR"
                                                       : "CLIP-Driven Universal Model, U-Net";
    std::string card = "# " + pack.title + "\n\n" + pack.source + ".\n\n" + publishedLicenceText();
    PackBuilder builder(m_folder / name);
    if (!what.textEncoder.empty()) {
        pack.textEncoder = addTextEncoderFiles(what.textEncoder, what.vocabulary, builder, progress);
        card += textEncoderNote(what.textEncoder, what.vocabulary);
    }
    builder.setHash(pack.weightsFile,
                    writeTensors(*tensors, published.mappings, builder.place(pack.weightsFile),
                                 "writing the model", progress));
    builder.add("card.md", card);
    builder.finish(pack, progress);
    return openPackFolder(m_folder / name);
}

ModelPack PackStore::addTextEncoder(const std::string& nameOrFolder, const fs::path& weights,
                                    const fs::path& vocabulary, Progress& progress) const
{
    checkPair(weights, vocabulary);
    if (weights.empty())
        throw Error(ErrorKind::Usage, "Name the text encoder's weights and its vocabulary.");
    if (nameOrFolder == "small")
        throw Error(ErrorKind::Model, "The model small is part of the program and cannot be changed.");
    ModelPack pack = open(nameOrFolder);
    const fs::path folder = *find(nameOrFolder);
    PackBuilder builder(folder);
    const auto older = pack.textEncoder;
    pack.textEncoder = addTextEncoderFiles(weights, vocabulary, builder, progress);
    const std::vector<std::string> replaced = older ? filesOf(*older) : std::vector<std::string>{};
    for (const auto& [file, hash] : pack.sha256)
        if (file != "card.md" && std::find(replaced.begin(), replaced.end(), file) == replaced.end())
            builder.take(file, folder / file, hash);
    builder.add("card.md", (pack.sha256.count("card.md") ? pack.files->read("card.md") : "") +
                               textEncoderNote(weights, vocabulary));
    builder.finish(pack, progress);
    return openPackFolder(folder);
}

void PackStore::remove(const std::string& name) const
{
    std::error_code failed;
    if (name == "small")
        throw Error(ErrorKind::Model, "The model small is part of the program and cannot be removed.");
    if (m_folder.empty() || !isName(name) || !fs::is_directory(m_folder / name, failed))
        throw Error(ErrorKind::Model, "There is no installed model \"" + name + "\".");
    // Renamed first, so that a half removed folder is never taken for a model.
    const fs::path doomed = removedPlace(m_folder / name);
    fs::remove_all(doomed, failed);
    fs::rename(m_folder / name, doomed, failed);
    if (failed)
        throw Error(ErrorKind::Resources,
                    "The model " + name + " cannot be removed: " + failed.message() + ".");
    fs::remove_all(doomed, failed);
}

std::string publishedLicenceText()
{
    return "The weights published with the CLIP-Driven Universal Model (Liu et al., ICCV 2023) are under the "
           "licence\n"
           "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International (CC BY-NC-ND 4.0):\n"
           "  - name the authors when you show results,\n"
           "  - no commercial use,\n"
           "  - do not pass on changed weights.\n"
           "Full text: https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode\n"
           "They are not a medical device: for research only. Weights from elsewhere are under their own "
           "owner's terms.\n";
}

} // namespace hounsfield
