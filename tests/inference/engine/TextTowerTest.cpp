// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TextTower.h"
#include "tests/inference/engine/Recorded.h"
#include "tests/support/Formula.h"
#include "volume/Error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

Weights towerWeights()
{
    Weights weights = toWeights(formulaWeights(expectedTextTensors({})));
    weights.at("positional_embedding") *= 0.05;
    weights.at("token_embedding.weight") *= 0.3;
    return weights;
}

/// As the other public source spells them.
Weights otherSpelling(const Weights& own)
{
    Weights other{{"text_model.embeddings.token_embedding.weight", own.at("token_embedding.weight")},
                  {"text_model.embeddings.position_embedding.weight", own.at("positional_embedding")},
                  {"text_model.final_layer_norm.weight", own.at("ln_final.weight")},
                  {"text_model.final_layer_norm.bias", own.at("ln_final.bias")},
                  {"text_projection.weight", own.at("text_projection").t().contiguous()}};
    const std::pair<const char*, const char*> names[] = {{"attn.out_proj.", "self_attn.out_proj."},
                                                         {"ln_1.", "layer_norm1."},
                                                         {"ln_2.", "layer_norm2."},
                                                         {"mlp.c_fc.", "mlp.fc1."},
                                                         {"mlp.c_proj.", "mlp.fc2."}};
    for (int n = 0; n < TextEncoderSettings{}.blocks; ++n)
        for (const std::string kind : {"weight", "bias"}) {
            const std::string from = "transformer.resblocks." + std::to_string(n) + ".",
                              to = "text_model.encoder.layers." + std::to_string(n) + ".";
            for (const auto& [ours, theirs] : names)
                other[to + theirs + kind] = own.at(from + ours + kind);
            for (std::int64_t part = 0; part < 3; ++part)
                other[to + "self_attn." + "qkv"[part] + "_proj." + kind] =
                    own.at(from + "attn.in_proj_" + kind).narrow(0, part * 512, 512);
        }
    return other;
}

} // namespace

TEST_CASE("every tensor of the published text encoder is expected, with its shape")
{
    REQUIRE_SHARED(shared);
    const TensorShapes expected = expectedTextTensors({});
    for (const auto& entry :
         nlohmann::json::parse(readFile(shared / "reference" / "clip_text_state_dict.json"))) {
        const std::string key = entry["key"];
        INFO(key);
        if (key == "logit_scale")
            continue;
        REQUIRE(expected.count(key));
        CHECK(expected.at(key) == entry["shape"].get<std::vector<std::int64_t>>());
    }
}

TEST_CASE("the text encoder gives the published embeddings, from the weights of either source")
{
    REQUIRE_SHARED(shared);
    const auto recorded = nlohmann::json::parse(readFile(shared / "reference" / "clip_text_forward.json"));
    const Weights own = towerWeights();
    for (const TextTower& tower : {TextTower(own, {}), TextTower(otherSpelling(own), {})})
        for (std::size_t n = 0; n < recorded["prompts"].size(); ++n) {
            std::vector<std::int32_t> ids = recorded["token_ids"][n];
            ids.resize(std::size_t(std::find(ids.begin(), ids.end(), 49407) - ids.begin()) + 1);
            const at::Tensor embedding = tower.embed(ids);
            const auto wanted = recorded["embedding"][n].get<std::vector<float>>();
            REQUIRE(embedding.numel() == std::int64_t(wanted.size()));
            double worst = 0;
            for (std::size_t i = 0; i < wanted.size(); ++i)
                worst = std::max(worst, std::abs(double(embedding.data_ptr<float>()[i]) - double(wanted[i])));
            INFO(recorded["prompts"][n].get<std::string>());
            CHECK(worst < 1e-3);
        }
}

TEST_CASE("a text encoder that lacks a tensor, or ids that are none of its, are refused in words")
{
    Weights weights = towerWeights();
    const TextTower tower(weights, {});
    CHECK_THROWS_AS(tower.embed({}), Error);
    CHECK_THROWS_AS(tower.embed({49408}), Error);
    CHECK_THROWS_AS(tower.embed(std::vector<std::int32_t>(78, 1)), Error);
    weights.erase("ln_final.bias");
    CHECK_THROWS_AS(TextTower(weights, {}), Error);
}
