#include "inference/PackStore.h"

#include "inference/PackWriter.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/UnetShapes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

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
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
}

std::string nameFromFile(const fs::path& file)
{
    std::string name = file.stem().string();
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-')
            c = '_';
    return name.substr(0, 80);
}

bool endsWith(const std::string& text, const std::string& end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Keys are spelled with and without "module." (written by a distributed model) and "backbone." (older files).
std::string publishedName(std::string key)
{
    if (key.rfind("module.", 0) == 0)
        key = key.substr(7);
    for (const char* part : {"down_tr", "up_tr", "swinViT.", "encoder", "decoder"})
        if (key.rfind(part, 0) == 0)
            return "backbone." + key;
    return key;
}

/// What the network computes for itself: statistics of its training, and indices that follow from the window's size.
bool isDerived(const std::string& name)
{
    return endsWith(name, "running_mean") || endsWith(name, "running_var") || endsWith(name, "num_batches_tracked") || endsWith(name, "relative_position_index");
}

StoredTensor asFloat(const std::string& name, const StoredTensor& tensor)
{
    const std::vector<float> values = tensor.toFloat();
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        throw Error(ErrorKind::Model, "The checkpoint's tensor " + name + " holds values that are no numbers. Get the file again.");
    StoredTensor stored;
    stored.shape = tensor.shape;
    stored.bytes.resize(values.size() * sizeof(float));
    std::memcpy(stored.bytes.data(), values.data(), stored.bytes.size());
    return stored;
}

/// What kind of backbone the tensors are of.
std::string architectureOf(const StoredTensors& tensors)
{
    return tensors.count("backbone.swinViT.patch_embed.proj.weight") ? swinArchitecture : unetArchitecture;
}

std::string spokenName(const std::string& architecture)
{
    return architecture == swinArchitecture ? "a Universal Model with a Swin UNETR" : "a Universal Model with a U-Net";
}

UnetWidths swinWidthsOf(const StoredTensors& tensors)
{
    const auto& shape = tensors.at("backbone.swinViT.patch_embed.proj.weight").shape;
    if (shape.size() != 5 || shape[0] < 3 || shape[0] > 768 || shape[0] % 48)
        throw Error(ErrorKind::Model, "The checkpoint's feature size is not one that this version runs (48, or a multiple of it).");
    const int size = static_cast<int>(shape[0]);
    return {{size, 2 * size, 4 * size, 16 * size}, size};
}

/// Channels as the tensors tell them. @throws Error(Model) where the stages are not there
UnetWidths unetWidthsOf(const StoredTensors& tensors)
{
    const auto channels = [&](const std::string& name) {
        const auto found = tensors.find(name);
        if (found == tensors.end() || found->second.shape.size() != 5)
            throw Error(ErrorKind::Model, "The checkpoint lacks the tensor " + name + ", so it is not a Universal Model with a U-Net.");
        return static_cast<int>(std::min<std::int64_t>(found->second.shape[0], 1 << 20));
    };
    UnetWidths widths;
    const char* const stages[4] = {"64", "128", "256", "512"};
    for (std::size_t s = 0; s < 4; ++s)
        widths.encoder[s] = channels(std::string("backbone.down_tr") + stages[s] + ".ops.1.conv1.weight");
    widths.firstConvolution = channels("backbone.down_tr64.ops.0.conv1.weight");
    return widths;
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (std::int64_t n : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(n);
    return text.empty() ? "a single number" : text;
}

/// The tensors under their published names in float32, each checked against the architecture.
StoredTensors checkedTensors(StoredTensors found, std::string& architecture, UnetWidths& widths)
{
    StoredTensors named;
    for (auto& [key, tensor] : found) {
        const std::string name = publishedName(key);
        if (!isDerived(name) && !named.emplace(name, std::move(tensor)).second)
            throw Error(ErrorKind::Model, "The checkpoint names the tensor " + name + " twice.");
    }
    architecture = architectureOf(named);
    widths = architecture == swinArchitecture ? swinWidthsOf(named) : unetWidthsOf(named);
    StoredTensors checked;
    const TensorShapes expected = expectedTensors(architecture, widths);
    for (const auto& [name, shape] : expected) {
        const auto tensor = named.find(name);
        if (tensor == named.end())
            throw Error(ErrorKind::Model, "The checkpoint lacks the tensor " + name + ", so it is not " + spokenName(architecture) + ".");
        if (tensor->second.shape != shape)
            throw Error(ErrorKind::Model, "The checkpoint's tensor " + name + " is " + shapeText(tensor->second.shape) + " where " + shapeText(shape) + " belongs.");
        checked.emplace(name, asFloat(name, tensor->second));
    }
    for (const auto& [name, tensor] : named)
        if (!expected.count(name))
            throw Error(ErrorKind::Model, "The checkpoint holds the tensor " + name + ", which " + spokenName(architecture) + " does not have.");
    return checked;
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

} // namespace

PackStore::PackStore() : m_folder(platformFolder()) {}

PackStore::PackStore(const fs::path& folder) : m_folder(folder) {}

std::vector<PackStore::Listed> PackStore::list() const
{
    const auto listed = [](const std::string& name, const std::string& where, auto&& openIt) {
        Listed one{name, where, {}, ""};
        try {
            one.pack = openIt();
            one.name = one.pack->name.empty() ? name : name;
        } catch (const Error& error) {
            one.problem = error.what();
        }
        return one;
    };
    std::vector<Listed> all{listed("small", "inside the program", [] { return openEmbeddedPack(); })};
    std::vector<fs::path> folders;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(m_folder, none))
        if (entry.is_directory(none) && isName(entry.path().filename().string()))
            folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders)
        all.push_back(listed(folder.filename().string(), folder.string(), [&] { return openPackFolder(folder); }));
    return all;
}

