// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"
#include "inference/internal/Antonyms.h"
#include "inference/internal/Lexicon.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <set>

using namespace hounsfield;

namespace {

const Lexicon& lexicon()
{
    static const Lexicon one(universalClasses());
    return one;
}

/// What every language calls an organ, and what "tumors" are.
struct Language {
    const char* code;
    const char* name;
    const char* tumors;
    bool joined; ///< written without blanks, and the organ before
};
constexpr Language languages[] = {{"en", "English", "tumors", false},
                                  {"de", "German", "Tumoren", false},
                                  {"fr", "French", "tumeurs", false},
                                  {"es", "Spanish", "tumores", false},
                                  {"zh", "Chinese", "肿瘤", true}};

std::vector<const Meaning*> meaningsOf(const std::string& language, const std::vector<Kind>& kinds)
{
    std::vector<const Meaning*> found;
    for (const Meaning& meaning : lexicon().meanings())
        if (meaning.language == language &&
            std::find(kinds.begin(), kinds.end(), meaning.kind) != kinds.end())
            found.push_back(&meaning);
    return found;
}

/// One word for each of the organs that have tumors; the liver first.
std::vector<const Meaning*> organsOf(const std::string& language)
{
    std::vector<const Meaning*> organs;
    for (const char* subject : {"liver", "kidney", "pancreas", "lung", "colon"})
        for (const Meaning* meaning : meaningsOf(language, {Kind::Thing}))
            if (meaning->subject == subject) {
                organs.push_back(meaning);
                break;
            }
    return organs;
}

/// The text encoder at its worst: sure that whatever it reads is the tumors of the organ that it saw.
Prompt readByCredulousEncoder(const std::string& text, const std::vector<int>& classIds)
{
    static const PromptResolver resolver(universalClasses(), ZeroShot::Read);
    std::vector<WordsRead> read;
    for (const std::string& words : resolver.resolve(text).unread)
        read.push_back({words, classIds, false, 0.99, {"Liver"}, ""});
    return resolver.resolve(text, read);
}

std::set<int> idsOf(const Prompt& prompt)
{
    std::set<int> ids;
    for (const Target& target : prompt.targets())
        ids.insert(target.classId);
    return ids;
}

std::string shown(const Prompt& prompt)
{
    std::string text = prompt.text + ":";
    for (const PromptPart& part : prompt.parts)
        text += " [" + part.text + " | " + part.explanation + "]";
    return text;
}

} // namespace

TEST_CASE("tumors that a word sets against an organ are never that organ's, nor those of all organs")
{
    int tried = 0, words = 0;
    for (const Language& language : languages) {
        const std::vector<const Meaning*> organs = organsOf(language.name);
        REQUIRE(organs.size() >= 4); // one language has no word of its own for one of them
        for (const Meaning* organ : organs) {
            const std::vector<int> theirs = lexicon().lesionsIn(organ->ids, {"tumor"});
            REQUIRE_FALSE(theirs.empty());
            for (const Meaning* word : meaningsOf(
                     language.name, {Kind::Place, Kind::Without, Kind::But, Kind::Not, Kind::ExceptEnd})) {
                const std::string blank = language.joined ? "" : " ", tumors = language.tumors;
                const std::string behind =
                    word->phrase.back() == '\'' ? "" : blank; // "n'" is written with what follows
                const std::string against = word->phrase + behind + organ->phrase;
                std::vector<std::string> texts{tumors + " " + against, tumors + ", " + against,
                                               organ->phrase + blank + word->phrase + behind + tumors,
                                               against + ": " + tumors, tumors + ". " + against};
                // With the liver every word in two forms and some words in all; with the others in one in
                // turn.
                ++words;
                if (organ != organs.front())
                    texts = {texts[std::size_t(words) % texts.size()]};
                else if (words % 4 != 0)
                    texts.resize(2);
                for (const std::string& text : texts) {
                    const Prompt prompt = readByCredulousEncoder(text, theirs);
                    INFO(word->language << " " << word->phrase << " | " << shown(prompt));
                    const std::set<int> ids = idsOf(prompt);
                    const auto all = lexicon().lesionsOf({"tumor"});
                    ++tried;
                    CHECK_FALSE(std::includes(ids.begin(), ids.end(), all.begin(), all.end()));
                    for (const int id : theirs)
                        CHECK(ids.count(id) == 0);
                }
            }
        }
    }
    CHECK(tried > 1500);
}

