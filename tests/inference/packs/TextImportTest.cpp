// SPDX-License-Identifier: Apache-2.0
#include "inference/PackStore.h"
#include "inference/internal/Checkpoint.h"
#include "inference/internal/TextShapes.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/Formula.h"
#include "tests/support/Paths.h"
#include "tests/support/TorchFile.h"
#include "tests/support/catch.h"
#include "tokenizer/BytePairTokenizer.h"

#include <cmath>
#include <cstdlib>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// As many merges as CLIP's list has, of none of its words.
std::string merges()
{
    std::string text = "heading\n";
    for (int i = 0; i < 48894; ++i)
        text += "a" + std::to_string(i) + " b\n";
    return text;
}

TextEncoderSettings narrow()
{
    TextEncoderSettings settings;
    settings.width = 64;
    settings.heads = 1;
    settings.blocks = 2;
    return settings;
}

StoredTensors asHalf(const StoredTensors& tensors)
{
    StoredTensors halves = tensors;
    for (auto& [name, tensor] : halves) {
        std::string bytes;
        for (std::size_t i = 0; i < tensor.bytes.size(); i += 4) // 1.0 or -1.0: exact in either
            bytes += tensor.bytes[i + 3] < 0 ? std::string("\x00\xbc", 2) : std::string("\x00\x3c", 2);
        tensor.type = ElementType::Float16;
        tensor.bytes = bytes;
    }
    return halves;
}

StoredTensor rows(const StoredTensor& from, std::int64_t begin, std::int64_t end)
{
    StoredTensor part = from;
    const std::size_t row = from.bytes.size() / static_cast<std::size_t>(from.shape[0]);
    part.shape[0] = end - begin;
    part.bytes =
        from.bytes.substr(static_cast<std::size_t>(begin) * row, static_cast<std::size_t>(end - begin) * row);
    return part;
}

/// The same numbers as the other public source spells them.
StoredTensors secondSpelling(const StoredTensors& first, const TextEncoderSettings& settings)
{
    StoredTensors second{
        {"text_model.embeddings.token_embedding.weight", first.at("token_embedding.weight")},
        {"text_model.embeddings.position_embedding.weight", first.at("positional_embedding")},
        {"text_model.final_layer_norm.weight", first.at("ln_final.weight")},
        {"text_model.final_layer_norm.bias", first.at("ln_final.bias")}};
    const StoredTensor& projection = first.at("text_projection");
    StoredTensor turned = projection;
    turned.shape = {512, settings.width};
    for (std::size_t r = 0; r < static_cast<std::size_t>(settings.width); ++r)
        for (std::size_t c = 0; c < 512; ++c)
            turned.bytes.replace((c * static_cast<std::size_t>(settings.width) + r) * 4, 4, projection.bytes,
                                 (r * 512 + c) * 4, 4);
    second["text_projection.weight"] = turned;
    StoredTensor vision;
    vision.shape = {1};
    vision.bytes.assign(4, '\0');
    second["vision_model.post_layernorm.weight"] = second["logit_scale"] = vision;
    for (int n = 0; n < settings.blocks; ++n) {
        const std::string from = "transformer.resblocks." + std::to_string(n) + ".",
                          to = "text_model.encoder.layers." + std::to_string(n) + ".";
        for (const std::string kind : {"weight", "bias"}) {
            const char* const parts[] = {"q", "k", "v"};
            for (int part = 0; part < 3; ++part)
                second[to + "self_attn." + parts[part] + "_proj." + kind] =
                    rows(first.at(from + "attn.in_proj_" + kind), part * settings.width,
                         (part + 1) * settings.width);
            second[to + "self_attn.out_proj." + kind] = first.at(from + "attn.out_proj." + kind);
            second[to + "layer_norm1." + kind] = first.at(from + "ln_1." + kind);
            second[to + "layer_norm2." + kind] = first.at(from + "ln_2." + kind);
            second[to + "mlp.fc1." + kind] = first.at(from + "mlp.c_fc." + kind);
            second[to + "mlp.fc2." + kind] = first.at(from + "mlp.c_proj." + kind);
        }
    }
    return second;
}

