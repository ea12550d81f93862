#pragma once

#include "inference/ModelPack.h"

#include <vector>

namespace hounsfield::training {

/// Names of the ways to make the embeddings of classes.
std::vector<std::string> embeddingWays();

/// The embedding table of a model: K x 512, row id-1 for every class, all of the same norm.
/// @param way "concept": classes whose names share words lie near each other; "one-hot": row k has its one value at k, so that no class says
/// anything of another (what the text is worth shows beside it) @throws Error(Usage) for a way that is none
std::vector<std::vector<float>> classEmbeddings(const std::string& way, const std::vector<ModelClass>& classes);

} // namespace hounsfield::training
