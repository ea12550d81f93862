// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/PromptHead.h"
#include "inference/internal/Unet.h"
#include "tests/inference/engine/Recorded.h"

namespace hounsfield::test {

/// Compares what a backbone gave, and every stage of the head on top of it, with a recorded run of the
/// published network.
inline void compareWithRecorded(const Weights& weights, const BackboneOutput& out,
                                const nlohmann::json& recorded)
{
    INFO("the first stage that differs is the guilty one");
    CHECK(largestDifference(out.bottleneck, recorded["bottleneck"]) < 1e-3);
    CHECK(largestDifference(out.features, recorded["features"]) < 1e-3);
    const PromptHead head{WeightScope(weights)};
    const at::Tensor table = weights.at("organ_embedding");
    const at::Tensor gap = head.gap(out.bottleneck.clone());
    CHECK(largestDifference(gap, recorded["gap"]) < 1e-3);
    CHECK(largestDifference(head.textToVision(table), recorded["text_to_vision"]) < 1e-3);
    const at::Tensor parameters = head.controller(gap, table);
    CHECK(largestDifference(parameters, recorded["controller"]) < 1e-3);
    const at::Tensor reduced = head.reduce(out.features.clone());
    CHECK(largestDifference(reduced, recorded["precls"]) < 1e-3);
    CHECK(largestDifference(PromptHead::logits(reduced.flatten(2), parameters), recorded["logits"]) < 1e-3);
}

} // namespace hounsfield::test