/// Files of a text encoder in both spellings, a small checkpoint and a vocabulary.
struct Sources {
    TemporaryFolder folder;
    PackStore store{folder.path() / "models"};
    StoredTensors first = formulaWeights(expectedTextTensors(narrow()));
    Progress silent;

    Sources()
    {
        writeFile(folder.path() / "model.safetensors",
                  writeSafetensors(formulaWeights(expectedUnetTensors({{16, 16, 32, 32}, 8})), {}));
        writeFile(folder.path() / "second.safetensors",
                  writeSafetensors(secondSpelling(first, narrow()), {}));
        writeFile(folder.path() / "merges.txt", merges());
    }
    fs::path file(const char* name) const { return folder.path() / name; }
    StoredTensors installed(const ModelPack& pack) const
    {
        return openSafetensors(pack.files->open(pack.textEncoder->weightsFile))->readAll();
    }
    bool isEmpty() const { return !fs::exists(store.folder()) || fs::is_empty(store.folder()); }
};

void checkSame(const StoredTensors& found, const StoredTensors& expected)
{
    REQUIRE(found.size() == expected.size());
    for (const auto& [name, tensor] : expected) {
        INFO(name);
        REQUIRE(found.count(name) == 1);
        CHECK(found.at(name).type == tensor.type);
        CHECK(found.at(name).shape == tensor.shape);
        CHECK(found.at(name).bytes == tensor.bytes);
    }
}

std::pair<ErrorKind, std::string> refusal(const Sources& sources, const PackStore::Import& what)
{
    Progress silent;
    try {
        sources.store.import(what, silent);
    } catch (const Error& error) {
        return {error.kind(), error.what()};
    }
    return {ErrorKind::Prompt, "imported"};
}

} // namespace

TEST_CASE("a text encoder from either public source becomes the same tensors of a pack, in the precision it "
          "came in")
{
    Sources s;
    StoredTensors archive = asHalf(s.first);
    archive["visual.proj"] = archive.at("text_projection");
    archive["logit_scale"] = rows(archive.at("ln_final.bias"), 0, 1);
    writeTorchScript(s.file("ViT-B-32.pt"), archive);
    const ModelPack half = s.store.import(
        {s.file("model.safetensors"), "half", s.file("ViT-B-32.pt"), s.file("merges.txt")}, s.silent);
    checkSame(s.installed(half), asHalf(s.first));

    const ModelPack whole = s.store.import(
        {s.file("model.safetensors"), "whole", s.file("second.safetensors"), s.file("merges.txt")}, s.silent);
    checkSame(s.installed(whole), s.first);
    REQUIRE(whole.textEncoder);
    CHECK(whole.textEncoder->tokenizer == "byte_pair");
    CHECK(whole.textEncoder->width == 64);
    CHECK(whole.textEncoder->heads == 1);
    CHECK(whole.textEncoder->blocks == 2);
    CHECK(whole.textEncoder->context == 77);
    CHECK(whole.textEncoder->vocabulary == 49408);
    const std::string vocabulary = whole.files->read(whole.textEncoder->vocabularyFile);
    CHECK(vocabulary.substr(0, 2) == "\x1f\x8b");
    CHECK(vocabulary.size() < merges().size() / 2);
    CHECK(BytePairTokenizer::fromFile(s.store.folder() / "whole" / whole.textEncoder->vocabularyFile)
              .vocabularySize() == 49408);
    CHECK(whole.files->read("card.md").find("second.safetensors") != std::string::npos);
    verifyPack(s.store.open(std::string("whole")));
}

