// SPDX-License-Identifier: Apache-2.0
#include "inference/TextEncoder.h"
#include "inference/Segmenter.h"
#include "inference/internal/Tensors.h"
#include "tests/inference/engine/NoiseScan.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/StopLooks.h"
#include "tests/support/TextPack.h"
#include "tests/support/catch.h"

#include <cmath>
#include <cstdlib>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

/// A pack whose words go through sentencepiece, in this very process beside LibTorch.
ModelPack sentencePiecePack(const std::filesystem::path& folder)
{
    setenv("HOUNSFIELD_PLUGINS", HOUNSFIELD_PLUGIN_FOLDER, 1);
    return openPackFolder(
        writeTextPack(folder, "pieces", "sentencepiece", readFile(trainSentencePiece(folder)), 400));
}

Target words(const std::string& text)
{
    return {0, text, text};
}

} // namespace

TEST_CASE("a text is encoded through a pack with CLIP's byte pairs, and compared with the classes")
{
    REQUIRE_SHARED(shared);
    const TemporaryFolder folder;
    const auto encoder = TextEncoder::open(openPackFolder(
        writeTextPack(folder.path(), "pairs", "byte_pair",
                      readFile(shared / "reference" / "bpe_simple_vocab_16e6.txt.gz"), 49408)));
    const Encoded encoded = encoder->encode("liver");
    CHECK(encoded.text == "A computerized tomography of a liver");
    CHECK(encoded.ids.front() == 49406);
    CHECK(encoded.ids.back() == 49407);
    CHECK(encoded.cut == 0);
    CHECK(encoded.cutNote().empty());
    REQUIRE(encoded.embedding.size() == 512);
    CHECK(encoder->encode("LIVER").embedding == encoded.embedding); // its tokenizer knows no capitals
    CHECK(encoder->encode("spleen").embedding != encoded.embedding);
    // Every class once, the nearest first, as the pack's own rows say.
    const std::vector<float> table = fill("organ_embedding", {32, 512});
    REQUIRE(encoded.nearest.size() == 32);
    for (std::size_t n = 0; n < 32; ++n) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t i = 0; i < 512; ++i) {
            const double a = encoded.embedding[i],
                         b = table[std::size_t(encoded.nearest[n].classId - 1) * 512 + i];
            ab += a * b;
            aa += a * a;
            bb += b * b;
        }
        CHECK(encoded.nearest[n].cosine == Approx(ab / std::sqrt(aa * bb)).margin(1e-6));
        CHECK((n == 0 || encoded.nearest[n].centredCosine <= encoded.nearest[n - 1].centredCosine));
    }
    std::string many = "liver";
    for (int n = 0; n < 60; ++n)
        many += " liver";
    const Encoded cut = encoder->encode(many);
    CHECK(cut.ids.size() == 32);
    CHECK(cut.ids.back() == 49407);
    CHECK(cut.cut > 30);
    CHECK(cut.cutNote().find("too long") != std::string::npos);
    // What stands behind an end token that a person typed is not looked at.
    CHECK(encoder->encode("liver<|endoftext|>spleen").embedding == encoded.embedding);
    CHECK_THROWS_AS(encoder->encode("  "), Error);
    CHECK_THROWS_AS(encoder->encode(std::string(5000, 'x')), Error);
}

TEST_CASE("sentencepiece and LibTorch live in one process: a text is encoded through a pack with a "
          "sentencepiece model")
{
    if (!besideLibTorch) {
        WARN("skipped: AddressSanitizer cannot keep the two libraries apart");
        return;
    }
    const TemporaryFolder folder;
    const auto encoder = TextEncoder::open(sentencePiecePack(folder.path()));
    const Encoded one = encoder->encode("renal artery"), two = encoder->encode("почечная артерия");
    CHECK(one.embedding.size() == 512);
    CHECK(one.ids.front() == 1);
    CHECK(one.ids.back() == 2);
    CHECK(one.embedding != two.embedding);
    CHECK(one.nearest.size() == 32);
}

TEST_CASE("a text encoder is opened with a look for a stop before every tensor")
{
    if (!besideLibTorch) {
        WARN("skipped: AddressSanitizer cannot keep the two libraries apart");
        return;
    }
    const TemporaryFolder folder;
    const ModelPack pack = sentencePiecePack(folder.path());
    CHECK(checkEveryLookStops([&](const Progress& stop) { TextEncoder::open(pack, stop); }) > 10);
}

