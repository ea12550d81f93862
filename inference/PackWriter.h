// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

namespace hounsfield {

/// Where a pack may be written: nothing, an empty folder, or a pack, which is replaced. @throws Error(Usage)
/// where anything else lies there, so that nobody's scans or models are removed by a name given twice
void checkPackPlace(const std::filesystem::path& folder);

/// Writes a pack (pack.json, weights, model card) into a new folder beside its final place and renames it. An
/// older pack at that place is replaced only then; anything else there is refused. Where the description has
/// a text encoder, its files are taken from description.files. Its classes' reliabilities are left out: they
/// are of other weights (stateReliability). @throws Error(Resources), Error(Usage)
void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card,
               const std::filesystem::path& folder);

/// States in a pack how reliable each of its classes is on real scans; classes that are not given rest on no
/// scan. Only pack.json is written anew, as format 5, and nothing else of it changes. @throws Error(Model)
/// for a pack.json that cannot be read, Error(Resources)
void stateReliability(const std::filesystem::path& folder, const std::map<int, Reliability>& ofClass);

} // namespace hounsfield
