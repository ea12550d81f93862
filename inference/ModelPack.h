// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

class ByteSource;

/// How well a model outlines a class on real scans, as its card states it.
struct Reliability {
    double dice = 0; ///< the mean over the scans that have the class, 0 to 1
    int scans = 0;   ///< of real patients, that it rests on; 0: none had it, then the mean says nothing
};

/// One class that a model was trained on.
struct ModelClass {
    int id = 0;             ///< 1-based; row id-1 of the pack's embedding table
    std::string name;       ///< "Liver Tumor"
    std::string fileName;   ///< "liver_tumor"
    std::string snomedCode; ///< SCT code of the type
    std::array<int, 3> rgb{0, 0, 0};
    std::vector<int> hosts; ///< ids of the organs it lies in; empty for an organ
    std::string kind;       ///< "organ", "tumor" or "cyst"; "zero_shot" for words beyond the known classes
    double threshold = 0.5; ///< probability above which a voxel is inside
    double peak = 0; ///< of a tumor or cyst: the probability that one voxel of a piece must reach for the
                     ///< piece to be kept; 0: any piece is
    std::vector<std::string> synonyms;
    std::optional<Reliability> reliability{}; ///< absent: the pack does not state it
    /// Whether its separate parts are told one by one.
    bool isLesion() const { return kind == "tumor" || kind == "cyst"; }
};

/// Channels of a network of the Universal Model's shape; the published ones by default.
struct UnetWidths {
    std::array<int, 4> encoder{64, 128, 256, 512}; ///< output channels of down_tr64/128/256/512
    int firstConvolution =
        32; ///< output channels of down_tr64.ops.0; later stages start at their input's width
    bool operator==(const UnetWidths&) const = default;
};

/// How a scan becomes the network's input.
struct InputSettings {
    double spacingMm = 1.5;
    double huLow = -175;                         ///< becomes 0
    double huHigh = 250;                         ///< becomes 1
    std::array<std::int64_t, 3> roi{96, 96, 96}; ///< window, voxels along X, Y, Z
};

/// The text encoder that a pack brings along: CLIP's architecture, at any width (Radford et al. 2021).
struct TextEncoderSettings {
    std::string tokenizer;         ///< "byte_pair" (CLIP's published merges) or "sentencepiece"
    std::string weightsFile;       ///< "text_weights.safetensors"
    std::string vocabularyFile;    ///< "text_vocabulary.txt.gz" or "text_vocabulary.model"
    std::string recognitionFile{}; ///< "recognition.json": the concepts it was taught; empty: words beyond
                                   ///< the classes are zero-shot
    bool readsOnly =
        false; ///< the classes' embeddings are not of its making: it tells what words mean, and feeds no head
    int width = 512; ///< of a token's vector
    int heads = 8;
    int blocks = 12;
    int context = 77; ///< tokens at most, frame included
    int vocabulary = 49408;
};

/// The tensors beside a recognition file: "recognition.safetensors".
std::string recognitionRowsFile(const TextEncoderSettings& settings);
/// Every file that a text encoder is made of.
std::vector<std::string> filesOf(const TextEncoderSettings& settings);

/// Where the bytes of a pack are: a folder, or the program itself.
class PackFiles {
public:
    virtual ~PackFiles() = default;
    bool has(const std::string& name) const;
    /// @throws Error(Model) where the file is missing
    virtual std::string read(const std::string& name) const = 0;
    /// The same, to be read in parts: weights are larger than what should be in memory twice.
    virtual std::shared_ptr<const ByteSource> open(const std::string& name) const;
    virtual std::string describe() const = 0; ///< "/home/x/packs/unet" or "inside the program"
};

/// A versioned folder with all that a model needs, checked; or a clear sentence why not. Immutable once
/// opened.
struct ModelPack {
    static constexpr int formatVersion =
        5; ///< 2: text_encoder is an object; 3: class ids beyond 32; 4: a class has a peak; 5: a class has a
           ///< reliability. A pack is written as the lowest that can say it
    static constexpr int mostClasses = 64; ///< ids are 1 to this

    std::string name;
    std::string title; ///< one line for people
    std::string version;
    std::string licence;
    std::string source;
    std::string notice;       ///< what a person must know before trusting it; may be empty
    std::string architecture; ///< "unet", "swin_unetr"; of the latter widths.encoder[0] is the feature size
    UnetWidths widths;
    InputSettings input;
    std::string promptTemplate;                     ///< "A computerized tomography of a {}"
    std::optional<TextEncoderSettings> textEncoder; ///< absent: known classes only
    std::vector<ModelClass> classes;
    std::string weightsFile; ///< "weights.safetensors"
    std::string weightsSha256;
    std::map<std::string, std::string> sha256; ///< of every file beside pack.json
    std::shared_ptr<const PackFiles> files;

    const ModelClass& classById(int id) const; ///< @throws Error(Model)
};

/// @throws Error(Model): no pack.json, not JSON, of a format this program does not know, a field missing or
/// impossible
ModelPack openPack(std::shared_ptr<const PackFiles> files);
/// A folder on disk. @throws as above
ModelPack openPackFolder(const std::filesystem::path& folder);
/// The built-in model.
ModelPack openEmbeddedPack();
/// pack.json of a pack; `sha256` gives name -> hash of every other file.
std::string packJson(const ModelPack& pack, const std::vector<std::pair<std::string, std::string>>& sha256);
/// Recomputes the SHA-256 of every file of the pack, block by block. @throws Error(Model) that names the
/// first file that differs
void verifyPack(const ModelPack& pack, Progress& progress);
void verifyPack(const ModelPack& pack);
/// Bytes of all its files. @throws Error(Model) that names the first file that is missing
std::uint64_t packBytes(const ModelPack& pack);
/// The 32 classes of the published Universal Model, from resources/classes.json.
std::vector<ModelClass> universalClasses();

} // namespace hounsfield
