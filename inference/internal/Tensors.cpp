// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Tensors.h"

#include "volume/Error.h"

#include <ATen/ops/empty.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <cstring>

namespace hounsfield {

const at::Tensor& WeightScope::operator[](const std::string& name) const
{
    const auto found = m_weights->find(m_prefix + name);
    if (found == m_weights->end())
        throw Error(ErrorKind::Model, "The model's weights lack " + m_prefix + name + ".");
    return found->second;
}

Weights toWeights(const StoredTensors& stored)
{
    Weights weights;
    for (const auto& [name, tensor] : stored) {
        if (tensor.type == ElementType::Int64)
            continue;
        const std::vector<float> values = tensor.toFloat();
        at::Tensor copy = at::empty(tensor.shape, at::kFloat);
        if (!values.empty())
            std::memcpy(copy.data_ptr<float>(), values.data(), values.size() * sizeof(float));
        weights.emplace(name, copy);
    }
    return weights;
}

at::Tensor toTensor(const Checkpoint& file, const std::string& name)
{
    const TensorInfo& info = file.tensors().at(name);
    at::Tensor tensor = at::empty(info.shape, at::kFloat);
    float* to = tensor.data_ptr<float>();
    file.stream(name, [&](std::string_view block) {
        const std::vector<float> values = toFloat(info.type, block);
        to = std::copy(values.begin(), values.end(), to);
    });
    return tensor;
}

Weights toWeights(const Checkpoint& file, const Progress& stop)
{
    Weights weights;
    for (const auto& [name, info] : file.tensors())
        if (info.type != ElementType::Int64) {
            stop.check();
            weights.emplace(name, toTensor(file, name));
        }
    return weights;
}

StoredTensors toStored(const Weights& weights, bool half)
{
    StoredTensors stored;
    for (const auto& [name, tensor] : weights) {
        const at::Tensor copy = tensor.detach().to(at::kCPU, half ? at::kHalf : at::kFloat).contiguous();
        StoredTensor out;
        out.type = half ? ElementType::Float16 : ElementType::Float32;
        out.shape = copy.sizes().vec();
        out.bytes.assign(static_cast<const char*>(copy.data_ptr()), copy.nbytes());
        stored.emplace(name, std::move(out));
    }
    return stored;
}

void translate(const c10::Error& error, const std::string& during)
{
    const std::string what = error.what_without_backtrace();
    if (what.find("alloc") != std::string::npos || what.find("out of memory") != std::string::npos)
        throw Error(ErrorKind::Resources,
                    "There is not enough memory for " + during +
                        ". Close other programs, use a smaller model, or --device cpu. (" + what + ")");
    throw Error(ErrorKind::Model, "The model failed during " + during + ": " + what);
}

} // namespace hounsfield
