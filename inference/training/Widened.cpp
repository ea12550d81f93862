// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Widened.h"

#include "inference/internal/UnetShapes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <random>

namespace hounsfield::training {
namespace {

/// Channels of one map, or of several that lie behind each other, before and after.
struct Side {
    std::vector<std::pair<int, int>> maps;
    /// Which channel each new one repeats.
    std::vector<std::int64_t> repeats() const
    {
        std::vector<std::int64_t> of;
        std::int64_t first = 0;
        for (const auto& [before, after] : maps) {
            for (int c = 0; c < after; ++c)
                of.push_back(first + c / (after / before));
            first += before;
        }
        return of;
    }
};

at::Tensor repeated(const at::Tensor& tensor, std::int64_t dimension, const Side& side)
{
    return tensor.index_select(dimension, at::tensor(side.repeats(), at::kLong));
}

/// Repeats what reads channels, and shares each weight among those that are alike: from a third to two thirds
/// where they are two.
at::Tensor shared(const at::Tensor& tensor, std::int64_t dimension, const Side& side, std::mt19937_64& random)
{
    const at::Tensor wide = repeated(tensor, dimension, side).contiguous();
    // From outside in: rows of the dimension, and how many values lie in each.
    std::int64_t outer = 1, inner = 1;
    for (std::int64_t d = 0; d < wide.dim(); ++d)
        (d < dimension ? outer : inner) *= d == dimension ? 1 : wide.size(d);
    const std::vector<std::int64_t> of = side.repeats();
    const auto count = std::int64_t(of.size());
    std::uniform_real_distribution<float> some(1, 2);
    float* const values = wide.data_ptr<float>();
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t from = 0, to = 0; from < count; from = to) {
            for (to = from; to < count && of[std::size_t(to)] == of[std::size_t(from)]; ++to) {
            }
            // Drawn for each value by itself, so that no two of them stay alike.
            for (std::int64_t i = 0; i < inner; ++i) {
                std::vector<float> share;
                float sum = 0;
                for (std::int64_t c = from; c < to; ++c)
                    sum += share.emplace_back(some(random));
                for (std::int64_t c = from; c < to; ++c)
                    values[(o * count + c) * inner + i] *= share[std::size_t(c - from)] / sum;
            }
        }
    return wide;
}

class Growth {
public:
    Growth(const Weights& weights, std::uint64_t seed) : m_weights(weights), m_random(seed) {}
    /// A norm's, or a bias: of the channels that are made.
    void perChannel(const std::string& name, const Side& out)
    {
        m_weights.at(name) = repeated(m_weights.at(name), 0, out);
    }
    void reads(const std::string& name, std::int64_t dimension, const Side& in)
    {
        m_weights.at(name) = shared(m_weights.at(name), dimension, in, m_random);
    }
    void makes(const std::string& name, std::int64_t dimension, const Side& out)
    {
        m_weights.at(name) = repeated(m_weights.at(name), dimension, out);
    }
    void convolution(const std::string& prefix, const Side& in, const Side& out)
    {
        makes(prefix + "conv1.weight", 0, out);
        reads(prefix + "conv1.weight", 1, in);
        for (const char* name : {"conv1.bias", "bn1.weight", "bn1.bias"})
            perChannel(prefix + name, out);
    }
    Weights take() { return std::move(m_weights); }

private:
    Weights m_weights;
    std::mt19937_64 m_random;
};

} // namespace

bool canGrow(const UnetWidths& from, const UnetWidths& to)
{
    const auto grows = [](int before, int after) {
        return before > 0 && after >= before && after % before == 0;
    };
    bool all = grows(from.firstConvolution, to.firstConvolution);
    for (std::size_t s = 0; s < 4; ++s)
        all = all && grows(from.encoder[s], to.encoder[s]);
    return all;
}

Weights widened(const Weights& weights, const UnetWidths& from, const UnetWidths& to, std::uint64_t seed)
{
    if (!canGrow(from, to))
        throw Error(ErrorKind::Model,
                    "This model cannot grow to these widths: each has to be a whole multiple of what it is.");
    const char* const names[4] = {"64", "128", "256", "512"};
    const auto stage = [&](std::size_t s) { return Side{{{from.encoder[s], to.encoder[s]}}}; };
    Growth growth(weights, seed);
    Side in{{{1, 1}}};
    for (std::size_t s = 0; s < 4; ++s) {
        const std::string prefix = std::string("backbone.down_tr") + names[s] + ".ops.";
        const Side middle = s == 0 ? Side{{{from.firstConvolution, to.firstConvolution}}} : in;
        growth.convolution(prefix + "0.", in, middle);
        growth.convolution(prefix + "1.", middle, stage(s));
        in = stage(s);
    }
    for (std::size_t s = 3; s-- > 0;) {
        const std::string prefix = std::string("backbone.up_tr") + names[s] + ".";
        growth.reads(prefix + "up_conv.weight", 0, in);
        growth.makes(prefix + "up_conv.weight", 1, in);
        growth.perChannel(prefix + "up_conv.bias", in);
        growth.convolution(prefix + "ops.0.", Side{{in.maps[0], stage(s).maps[0]}}, stage(s));
        growth.convolution(prefix + "ops.1.", stage(s), stage(s));
        in = stage(s);
    }
    for (const char* name : {"precls_conv.0.weight", "precls_conv.0.bias"})
        growth.perChannel(name, stage(0));
    growth.reads("precls_conv.2.weight", 1, stage(0));
    for (const char* name : {"GAP.0.weight", "GAP.0.bias"})
        growth.perChannel(name, stage(3));
    growth.reads("GAP.3.weight", 1, stage(3));
    return growth.take();
}

} // namespace hounsfield::training
