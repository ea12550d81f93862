// SPDX-License-Identifier: Apache-2.0
#include "app/cli/CaseFolder.h"

#include "volume/TextList.h"
#include "volume/io/MaskWriter.h"

#include <fstream>
#include <iterator>
#include <set>

#include <sys/stat.h>

namespace hounsfield::cli {
namespace fs = std::filesystem;
using json = nlohmann::ordered_json;
namespace {

/// What shows that a scan was exchanged for another.
struct Stamp {
    std::int64_t bytes = 0, changed = 0; ///< of all files; the newest, ns

    void add(const fs::path& file)
    {
        struct stat state {};
        if (stat(file.c_str(), &state) != 0)
            return;
        bytes += state.st_size;
        changed = std::max(changed, static_cast<std::int64_t>(state.st_mtim.tv_sec) * 1000000000 +
                                        state.st_mtim.tv_nsec);
    }
};

Stamp stampOf(const fs::path& scan)
{
    Stamp stamp;
    std::error_code failed;
    if (!fs::is_directory(scan, failed)) {
        stamp.add(scan);
        return stamp;
    }
    for (fs::recursive_directory_iterator at(scan, fs::directory_options::skip_permission_denied, failed),
         end;
         !failed && at != end; at.increment(failed))
        if (std::error_code none; at->is_regular_file(none))
            stamp.add(at->path());
    return stamp;
}

std::string dumped(const json& what)
{
    return what.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<json> readJson(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return std::nullopt;
    json read = json::parse(std::string(std::istreambuf_iterator<char>(in), {}), nullptr, false);
    if (!read.is_object())
        return std::nullopt;
    return read;
}

/// What a person calls a part of a request.
std::string wordFor(const std::string& key)
{
    if (key.rfind("scan", 0) == 0)
        return "the scan's files";
    if (key == "model" || key == "weights_sha256" || key == "text_encoder_sha256" ||
        key == "recognition_sha256" || key == "markings")
        return "the model";
    std::string word = key;
    for (char& c : word)
        c = c == '_' ? ' ' : c;
    return "the " + word;
}

[[noreturn]] void cannotMove(const fs::path& place)
{
    throw Error(ErrorKind::Resources, "The finished results cannot be moved to " + place.string() +
                                          ". Make room on the disk and see that the folder may be written.");
}

} // namespace

json promptsOf(const Case& one, const Asked& asked)
{
    if (!one.prompt.empty())
        return std::vector<std::string>{one.prompt};
    return asked.all ? json("everything") : json(asked.prompts);
}

json requestOf(const Case& one, const Asked& asked, const ModelPack& pack)
{
    const Stamp stamp = stampOf(one.scan);
    json request;
    request["program_version"] =
        HOUNSFIELD_VERSION; // another one may understand, clean up or measure otherwise
    request["scan"] = fs::path(one.listed).filename().string();
    request["scan_bytes"] = stamp.bytes;
    request["scan_changed_ns"] = stamp.changed;
    request["series"] = one.series;
    request["prompt"] = promptsOf(one, asked);
    request["model"] = pack.name;
    request["weights_sha256"] = pack.weightsSha256;
    for (const ModelClass& known : pack.classes)
        request["markings"].push_back({known.id, known.threshold, known.peak});
    if (pack.textEncoder)
        for (const auto& [key, file] : {std::pair("text_encoder_sha256", pack.textEncoder->weightsFile),
                                        std::pair("recognition_sha256", pack.textEncoder->recognitionFile)})
            if (const auto found = pack.sha256.find(file); found != pack.sha256.end())
                request[key] = found->second;
    request["precision"] = asked.precision;
    request["overlap"] = asked.overlap;
    request["threshold"] = asked.threshold ? json(*asked.threshold) : json(nullptr);
    request["clean_up"] = asked.cleanUp;
    request["format"] = asked.format;
    request["label_map"] = asked.labelMap;
    request["left_out"] = asked.leftOut;
    // What invalid UTF-8 becomes on its way through the file must not look like a difference.
    return json::parse(request.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::string difference(const json& before, const json& now)
{
    std::vector<std::string> words;
    std::set<std::string> seen;
    for (const auto& [key, value] : now.items())
        if ((!before.contains(key) || before.at(key) != value) && seen.insert(wordFor(key)).second)
            words.push_back(wordFor(key));
    return listText(words);
}

CaseFolder::CaseFolder(const fs::path& out, const std::string& name) : m_out(out), m_name(name) {}

std::optional<json> CaseFolder::done() const
{
    auto read = readJson(place() / "done.json");
    const bool whole = read && read->contains("request") && read->at("request").is_object() &&
                       read->contains("result") && read->at("result").is_object() &&
                       fs::exists(place() / read->at("result").value("measurements", "?"));
    return whole ? read : std::nullopt;
}

void CaseFolder::begin() const
{
    std::error_code failed;
    const fs::path old = hidden(".old");
    // Killed between the two renames of finish(): the earlier result is put back.
    if (!fs::exists(place(), failed) && fs::exists(old, failed))
        fs::rename(old, place(), failed);
    fs::remove_all(old, failed);
    if (fs::exists(place(), failed) &&
        !(fs::is_directory(place(), failed) &&
          (fs::is_empty(place(), failed) || fs::exists(place() / "done.json", failed))))
        throw Error(ErrorKind::Usage,
                    "In the result folder there is a \"" + m_name +
                        "\" that no batch has written. Move it away or give the case another name.");
    fs::remove_all(part(), failed);
    fs::create_directories(part(), failed);
    if (failed || !fs::is_directory(part()))
        throw Error(ErrorKind::Resources,
                    "The folder " + part().string() +
                        " cannot be made. Make room on the disk, or choose another --out.");
}

void CaseFolder::finish(const json& done) const
{
    std::error_code failed, none;
    writeTextFile(dumped(done), part() / "done.json");
    if (fs::exists(place(), none)) {
        fs::rename(place(), hidden(".old"), failed);
        if (failed)
            cannotMove(place());
    }
    fs::rename(part(), place(), failed);
    if (failed) {
        fs::rename(hidden(".old"), place(), none);
        cannotMove(place());
    }
    fs::remove_all(hidden(".old"), none);
    clearFailed();
}

void CaseFolder::giveUp() const
{
    std::error_code none;
    fs::remove_all(part(), none);
}

void CaseFolder::markFailed(const std::string& listed, const std::string& why) const
{
    writeTextFile(dumped({{"case", m_name}, {"scan", listed}, {"error", why}}), hidden(".failed.json"));
}

std::optional<json> CaseFolder::failed() const
{
    return readJson(hidden(".failed.json"));
}

void CaseFolder::clearFailed() const
{
    std::error_code none;
    fs::remove(hidden(".failed.json"), none);
}

} // namespace hounsfield::cli
