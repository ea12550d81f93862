// SPDX-License-Identifier: Apache-2.0
#include "inference/Recognition.h"
#include "inference/TextEncoder.h"
#include "inference/internal/Sha256.h"
#include "inference/internal/UnetShapes.h"
#include "inference/training/ClassEmbeddings.h"
#include "inference/training/text/TextFolder.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/catch.h"

#include <cmath>
#include <cstdlib>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// Two classes and two things that are none, a few phrases each.
fs::path writeCorpus(const fs::path& folder)
{
    fs::create_directories(folder / "corpus");
    writeFile(folder / "corpus" / "en.tsv",
              "liver\tliver\nliver\tthe liver\nliver\thepatic organ\nliver\thepar\nliver\tliver "
              "lobe\nspleen\tspleen\nspleen\tthe spleen\nspleen\tsplenic organ\nspleen\tlien\n"
              "kidney_tumor\tkidney tumor\nkidney_tumor\ttumor of the kidney\nkidney_tumor\trenal "
              "cancer\nkidney_tumor\ta renal mass\n"
              "other.animal\tdog\nother.animal\tcat and dog\nother.animal\ta horse\nother.animal\tbrown "
              "cow\ntemplate\tshow the {}\n");
    writeFile(folder / "corpus" / "parts.txt",
              "liver\tliver organ\nspleen\tspleen organ\nkidney_tumor\tkidney tumor\n");
    return folder / "corpus";
}

struct Learned {
    TextEncoderSettings settings;
    std::string vocabulary;
    TrainedText text;
};

Learned learn(const fs::path& folder, std::uint64_t seed, std::int64_t steps)
{
    setenv("HOUNSFIELD_PLUGINS", HOUNSFIELD_PLUGIN_FOLDER, 1);
    Learned learned;
    learned.vocabulary = readFile(trainSentencePiece(folder));
    const auto tokenizer = textTokenizer(learned.vocabulary, 32);
    learned.settings = folderSettings(64, 1, tokenizer->vocabularySize());
    learned.settings.context = 32;
    const TextCorpus corpus = readTextCorpus(writeCorpus(folder));
    TextTrainerSettings settings;
    settings.encoder = learned.settings;
    settings.steps = steps;
    settings.warmUpSteps = 5;
    settings.batch = 48;
    settings.learningRate = 5e-3;
    settings.seed = seed;
    Progress silent;
    learned.text = trainTextEncoder(
        corpus, ConceptParts::read(folder / "corpus" / "parts.txt", corpus.concepts), *tokenizer,
        learned.vocabulary, settings, [](const TextReport&) {}, silent);
    return learned;
}

TextDescription describe(const Learned& learned)
{
    return {learned.settings, "A computerized tomography of a {}", 1, 100, {{"en", 18}}, learned.text.rows,
            {0.6, 0.4}};
}

double lengthOf(const std::vector<float>& row)
{
    double squares = 0;
    for (const float value : row)
        squares += double(value) * value;
    return std::sqrt(squares);
}

/// A narrow model that is trained with the encoder: formula weights, and the encoder's table.
ModelPack packWith(const fs::path& folder, const Learned& learned)
{
    const TextDescription text = describe(learned);
    writeTextFolder(folder / "text", text, learned.vocabulary, learned.text.weights);
    ModelPack pack;
    pack.name = pack.title = "with words";
    pack.version = "1";
    pack.licence = "Apache-2.0";
    pack.source = "a formula";
    pack.architecture = "unet";
    pack.widths = {{16, 32, 64, 128}, 8};
    pack.input.roi = {32, 32, 32};
    pack.promptTemplate = text.promptTemplate;
    pack.classes = universalClasses();
    pack.weightsFile = "weights.safetensors";
    pack.textEncoder = text.settings;
    fs::create_directories(folder / "pack");
    std::vector<std::pair<std::string, std::string>> hashes;
    const auto add = [&](const std::string& name, const std::string& bytes) {
        writeFile(folder / "pack" / name, bytes);
        hashes.emplace_back(name, sha256(bytes));
    };
    add(pack.weightsFile, writeSafetensors(formulaWeights(expectedUnetTensors(pack.widths)), {}));
    for (const std::string& name : filesOf(text.settings))
        add(name, readFile(folder / "text" / name));
    writeFile(folder / "pack" / "pack.json", packJson(pack, hashes));
    return openPackFolder(folder / "pack");
}

} // namespace

