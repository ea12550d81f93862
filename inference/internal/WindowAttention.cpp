// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/WindowAttention.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <array>
#include <cmath>
#include <cstring>

namespace hounsfield {
namespace {

constexpr std::int64_t windowSide = 7;
constexpr std::int64_t windowTokens = windowSide * windowSide * windowSide;
/// Windows whose scores are in memory together: more than that leaves the processor's cache.
constexpr std::int64_t windowsAtOnce = 16;

using Axes = std::array<std::int64_t, 3>;

/// How a grid of tokens is cut into windows.
struct Cut {
    Axes size{}, window{}, shift{}, padded{}, count{};
    std::int64_t tokens = 1, windows = 1; ///< in a window; in the grid

    Cut(const at::Tensor& grid, bool shifted)
    {
        for (std::size_t a = 0; a < 3; ++a) {
            size[a] = grid.size(std::int64_t(a) + 1);
            window[a] = std::min(windowSide, size[a]);
            shift[a] = shifted && size[a] > windowSide ? windowSide / 2 : 0;
            count[a] = (size[a] + window[a] - 1) / window[a];
            padded[a] = count[a] * window[a];
            tokens *= window[a];
            windows *= count[a];
        }
    }
    bool moved() const { return shift[0] + shift[1] + shift[2] > 0; }
};

/// N x X x Y x Z x C to (N windows) x tokens x C.
at::Tensor toWindows(const at::Tensor& grid, const Cut& cut)
{
    const std::int64_t channels = grid.size(4);
    return grid
        .reshape({grid.size(0), cut.count[0], cut.window[0], cut.count[1], cut.window[1], cut.count[2],
                  cut.window[2], channels})
        .permute({0, 1, 3, 5, 2, 4, 6, 7})
        .reshape({-1, cut.tokens, channels});
}

at::Tensor fromWindows(const at::Tensor& windows, const Cut& cut, std::int64_t batch)
{
    const std::int64_t channels = windows.size(2);
    return windows
        .reshape({batch, cut.count[0], cut.count[1], cut.count[2], cut.window[0], cut.window[1],
                  cut.window[2], channels})
        .permute({0, 1, 4, 2, 5, 3, 6, 7})
        .reshape({batch, cut.padded[0], cut.padded[1], cut.padded[2], channels});
}

/// Which row of the table of relative positions belongs to two tokens of a full window. A smaller window uses
/// the corner of this index, as the published network does, and not one of its own.
const std::vector<std::int64_t>& relativeIndex()
{
    static const std::vector<std::int64_t> index = [] {
        std::vector<std::int64_t> all;
        all.reserve(windowTokens * windowTokens);
        constexpr std::int64_t span = 2 * windowSide - 1;
        const auto place = [](std::int64_t token) {
            return Axes{token / (windowSide * windowSide), token / windowSide % windowSide,
                        token % windowSide};
        };
        for (std::int64_t one = 0; one < windowTokens; ++one)
            for (std::int64_t other = 0; other < windowTokens; ++other) {
                const Axes a = place(one), b = place(other);
                all.push_back(((a[0] - b[0] + windowSide - 1) * span + a[1] - b[1] + windowSide - 1) * span +
                              a[2] - b[2] + windowSide - 1);
            }
        return all;
    }();
    return index;
}

/// heads x tokens x tokens.
at::Tensor positionBias(const at::Tensor& table, std::int64_t tokens)
{
    at::Tensor index = at::empty({tokens * tokens}, at::kLong);
    for (std::int64_t one = 0; one < tokens; ++one)
        std::memcpy(index.data_ptr<std::int64_t>() + one * tokens,
                    relativeIndex().data() + one * windowTokens, std::size_t(tokens) * sizeof(std::int64_t));
    return table.index_select(0, index.to(table.device()))
        .reshape({tokens, tokens, -1})
        .permute({2, 0, 1})
        .contiguous();
}

/// windows x tokens x tokens: -100 between tokens that only a shift brought together.
at::Tensor shiftMask(const Cut& cut, const at::Tensor& like)
{
    // Along an axis: far from the end, in the last window, brought round from the other side.
    const auto region = [&](std::size_t axis, std::int64_t at) {
        if (cut.shift[axis] == 0 || at < cut.padded[axis] - cut.window[axis])
            return 0;
        return at < cut.padded[axis] - cut.shift[axis] ? 1 : 2;
    };
    at::Tensor regions = at::empty({1, cut.padded[0], cut.padded[1], cut.padded[2], 1}, at::kLong);
    auto* to = regions.data_ptr<std::int64_t>();
    for (std::int64_t x = 0; x < cut.padded[0]; ++x)
        for (std::int64_t y = 0; y < cut.padded[1]; ++y)
            for (std::int64_t z = 0; z < cut.padded[2]; ++z)
                *to++ = (region(0, x) * 3 + region(1, y)) * 3 + region(2, z);
    const at::Tensor ids = toWindows(regions, cut).squeeze(2);
    return ids.unsqueeze(1).ne(ids.unsqueeze(2)).to(like.device(), like.scalar_type()).mul_(-100);
}

/// Attention inside every window: (N windows) x tokens x C to the same.
at::Tensor attend(const WeightScope& scope, const at::Tensor& windows, const Cut& cut, const Progress* stop)
{
    const at::Tensor& table = scope["relative_position_bias_table"];
    const std::int64_t heads = table.size(1), channels = windows.size(2), width = channels / heads;
    const at::Tensor bias = positionBias(table, cut.tokens);
    const at::Tensor mask = cut.moved() ? shiftMask(cut, windows) : at::Tensor();
    const double scale = 1 / std::sqrt(double(width));
    at::Tensor out = at::empty_like(windows);
    for (std::int64_t first = 0; first < windows.size(0); first += windowsAtOnce) {
        lookForStop(stop);
        const std::int64_t n = std::min(windowsAtOnce, windows.size(0) - first);
        const at::Tensor qkv = at::linear(windows.narrow(0, first, n), scope["qkv.weight"], scope["qkv.bias"])
                                   .reshape({n, cut.tokens, 3, heads, width})
                                   .permute({2, 0, 3, 1, 4});
        const auto part = [&](std::int64_t which) {
            return qkv[which].reshape({n * heads, cut.tokens, width});
        };
        at::Tensor scores =
            at::bmm(part(0) * scale, part(1).transpose(1, 2)).reshape({n, heads, cut.tokens, cut.tokens});
        scores.add_(bias.unsqueeze(0));
        for (std::int64_t w = 0; mask.defined() && w < n; ++w)
            scores[w].add_(mask[(first + w) % cut.windows].unsqueeze(0));
        const at::Tensor mixed =
            at::bmm(at::softmax(scores, -1).reshape({n * heads, cut.tokens, cut.tokens}), part(2));
        const at::Tensor joined =
            mixed.reshape({n, heads, cut.tokens, width}).transpose(1, 2).reshape({n, cut.tokens, channels});
        out.narrow(0, first, n).copy_(at::linear(joined, scope["proj.weight"], scope["proj.bias"]));
    }
    return out;
}

at::Tensor normalise(const WeightScope& scope, const std::string& name, const at::Tensor& tokens)
{
    return at::layer_norm(tokens, {tokens.size(-1)}, scope[name + ".weight"], scope[name + ".bias"], 1e-5);
}

} // namespace

at::Tensor swinBlock(const WeightScope& block, const at::Tensor& tokens, bool shifted, const Progress* stop)
{
    const Cut cut(tokens, shifted);
    at::Tensor x = at::constant_pad_nd(normalise(block, "norm1", tokens),
                                       {0, 0, 0, cut.padded[2] - cut.size[2], 0, cut.padded[1] - cut.size[1],
                                        0, cut.padded[0] - cut.size[0]});
    if (cut.moved())
        x = at::roll(x, {-cut.shift[0], -cut.shift[1], -cut.shift[2]}, {1, 2, 3});
    x = fromWindows(attend(block("attn"), toWindows(x, cut), cut, stop), cut, tokens.size(0));
    if (cut.moved())
        x = at::roll(x, {cut.shift[0], cut.shift[1], cut.shift[2]}, {1, 2, 3});
    x = tokens + x.narrow(1, 0, cut.size[0]).narrow(2, 0, cut.size[1]).narrow(3, 0, cut.size[2]);
    const WeightScope mlp = block("mlp");
    lookForStop(stop);
    const at::Tensor hidden =
        at::gelu(at::linear(normalise(block, "norm2", x), mlp["linear1.weight"], mlp["linear1.bias"]));
    lookForStop(stop);
    return x + at::linear(hidden, mlp["linear2.weight"], mlp["linear2.bias"]);
}

} // namespace hounsfield
