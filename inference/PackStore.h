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
        std::string problem;           ///< then the reason
    };

    PackStore();                                            ///< the platform's place
    explicit PackStore(const std::filesystem::path& folder);
    const std::filesystem::path& folder() const { return m_folder; }

    std::vector<Listed> list() const;
    /// A name, a folder that holds a pack.json, or nothing: the embedded pack. @throws Error(Model) with the names there are
    ModelPack open(const std::optional<std::string>& nameOrFolder) const;
    /// Reads a published U-Net checkpoint (.pth in zip form, .safetensors) with the restricted reader and installs it as a
    /// pack, written beside and then renamed. @param name empty: from the file's name
    /// @throws Error(Model): not a checkpoint, hostile, truncated, keys missing or of the wrong shape, name taken; Error(Resources)
    ModelPack import(const std::filesystem::path& checkpoint, const std::string& name, Progress& progress) const;
    /// @throws Error(Model) for the embedded pack or a name that is not there
    void remove(const std::string& name) const;

private:
    std::filesystem::path m_folder;
};

/// The licence of the published weights, in words for the person who imports them.
std::string publishedLicenceText();

} // namespace hounsfield
