// SPDX-License-Identifier: Apache-2.0
#include "inference/ModelPack.h"

#include "inference/ClassTable.h"
#include "inference/internal/ByteSource.h"
#include "inference/internal/JsonText.h"
#include "inference/internal/PackFiles.h"
#include "inference/internal/Sha256.h"
#include "inference/internal/TextShapes.h"
#include "inference/internal/UnetShapes.h"
#include "resources/Resources.h"

#include <algorithm>
#include <set>

namespace hounsfield {
namespace {

using nlohmann::json;

constexpr const char* usualRecognition = "recognition.json";

[[noreturn]] void refuse(const PackFiles& files, const std::string& why)
{
    throw Error(ErrorKind::Model,
                "The model (" + files.describe() + ") cannot be used: " + why + ". Install it again.");
}

/// A name that stays in the pack's folder whatever it says.
bool isPlainName(const std::string& name)
{
    return !name.empty() && name.size() < 200 && name.find_first_of("/\\") == std::string::npos &&
           name[0] != '.';
}

template <std::size_t count, typename Number = int> std::array<Number, count> wholeNumbers(const json& values)
{
    std::array<Number, count> numbers;
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = wholeNumber(values.at(i));
    return numbers;
}

std::optional<Reliability> readReliability(const json& entry)
{
    const auto stated = entry.find("reliability");
    if (stated == entry.end())
        return std::nullopt;
    return Reliability{stated->at("dice"), wholeNumber(stated->at("scans"))};
}

ModelClass readClass(const json& entry)
{
    ModelClass known;
    known.id = wholeNumber(entry.at("id"));
    known.name = entry.at("name");
    known.fileName = entry.at("file");
    known.snomedCode = entry.at("snomed");
    known.rgb = wholeNumbers<3>(entry.at("rgb"));
    for (const json& host : entry.at("hosts"))
        known.hosts.push_back(wholeNumber(host));
    known.kind = entry.at("kind");
    known.threshold = entry.at("threshold");
    known.peak = entry.value("peak", 0.0);
    known.synonyms = entry.at("synonyms").get<std::vector<std::string>>();
    known.reliability = readReliability(entry);
    return known;
}

json writeClass(const ModelClass& known)
{
    json entry{{"id", known.id},
               {"name", known.name},
               {"file", known.fileName},
               {"snomed", known.snomedCode},
               {"rgb", known.rgb},
               {"hosts", known.hosts},
               {"kind", known.kind},
               {"threshold", known.threshold},
               {"synonyms", known.synonyms}};
    if (known.peak > 0)
        entry["peak"] = known.peak;
    if (known.reliability)
        entry["reliability"] = {{"dice", known.reliability->dice}, {"scans", known.reliability->scans}};
    return entry;
}

std::vector<ModelClass> readClasses(const json& entries)
{
    std::vector<ModelClass> classes;
    for (const json& entry : entries)
        classes.push_back(readClass(entry));
    return classes;
}

std::optional<TextEncoderSettings> readTextEncoder(const json& root)
{
    const auto entry = root.find("text_encoder");
    if (entry == root.end() || !entry->is_object())
        return std::nullopt;
    TextEncoderSettings settings;
    settings.tokenizer = entry->at("tokenizer");
    settings.weightsFile = entry->at("weights");
    settings.vocabularyFile = entry->at("vocabulary");
    settings.width = wholeNumber(entry->at("width"));
    settings.heads = wholeNumber(entry->at("heads"));
    settings.blocks = wholeNumber(entry->at("blocks"));
    settings.context = wholeNumber(entry->at("context"));
    settings.vocabulary = wholeNumber(entry->at("vocabulary_size"));
    settings.recognitionFile = entry->value("recognition", "");
    settings.readsOnly = entry->value("reads_only", false);
    return settings;
}

json writeTextEncoder(const std::optional<TextEncoderSettings>& settings)
{
    if (!settings)
        return "";
    json entry{{"tokenizer", settings->tokenizer},
               {"weights", settings->weightsFile},
               {"vocabulary", settings->vocabularyFile},
               {"width", settings->width},
               {"heads", settings->heads},
               {"blocks", settings->blocks},
               {"context", settings->context},
               {"vocabulary_size", settings->vocabulary}};
    if (!settings->recognitionFile.empty())
        entry["recognition"] = settings->recognitionFile;
    if (settings->readsOnly)
        entry["reads_only"] = true;
    return entry;
}

ModelPack readPack(const json& root)
{
    ModelPack pack;
    pack.name = root.at("name");
    pack.title = root.at("title");
    pack.version = root.at("version");
    pack.licence = root.at("licence");
    pack.source = root.at("source");
    pack.notice = root.value("notice", "");
    pack.architecture = root.at("architecture").at("kind");
    pack.widths.encoder = wholeNumbers<4>(root.at("architecture").at("encoder"));
    pack.widths.firstConvolution = wholeNumber(root.at("architecture").at("first_convolution"));
    pack.input.spacingMm = root.at("input").at("spacing_mm");
    pack.input.huLow = root.at("input").at("hu_window").at(0);
    pack.input.huHigh = root.at("input").at("hu_window").at(1);
    pack.input.roi = wholeNumbers<3, std::int64_t>(root.at("input").at("roi"));
    pack.promptTemplate = root.at("prompt_template");
    pack.textEncoder = readTextEncoder(root);
    pack.classes = readClasses(root.at("classes"));
    // Colours and codes are the program's own, whatever a pack of an earlier version says; a class that was
    // added to a model keeps its own.
    for (ModelClass& known : pack.classes)
        if (const ClassEntry* entry = classEntry(known)) {
            known.snomedCode = entry->snomedCode;
            known.rgb = entry->rgb;
        }
    pack.weightsFile = root.at("weights");
    pack.sha256 = root.at("sha256").get<std::map<std::string, std::string>>();
    pack.weightsSha256 = root.at("sha256").at(pack.weightsFile);
    if (pack.textEncoder && pack.textEncoder->recognitionFile.empty() && pack.sha256.count(usualRecognition))
        pack.textEncoder->recognitionFile = usualRecognition;
    return pack;
}

void checkTextEncoder(const TextEncoderSettings& settings, const PackFiles& files)
{
    if (settings.tokenizer != "byte_pair" && settings.tokenizer != "sentencepiece")
        refuse(files, "its tokenizer \"" + settings.tokenizer +
                          "\" is not one this version knows (byte_pair, sentencepiece)");
    for (const std::string& name : filesOf(settings))
        if (!isPlainName(name))
            refuse(files, "its text encoder lies outside its folder");
    if (!settings.recognitionFile.empty() && !settings.recognitionFile.ends_with(".json"))
        refuse(files, "its recognition file \"" + settings.recognitionFile + "\" is no .json file");
    if (!arePossible(settings))
        refuse(files, "the sizes of its text encoder are impossible");
}

void checkFiles(const ModelPack& pack, const PackFiles& files)
{
    if (pack.sha256.size() > 100)
        refuse(files, "it lists too many files");
    for (const auto& [name, hash] : pack.sha256)
        if (!isPlainName(name))
            refuse(files, "one of its files lies outside its folder");
    if (!isPlainName(pack.weightsFile))
        refuse(files, "its weights lie outside its folder");
    if (!pack.textEncoder)
        return;
    checkTextEncoder(*pack.textEncoder, files);
    for (const std::string& name : filesOf(*pack.textEncoder))
        if (!pack.sha256.count(name))
            refuse(files, "it does not say what its file " + name + " should hold");
}

void checkPack(const ModelPack& pack, const PackFiles& files)
{
    checkFiles(pack, files);
    if (pack.architecture != unetArchitecture && pack.architecture != swinArchitecture)
        refuse(files, "its architecture \"" + pack.architecture +
                          "\" is not one this version knows (unet, swin_unetr)");
    const std::int64_t divisor = pack.architecture == swinArchitecture ? 32 : 8;
    if (pack.architecture == swinArchitecture && pack.widths.encoder[0] % 3)
        refuse(files, "its feature size must be a multiple of 3, as many heads as its first stage has");
    for (int width : pack.widths.encoder)
        if (width < 16 || width > 4096 || width % 16)
            refuse(files, "its channel widths must be multiples of 16 up to 4096");
    if (pack.widths.firstConvolution < 1 || pack.widths.firstConvolution > 4096)
        refuse(files, "the width of its first convolution is impossible");
    if (!(pack.input.spacingMm >= 0.1 && pack.input.spacingMm <= 50) ||
        !(pack.input.huLow < pack.input.huHigh))
        refuse(files, "its spacing or its HU window is impossible");
    for (auto n : pack.input.roi)
        if (n < 16 || n > 512 || n % divisor)
            refuse(files, "its window must be multiples of " + std::to_string(divisor) +
                              " between 16 and 512 voxels");
    std::set<int> ids;
    for (const ModelClass& known : pack.classes) {
        if (known.id < 1 || known.id > ModelPack::mostClasses || !ids.insert(known.id).second)
            refuse(files, "its class numbers are not distinct or not between 1 and " +
                              std::to_string(ModelPack::mostClasses));
        if (!isPlainName(known.fileName) || !(known.threshold > 0 && known.threshold < 1))
            refuse(files,
                   "its class " + std::to_string(known.id) + " has an impossible file name or threshold");
        if (known.peak != 0 && !(known.isLesion() && known.peak >= known.threshold && known.peak < 1))
            refuse(
                files,
                "its class " + std::to_string(known.id) +
                    " has an impossible peak: only a tumor or cyst has one, from its threshold to below 1");
    }
    for (const ModelClass& known : pack.classes)
        if (known.reliability &&
            !(known.reliability->dice >= 0 && known.reliability->dice <= 1 && known.reliability->scans >= 0))
            refuse(files,
                   "its class " + std::to_string(known.id) +
                       " has an impossible reliability: a mean Dice from 0 to 1 and a number of scans");
    if (pack.classes.empty())
        refuse(files, "it names no classes");
}

} // namespace

const ModelClass& ModelPack::classById(int id) const
{
    for (const ModelClass& known : classes)
        if (known.id == id)
            return known;
    throw Error(ErrorKind::Model, "The model " + name + " has no class number " + std::to_string(id) + ".");
}

ModelPack openPack(std::shared_ptr<const PackFiles> files)
{
    constexpr std::uint64_t largestDescription = 4u << 20;
    try {
        const auto text = files->open("pack.json");
        if (text->size() > largestDescription)
            refuse(*files, "its pack.json is longer than that of any model");
        const json root = parseForeignJson(text->read(0, text->size()));
        const int format = wholeNumber(root.at("format"));
        if (format > ModelPack::formatVersion)
            throw Error(ErrorKind::Model, "The model (" + files->describe() +
                                              ") was made for a newer version of this program (format " +
                                              std::to_string(format) + ", this one knows 1 to " +
                                              std::to_string(ModelPack::formatVersion) +
                                              "). Update the program to use it.");
        if (format < 1)
            refuse(*files, "its format " + std::to_string(format) +
                               " is none that this program ever had (1 to " +
                               std::to_string(ModelPack::formatVersion) + ")");
        ModelPack pack = readPack(root);
        checkPack(pack, *files);
        pack.files = std::move(files);
        return pack;
    } catch (const json::exception& error) {
        refuse(*files, std::string("its pack.json cannot be understood (") + error.what() + ")");
    }
}

ModelPack openPackFolder(const std::filesystem::path& folder)
{
    return openPack(folderFiles(folder));
}

/// A text encoder that lies beside the built-in model tells what words mean; the model was not
/// trained with it.
static void takeEmbeddedText(ModelPack& pack)
{
    constexpr const char* description = "text.json";
    if (pack.textEncoder || !pack.files->has(description))
        return;
    try {
        const json root = parseForeignJson(pack.files->read(description));
        pack.textEncoder = readTextEncoder({{"text_encoder", root.at("settings")}});
        if (!pack.textEncoder)
            refuse(*pack.files, "its text encoder is not described");
        pack.textEncoder->readsOnly = true;
        if (pack.textEncoder->recognitionFile.empty() && pack.files->has(usualRecognition))
            pack.textEncoder->recognitionFile = usualRecognition;
        pack.promptTemplate = root.value("prompt_template", pack.promptTemplate);
    } catch (const json::exception& error) {
        refuse(*pack.files, std::string("the description of its text encoder cannot be understood (") +
                                error.what() + ")");
    }
    for (const std::string& name : filesOf(*pack.textEncoder))
        pack.sha256[name] = sha256(pack.files->read(name));
    checkFiles(pack, *pack.files);
}

ModelPack openEmbedded(std::shared_ptr<const PackFiles> files)
{
    ModelPack pack = openPack(std::move(files));
    takeEmbeddedText(pack);
    return pack;
}

ModelPack openEmbeddedPack()
{
    // Once: the hashes of a few megabytes take a moment.
    static const ModelPack pack = openEmbedded(embeddedFiles());
    return pack;
}

std::string recognitionRowsFile(const TextEncoderSettings& settings)
{
    return settings.recognitionFile.substr(0, settings.recognitionFile.rfind('.')) + ".safetensors";
}

std::vector<std::string> filesOf(const TextEncoderSettings& settings)
{
    std::vector<std::string> names{settings.weightsFile, settings.vocabularyFile};
    if (!settings.recognitionFile.empty())
        names.insert(names.end(), {settings.recognitionFile, recognitionRowsFile(settings)});
    return names;
}

std::string packJson(const ModelPack& pack, const std::vector<std::pair<std::string, std::string>>& hashes)
{
    nlohmann::ordered_json root;
    const bool beyondPublished = std::any_of(pack.classes.begin(), pack.classes.end(),
                                             [](const ModelClass& known) { return known.id > 32; });
    const bool peaks = std::any_of(pack.classes.begin(), pack.classes.end(),
                                   [](const ModelClass& known) { return known.peak > 0; });
    const bool reliable = std::any_of(pack.classes.begin(), pack.classes.end(),
                                      [](const ModelClass& known) { return known.reliability.has_value(); });
    // The oldest format that holds all of it, so that older programs open what they can.
    int format = pack.textEncoder ? 2 : 1;
    if (beyondPublished)
        format = 3;
    if (peaks)
        format = 4;
    if (reliable)
        format = 5;
    root["format"] = format;
    root["name"] = pack.name;
    root["title"] = pack.title;
    root["version"] = pack.version;
    root["licence"] = pack.licence;
    root["source"] = pack.source;
    root["notice"] = pack.notice;
    root["architecture"] = {{"kind", pack.architecture},
                            {"encoder", pack.widths.encoder},
                            {"first_convolution", pack.widths.firstConvolution}};
    root["input"] = {{"spacing_mm", pack.input.spacingMm},
                     {"hu_window", {pack.input.huLow, pack.input.huHigh}},
                     {"roi", pack.input.roi}};
    root["prompt_template"] = pack.promptTemplate;
    root["text_encoder"] = writeTextEncoder(pack.textEncoder);
    root["weights"] = pack.weightsFile;
    for (const auto& [name, hash] : hashes)
        root["sha256"][name] = hash;
    json classes = json::array();
    for (const ModelClass& known : pack.classes)
        classes.push_back(writeClass(known));
    root["classes"] = classes;
    return root.dump(1) + "\n";
}

void verifyPack(const ModelPack& pack, Progress& progress)
{
    const double all = std::max<double>(1, static_cast<double>(packBytes(pack)));
    std::uint64_t done = 0;
    for (const auto& [name, hash] : pack.sha256) {
        const auto bytes = pack.files->open(name);
        Sha256 found;
        bytes->readBlocks(0, bytes->size(), [&](std::string_view block) {
            found.add(block);
            done += block.size();
            progress.step({"checking the model", std::min(1.0, static_cast<double>(done) / all), {}});
        });
        if (found.hex() != hash)
            refuse(*pack.files, "its file " + name + " is not the one it was made with");
    }
}

void verifyPack(const ModelPack& pack)
{
    Progress silent;
    verifyPack(pack, silent);
}

std::uint64_t packBytes(const ModelPack& pack)
{
    std::uint64_t bytes = pack.files->open("pack.json")->size();
    for (const auto& entry : pack.sha256)
        bytes += pack.files->open(entry.first)->size();
    return bytes;
}

std::vector<ModelClass> universalClasses()
{
    return readClasses(json::parse(resources::find("classes.json").value()));
}

} // namespace hounsfield
