// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PackWeights.h"

#include "inference/internal/UnetShapes.h"

#include <algorithm>

namespace hounsfield {

Weights packWeights(const ModelPack& pack, const Progress& stop)
{
    const auto file = openSafetensors(pack.files->open(pack.weightsFile));
    TensorShapes expected = expectedTensors(pack.architecture, pack.widths);
    std::int64_t& rows = expected.at("organ_embedding").front();
    for (const ModelClass& known : pack.classes)
        rows = std::max<std::int64_t>(rows, known.id);
    Weights weights;
    for (const auto& [name, shape] : expected) {
        stop.check();
        const auto found = file->tensors().find(name);
        if (found == file->tensors().end())
            throw Error(ErrorKind::Model,
                        "The model " + pack.name + " lacks the tensor " + name + ". Install it again.");
        if (found->second.shape != shape)
            throw Error(ErrorKind::Model, "In the model " + pack.name + " the tensor " + name +
                                              " has a shape that its pack.json does not describe.");
        weights.emplace(name, toTensor(*file, name));
    }
    return weights;
}

} // namespace hounsfield