TEST_CASE("a tiny training learns to tell four concepts apart, also in words that it was not shown so")
{
    const TemporaryFolder folder;
    const Learned learned = learn(folder.path(), 1, 150);
    const WordEncoder encoder(learned.settings, textTokenizer(learned.vocabulary, learned.settings.context),
                              learned.text.weights);
    const auto read = [&](const std::string& words) {
        return learned.text.rows
            .concepts[static_cast<std::size_t>(learned.text.rows.read(encoder.embed(words)).best)]
            .name;
    };
    CHECK(read("liver") == "liver");
    CHECK(read("show the spleen") == "spleen");
    CHECK(read("the tumor of a kidney") == "kidney_tumor");
    CHECK(read("a dog and a cat") == "other.animal");
    CHECK(read("Lver") == "liver");
}

TEST_CASE("the same seed trains the same bytes, another seed others")
{
    const TemporaryFolder folder;
    const Learned one = learn(folder.path(), 1, 12), again = learn(folder.path(), 1, 12),
                  other = learn(folder.path(), 2, 12);
    CHECK(one.text.weights == again.text.weights);
    CHECK(one.text.rows.rows == again.text.rows.rows);
    CHECK(one.text.weights != other.text.weights);
}

TEST_CASE("a written folder reads back, and a pack with its files encodes a class's name as the table of the "
          "model has it")
{
    const TemporaryFolder folder;
    const Learned learned = learn(folder.path(), 1, 30);
    const ModelPack pack = packWith(folder.path(), learned);
    const TextDescription back = readTextFolder(folder.path() / "text");
    CHECK(back.settings.vocabulary == learned.settings.vocabulary);
    CHECK(back.rows.concepts.size() == learned.text.rows.concepts.size());
    CHECK(back.rows.temperature == learned.text.rows.temperature);
    CHECK(back.thresholds.accept == 0.6);
    CHECK(std::abs(back.rows.rows[3][100] - learned.text.rows.rows[3][100]) < 1e-3f);

    const WordEncoder encoder = openWordEncoder(folder.path() / "text", back.settings);
    const auto table = classEmbeddings([&](const std::string& words) { return encoder.embed(words); },
                                       back.promptTemplate, pack.classes);
    const auto words = TextEncoder::open(pack);
    for (const ModelClass& known : pack.classes)
        CHECK(words->encode(known.name).embedding == table[static_cast<std::size_t>(known.id - 1)]);
    CHECK(lengthOf(table[5]) == Approx(classRowLength()).epsilon(0.3));
}

TEST_CASE("the program reads words by the rule that the thresholds were calibrated with")
{
    const TemporaryFolder folder;
    const Learned learned = learn(folder.path(), 1, 60);
    const ModelPack pack = packWith(folder.path(), learned);
    const auto encoder = TextEncoder::open(pack);
    const auto recognition = Recognition::open(pack);
    REQUIRE(recognition);
    const TextThresholds thresholds = describe(learned).thresholds;
    for (const char* words : {"liver", "the spleen", "dog", "tumor of the kidney", "hepatic dog", "kidney"}) {
        const auto embedding = encoder->encodeAlone(words).embedding;
        const Recognised program = recognition->read(embedding);
        const TextReading trainer = learned.text.rows.read(embedding);
        INFO(words << " " << trainer.confidence);
        CHECK((program.kind == Recognised::Kind::Known) == (trainer.confidence >= thresholds.accept));
        CHECK((program.kind == Recognised::Kind::Unknown) == (trainer.confidence < thresholds.unsure));
    }
}

TEST_CASE("a folder that is no text encoder is refused with what to do")
{
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(readTextFolder(folder.path()), Catch::Contains("text.json"));
    writeFile(folder.path() / "text.json", "{}");
    CHECK_THROWS_WITH(readTextFolder(folder.path()), Catch::Contains("hounsfield-train text"));
}
