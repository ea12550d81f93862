// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/Progress.h"

namespace hounsfield {

/// The packs a person has: the embedded one and those installed in the platform's data directory
/// (XDG_DATA_HOME/hounsfield/models on Linux; HOUNSFIELD_MODELS overrides).
class PackStore {
public:
    struct Listed {
        std::string name;
        std::string where;
        std::optional<ModelPack> pack; ///< absent where it cannot be opened
        std::string problem;           ///< then the reason, or what the pack lacks
        std::uint64_t bytes = 0;       ///< it takes on the disk
    };

    PackStore(); ///< the platform's place
    explicit PackStore(const std::filesystem::path& folder);
    const std::filesystem::path& folder() const { return m_folder; }

    std::vector<Listed> list() const;
    /// A name, a folder that holds a pack.json, or nothing: the embedded pack. @throws Error(Model) with the
    /// names there are
    ModelPack open(const std::optional<std::string>& nameOrFolder) const;
    /// What is to be installed.
    struct Import {
        std::filesystem::path checkpoint;  ///< .pth, .safetensors or TorchScript
        std::string name;                  ///< empty: from the file's name
        std::filesystem::path textEncoder; ///< CLIP's weights from either public source; empty: none
        std::filesystem::path vocabulary;  ///< its merges (bpe_simple_vocab_16e6.txt.gz or merges.txt) or a
                                           ///< sentencepiece model; with a text encoder
    };
    /// Reads a published checkpoint with the restricted reader and installs it as a pack, written beside and
    /// then renamed.
    /// @throws Error(Model): not a checkpoint, hostile, truncated, keys missing or of the wrong shape, name
    /// taken; Error(Resources);
    ///         Error(Usage): a text encoder without its vocabulary, or the other way round. Nothing is left
    ///         behind then
    ModelPack import(const Import& what, Progress& progress) const;
    /// Gives an installed pack, or a pack in a folder, a text encoder, or another one. @throws as import
    ModelPack addTextEncoder(const std::string& nameOrFolder, const std::filesystem::path& weights,
                             const std::filesystem::path& vocabulary, Progress& progress) const;
    /// @throws Error(Model) for the embedded pack or a name that is not there
    void remove(const std::string& name) const;

private:
    std::optional<std::filesystem::path> find(const std::string& nameOrFolder) const;
    std::filesystem::path m_folder;
};

/// The licence of the published weights, in words for the person who imports them.
std::string publishedLicenceText();

} // namespace hounsfield
