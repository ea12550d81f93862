// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Checkpoint.h"
#include "volume/Progress.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <map>
#include <new>
#include <string>
#include <utility>

namespace hounsfield {

/// Tensors of a network by their names in the checkpoint.
using Weights = std::map<std::string, at::Tensor>;

/// A part of a network's weights, so that layers read like the paper:
/// scope("down_tr64")("ops.0")["conv1.weight"].
class WeightScope {
public:
    explicit WeightScope(const Weights& weights, std::string prefix = "")
        : m_weights(&weights), m_prefix(std::move(prefix))
    {
    }
    WeightScope operator()(const std::string& part) const
    {
        return WeightScope(*m_weights, m_prefix + part + ".");
    }
    /// @throws Error(Model) that names the missing tensor
    const at::Tensor& operator[](const std::string& name) const;

private:
    const Weights* m_weights;
    std::string m_prefix;
};

/// A window of the largest network takes seconds: whoever waits for a stop waits for one layer, not for a
/// window.
inline void lookForStop(const Progress* stop)
{
    if (stop)
        stop->check();
}

/// Copies stored tensors to float32 tensors on the CPU. Integers (batch counters) are left out.
Weights toWeights(const StoredTensors& stored);
/// One tensor of a file, float32 on the CPU, without a second copy of it in memory. @throws Error(Model)
at::Tensor toTensor(const Checkpoint& file, const std::string& name);
/// All of them, one at a time; integers are left out. @param stop looked at before each. @throws
/// Error(Model), Cancelled
Weights toWeights(const Checkpoint& file, const Progress& stop = Progress());
StoredTensors toStored(const Weights& weights, bool half);

/// A c10::Error as the program's own Error: out of memory is Resources, the rest Model.
[[noreturn]] void translate(const c10::Error& error, const std::string& during);

/// Runs work and translates LibTorch's exceptions.
template <typename Work> auto translated(const std::string& during, Work&& work) -> decltype(work())
{
    try {
        return work();
    } catch (const c10::Error& error) {
        translate(error, during);
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources,
                    "There is not enough memory for " + during +
                        ". Close other programs, ask for fewer structures at once, or use a smaller model.");
    }
}

} // namespace hounsfield
