// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Layers.h"

#include <ATen/ops/conv3d.h>
#include <ATen/ops/conv_transpose3d.h>

namespace hounsfield {

at::Tensor doubleSize(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& input)
{
    if (input.is_cuda())
        return at::conv_transpose3d(input, weight, bias, 2);
    // The eight taps never overlap, so that on the CPU it is a 1x1x1 convolution to eight times the channels
    // and a shuffle: LibTorch's own is slow there and knows no half types.
    const std::int64_t in = weight.size(0), out = weight.size(1);
    const at::Tensor taps = weight.reshape({in, out * 8}).t().reshape({out * 8, in, 1, 1, 1});
    const auto s = input.sizes();
    const at::Tensor all = at::conv3d(input, taps, bias.defined() ? bias.repeat_interleave(8) : bias)
                               .reshape({s[0], out, 2, 2, 2, s[2], s[3], s[4]});
    return all.permute({0, 1, 5, 2, 6, 3, 7, 4}).reshape({s[0], out, 2 * s[2], 2 * s[3], 2 * s[4]});
}

} // namespace hounsfield
