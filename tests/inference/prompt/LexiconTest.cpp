// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Lexicon.h"
#include "inference/Prompt.h"
#include "resources/Resources.h"
#include "tests/support/catch.h"

#include <nlohmann/json.hpp>

#include <set>

using namespace hounsfield;

namespace {

const Lexicon& lexicon()
{
    static const Lexicon one(universalClasses());
    return one;
}

bool isUtf8(const std::string& text)
{
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (character.broken)
            return false;
        at += character.bytes;
    }
    return true;
}

} // namespace

TEST_CASE("no phrase of the lexicon stands for two things")
{
    for (const std::string& conflict : lexicon().conflicts())
        CHECK(conflict == "");
}

TEST_CASE(
    "every class can be asked for in every language, and each phrase of the lexicon is taken for its classes")
{
    const PromptResolver resolver(universalClasses());
    const nlohmann::json root = nlohmann::json::parse(resources::find("lexicon.json").value());
    for (const auto& code : root.at("languages")) {
        const auto language =
            nlohmann::json::parse(resources::find("lexicon_" + code.get<std::string>() + ".json").value());
        std::set<int> reached;
        for (const auto& [subject, phrases] : language.at("things").items())
            for (const auto& phrase : phrases) {
                std::vector<int> ids;
                for (const Target& target : resolver.resolve(phrase.get<std::string>()).targets())
                    ids.push_back(target.classId);
                INFO(code << ": " << phrase);
                CHECK(ids == root.at("concepts").at(subject).at("classes").get<std::vector<int>>());
                if (ids.size() <= 2)
                    reached.insert(ids.begin(), ids.end());
            }
        // Tumors and cysts: the organ's word and the lesion's.
        for (const auto& [subject, phrases] : language.at("things").items())
            for (const auto& [lesion, lesions] : language.at("lesions").items()) {
                const std::string organ = phrases.at(0).get<std::string>(),
                                  kind = lesions.at(0).get<std::string>();
                for (const Target& target :
                     resolver.resolve(code == "zh" ? organ + kind : kind + " " + organ).targets())
                    reached.insert(target.classId);
            }
        INFO(code);
        for (const ModelClass& known : universalClasses()) {
            INFO(known.name);
            CHECK(reached.count(known.id) == 1);
        }
    }
}

TEST_CASE("the lexicon's files are valid UTF-8, name only known classes, and use every concept")
{
    std::set<int> ids;
    for (const ModelClass& known : universalClasses())
        ids.insert(known.id);
    const auto read = [](const std::string& name) {
        const std::string text(resources::find(name).value());
        INFO(name);
        CHECK(isUtf8(text));
        return nlohmann::json::parse(text);
    };
    const auto root = read("lexicon.json");
    std::set<std::string> used;
    for (const auto& code : root.at("languages")) {
        const auto language = read("lexicon_" + code.get<std::string>() + ".json");
        for (const char* part : {"things", "adjectives"})
            for (const auto& [subject, phrases] : language.at(part).items()) {
                INFO(code << " " << subject);
                CHECK(root.at("concepts").contains(subject));
                CHECK((!phrases.empty() || std::string(part) == "things"));
                used.insert(subject);
            }
        for (const auto& [subject, phrases] : language.at("lesions").items())
            CHECK(root.at("lesions").contains(subject));
    }
    for (const auto& [subject, concept_] : root.at("concepts").items()) {
        INFO(subject);
        for (const int id : concept_.at("classes").get<std::vector<int>>())
            CHECK(ids.count(id) == 1);
    }
    for (const auto& note : root.at("notes"))
        for (const int id : note.at("classes").get<std::vector<int>>())
            CHECK(ids.count(id) == 1);
}
