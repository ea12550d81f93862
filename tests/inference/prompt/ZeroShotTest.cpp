// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <set>

using namespace hounsfield;

namespace {

const PromptResolver& offering()
{
    static const PromptResolver one(universalClasses(), ZeroShot::Offered);
    return one;
}

Target words(const std::string& text)
{
    return {0, text, text};
}

} // namespace

TEST_CASE(
    "words beyond the known classes become a zero-shot part, cleaned of courtesies, where that is offered")
{
    const std::vector<std::pair<const char*, const char*>> rows{
        {"renal artery", "renal artery"},
        {"Please show me the renal artery", "renal artery"},
        {"can you find the thoracic duct please?", "thoracic duct"},
        {"is there a Left Ventricle", "left ventricle"},
        {"any lymph  nodes\tof the neck", "lymph nodes of the neck"},
        {"brain", "brain"},
        {"superior vena cava", "superior vena cava"},
        {"脾動脈", "脾動脈"},
        {"bicycle", "bicycle"},
    };
    for (const auto& [text, wanted] : rows) {
        INFO(text);
        const Prompt prompt = offering().resolve(text);
        REQUIRE(prompt.parts.size() == 1);
        const PromptPart& part = prompt.parts[0];
        CHECK(part.zeroShot);
        CHECK(part.understood());
        REQUIRE(part.targets.size() == 1);
        CHECK(part.targets[0].classId == 0);
        CHECK(part.targets[0].zeroShotText == wanted);
        CHECK(part.suggestions.size() == 3);
        CHECK(part.explanation.find("zero-shot") != std::string::npos);
        CHECK(part.explanation.find("Nearest known: " + part.suggestions[0]) != std::string::npos);
        CHECK(part.explanation.find("without looking") != std::string::npos);
        const PromptPart refused = PromptResolver(universalClasses()).resolve(text).parts.at(0);
        CHECK_FALSE(refused.understood());
        CHECK_FALSE(refused.zeroShot);
    }
    CHECK(offering().resolve("Renal Artery").parts[0].targets[0].name == "Renal Artery");
    CHECK(offering().resolve("Renal Artery, renal artery").targets().size() == 1);
}

TEST_CASE("known classes never go to the text encoder, in any of their names or with a slip of the finger")
{
    std::vector<std::string> texts{
        "livre",      "pancraes",    "rigth kidney", "tumors in the liver", "left kidney and right",
        "all organs", "whole liver", "liver and"};
    for (const ModelClass& known : universalClasses()) {
        texts.push_back(known.name);
        texts.insert(texts.end(), known.synonyms.begin(), known.synonyms.end());
    }
    for (const std::string& text : texts) {
        INFO(text);
        const Prompt with = offering().resolve(text),
                     without = PromptResolver(universalClasses()).resolve(text);
        REQUIRE(with.targets().size() == without.targets().size());
        for (std::size_t n = 0; n < with.targets().size(); ++n) {
            CHECK(with.targets()[n].classId > 0);
            CHECK(with.targets()[n].sameAs(without.targets()[n]));
        }
        for (const PromptPart& part : with.parts)
            CHECK_FALSE(part.zeroShot);
    }
}

TEST_CASE(
    "negations, sizes, counts, rows of known structures and empty prompts stay refused, zero-shot or not")
{
    for (const char* text : {"no liver, kidney",
                             "liver without the renal artery",
                             "everything except the brain",
                             "not the renal artery",
                             "brain but not the brain stem",
                             "I can't see the brain",
                             "anything besides the liver",
                             "lesions over 10 km",
                             "lesions over 10",
                             "largest lymph node",
                             "renal artery < 5",
                             "small liver tumor",
                             "how many over 10",
                             "liver spleen",
                             "liver liver liver",
                             "kidney left liver",
                             "left",
                             "",
                             "please",
                             " , ; "}) {
        INFO(text);
        for (const PromptPart& part : offering().resolve(text).parts) {
            INFO(part.text << " | " << part.explanation);
            CHECK_FALSE(part.understood());
            CHECK_FALSE(part.zeroShot);
        }
    }
}

TEST_CASE("one prompt may ask for known classes and for words beyond them")
{
    const Prompt prompt = offering().resolve("liver, the renal artery and both kidneys");
    REQUIRE(prompt.parts.size() == 3);
    CHECK_FALSE(prompt.parts[0].zeroShot);
    CHECK(prompt.parts[1].zeroShot);
    CHECK_FALSE(prompt.parts[2].zeroShot);
    CHECK(prompt.targets().size() == 4);
    CHECK(prompt.fullyUnderstood());
    CHECK(prompt.partOf(prompt.targets()[1]) == &prompt.parts[1]);
    CHECK(prompt.partOf({3, "", {}}) == &prompt.parts[2]);
    CHECK(prompt.partOf(words("spleen")) == nullptr);
}

TEST_CASE("what stands for words in results has a name, a safe file name of its own and a colour that stays")
{
    const ModelPack pack = openEmbeddedPack();
    CHECK(classOf(pack, {6, "Liver", {}}).fileName == "liver");
    CHECK_THROWS_AS(classOf(pack, Target{40, "none", {}}), Error);
    const ModelClass artery = classOf(pack, {0, "Renal Artery", "renal artery"});
    CHECK(artery.id == 0);
    CHECK(artery.name == "Renal Artery");
    CHECK(artery.fileName == "zero_shot_renal_artery");
    CHECK(artery.kind == "zero_shot");
    CHECK(artery.snomedCode.empty());
    CHECK(artery.threshold == 0.5);
    CHECK(artery.rgb == classOf(pack, words("renal artery")).rgb);
    CHECK(artery.rgb != classOf(pack, words("thoracic duct")).rgb);
    std::set<std::string> names;
    for (const std::string& text :
         {std::string("renal artery"), std::string("renal-artery"), std::string("renal/artery"),
          std::string("../renal artery"), std::string("脾動脈"), std::string("腎動脈"), std::string("größe"),
          std::string("grösse"), std::string(300, 'x'), std::string(301, 'x'), std::string("...")}) {
        const std::string name = classOf(pack, words(text)).fileName;
        INFO(name);
        CHECK(names.insert(name).second);
        CHECK(name.rfind("zero_shot_", 0) == 0);
        CHECK(name.size() < 80);
        CHECK(std::all_of(name.begin(), name.end(), [](unsigned char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        }));
    }
}
