// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tokenizer/BytePairTokenizer.h"
#include "tokenizer/CleanText.h"
#include "volume/Error.h"

#include <nlohmann/json.hpp>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("text becomes the ids of the published tokenizer, in every language and with every oddity")
{
    REQUIRE_SHARED(shared);
    const auto tokenizer = BytePairTokenizer::fromFile(shared / "reference" / "bpe_simple_vocab_16e6.txt.gz");
    int seen = 0;
    for (const auto& entry : nlohmann::json::parse(readFile(shared / "reference" / "clip_bpe.json"))) {
        INFO(entry["text"].get<std::string>());
        CHECK(tokenizer.pieces(entry["text"]) == entry["ids"].get<std::vector<std::int32_t>>());
        ++seen;
    }
    CHECK(seen > 100);
}

TEST_CASE("a sequence is framed, and cut before its end where it is too long")
{
    REQUIRE_SHARED(shared);
    const auto tokenizer = BytePairTokenizer::fromFile(shared / "reference" / "bpe_simple_vocab_16e6.txt.gz");
    for (const auto& recorded =
             nlohmann::json::parse(readFile(shared / "reference" / "clip_text_forward.json"));
         const auto& n : {0, 1, 2, 3, 4}) {
        std::vector<std::int32_t> ids = tokenizer.encode(recorded["prompts"][n]);
        CHECK(ids.size() <= 77);
        CHECK(ids.back() == BytePairTokenizer::end);
        ids.resize(77, 0);
        CHECK(ids == recorded["token_ids"][n].get<std::vector<std::int32_t>>());
    }
}

TEST_CASE("text is cleaned before it is split")
{
    CHECK(cleanText("  Liver\t\n TUMOR ") == "liver tumor");
    CHECK(cleanText("caf\xC3\x83\xC2\xA9") == "caf\xC3\xA9"); // UTF-8 read as Latin-1, mended
    CHECK(cleanText("caf\xC3\xA9") == "caf\xC3\xA9");
    CHECK(cleanText("&amp;lt; 5 &#109;m") == "< 5 mm");
    CHECK(cleanText("\xE2\x80\x9Cliver\xE2\x80\x9D") == "\"liver\"");
    CHECK(cleanText("\xEF\xAC\x81ne") == "fine");
    CHECK(cleanText("\xFF\xFE") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("a vocabulary that is cut off or another file is refused in words")
{
    const TemporaryFolder folder;
    writeFile(folder.path() / "cut.txt", "heading\ni n\nt h\n");
    writeFile(folder.path() / "other.txt", std::string(100, '\n') + "hello");
    for (const char* name : {"cut.txt", "other.txt", "missing.txt"}) {
        INFO(name);
        REQUIRE_THROWS_AS(BytePairTokenizer::fromFile(folder.path() / name), Error);
    }
}
