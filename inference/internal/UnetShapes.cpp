#include "inference/internal/UnetShapes.h"

namespace hounsfield {
namespace {

void addConvolution(TensorShapes& shapes, const std::string& prefix, std::int64_t in, std::int64_t out)
{
    shapes[prefix + "conv1.weight"] = {out, in, 3, 3, 3};
    shapes[prefix + "conv1.bias"] = {out};
    shapes[prefix + "bn1.weight"] = {out};
    shapes[prefix + "bn1.bias"] = {out};
}

void addLinear(TensorShapes& shapes, const std::string& name, std::vector<std::int64_t> weight)
{
    shapes[name + ".bias"] = {weight.front()};
    shapes[name + ".weight"] = std::move(weight);
}

} // namespace

TensorShapes expectedUnetTensors(const UnetWidths& widths)
{
    const char* const names[4] = {"64", "128", "256", "512"};
    const auto& channels = widths.encoder;
    TensorShapes shapes;
    std::int64_t in = 1;
    for (std::size_t s = 0; s < 4; ++s) {
        const std::string stage = std::string("backbone.down_tr") + names[s] + ".ops.";
        const std::int64_t middle = s == 0 ? widths.firstConvolution : in;
        addConvolution(shapes, stage + "0.", in, middle);
        addConvolution(shapes, stage + "1.", middle, channels[s]);
        in = channels[s];
    }
    for (std::size_t s = 3; s-- > 0;) {
        const std::string stage = std::string("backbone.up_tr") + names[s] + ".";
        shapes[stage + "up_conv.weight"] = {in, in, 2, 2, 2};
        shapes[stage + "up_conv.bias"] = {in};
        addConvolution(shapes, stage + "ops.0.", in + channels[s], channels[s]);
        addConvolution(shapes, stage + "ops.1.", channels[s], channels[s]);
        in = channels[s];
    }
    const std::int64_t features = channels[0], bottleneck = channels[3];
    shapes["organ_embedding"] = {32, 512};
    shapes["precls_conv.0.weight"] = shapes["precls_conv.0.bias"] = {features};
    addLinear(shapes, "precls_conv.2", {8, features, 1, 1, 1});
    shapes["GAP.0.weight"] = shapes["GAP.0.bias"] = {bottleneck};
    addLinear(shapes, "GAP.3", {256, bottleneck, 1, 1, 1});
    addLinear(shapes, "controller", {153, 512, 1, 1, 1});
    addLinear(shapes, "text_to_vision", {256, 512});
    return shapes;
}

} // namespace hounsfield
