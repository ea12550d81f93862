// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace hounsfield;

namespace {

const PromptResolver& reading()
{
    static const PromptResolver one(universalClasses(), ZeroShot::Read);
    return one;
}

/// Reads a prompt as a text encoder would have it that knows these words alone.
Prompt readWith(const std::string& text, const std::vector<WordsRead>& known)
{
    std::vector<WordsRead> read;
    for (const std::string& words : reading().resolve(text).unread) {
        const auto one =
            std::find_if(known.begin(), known.end(), [&](const WordsRead& k) { return k.words == words; });
        read.push_back(one == known.end()
                           ? WordsRead{words, {}, false, 0.9, {"Colon", "Rectum", "Intestine"}, ""}
                           : *one);
    }
    return reading().resolve(text, read);
}

const std::vector<WordsRead> taught{{"hepatic blastoma", {27}, false, 0.937, {"Liver", "Kidney Tumor"}, ""},
                                    {"HEPATIC Blastoma", {27}, false, 0.9, {}, ""},
                                    {"beanoids", {2, 3}, false, 0.95, {}, ""},
                                    {"left beanoids", {3}, false, 0.95, {}, ""},
                                    {"beanish blob", {26}, true, 0.61, {"Kidney Cyst", "Liver Tumor"}, ""},
                                    {"left beanish blob", {26}, false, 0.9, {}, ""},
                                    {"squidgy filter", {6}, false, 0.9, {}, ""},
                                    {"left squidgy filter", {6}, false, 0.9, {}, ""},
                                    {"squidgy tumor", {6}, false, 0.9, {}, ""},
                                    {"small squidgy filter", {6}, false, 0.9, {}, ""},
                                    {"small hepatic blastoma", {27}, false, 0.9, {}, ""},
                                    {"blastoma of the left beanoids", {26}, false, 0.9, {}, ""},
                                    {"肝芽", {27}, false, 0.9, {}, ""}};

std::vector<int> idsOf(const Prompt& prompt)
{
    std::vector<int> ids;
    for (const Target& target : prompt.targets())
        ids.push_back(target.classId);
    return ids;
}

} // namespace

TEST_CASE("words beyond the lexicon wait for the text encoder, as typed and without courtesies and sizes")
{
    const std::vector<std::pair<const char*, std::vector<std::string>>> rows{
        {"Please show me the HEPATIC  Blastoma", {"HEPATIC Blastoma"}},
        {"the largest hepatic blastoma over 10 mm, please", {"hepatic blastoma"}},
        {"liver, left beanoids and the scapula", {"left beanoids", "scapula"}},
        {"scapula and scapula", {"scapula"}},
        {"blastoma of the left beanoids", {"blastoma of the left beanoids"}},
        {"大于10毫米的肝芽", {"肝芽"}},
        {"liver without hepatic blastoma", {"hepatic blastoma"}},
        {"liver and both kidneys", {}},
        {"liver spleen", {}},
        {"its blastoma", {}},
        {"renal", {}},
    };
    for (const auto& [text, unread] : rows) {
        INFO(text);
        const Prompt prompt = reading().resolve(text);
        CHECK(prompt.unread == unread);
        CHECK(prompt.waits() == !unread.empty());
        for (const PromptPart& part : prompt.parts)
            CHECK_FALSE(part.zeroShot);
    }
    const Prompt prompt = reading().resolve("liver, scapula");
    CHECK_FALSE(prompt.parts[0].pending);
    CHECK(prompt.parts[1].pending);
    CHECK(prompt.targets().size() == 1);
}

TEST_CASE("recognised words become the known classes, with confidence and explanation")
{
    const Prompt prompt = readWith("liver, hepatic blastoma", taught);
    CHECK(idsOf(prompt) == std::vector<int>{6, 27});
    CHECK(prompt.unread.empty());
    CHECK_FALSE(prompt.waits());
    const PromptPart& part = prompt.parts[1];
    CHECK(part.confidence == 0.937);
    CHECK_FALSE(part.unsure);
    CHECK(part.targets[0].name == "Liver Tumor");
    CHECK(part.targets[0].zeroShotText.empty());
    CHECK(part.explanation == "Read as Liver Tumor by the text encoder (confidence 93 %): \"hepatic "
                              "blastoma\" is not in the word list.");
    CHECK(prompt.parts[0].confidence == 0);
    CHECK(idsOf(readWith("beanoids", taught)) == std::vector<int>{2, 3});
}

TEST_CASE("an unsure guess is run, says so and names what else it may be")
{
    const PromptPart part = readWith("beanish blob", taught).parts.at(0);
    REQUIRE(part.understood());
    CHECK(part.unsure);
    CHECK(part.targets[0].classId == 26);
    CHECK(part.suggestions == std::vector<std::string>{"Kidney Cyst", "Liver Tumor"});
    for (const char* piece :
         {"unsure", "Kidney Tumor (confidence 61 %)", "It may also be Kidney Cyst, Liver Tumor.", "Check"})
        CHECK(part.explanation.find(piece) != std::string::npos);
}

