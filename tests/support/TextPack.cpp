// SPDX-License-Identifier: Apache-2.0
#include "tests/support/TextPack.h"

#include "inference/PackWriter.h"
#include "inference/internal/Sha256.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"

namespace hounsfield::test {
namespace fs = std::filesystem;

namespace {

TextEncoderSettings compact(const std::string& tokenizer, int entries)
{
    TextEncoderSettings settings;
    settings.tokenizer = tokenizer;
    settings.weightsFile = "text_weights.safetensors";
    settings.vocabularyFile =
        tokenizer == "sentencepiece" ? "text_vocabulary.model" : "text_vocabulary.txt.gz";
    settings.width = 32;
    settings.heads = 2;
    settings.blocks = 2;
    settings.context = 32;
    settings.vocabulary = entries;
    return settings;
}

/// By hand, so that the test does not lean on what the program expects.
StoredTensors textWeights(const TextEncoderSettings& settings)
{
    const std::int64_t w = settings.width;
    TensorShapes shapes{{"token_embedding.weight", {settings.vocabulary, w}},
                        {"positional_embedding", {settings.context, w}},
                        {"ln_final.weight", {w}},
                        {"ln_final.bias", {w}},
                        {"text_projection", {w, 512}}};
    for (int n = 0; n < settings.blocks; ++n)
        for (const auto& [key, shape] : TensorShapes{{"ln_1.weight", {w}},
                                                     {"ln_1.bias", {w}},
                                                     {"ln_2.weight", {w}},
                                                     {"ln_2.bias", {w}},
                                                     {"attn.in_proj_weight", {3 * w, w}},
                                                     {"attn.in_proj_bias", {3 * w}},
                                                     {"attn.out_proj.weight", {w, w}},
                                                     {"attn.out_proj.bias", {w}},
                                                     {"mlp.c_fc.weight", {4 * w, w}},
                                                     {"mlp.c_fc.bias", {4 * w}},
                                                     {"mlp.c_proj.weight", {w, 4 * w}},
                                                     {"mlp.c_proj.bias", {w}}})
            shapes["transformer.resblocks." + std::to_string(n) + "." + key] = shape;
    return formulaWeights(shapes);
}

ModelPack describeFormula(const std::string& name, const Index3& roi)
{
    ModelPack pack;
    pack.name = name;
    pack.title = "Formula weights";
    pack.version = "1";
    pack.licence = "Apache-2.0";
    pack.source = "a formula";
    pack.architecture = "unet";
    pack.widths = {{16, 32, 64, 128}, 8};
    pack.input.spacingMm = 4;
    pack.input.roi = roi;
    pack.promptTemplate = "{}";
    pack.classes = universalClasses();
    pack.weightsFile = "weights.safetensors";
    return pack;
}

} // namespace

ModelPack writeFormulaPack(const fs::path& folder, const Index3& roi)
{
    const ModelPack pack = describeFormula("formula", roi);
    writePack(pack, writeSafetensors(formulaWeights(expectedUnetTensors(pack.widths)), {}), "card",
              folder / pack.name);
    return openPackFolder(folder / pack.name);
}

fs::path writeTextPack(const fs::path& folder, const std::string& name, const std::string& tokenizer,
                       const std::string& vocabulary, int entries)
{
    ModelPack pack = describeFormula(name, {32, 32, 32});
    pack.promptTemplate = "A computerized tomography of a {}";
    std::vector<std::pair<std::string, std::string>> files{
        {pack.weightsFile, writeSafetensors(formulaWeights(expectedUnetTensors(pack.widths)), {})},
        {"card.md", "card"}};
    if (!tokenizer.empty()) {
        pack.textEncoder = compact(tokenizer, entries);
        files.emplace_back(pack.textEncoder->weightsFile,
                           writeSafetensors(textWeights(*pack.textEncoder), {}));
        files.emplace_back(pack.textEncoder->vocabularyFile, vocabulary);
    }
    fs::create_directories(folder / name);
    std::vector<std::pair<std::string, std::string>> hashes;
    for (const auto& [file, bytes] : files) {
        writeFile(folder / name / file, bytes);
        hashes.emplace_back(file, sha256(bytes));
    }
    writeFile(folder / name / "pack.json", packJson(pack, hashes));
    return folder / name;
}

} // namespace hounsfield::test
