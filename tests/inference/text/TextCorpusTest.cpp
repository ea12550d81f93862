// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextCorpus.h"
#include "inference/training/text/ConceptParts.h"
#include "inference/training/text/HeldBack.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <map>
#include <set>
#include <sstream>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

namespace {

const std::filesystem::path corpusFolder = sourceFolder() / "resources" / "text";

/// What is said of a corpus of this one file.
std::string refusal(const std::string& lines)
{
    const TemporaryFolder folder;
    writeFile(folder.path() / "en.tsv", lines);
    try {
        readTextCorpus(folder.path());
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

double cosine(const ConceptParts& parts, const TextCorpus& corpus, const std::string& a, const std::string& b)
{
    return parts.cosines()[static_cast<std::size_t>(corpus.conceptNamed(a)) * parts.size() +
                           static_cast<std::size_t>(corpus.conceptNamed(b))];
}

} // namespace

TEST_CASE("a corpus is read with its languages, templates, classes, pairs and things that are none of them")
{
    const TemporaryFolder folder;
    writeFile(
        folder.path() / "en.tsv",
        "# comment\nother.toy\tteddy bear\nliver\tliver\nkidneys\tboth kidneys\ntemplate\tshow the {}\n");
    writeFile(folder.path() / "de.tsv", "other.animal\tHund\nliver\tLeber\n");
    const TextCorpus corpus = readTextCorpus(folder.path());
    CHECK(corpus.languages == std::vector<std::string>{"de", "en"});
    CHECK(corpus.phrases.size() == 5);
    CHECK(corpus.templates[1] == std::vector<std::string>{"show the {}"});
    CHECK(corpus.concepts[static_cast<std::size_t>(corpus.conceptNamed("kidneys"))].classes ==
          std::vector<std::string>{"right_kidney", "left_kidney"});
    // Others in the order of their names, not of the files.
    CHECK(corpus.conceptNamed("other.animal") == 36);
    CHECK(corpus.conceptNamed("other.toy") == 37);
    CHECK(corpus.phrases[0].meaning == 36);
    CHECK_FALSE(corpus.concepts[36].known());
}

TEST_CASE("a line of a corpus that is not as it should be is named with its number")
{
    CHECK(refusal("liver\tliver\nspleen spleen\n").find("en.tsv, line 2") != std::string::npos);
    CHECK(refusal("liver\tliver\tliver\n").find("one tab") != std::string::npos);
    CHECK(refusal("lever\tliver\n").find("no class") != std::string::npos);
    CHECK(refusal("liver\tliver\nliver\tliver\n").find("twice") != std::string::npos);
    CHECK(refusal("template\tthe liver\n").find("{}") != std::string::npos);
    CHECK(refusal("liver\tliver \n").find("blank") != std::string::npos);
    CHECK(refusal("# nothing\n").find("no phrases") != std::string::npos);
}

TEST_CASE("a phrase that is given two meanings is told")
{
    const TemporaryFolder folder;
    writeFile(folder.path() / "en.tsv", "liver\tHepar\nother.toy\tteddy\nother.animal\tteddy\n");
    writeFile(folder.path() / "fr.tsv", "spleen\thepar\n");
    const auto found = contradictions(readTextCorpus(folder.path()));
    REQUIRE(found.size() == 1);
    CHECK(found[0].find("hepar") != std::string::npos);
}

TEST_CASE("the corpus of the program speaks of every class in every language and contradicts itself nowhere")
{
    const TextCorpus corpus = readTextCorpus(corpusFolder);
    CHECK(corpus.languages == std::vector<std::string>{"de", "en", "es", "fr", "zh"});
    std::map<std::pair<int, int>, int> count;
    for (const TextPhrase& phrase : corpus.phrases)
        ++count[{phrase.meaning, phrase.language}];
    for (std::size_t n = 0; n < corpus.concepts.size(); ++n)
        for (std::size_t language = 0; language < corpus.languages.size(); ++language) {
            INFO(corpus.concepts[n].name << " in " << corpus.languages[language]);
            CHECK(count[{static_cast<int>(n), static_cast<int>(language)}] >=
                  (corpus.concepts[n].known() ? 25 : 10));
        }
    for (const std::string& sentence : contradictions(corpus)) {
        INFO(sentence);
        CHECK(false);
    }
}

TEST_CASE("no phrase that the encoder is scored on is in the corpus")
{
    std::set<std::string> known;
    for (const TextPhrase& phrase : readTextCorpus(corpusFolder).phrases)
        known.insert(folded(phrase.text));
    std::istringstream table(readFile(sourceFolder() / "tests" / "inference" / "text" / "heldout.tsv"));
    int seen = 0;
    for (std::string line; std::getline(table, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        ++seen;
        INFO(line);
        CHECK(known.count(folded(line.substr(line.rfind('\t') + 1))) == 0);
    }
    CHECK(seen > 500);
}

TEST_CASE("concepts lie near each other as far as they share parts, and right differs from left by the same "
          "step everywhere")
{
    const TextCorpus corpus = readTextCorpus(corpusFolder);
    const ConceptParts parts = ConceptParts::read(corpusFolder / "parts.txt", corpus.concepts);
    const auto near = [&](const std::string& a, const std::string& b) { return cosine(parts, corpus, a, b); };
    CHECK(near("liver", "liver") == Approx(1));
    CHECK(near("left_kidney", "right_kidney") > near("left_kidney", "left_lung"));
    CHECK(near("left_kidney", "left_lung") > near("left_kidney", "right_lung"));
    CHECK(near("liver_tumor", "liver") > near("liver_tumor", "spleen"));
    CHECK(near("liver_tumor", "lung_tumor") > near("liver_tumor", "lungs"));
    CHECK(near("left_kidney", "right_kidney") == Approx(near("left_lung", "right_lung")));
    CHECK(near("liver", "other.vehicle") < 0.1);
}

TEST_CASE("parts that are no parts are named with their line")
{
    const TemporaryFolder folder;
    writeFile(folder.path() / "parts.txt", "liver\tliver organ*much\n");
    CHECK_THROWS_WITH(ConceptParts::read(folder.path() / "parts.txt", knownConcepts()),
                      Catch::Contains("line 1"));
}

TEST_CASE(
    "what is held back is not learned, topics are held back whole, and the same seed holds back the same")
{
    const TextCorpus corpus = readTextCorpus(corpusFolder);
    const HeldBack parts = holdBack(corpus, 3), again = holdBack(corpus, 3);
    CHECK(parts.learned.phrases.size() + parts.kept.size() == corpus.phrases.size());
    CHECK(parts.kept.size() == again.kept.size());
    std::set<std::string> learned, topics;
    for (const TextPhrase& phrase : parts.learned.phrases) {
        const TextConcept& meant = corpus.concepts[static_cast<std::size_t>(phrase.meaning)];
        (meant.known() ? learned : topics).insert(meant.known() ? folded(phrase.text) : meant.name);
    }
    std::size_t unknown = 0;
    for (const TextPhrase& phrase : parts.kept)
        if (phrase.meaning >= 0)
            CHECK(learned.count(folded(phrase.text)) == 0);
        else
            ++unknown;
    CHECK(unknown > 500);
    const std::size_t others = corpus.concepts.size() - knownConcepts().size();
    CHECK(topics.size() == others - others / 12);
}
