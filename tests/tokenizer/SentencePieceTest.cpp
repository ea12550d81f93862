// SPDX-License-Identifier: Apache-2.0
#include "tests/support/SentencePiece.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tokenizer/SentencePieceTokenizer.h"
#include "volume/Error.h"

#include <cstdlib>
#include <random>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// The module lies beside the programs, not beside the tests.
struct Plugins {
    explicit Plugins(const char* folder = HOUNSFIELD_PLUGIN_FOLDER)
    {
        setenv("HOUNSFIELD_PLUGINS", folder, 1);
    }
    ~Plugins() { unsetenv("HOUNSFIELD_PLUGINS"); }
};

std::string joined(const std::vector<std::int32_t>& ids)
{
    std::string text;
    for (const std::int32_t id : ids)
        text += (text.empty() ? "" : " ") + std::to_string(id);
    return text;
}

std::string refusal(const std::string& bytes)
{
    try {
        SentencePieceTokenizer::fromBytes(bytes);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Model);
        return error.what();
    }
    return "opened";
}

} // namespace

// Before the others: once the module is open it stays open.
TEST_CASE("where the sentencepiece module is missing or is another file, a sentence says so")
{
    const TemporaryFolder folder;
    const std::string model = readFile(trainSentencePiece(folder.path()));
    const Plugins elsewhere(folder.path().c_str());
    CHECK(refusal(model).find("HOUNSFIELD_PLUGINS") != std::string::npos);
    writeFile(folder.path() / "hounsfield_sentencepiece.so", "no module");
    CHECK(refusal(model).find("cannot be used") != std::string::npos);
}

TEST_CASE("sentencepiece ids equal those of spm_encode, in every language and with every oddity")
{
    const Plugins plugins;
    const TemporaryFolder folder;
    for (const char* kind : {"unigram", "bpe"}) {
        const auto model = trainSentencePiece(folder.path(), kind);
        const auto tokenizer = SentencePieceTokenizer::fromFile(model);
        for (const char* text :
             {"A computerized tomography of a liver", "renal artery", "  Two   blanks ",
              "Die Größe der Läsion", "L'artère rénale", "riñón izquierdo", "Почечная артерия", "肝臓は右",
              "肾动脉", "ﬁne ﬂow ①½", "ＦＵＬＬ width", "e\xCC\x81", "emoji 🫀 heart", "x",
              "<s> liver </s>", "a\tb", "\xFF\xFE broken"}) {
            INFO(kind << ": " << text);
            CHECK(joined(tokenizer.pieces(text)) == sentencePieceIds(model, text));
        }
        CHECK(tokenizer.pieces("").empty());
    }
}

TEST_CASE("a sentencepiece sequence is framed by <s> and </s> and cut before its end, which is told")
{
    const Plugins plugins;
    const TemporaryFolder folder;
    const auto tokenizer = SentencePieceTokenizer::fromFile(trainSentencePiece(folder.path()), 12);
    CHECK(tokenizer.startId() == 1);
    CHECK(tokenizer.endId() == 2);
    const auto few = tokenizer.tokens("liver");
    CHECK(few.cut == 0);
    CHECK(few.ids.front() == 1);
    CHECK(few.ids.back() == 2);
    const auto many = tokenizer.tokens("A computerized tomography of a liver and of a kidney tumor");
    CHECK(many.ids.size() == 12);
    CHECK(many.ids.back() == 2);
    CHECK(many.cut ==
          tokenizer.pieces("A computerized tomography of a liver and of a kidney tumor").size() - 10);
    for (const std::int32_t id : many.ids)
        CHECK(id < tokenizer.vocabularySize());
}

TEST_CASE("a sentencepiece model that is cut off, changed or hostile is refused in words or works, it never "
          "crashes the program")
{
    const Plugins plugins;
    const TemporaryFolder folder;
    const std::string whole = readFile(trainSentencePiece(folder.path()));
    CHECK(refusal("").find("pieces") != std::string::npos);
    CHECK(refusal("hello") != "opened");
    CHECK(refusal(std::string(1000, '\xFF')) != "opened");
    for (std::size_t at = 1; at < whole.size(); at += whole.size() / 40 + 1)
        CHECK(refusal(whole.substr(0, at)) != "opened");
    // A changed byte may be another model; then it must still split a text.
    std::mt19937 random(7);
    int opened = 0;
    for (int change = 0; change < 400; ++change) {
        std::string bytes = whole;
        for (int n = 0; n < 3; ++n)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            const auto tokenizer = SentencePieceTokenizer::fromBytes(bytes);
            for (const char* text : {"liver and ﬁne Größe", "肝臓 ① e\xCC\x81"})
                tokenizer.pieces(text);
            ++opened;
        } catch (const Error&) {
        }
    }
    CHECK(opened > 0);
    CHECK_THROWS_AS(SentencePieceTokenizer::fromFile(folder.path() / "missing.model"), Error);
}