TEST_CASE("words for a part of an organ are a guess, however sure the text encoder is, and nothing is left "
          "out by them")
{
    const std::vector<WordsRead> parts{{"head of the pancreas", {11}, false, 0.94, {}, ""},
                                       {"Unterlappen der rechten Lunge", {16}, false, 0.97, {}, ""},
                                       {"upper lobe", {16, 17}, false, 0.97, {}, ""},
                                       {"肝右叶", {6}, false, 0.96, {}, ""},
                                       {"body of the pancreas", {11}, false, 0.94, {}, ""},
                                       {"water filter of the body", {2, 3}, false, 0.93, {}, ""},
                                       {"Wasserfilter des Körpers", {2, 3}, false, 0.98, {}, ""}};
    const PromptPart part = readWith("head of the pancreas", parts).parts.at(0);
    CHECK(part.unsure);
    CHECK(part.explanation == "Read as Pancreas by the text encoder (confidence 94 %), but \"head\" is a "
                              "part: the model knows no parts of organs, and what is found may lie elsewhere "
                              "in the organ or be all of it. Check that this is what is meant.");
    CHECK(readWith("Unterlappen der rechten Lunge", parts)
              .parts.at(0)
              .explanation.find("\"Unterlappen\" is a part: the model knows no parts of organs") !=
          std::string::npos);
    CHECK(readWith("肝右叶", parts).parts.at(0).explanation.find("\"右叶\" is a part") != std::string::npos);
    CHECK(readWith("lungs without upper lobe", parts).targets().empty());
    CHECK_FALSE(readWith("head of the femur", parts).parts.at(0).unsure);
    // The body of an organ is a part, the person's is not.
    CHECK(readWith("body of the pancreas", parts).parts.at(0).explanation.find("but \"body\" is a part") !=
          std::string::npos);
    CHECK_FALSE(readWith("water filter of the body", parts).parts.at(0).unsure);
    CHECK_FALSE(readWith("Wasserfilter des Körpers", parts).parts.at(0).unsure);
}

TEST_CASE(
    "unknown words are refused with how much the model knows and what is nearest, and the rest is still run")
{
    const Prompt prompt = readWith("scapula, liver", taught);
    CHECK(idsOf(prompt) == std::vector<int>{6});
    CHECK_FALSE(prompt.parts[0].understood());
    CHECK_FALSE(prompt.parts[0].pending);
    CHECK(prompt.parts[0].suggestions == std::vector<std::string>{"Colon", "Rectum", "Intestine"});
    CHECK(prompt.parts[0].explanation.find("I do not know this") == 0);
    CHECK(prompt.parts[0].explanation.find("32 structures") != std::string::npos);
}

TEST_CASE("sizes, sides, the largest and exceptions around recognised words mean what they always mean")
{
    const Target sized = readWith("hepatic blastoma over 10 mm", taught).targets().at(0);
    CHECK(sized.classId == 27);
    CHECK(sized.filter.lowestMm > 10);
    CHECK(readWith("hepatic blastoma over 10 mm", taught)
              .parts[0]
              .explanation.find("Only lesions of more than 10 mm") != std::string::npos);
    CHECK(readWith("大于10毫米的肝芽", taught).targets().at(0).filter.lowestMm > 10);
    const Target largest = readWith("the two largest hepatic blastoma", taught).targets().at(0);
    CHECK(largest.classId == 27);
    CHECK(largest.filter.largest == 2);
    CHECK(idsOf(readWith("left beanoids", taught)) == std::vector<int>{3});
    CHECK(readWith("left beanish blob", taught).targets().at(0).filter.hosts == std::vector<int>{3});
    CHECK(readWith("blastoma of the left beanoids", taught).targets().at(0).filter.hosts ==
          std::vector<int>{3});
    const Prompt without = readWith("liver without hepatic blastoma", taught);
    REQUIRE(without.targets().size() == 1);
    CHECK(without.targets()[0].without == std::vector<int>{27});
    CHECK(without.parts[0].explanation.find("Read as Liver Tumor by the text encoder") != std::string::npos);
    CHECK(readWith("squidgy filter without its tumors", taught).targets().at(0).without ==
          std::vector<int>{27, 29});
}

TEST_CASE("recognised words are never run against what stands beside them")
{
    for (const char* text :
         {"squidgy filter over 10 mm", "left squidgy filter", "squidgy tumor", "small hepatic blastoma",
          "no hepatic blastoma", "not the beanoids", "beanoids without left and right",
          "liver without the scapula", "hepatic blastoma over 10", "hepatic blastoma over 5 cm under 1 cm",
          "hepatic blastoma 3", "beanoids, no beanoids", "liver without beanish blob",
          "everything except the scapula"}) {
        INFO(text);
        for (const PromptPart& part : readWith(text, taught).parts) {
            INFO(part.text << " | " << part.explanation);
            CHECK_FALSE(part.understood());
            CHECK_FALSE(part.explanation.empty());
            CHECK_FALSE(part.pending);
        }
    }
    CHECK(idsOf(readWith("small squidgy filter", taught)) == std::vector<int>{6});
}