TEST_CASE("a word with the opposite prefix is never read as the word without it or with another")
{
    int tried = 0;
    for (const Language& language : languages) {
        if (language.joined)
            continue;
        for (const Meaning* adjective : meaningsOf(language.name, {Kind::Adjective})) {
            std::string stem = splitWords(adjective->phrase)[0].text;
            if (stem.rfind("intra", 0) == 0)
                stem = stem.substr(5);
            for (const char* prefix : {"extra", "peri", "para", "retro", "infra", "non"}) {
                const std::string word = std::string(prefix) + stem;
                if (lexicon().exact(splitWords(word)))
                    continue; // "retroperitoneal"
                for (const std::string& text :
                     {word + " " + language.tumors, language.tumors + (" " + word)}) {
                    const Prompt prompt =
                        readByCredulousEncoder(text, lexicon().lesionsIn(adjective->ids, {"tumor"}));
                    INFO(shown(prompt));
                    ++tried;
                    CHECK(prompt.targets().empty());
                }
            }
        }
    }
    CHECK(tried > 300);
    CHECK(areAntonyms(splitPrefix("unilateral"), splitPrefix("bilateral")));
    CHECK(areAntonyms(splitPrefix("laterale"), splitPrefix("bilaterale")));
    CHECK(areAntonyms(splitPrefix("excluido"), splitPrefix("incluido")));
    CHECK_FALSE(areAntonyms(splitPrefix("intrahepatik"), splitPrefix("intrahepatic")));
    CHECK_FALSE(areAntonyms(splitPrefix("abdominall"), splitPrefix("abdominal")));
    CHECK_FALSE(areAntonyms(splitPrefix("drenal"), splitPrefix("adrenal")));
}

TEST_CASE("what is left out is not listed among what is found")
{
    static const PromptResolver resolver(universalClasses());
    const auto explanation = [](const char* text) { return resolver.resolve(text).parts.at(0).explanation; };
    CHECK(explanation("tumors except liver") == "Kidney Tumor, Pancreas Tumor, Lung Tumor and Colon Tumor. "
                                                "Liver Tumor and Hepatic Vessel Tumor are left out.");
    CHECK(explanation("all organs except liver, spleen").find("Liver,") == std::string::npos);
    CHECK(explanation("all organs except liver, spleen").find("Spleen,") == std::string::npos);
    CHECK(explanation("kidneys without the left kidney") == "Right Kidney. Left Kidney is left out.");
    CHECK(explanation("everything except the liver").find("29 of 32 classes") == 0);
    CHECK(explanation("liver without tumors").find("Liver.") == 0);
}

TEST_CASE("words that the text encoder passes over make its reading a guess that names them")
{
    const PromptPart part = readByCredulousEncoder("squidgy liver tumors", {27, 29}).parts.at(0);
    REQUIRE(part.understood());
    CHECK(part.unsure);
    CHECK(part.explanation.find("\"squidgy\" made no difference") != std::string::npos);
    CHECK_FALSE(readByCredulousEncoder("hepatic blastoma", {27}).parts.at(0).unsure);
    // "The thing above the liver" is not the liver.
    CHECK(readByCredulousEncoder("thing above the liver", {6}).targets().empty());
    CHECK(idsOf(readByCredulousEncoder("gland above the right kidney", {12})) == std::set<int>{12});
}

TEST_CASE("a part that is not understood has its reason in a few words, and what was not used is named")
{
    static const PromptResolver resolver(universalClasses());
    const std::vector<std::string> known = refusalReasons();
    for (const auto& [text, reason] :
         std::vector<std::pair<const char*, const char*>>{{"lesions over 10", "no unit"},
                                                          {"lesions over", "no number"},
                                                          {"brain", "unknown word"},
                                                          {"tumors around the liver", "place not supported"},
                                                          {"no liver", "leaves something out"},
                                                          {"left right kidney", "contradicts itself"},
                                                          {"liver spleen", "several names"},
                                                          {"left liver", "no left or right"},
                                                          {"liver over 10 mm", "size of an organ"},
                                                          {"stomach tumor", "not in this model"},
                                                          {"liver - tumor", "two meanings"},
                                                          {"please", "names nothing"}}) {
        const PromptPart part = resolver.resolve(text).parts.at(0);
        INFO(text << " | " << part.explanation);
        CHECK(part.reason == reason);
        CHECK(std::find(known.begin(), known.end(), part.reason) != known.end());
        CHECK_FALSE(part.understood());
    }
    CHECK(resolver.resolve("all tumors, bicycle").targets().empty());
    CHECK(resolver.resolve("hepatic cyst seg 7").parts.at(0).explanation ==
          "The model has no class for cysts of Liver. \"seg 7\" was not used.");
    CHECK(resolver.resolve("liver").parts.at(0).reason.empty());
    CHECK(resolver.resolve("liver, tumors").parts.at(1).reason == "of which organ?");
    const PromptPart segment = resolver.resolve("liver tumor seg 7").parts.at(0);
    CHECK(segment.unsure);
    CHECK(segment.explanation.find("\"seg 7\" was not used: the model knows no parts of organs") !=
          std::string::npos);
    CHECK(resolver.resolve("liver volume before surgery")
              .parts.at(0)
              .explanation.find("\"before surgery\" was not used") != std::string::npos);
    CHECK(resolver.resolve("tumors around the liver")
              .parts.at(0)
              .explanation.find("\"around\" says where something lies") == 0);
}