TEST_CASE("a pack without a text encoder, or whose parts do not belong together, is refused with what to do")
{
    const TemporaryFolder folder;
    const auto refusal = [](const ModelPack& pack) {
        try {
            TextEncoder::open(pack);
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Model);
            return std::string(error.what());
        }
        return std::string("opened");
    };
    CHECK(refusal(openPackFolder(writeTextPack(folder.path(), "none", "", "", 0)))
              .find("has no text encoder") != std::string::npos);
    CHECK(refusal(openPackFolder(
              writeTextPack(folder.path(), "bad", "byte_pair", "heading\nno list", 49408))) != "opened");
    CHECK(refusal(openPackFolder(writeTextPack(folder.path(), "hostile", "sentencepiece",
                                               std::string(500, '\x0A'), 400))) != "opened");
    REQUIRE_SHARED(shared);
    const std::string vocabulary = readFile(shared / "reference" / "bpe_simple_vocab_16e6.txt.gz");
    CHECK(refusal(openPackFolder(writeTextPack(folder.path(), "few", "byte_pair", vocabulary, 400)))
              .find("belongs to it") != std::string::npos);
    ModelPack wide = openPackFolder(writeTextPack(folder.path(), "wide", "byte_pair", vocabulary, 49408));
    wide.textEncoder->width = 64;
    CHECK(refusal(wide).find("shape") != std::string::npos);
}

TEST_CASE("words beyond the known classes run as zero-shot beside known classes, which stay as they are")
{
    if (!besideLibTorch)
        return;
    const TemporaryFolder folder;
    const auto segmenter = Segmenter::open(sentencePiecePack(folder.path()), twoThreads());
    Progress silent;
    int told = 0;
    PrepareSettings watching{0.5, {}, {words("renal artery"), {6, "Liver", {}}}, {}};
    watching.onPartial = [&](const std::vector<PartialMask>& masks) {
        ++told;
        CHECK(masks.size() == 2);
    };
    const auto scan = noiseScan(Index3{40, 40, 40});
    const auto prepared = segmenter->prepare(scan, watching, silent);
    const auto alone = segmenter->segment(*segmenter->prepare(scan, {0.5, {}, {}, {}}, silent),
                                          {{6, "Liver", {}}}, {}, silent);
    const auto mixed = segmenter->segment(
        *prepared, {words("renal artery"), {6, "Liver", {}}, words("thoracic duct")}, {}, silent);
    REQUIRE(mixed.size() == 3);
    CHECK(mixed[1].mask.toGrid() == alone[0].mask.toGrid());
    CHECK(mixed[1].nearest.empty());
    for (const std::size_t n : {0u, 2u}) {
        CHECK(mixed[n].target.classId == 0);
        CHECK(mixed[n].threshold == 0.5);
        CHECK(mixed[n].nearest.size() == 3);
        REQUIRE_FALSE(mixed[n].warnings.empty());
        CHECK(mixed[n].warnings[0].find("zero-shot") != std::string::npos);
        CHECK(mixed[n].largestProbability > 0);
    }
    CHECK(mixed[0].meanProbability + mixed[0].volumeHighMl !=
          mixed[2].meanProbability + mixed[2].volumeHighMl);
    // Its probabilities are kept by its words.
    SegmentSettings lower;
    lower.threshold = 0.3;
    const auto again = segmenter->segment(*prepared, {words("thoracic duct")}, lower, silent);
    CHECK(again[0].largestProbability == mixed[2].largestProbability);
    CHECK(again[0].mask.count() >= mixed[2].mask.count());
    // Key 0: words beyond the classes alone.
    SegmentSettings beyond;
    beyond.markings[0] = {0.3, 0};
    const auto own =
        segmenter->segment(*prepared, {words("thoracic duct"), {6, "Liver", {}}}, beyond, silent);
    CHECK(own[0].mask.toGrid() == again[0].mask.toGrid());
    CHECK(own[1].mask.toGrid() == alone[0].mask.toGrid());
}

TEST_CASE("words are refused by a model without a text encoder, not silently left out")
{
    const TemporaryFolder folder;
    const auto segmenter =
        Segmenter::open(openPackFolder(writeTextPack(folder.path(), "none", "", "", 0)), twoThreads());
    Progress silent;
    const auto prepared = segmenter->prepare(noiseScan(Index3{20, 20, 20}), {0.5, {}, {}, {}}, silent);
    CHECK_THROWS_WITH(segmenter->segment(*prepared, {words("renal artery")}, {}, silent),
                      Catch::Contains("no text encoder"));
}
