// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextNoise.h"
#include "inference/training/text/PieceSplits.h"
#include "tests/support/Paths.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/catch.h"
#include "tokenizer/SentencePieceTokenizer.h"
#include "volume/Error.h"

#include <cstdlib>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;

TEST_CASE("accents are dropped as people drop them")
{
    CHECK(withoutAccents("hígado y riñón", false) == "higado y rinon");
    CHECK(withoutAccents("Gefäß der Drüse", true) == "Gefaess der Druese");
    CHECK(withoutAccents("côlon", true) == "colon");
    CHECK(withoutAccents("肝脏", true) == "肝脏");
}

TEST_CASE(
    "a misspelt phrase differs in one word by one slip, and a word of Chinese characters is never misspelt")
{
    Dice dice(1);
    int changed = 0;
    for (int n = 0; n < 50; ++n) {
        const std::string typed = misspelt("left kidney", dice);
        changed += typed != "left kidney";
        CHECK(std::abs(static_cast<int>(typed.size()) - 11) <= 1);
        CHECK(typed.find(' ') != std::string::npos);
    }
    CHECK(changed > 40);
    CHECK(misspelt("肝脏肿瘤在哪里", dice) == "肝脏肿瘤在哪里");
    CHECK(misspelt("ct of it", dice) == "ct of it");
}

TEST_CASE("words are swapped or joined with their neighbours")
{
    Dice dice(2);
    CHECK(wordsSwapped("left kidney", dice) == "kidney left");
    CHECK(wordsJoined("left kidney", dice) == "leftkidney");
    CHECK(wordsSwapped("liver", dice) == "liver");
}

TEST_CASE("the same seed makes the same slips")
{
    Dice one(7), other(7);
    for (int n = 0; n < 100; ++n)
        CHECK(hurried("tumor of the left adrenal gland", one) ==
              hurried("tumor of the left adrenal gland", other));
}

TEST_CASE("a piece is split into two that write the same, and never where the probability is none")
{
    const TemporaryFolder folder;
    setenv("HOUNSFIELD_PLUGINS", HOUNSFIELD_PLUGIN_FOLDER, 1);
    const std::string bytes = readFile(trainSentencePiece(folder.path()));
    const PieceSplits splits(bytes);
    const auto tokenizer = SentencePieceTokenizer::fromBytes(bytes);
    REQUIRE(splits.size() == static_cast<std::size_t>(tokenizer.vocabularySize()));
    const auto pieces = tokenizer.pieces("A computerized tomography of a kidney tumor");
    Dice dice(1);
    CHECK(splits.cut(pieces, 0, dice) == pieces);
    const auto cut = splits.cut(pieces, 1, dice);
    CHECK(cut.size() > pieces.size());
    for (const std::int32_t id : cut)
        CHECK(splits.of(id).empty());
}

TEST_CASE("a file that is no vocabulary is refused")
{
    CHECK_THROWS_AS(PieceSplits("\x0f not a model"), Error);
}
