// SPDX-License-Identifier: Apache-2.0
#include "inference/training/Average.h"

#include "inference/internal/PackWeights.h"
#include "inference/internal/TensorFile.h"
#include "volume/Error.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>

#include <algorithm>

namespace hounsfield::training {

std::string averagedWeights(const ModelPack& a, const ModelPack& b)
{
    return translated("averaging two models", [&] {
        const at::NoGradGuard guard;
        const auto differ = [&](const std::string& how) {
            return Error(ErrorKind::Model,
                         "The models " + a.name + " and " + b.name + " " + how +
                             ". Only a model and one that was trained on from it (--from) can be averaged.");
        };
        const auto same = [](const ModelClass& x, const ModelClass& y) {
            return x.id == y.id && x.fileName == y.fileName;
        };
        if (!std::equal(a.classes.begin(), a.classes.end(), b.classes.begin(), b.classes.end(), same))
            throw differ("do not know the same classes");
        Weights mean = packWeights(a);
        const Weights other = packWeights(b);
        if (mean.size() != other.size())
            throw differ("are not of the same architecture");
        for (auto& [name, tensor] : mean) {
            const auto found = other.find(name);
            if (found == other.end() || found->second.sizes() != tensor.sizes())
                throw differ("are not of the same architecture");
            // Half precision rounds the same table in two ways.
            if (name == "organ_embedding" && (tensor - found->second).abs().max().item<double>() > 1e-2)
                throw differ("have other embeddings");
            tensor = 0.5 * (tensor + found->second);
        }
        return writeSafetensors(toStored(mean, true), {{"producer", "hounsfield-train"}});
    });
}

} // namespace hounsfield::training
