// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PackFiles.h"
#include "inference/internal/Sha256.h"
#include "resources/Resources.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <nlohmann/json.hpp>

#include <map>

using namespace hounsfield;

namespace {

/// The files inside the program, without a text encoder of its own, with these beside them.
std::shared_ptr<const PackFiles> embeddedWith(const std::map<std::string, std::string>& text)
{
    const auto kept = std::make_shared<std::map<std::string, std::string>>(text);
    auto root = nlohmann::json::parse(resources::find("models/small/pack.json").value());
    root["text_encoder"] = "";
    (*kept)["models/small/pack.json"] = root.dump();
    return embeddedFiles([kept](std::string_view name) -> std::optional<std::string_view> {
        if (const auto found = kept->find(std::string(name)); found != kept->end())
            return found->second;
        return name.starts_with("models/text/") ? std::nullopt : resources::find(name);
    });
}

const char* const settings =
    R"({"tokenizer":"sentencepiece","weights":"text_encoder.safetensors",)"
    R"("vocabulary":"vocabulary.model","width":128,"heads":2,"blocks":3,"context":48,"vocabulary_size":6000)";

std::map<std::string, std::string> whole(const std::string& more)
{
    return {{"models/text/text.json",
             std::string("{\"settings\":") + settings + more + "},\"prompt_template\":\"CT of a {}\"}"},
            {"models/text/vocabulary.model", "pieces"},
            {"models/text/text_encoder.safetensors", "numbers"},
            {"models/text/recognition.json", "concepts"},
            {"models/text/recognition.safetensors", "rows"}};
}

} // namespace

TEST_CASE(
    "the built-in model takes the text encoder that lies beside it, and goes without one where there is none")
{
    CHECK_FALSE(openEmbedded(embeddedWith({})).textEncoder);
    for (const std::string more : {"", ",\"recognition\":\"recognition.json\""}) {
        const ModelPack pack = openEmbedded(embeddedWith(whole(more)));
        REQUIRE(pack.textEncoder);
        CHECK(pack.textEncoder->width == 128);
        CHECK(pack.textEncoder->recognitionFile == "recognition.json");
        CHECK(pack.textEncoder->readsOnly);
        CHECK(pack.promptTemplate == "CT of a {}");
        CHECK(pack.files->read("vocabulary.model") == "pieces");
        CHECK(pack.files->read("card.md") == resources::find("models/small/card.md").value());
        CHECK(pack.sha256.at("recognition.safetensors") == sha256("rows"));
        verifyPack(pack);
    }
    auto lacking = whole("");
    lacking.erase("models/text/recognition.json");
    CHECK(openEmbedded(embeddedWith(lacking)).textEncoder->recognitionFile.empty());
    auto broken = whole("");
    broken["models/text/text.json"] = "{\"settings\":{}}";
    CHECK_THROWS_AS(openEmbedded(embeddedWith(broken)), Error);
    broken = whole("");
    broken.erase("models/text/text_encoder.safetensors");
    CHECK_THROWS_AS(openEmbedded(embeddedWith(broken)), Error);
}

TEST_CASE(
    "a pack names its recognition, reads back what it wrote, and is refused where the name leads elsewhere")
{
    const hounsfield::test::TemporaryFolder folder;
    ModelPack pack = openEmbedded(embeddedWith(whole("")));
    for (ModelClass& known : pack.classes) { // what would be of a later format
        known.peak = 0;
        known.reliability.reset();
    }
    std::vector<std::pair<std::string, std::string>> hashes(pack.sha256.begin(), pack.sha256.end());
    const auto reopened = [&](const std::string& text) {
        hounsfield::test::writeFile(folder.path() / "pack.json", text);
        return openPackFolder(folder.path());
    };
    const std::string text = packJson(pack, hashes);
    CHECK(reopened(text).textEncoder->recognitionFile == "recognition.json");
    CHECK(reopened(text).textEncoder->readsOnly);
    auto root = nlohmann::json::parse(text);
    CHECK(root["format"] == 2);
    root["text_encoder"].erase("recognition");
    CHECK(reopened(root.dump()).textEncoder->recognitionFile == "recognition.json"); // by its usual name
    root["sha256"].erase("recognition.json");
    CHECK(reopened(root.dump()).textEncoder->recognitionFile.empty());
    for (const char* name : {"../recognition.json", "recognition", "other.json"}) {
        root["text_encoder"]["recognition"] = name;
        CHECK_THROWS_AS(reopened(root.dump()), Error);
    }
}
