// SPDX-License-Identifier: Apache-2.0
#include "inference/training/NewClass.h"

#include "inference/TextEncoder.h"
#include "inference/internal/Checkpoint.h"
#include "inference/internal/Tensors.h"
#include "inference/training/ConceptEmbedding.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

const std::string tableName = "organ_embedding";

double lengthOf(const std::vector<float>& row)
{
    double squares = 0;
    for (const float value : row)
        squares += double(value) * value;
    return std::sqrt(squares);
}

void scaleTo(std::vector<float>& row, double length)
{
    const double now = lengthOf(row);
    for (float& value : row)
        value = static_cast<float>(now > 0 ? value * length / now : 0);
}

StoredTensors weightsOf(const ModelPack& pack)
{
    return openSafetensors(pack.files->open(pack.weightsFile))->readAll();
}

std::vector<std::vector<float>> rowsOf(const StoredTensor& table)
{
    const std::vector<float> values = table.toFloat();
    std::vector<std::vector<float>> rows;
    for (std::int64_t k = 0; k < table.shape.at(0); ++k)
        rows.emplace_back(values.begin() + k * table.shape.at(1),
                          values.begin() + (k + 1) * table.shape.at(1));
    return rows;
}

void setRow(std::vector<std::vector<float>>& rows, int classId, const std::vector<float>& row)
{
    rows.resize(std::max(rows.size(), static_cast<std::size_t>(classId)),
                std::vector<float>(row.size(), 0.0f));
    rows[static_cast<std::size_t>(classId - 1)] = row;
}

std::vector<std::vector<float>> tableOf(const ModelPack& pack)
{
    const auto file = openSafetensors(pack.files->open(pack.weightsFile));
    if (!file->tensors().count(tableName))
        throw Error(ErrorKind::Model, "The model " + pack.name + " has no table of embeddings.");
    return rowsOf(file->read(tableName));
}

} // namespace

std::vector<float> firstEmbedding(const ModelPack& pack, const std::string& name, int like)
{
    const auto rows = tableOf(pack);
    double length = 0;
    for (const ModelClass& known : pack.classes)
        length += lengthOf(rows.at(static_cast<std::size_t>(known.id - 1))) / double(pack.classes.size());
    std::vector<float> own;
    if (pack.textEncoder && !pack.textEncoder->readsOnly) {
        own = TextEncoder::open(pack)->encode(name).embedding;
    } else {
        own = conceptEmbedding(name);
        scaleTo(own, length);
    }
    if (like == 0)
        return own;
    const std::vector<float>& other = rows.at(static_cast<std::size_t>(like - 1));
    scaleTo(own, lengthOf(other));
    for (std::size_t v = 0; v < own.size(); ++v)
        own[v] = 0.5f * (own[v] + other[v]);
    scaleTo(own, lengthOf(other));
    return own;
}

std::vector<std::vector<float>> tableWith(const ModelPack& pack, int classId, const std::vector<float>& row)
{
    auto rows = tableOf(pack);
    setRow(rows, classId, row);
    return rows;
}

std::string weightsWith(const ModelPack& pack, int classId, const std::vector<float>& row)
{
    return translated("adding a class", [&] {
        StoredTensors weights = weightsOf(pack);
        StoredTensor& table = weights.at(tableName);
        const auto rows = tableWith(pack, classId, row);
        at::Tensor values = at::zeros(
            {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(row.size())}, at::kFloat);
        for (std::size_t k = 0; k < rows.size(); ++k)
            std::copy(rows[k].begin(), rows[k].end(), values[static_cast<std::int64_t>(k)].data_ptr<float>());
        // Half values widened and narrowed again are the same.
        table = toStored({{tableName, values}}, table.type == ElementType::Float16).at(tableName);
        return writeSafetensors(weights, {{"producer", "hounsfield-train"}});
    });
}

} // namespace hounsfield::training
