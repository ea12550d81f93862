// SPDX-License-Identifier: Apache-2.0
#include "inference/Completion.h"
#include "inference/Prompt.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace hounsfield;

namespace {

const std::vector<ModelClass>& classes()
{
    static const std::vector<ModelClass> all = universalClasses();
    return all;
}

bool has(const std::vector<std::string>& list, const std::string& text)
{
    return std::find(list.begin(), list.end(), text) != list.end();
}

} // namespace

TEST_CASE(
    "a prompt is completed in the window's language, the last words first and beginnings before middles")
{
    const Completion english(classes(), "English"), german(classes(), "German"),
        chinese(classes(), "Chinese");
    CHECK(english.of("liv").at(0) == "liver");
    CHECK(english.of("liver, both kidneys and spl").at(0) == "liver, both kidneys and spleen");
    CHECK(has(english.of("liver, left kid"), "liver, Left Kidney"));
    CHECK(has(english.of("both"), "both kidneys"));
    // "Bladder" begins with it; of "gall bladder" a later word does.
    const std::vector<std::string> bladder = english.of("bladd");
    CHECK(bladder.at(0) == "bladder");
    CHECK(std::find(bladder.begin(), bladder.end(), "gall bladder") > bladder.begin());
    CHECK(german.of("Leb").at(0) == "Leber");
    CHECK(german.of("Leber und Bauchsp").at(0) == "Leber und Bauchspeicheldrüse");
    CHECK(german.of("speiser").at(0) == "Speiseröhre"); // typed without umlauts or capitals
    CHECK_FALSE(has(german.of("spl"), "spleen"));
    CHECK(chinese.of("肝脏、胰").at(0).rfind("肝脏、胰", 0) == 0);
    CHECK(english.of("liver,").empty());
    CHECK(english.of("").empty());
    CHECK(english.of("xyzzy").empty());
    CHECK(english.of("t", 8).size() <= 8);
}

TEST_CASE("every completion is understood")
{
    const PromptResolver resolver(classes());
    for (const char* language : {"English", "German", "French", "Spanish", "Chinese"}) {
        const Completion completion(classes(), language);
        for (const char* typed : {"li", "re", "le", "ki", "tu", "ma", "co", "肝", "胃", "所有"})
            for (const std::string& text : completion.of(typed, 100)) {
                INFO(language << ": " << text);
                CHECK(resolver.resolve(text).fullyUnderstood());
            }
    }
}
