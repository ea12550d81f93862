// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <functional>
#include <vector>

namespace hounsfield::training {

/// Words -> their embedding, 512 values.
using EmbedWords = std::function<std::vector<float>(const std::string& words)>;

/// Names of the ways to make the embeddings of classes.
std::vector<std::string> embeddingWays();

/// The embedding table of a model: K x 512, row id-1 for every class, all of the same norm.
/// @param way "concept": classes whose names share words lie near each other; "one-hot": row k has its one
/// value at k, so that no class says anything of another (what the text is worth shows beside it) @throws
/// Error(Usage) for a way that is none
std::vector<std::vector<float>> classEmbeddings(const std::string& way,
                                                const std::vector<ModelClass>& classes);
/// The same of a text encoder: what it makes of a class's name in the prompt's template, as it is. A word
/// that a person types goes the same way later (TextEncoder::encode), so that it lands where the table is.
std::vector<std::vector<float>> classEmbeddings(const EmbedWords& embed, const std::string& promptTemplate,
                                                const std::vector<ModelClass>& classes);

} // namespace hounsfield::training
