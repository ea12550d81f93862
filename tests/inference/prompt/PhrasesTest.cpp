// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"
#include "inference/internal/Lexicon.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace hounsfield;

namespace {

std::string number(double value)
{
    std::ostringstream out;
    out << std::round(value * 1e6) / 1e6;
    return out.str();
}

/// ">10mm" for a lowest just above 10, ">=10mm" for 10.
std::string bounds(double lowest, double highest, const std::string& unit)
{
    const auto exact = [](double value) { return value == std::round(value * 1e6) / 1e6; };
    std::string text;
    if (lowest > 0)
        text += (exact(lowest) ? ">=" : ">") + number(lowest) + unit;
    if (std::isfinite(highest))
        text += (exact(highest) ? "<=" : "<") + number(highest) + unit;
    return text;
}

std::string joined(const std::vector<int>& ids)
{
    std::string text;
    for (const int id : ids)
        text += (text.empty() ? "" : ",") + std::to_string(id);
    return text;
}

/// "26@3>10mm#1": class 26 in organ 3, over 10 mm, the largest one. "6-27,29": class 6 without 27 and 29.
std::string shortly(const Prompt& prompt)
{
    std::string text;
    bool refused = false, zeroShot = false;
    for (const Target& target : prompt.targets()) {
        if (target.classId == 0)
            continue;
        text += (text.empty() ? "" : " ") + std::to_string(target.classId);
        const LesionFilter& f = target.filter;
        if (!f.hosts.empty())
            text += "@" + joined(f.hosts);
        text += bounds(f.lowestMm, f.highestMm, "mm") + bounds(f.lowestMl, f.highestMl, "ml");
        if (f.largest > 0)
            text += "#" + std::to_string(f.largest);
        if (!target.without.empty())
            text += "-" + joined(target.without);
    }
    for (const PromptPart& part : prompt.parts) {
        refused = refused || !part.understood();
        zeroShot = zeroShot || part.zeroShot;
    }
    if (zeroShot)
        text += (text.empty() ? "" : " ") + std::string("zero-shot");
    if (refused)
        text += (text.empty() ? "" : " ") + std::string("refused");
    return text;
}

/// "1-25" as "1 2 3 ... 25"; other words as they are.
std::string spelledOut(const std::string& expected)
{
    static const std::map<std::string, std::string> sets{
        {"ORGANS", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25"},
        {"TUMORS", "26 27 28 29 30 31"},
        {"EVERYTHING",
         "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32"},
        {"PELVIS", "20 21 22 23 24"},
        {"ABDOMEN", "1 2 3 4 6 7 8 9 10 11 12 13 14 15 18 19 25 26 27 28 29 31 32"},
        {"CHEST", "5 8 16 17 30"},
        {"RETRO", "2 3 8 9 11 12 13 14 26 28 32"},
        {"VESSELS", "8 9 10 15 25"}};
    std::istringstream in(expected);
    std::string text;
    for (std::string word; in >> word;) {
        // "TUMORS>10mm": the choice is each class's.
        const std::size_t end = word.find_first_of(">=<#@");
        const auto set = sets.find(word.substr(0, end));
        if (set == sets.end()) {
            text += (text.empty() ? "" : " ") + word;
            continue;
        }
        std::istringstream ids(set->second);
        for (std::string id; ids >> id;)
            text += (text.empty() ? "" : " ") + id + (end == std::string::npos ? "" : word.substr(end));
    }
    return text;
}

} // namespace

TEST_CASE("phrases of five languages are understood as the table says, and what must not run does not run")
{
    const PromptResolver refusing(universalClasses()), offering(universalClasses(), ZeroShot::Offered),
        reading(universalClasses(), ZeroShot::Read);
    std::istringstream table(
        hounsfield::test::readFile(hounsfield::test::sourceFolder() / "tests/inference/prompt/phrases.tsv"));
    std::map<std::string, int> seen;
    std::set<std::string> phrases;
    int neverRun = 0;
    for (std::string line; std::getline(table, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        std::istringstream fields(line);
        std::string language, phrase, expected;
        std::getline(fields, language, '\t');
        std::getline(fields, phrase, '\t');
        std::getline(fields, expected);
        INFO(language << ": \"" << phrase << "\"");
        CHECK(phrases.insert(phrase).second);
        ++seen[language];
        const Prompt plain = refusing.resolve(phrase), words = offering.resolve(phrase);
        std::string why;
        for (const PromptPart& part : plain.parts)
            why += " [" + part.text + " | " + part.explanation + "]";
        INFO(why);
        CHECK(shortly(reading.resolve(phrase)) ==
              shortly(plain)); // what the text encoder has not read is not run
        if (expected == "zero-shot") {
            CHECK(shortly(plain) == "refused");
            CHECK(shortly(words) == "zero-shot");
            continue;
        }
        neverRun += expected == "refused";
        CHECK(shortly(plain) == spelledOut(expected));
        if (expected == "refused" || expected.find("refused") == std::string::npos)
            CHECK(shortly(words) == spelledOut(expected));
        for (const PromptPart& part : plain.parts) {
            CHECK_FALSE(part.explanation.empty());
            CHECK((part.understood() || part.suggestions.size() == 3));
        }
    }
    CHECK(phrases.size() >= 600);
    for (const char* language : {"de", "fr", "es", "zh"})
        CHECK(seen[language] >= 100);
    CHECK(neverRun >= 100);
}

TEST_CASE(
    "any bytes are read without harm, in a moment, and never as all of a known prompt with something more")
{
    const PromptResolver resolver(universalClasses(), ZeroShot::Offered);
    std::mt19937 random(7);
    const std::vector<std::string> pieces{"liver",
                                          " ",
                                          "without",
                                          ",",
                                          "10",
                                          "mm",
                                          ">",
                                          "\xC3",
                                          "\xE8\x82\x9D",
                                          "\xF0\x9F\xA9\xBA",
                                          "\xFF",
                                          "l'",
                                          "no",
                                          "\xCC\x81",
                                          "1,5",
                                          "left",
                                          "-",
                                          ".",
                                          "!",
                                          "größter",
                                          "\xED\xA0\x80",
                                          "\xC0\x80",
                                          "\0x"};
    for (int round = 0; round < 400; ++round) {
        std::string bytes;
        for (int i = 0; i < 60; ++i)
            bytes +=
                round % 2 ? std::string(1, static_cast<char>(random())) : pieces[random() % pieces.size()];
        for (const PromptPart& part : resolver.resolve(bytes).parts)
            CHECK_FALSE(part.explanation.empty());
        for (const Word& word : splitWords(bytes)) {
            CHECK(word.end <= bytes.size());
            CHECK(word.begin < word.end);
        }
    }
    // The lexicon's own phrases in any order.
    const Lexicon lexicon(universalClasses());
    std::vector<std::string> between(16, " ");
    between[0] = ", ";
    between[1] = " 12 ";
    for (int round = 0; round < 400; ++round) {
        std::string text;
        for (unsigned i = 0, count = 1 + random() % 14; i < count; ++i)
            text += lexicon.meanings()[random() % lexicon.meanings().size()].phrase +
                    between[random() % between.size()];
        INFO(text);
        for (const PromptPart& part : resolver.resolve(text).parts)
            CHECK_FALSE(part.explanation.empty());
    }
    std::vector<std::string> slow{std::string(4000, 'x'), std::string(4000, ','), std::string(4000, '1'),
                                  std::string(4000, '>')};
    for (const char* word : {"kidnez ", "x,", "no ", "without liver ", "liver and ", "> 1 cm ",
                             "\xE8\x82\x9D", "abcdefg hijklmn ", "left ", "its tumors, "}) {
        std::string text;
        while (text.size() + std::string(word).size() <= 4000)
            text += word;
        slow.push_back(text);
    }
    for (const std::string& text : slow) {
        INFO(text.substr(0, 40));
        const auto begin = std::chrono::steady_clock::now();
        CHECK_FALSE(resolver.resolve(text).parts.empty());
        CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 2);
    }
}