ModelPack PackStore::open(const std::optional<std::string>& nameOrFolder) const
{
    if (!nameOrFolder || *nameOrFolder == "small")
        return openEmbeddedPack();
    std::error_code none;
    if (fs::exists(fs::path(*nameOrFolder) / "pack.json", none))
        return openPackFolder(*nameOrFolder);
    if (!m_folder.empty() && isName(*nameOrFolder) && fs::is_directory(m_folder / *nameOrFolder, none))
        return openPackFolder(m_folder / *nameOrFolder);
    std::string names;
    for (const Listed& one : list())
        names += (names.empty() ? "" : ", ") + one.name;
    throw Error(ErrorKind::Model, "There is no model \"" + *nameOrFolder + "\". Installed: " + names + ". A folder with a pack.json can be named too.");
}

ModelPack PackStore::import(const Import& what, Progress& progress) const
{
    const fs::path& checkpoint = what.checkpoint;
    const std::string name = what.name.empty() ? nameFromFile(checkpoint) : what.name;
    std::error_code failed;
    if (!isName(name) || name == "small")
        throw Error(ErrorKind::Model, "A model cannot be called \"" + name + "\". Give it a --name of letters, digits, - and _.");
    if (m_folder.empty())
        throw Error(ErrorKind::Resources, "There is no place for models: set HOUNSFIELD_MODELS to a folder.");
    if (fs::exists(m_folder / name, failed))
        throw Error(ErrorKind::Model, "A model called " + name + " is installed already. Give another --name or remove it first.");
    ModelPack pack = describePublished(name, checkpoint);
    progress.step({"reading the checkpoint", 0, {}});
    StoredTensors tensors = checkedTensors(readCheckpoint(checkpoint), pack.architecture, pack.widths);
    pack.title = pack.architecture == swinArchitecture ? "CLIP-Driven Universal Model, Swin UNETR" : "CLIP-Driven Universal Model, U-Net";
    progress.step({"writing the model", 0.5, {}});
    const std::string weights = writeSafetensors(tensors, {{"producer", "hounsfield"}});
    tensors.clear();
    writePack(pack, weights, "# " + pack.title + "\n\n" + pack.source + ".\n\n" + publishedLicenceText(), m_folder / name);
    return openPackFolder(m_folder / name);
}

void PackStore::remove(const std::string& name) const
{
    std::error_code failed;
    if (name == "small")
        throw Error(ErrorKind::Model, "The model small is part of the program and cannot be removed.");
    if (m_folder.empty() || !isName(name) || !fs::is_directory(m_folder / name, failed))
        throw Error(ErrorKind::Model, "There is no installed model \"" + name + "\".");
    // Renamed first, so that a half removed folder is never taken for a model.
    const fs::path doomed = m_folder / ("." + name + ".removed");
    fs::remove_all(doomed, failed);
    fs::rename(m_folder / name, doomed, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "The model " + name + " cannot be removed: " + failed.message() + ".");
    fs::remove_all(doomed, failed);
}

std::string publishedLicenceText()
{
    return "The weights published with the CLIP-Driven Universal Model (Liu et al., ICCV 2023) are under the licence\n"
           "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International (CC BY-NC-ND 4.0):\n"
           "  - name the authors when you show results,\n"
           "  - no commercial use,\n"
           "  - do not pass on changed weights.\n"
           "Full text: https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode\n"
           "They are not a medical device: for research only. Weights from elsewhere are under their own owner's terms.\n";
}

} // namespace hounsfield
