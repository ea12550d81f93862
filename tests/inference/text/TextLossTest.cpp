// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextLoss.h"
#include "inference/internal/TextTower.h"
#include "inference/training/text/TextNetwork.h"
#include "tests/support/catch.h"

#include <ATen/ATen.h>

using namespace hounsfield;
using namespace hounsfield::training;

namespace {

TextEncoderSettings tiny()
{
    TextEncoderSettings settings;
    settings.width = 32;
    settings.heads = 2;
    settings.blocks = 2;
    settings.context = 12;
    settings.vocabulary = 20;
    return settings;
}

} // namespace

TEST_CASE("the network that is trained computes what the text tower computes, each text as if it were alone")
{
    const Weights weights = freshTextWeights(tiny(), 5);
    const std::vector<std::vector<std::int32_t>> texts{
        {1, 7, 8, 9, 2}, {1, 2}, {1, 3, 4, 5, 6, 7, 8, 9, 10, 2}, {1, 19, 2}};
    const at::NoGradGuard inference;
    const at::Tensor together = TextNetwork(weights, tiny()).embed(texts, 0, {});
    const TextTower tower(weights, tiny());
    for (std::size_t n = 0; n < texts.size(); ++n)
        CHECK((together[static_cast<std::int64_t>(n)] - tower.embed(texts[n])).abs().max().item<float>() <
              1e-5f);
}

TEST_CASE("gradients of the losses are the differences of the losses")
{
    at::manual_seed(3);
    const auto options = at::TensorOptions(at::kDouble);
    const at::Tensor embeddings = at::randn({6, 16}, options).set_requires_grad(true),
                     rows = at::randn({4, 16}, options);
    const at::Tensor meanings = at::tensor(std::vector<std::int64_t>{0, 1, 2, 3, 0, 1}),
                     wanted = at::eye(4, options) * 0.7 + 0.3, temperature = at::full({}, 0.2, options);
    const auto loss = [&](const at::Tensor& e) {
        return recognitionLoss(unitRows(e), unitRows(rows), meanings, temperature) +
               nearnessLoss(unitRows(e), meanings, wanted) + lengthLoss(e, 9);
    };
    loss(embeddings).backward();
    const at::NoGradGuard guard;
    const double step = 1e-6;
    for (const std::int64_t at : {0, 17, 40, 95}) {
        at::Tensor up = embeddings.detach().clone(), down = up.clone();
        up.view(-1)[at] += step;
        down.view(-1)[at] -= step;
        const double difference = (loss(up) - loss(down)).item<double>() / (2 * step);
        CHECK(embeddings.grad().view(-1)[at].item<double>() == Approx(difference).epsilon(1e-4).margin(1e-8));
    }
}

TEST_CASE("losses are least where texts lie at their rows, rows lie as wanted and lengths are right")
{
    const at::Tensor rows = at::eye(4, at::kFloat),
                     meanings = at::tensor(std::vector<std::int64_t>{0, 1, 2, 3}),
                     temperature = at::full({}, 0.1f);
    CHECK(recognitionLoss(rows, rows, meanings, temperature).item<double>() <
          recognitionLoss(rows.roll(1, 0), rows, meanings, temperature).item<double>());
    CHECK(structureLoss(rows, rows).item<double>() == 0);
    CHECK(structureLoss(rows, at::ones({4, 4})).item<double>() > 0.5);
    CHECK(lengthLoss(rows * 9, 9).item<double>() == Approx(0).margin(1e-9));
    CHECK(lengthLoss(rows, 9).item<double>() > 0.5);
}

TEST_CASE("texts of two meanings that share parts are drawn nearer than texts of two that share none")
{
    // The first two meanings are akin, the third is a stranger.
    const at::Tensor wanted = at::tensor(std::vector<float>{1, 0.8f, 0, 0.8f, 1, 0, 0, 0, 1}).reshape({3, 3});
    const at::Tensor meanings = at::tensor(std::vector<std::int64_t>{0, 1, 2});
    const at::Tensor akin =
        unitRows(at::tensor(std::vector<float>{1, 0.2f, 0, 1, -0.2f, 0, 0, 0, 1}).reshape({3, 3}));
    const at::Tensor strange = akin.index_select(0, at::tensor(std::vector<std::int64_t>{0, 2, 1}));
    CHECK(nearnessLoss(akin, meanings, wanted).item<double>() <
          nearnessLoss(strange, meanings, wanted).item<double>());
}

TEST_CASE("the first weights of a network are the same for the same seed and others for another")
{
    const Weights one = freshTextWeights(tiny(), 1), again = freshTextWeights(tiny(), 1),
                  other = freshTextWeights(tiny(), 2);
    CHECK(at::equal(one.at("text_projection"), again.at("text_projection")));
    CHECK_FALSE(at::equal(one.at("text_projection"), other.at("text_projection")));
}