TEST_CASE("an installed pack is given a text encoder, and another one later, and keeps its weights")
{
    Sources s;
    const ModelPack before = s.store.import({s.file("model.safetensors"), "mine", {}, {}}, s.silent);
    CHECK_FALSE(before.textEncoder);
    writeFile(s.file("first.safetensors"), writeSafetensors(asHalf(s.first), {}));
    for (const char* weights : {"second.safetensors", "first.safetensors"}) {
        const ModelPack after =
            s.store.addTextEncoder("mine", s.file(weights), s.file("merges.txt"), s.silent);
        CHECK(after.weightsSha256 == before.weightsSha256);
        verifyPack(after);
        checkSame(s.installed(after), weights[0] == 's' ? s.first : asHalf(s.first));
    }
    CHECK(s.store.list().size() == 2);
    fs::copy(s.store.folder() / "mine", s.file("elsewhere"));
    CHECK(s.store
              .addTextEncoder(s.file("elsewhere").string(), s.file("second.safetensors"),
                              s.file("merges.txt"), s.silent)
              .textEncoder);
    CHECK_THROWS_AS(
        s.store.addTextEncoder("small", s.file("second.safetensors"), s.file("merges.txt"), s.silent), Error);
    CHECK_THROWS_AS(
        s.store.addTextEncoder("none", s.file("second.safetensors"), s.file("merges.txt"), s.silent), Error);
}

TEST_CASE("a text encoder that is not whole, or not of its vocabulary, is refused by what is at fault, and "
          "nothing is left")
{
    Sources s;
    const fs::path model = s.file("model.safetensors"), weights = s.file("changed.safetensors"),
                   words = s.file("merges.txt");
    CHECK(refusal(s, {model, "a", weights, {}}).first == ErrorKind::Usage);
    CHECK(refusal(s, {model, "a", {}, words}).first == ErrorKind::Usage);
    const auto attempt = [&](const StoredTensors& tensors) {
        writeFile(weights, writeSafetensors(tensors, {}));
        const auto [kind, message] = refusal(s, {model, "a", weights, words});
        CHECK(kind == ErrorKind::Model);
        CHECK(s.isEmpty());
        return message;
    };
    StoredTensors tensors = s.first;
    tensors.erase("transformer.resblocks.1.mlp.c_fc.bias");
    CHECK(attempt(tensors).find("resblocks.1.mlp.c_fc.bias") != std::string::npos);
    tensors = s.first;
    tensors.at("text_projection") = rows(tensors.at("text_projection"), 0, 32);
    CHECK(attempt(tensors).find("text_projection is 32 x 512 where 64 x 512 belongs") != std::string::npos);
    tensors = s.first;
    tensors.at("token_embedding.weight") = rows(tensors.at("token_embedding.weight"), 0, 100);
    CHECK(attempt(tensors).find("do not belong together") != std::string::npos);
    tensors = asHalf(s.first);
    tensors.at("ln_final.bias").bytes.replace(0, 2, "\x00\x7e", 2); // not a number
    CHECK(attempt(tensors).find("ln_final.bias") != std::string::npos);
    CHECK(
        attempt({{"positional_embedding", s.first.at("positional_embedding")}}).find("no token_embedding") !=
        std::string::npos);
    writeFile(words, merges().substr(0, 100000));
    CHECK(attempt(s.first).find("merges") != std::string::npos);
    writeFile(words, "");
    CHECK(attempt(s.first).find("no vocabulary") != std::string::npos);
}

TEST_CASE("the published text encoder's list of tensors is what a pack of its size expects")
{
    REQUIRE_SHARED(shared);
    const std::string listed = readFile(shared / "reference" / "clip_text_state_dict.json");
    int tensors = 0;
    for (const auto& [name, shape] : expectedTextTensors(TextEncoderSettings{})) {
        INFO(name);
        CHECK(listed.find("\"" + name + "\"") != std::string::npos);
        ++tensors;
    }
    CHECK(tensors == 5 + 12 * 12);
}
