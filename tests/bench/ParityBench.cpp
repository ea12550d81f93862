// SPDX-License-Identifier: Apache-2.0
// The engine on a device beside numbers recorded from the published network: float32 within 1e-3 on logits,
// half types within 0.02 on probabilities. bench_parity [cpu|cuda:0]; ends with 1 where something is further
// away. Needs the folder `shared` beside the checkout.
#include "inference/internal/Device.h"
#include "inference/internal/Network.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/Formula.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tensor.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace hounsfield;

namespace {

at::Tensor logitsOf(const Weights& weights, const at::Tensor& input, const at::Device& device,
                    Precision precision)
{
    const Network network(weights, device, precision);
    const Network::Output out = network.run(input);
    return PromptHead::logits(out.reduced.cpu().flatten(2),
                              network.head().controller(out.gap.cpu(), weights.at("organ_embedding")))
        .flatten();
}

/// Compares one recorded run in every precision of the device. @returns whether all are within their limits
bool compare(const std::filesystem::path& file, const TensorShapes& shapes, const at::Device& device)
{
    const auto recorded = nlohmann::json::parse(std::ifstream(file));
    const auto shape = recorded.at("input_shape").get<std::vector<std::int64_t>>();
    std::size_t count = 1;
    for (const auto n : shape)
        count *= std::size_t(n);
    const Weights weights = toWeights(test::formulaWeights(shapes));
    const at::Tensor input = at::tensor(test::uniform01("input", count)).reshape(shape);
    const at::Tensor index = at::tensor(recorded["logits"]["index"].get<std::vector<std::int64_t>>()),
                     value =
                         at::tensor(recorded["logits"]["value"].get<std::vector<double>>()).to(at::kFloat);
    bool good = true;
    for (const Precision precision : precisionsOf(device)) {
        const at::Tensor logits = logitsOf(weights, input, device, precision).index_select(0, index);
        const bool exact = precision == Precision::Fp32;
        const double logit = (logits - value).abs().max().item<double>(),
                     probability = (at::sigmoid(logits) - at::sigmoid(value)).abs().max().item<double>();
        const bool within = exact ? logit < 1e-3 : probability < 0.02;
        const char* verdict = "NO (0.02 on probabilities)";
        if (within)
            verdict = "yes";
        else if (exact)
            verdict = "NO (1e-3 on logits)";
        else if (precision == Precision::Bf16)
            verdict = "beyond 0.02: not taken by auto";
        std::printf("| %s | %s | %.2g | %.2g | %s |\n", file.stem().c_str(), nameOf(precision).c_str(), logit,
                    probability, verdict);
        std::fflush(stdout);
        // bfloat16 keeps 8 bits: whether it is near enough is for `auto` to measure with the weights at hand.
        good = good && (within || precision == Precision::Bf16);
    }
    return good;
}

} // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path reference =
        std::filesystem::path(HOUNSFIELD_SOURCE_DIR).parent_path() / "shared" / "reference";
    if (!std::filesystem::exists(reference)) {
        std::puts("skipped: the folder `shared` is not beside this checkout");
        return 0;
    }
    const at::NoGradGuard inference;
    const at::Device device = chooseDevice(argc > 1 ? argv[1] : "auto");
    setUpMachine(0, device);
    std::puts("| recorded run | precision | largest difference of logits | of probabilities | within "
              "|\n|---|---|---|---|---|");
    bool good = true;
    for (const char* name : {"unet_forward_32x40x48", "unet_forward_96x96x96"})
        good =
            compare(reference / (std::string(name) + ".json"), expectedUnetTensors(UnetWidths{}), device) &&
            good;
    for (const char* name : {"swinunetr_forward_64x64x96", "swinunetr_forward_96x96x96"})
        good = compare(reference / (std::string(name) + ".json"), expectedSwinTensors(), device) && good;
    return good ? 0 : 1;
}
