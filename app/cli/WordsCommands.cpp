// SPDX-License-Identifier: Apache-2.0
#include "app/cli/Commands.h"
#include "inference/PackStore.h"
#include "inference/Prompt.h"
#include "inference/TargetNames.h"
#include "inference/Understanding.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string text, model;
    bool json = false;
};

nlohmann::ordered_json asJson(const Prompt& prompt, const std::vector<ModelClass>& classes)
{
    nlohmann::ordered_json root;
    root["prompt"] = prompt.text;
    root["understood"] = prompt.fullyUnderstood();
    root["parts"] = nlohmann::ordered_json::array();
    for (const PromptPart& part : prompt.parts) {
        nlohmann::ordered_json one;
        one["text"] = part.text;
        one["understood"] = part.understood();
        one["explanation"] = part.explanation;
        one["reason"] = part.reason;
        one["targets"] = nlohmann::ordered_json::array();
        for (const Target& target : part.targets)
            one["targets"].push_back(
                {{"class_id", target.classId}, {"name", target.name}, {"part", partOf(target, classes)}});
        one["zero_shot"] = part.zeroShot;
        one["read_by_text_encoder"] = part.confidence > 0;
        one["confidence"] =
            part.confidence > 0 ? nlohmann::ordered_json(part.confidence) : nlohmann::ordered_json(nullptr);
        one["unsure"] = part.unsure;
        one["suggestions"] = part.suggestions;
        root["parts"].push_back(std::move(one));
    }
    return root;
}

ModelPack packOf(const Options& options)
{
    return PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model));
}

int understand(const Options& options)
{
    const ModelPack pack = packOf(options);
    const Prompt prompt = Understanding(pack).read(options.text);
    if (options.json) {
        std::cout
            << asJson(prompt, pack.classes).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
            << '\n';
        return prompt.fullyUnderstood() ? 0 : 6;
    }
    for (const PromptPart& part : prompt.parts) {
        std::cout << '"' << part.text << "\": " << (part.understood() ? "" : "not understood. ")
                  << part.explanation;
        for (std::size_t i = 0; i < part.suggestions.size() && !part.understood(); ++i)
            std::cout << (i == 0 ? " Nearest: " : ", ") << part.suggestions[i];
        std::cout << (part.suggestions.empty() || part.understood() ? "\n" : ".\n");
    }
    return prompt.fullyUnderstood() ? 0 : 6;
}

/// Where the text is a known class: segment does not encode it.
std::string knownNote(const ModelPack& pack, const std::string& text)
{
    const Prompt prompt = PromptResolver(pack.classes).resolve(text);
    if (!prompt.fullyUnderstood())
        return "";
    std::string names;
    for (const Target& target : prompt.targets())
        names += (names.empty() ? "" : ", ") + target.name;
    return "A known class (" + names + "): segment uses the model's own embedding of it, not this one.";
}

nlohmann::ordered_json asJson(const Encoded& encoded, const ModelPack& pack, const std::string& note)
{
    nlohmann::ordered_json root{{"model", pack.name},
                                {"text", encoded.text},
                                {"tokenizer", pack.textEncoder->tokenizer},
                                {"ids", encoded.ids},
                                {"tokens", encoded.ids.size()},
                                {"context", pack.textEncoder->context},
                                {"tokens_left_out", encoded.cut},
                                {"embedding", encoded.embedding}};
    root["nearest"] = nlohmann::ordered_json::array();
    for (const NearestClass& one : encoded.nearest)
        root["nearest"].push_back({{"class_id", one.classId},
                                   {"name", one.name},
                                   {"cosine", one.cosine},
                                   {"centred_cosine", one.centredCosine}});
    root["note"] = note;
    return root;
}

void print(const Encoded& encoded, const ModelPack& pack, const std::string& note)
{
    std::cout << "Encoded: " << encoded.text << "\nTokens: " << encoded.ids.size() << " of at most "
              << pack.textEncoder->context << " (" << pack.textEncoder->tokenizer << "):";
    for (const std::int32_t id : encoded.ids)
        std::cout << ' ' << id;
    if (encoded.cut)
        std::cout << "\nNote: " << encoded.cutNote();
    std::cout << "\nEmbedding: " << encoded.embedding.size() << " values, the first:";
    for (std::size_t i = 0; i < std::min<std::size_t>(6, encoded.embedding.size()); ++i)
        std::cout << (i ? ", " : " ") << encoded.embedding[i];
    std::cout << "\nNearest classes (cosine alone proves little; centred: after the mean of the classes is "
                 "taken off):\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(8, encoded.nearest.size()); ++i)
        std::cout << "  " << listed({encoded.nearest[i]}, 1) << '\n';
    if (!note.empty())
        std::cout << "Note: " << note << '\n';
}

int encode(const Options& options)
{
    const ModelPack pack = packOf(options);
    const Encoded encoded = TextEncoder::open(pack)->encode(options.text);
    const std::string note = knownNote(pack, options.text);
    if (options.json)
        std::cout << asJson(encoded, pack, note).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                  << '\n';
    else
        print(encoded, pack, note);
    return 0;
}

} // namespace

void addWords(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* words = app.add_subcommand("understand", "What a prompt is understood as; nothing is run");
    words->add_option("TEXT", options->text, "What you would type")->required();
    words->add_option("--model", options->model,
                      "As this model understands it (default: the one inside the program)");
    words->add_flag("--json", options->json, "As JSON");
    words->callback([options, &chosen] { chosen = [options] { return understand(*options); }; });

    auto encoded = std::make_shared<Options>();
    CLI::App* tokens = app.add_subcommand("encode", "Token ids, embedding and nearest classes of a text");
    tokens->add_option("TEXT", encoded->text, "What you would type")->required();
    tokens->add_option("--model", encoded->model, "Name or folder of the model");
    tokens->add_flag("--json", encoded->json, "As JSON");
    tokens->callback([encoded, &chosen] { chosen = [encoded] { return encode(*encoded); }; });
}

} // namespace hounsfield::cli
