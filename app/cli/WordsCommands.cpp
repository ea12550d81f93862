#include "app/cli/Commands.h"
#include "inference/PackStore.h"
#include "inference/Prompt.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace hounsfield::cli {
namespace {

struct Options {
    std::string text, model;
    bool json = false;
};

nlohmann::ordered_json asJson(const Prompt& prompt)
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
        one["targets"] = nlohmann::ordered_json::array();
        for (const Target& target : part.targets)
            one["targets"].push_back({{"class_id", target.classId}, {"name", target.name}});
        one["suggestions"] = part.suggestions;
        root["parts"].push_back(std::move(one));
    }
    return root;
}

int understand(const Options& options)
{
    const Prompt prompt = PromptResolver(universalClasses()).resolve(options.text);
    if (options.json) {
        std::cout << asJson(prompt).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
        return prompt.fullyUnderstood() ? 0 : 6;
    }
    for (const PromptPart& part : prompt.parts) {
        std::cout << '"' << part.text << "\": " << (part.understood() ? "" : "not understood. ") << part.explanation;
        for (std::size_t i = 0; i < part.suggestions.size(); ++i)
            std::cout << (i == 0 ? " Nearest: " : ", ") << part.suggestions[i];
        std::cout << (part.suggestions.empty() ? "\n" : ".\n");
    }
    return prompt.fullyUnderstood() ? 0 : 6;
}

int encode(const Options& options)
{
    const ModelPack pack = PackStore().open(options.model.empty() ? std::nullopt : std::optional(options.model));
    throw Error(ErrorKind::Model, "The model " + pack.name + " has no text encoder, so \"" + options.text +
                                      "\" cannot be turned into an embedding. Its own classes are asked for by name: see hounsfield-cli understand.");
}

} // namespace

void addWords(CLI::App& app, Command& chosen)
{
    auto options = std::make_shared<Options>();
    CLI::App* words = app.add_subcommand("understand", "What a prompt is understood as; nothing is run");
    words->add_option("TEXT", options->text, "What you would type")->required();
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
