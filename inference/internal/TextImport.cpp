// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TextImport.h"

#include "inference/internal/TextShapes.h"
#include "tokenizer/BytePairTokenizer.h"
#include "tokenizer/SentencePieceTokenizer.h"

#include <zlib.h>

#include <algorithm>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

/// The second public source keeps q, k and v apart and the projection transposed.
TensorMappings secondSpelling(const TensorInfos& tensors)
{
    TensorMappings mappings;
    const auto add = [&](const std::string& name, std::vector<std::string> parts, bool transposed = false) {
        mappings[name] = {std::move(parts), transposed, {}};
    };
    add("token_embedding.weight", {"text_model.embeddings.token_embedding.weight"});
    add("positional_embedding", {"text_model.embeddings.position_embedding.weight"});
    add("text_projection", {"text_projection.weight"}, true);
    for (const std::string kind : {".weight", ".bias"}) {
        add("ln_final" + kind, {"text_model.final_layer_norm" + kind});
        for (int n = 0;
             tensors.count("text_model.encoder.layers." + std::to_string(n) + ".layer_norm1.weight"); ++n) {
            const std::string from = "text_model.encoder.layers." + std::to_string(n) + ".",
                              to = "transformer.resblocks." + std::to_string(n) + ".";
            add(to + "attn.in_proj_" + kind.substr(1),
                {from + "self_attn.q_proj" + kind, from + "self_attn.k_proj" + kind,
                 from + "self_attn.v_proj" + kind});
            add(to + "attn.out_proj" + kind, {from + "self_attn.out_proj" + kind});
            add(to + "ln_1" + kind, {from + "layer_norm1" + kind});
            add(to + "ln_2" + kind, {from + "layer_norm2" + kind});
            add(to + "mlp.c_fc" + kind, {from + "mlp.fc1" + kind});
            add(to + "mlp.c_proj" + kind, {from + "mlp.fc2" + kind});
        }
    }
    return mappings;
}

TensorMappings mappingsOf(const TensorInfos& tensors)
{
    if (tensors.count("text_model.final_layer_norm.weight"))
        return secondSpelling(tensors);
    TensorMappings mappings;
    for (const auto& entry : tensors)
        mappings[entry.first] = {{entry.first}, false, {}};
    return mappings;
}

[[noreturn]] void refuse(const std::string& why)
{
    throw Error(
        ErrorKind::Model,
        "The text encoder cannot be used: " + why +
            ". Name CLIP ViT-B/32's weights (ViT-B-32.pt or model.safetensors), or a compact encoder's.");
}

/// Type and shape of what a mapping makes; nothing where a part is missing or does not fit.
std::optional<TensorInfo> madeOf(const TensorMapping& mapping, const TensorInfos& tensors)
{
    TensorInfo made;
    for (const std::string& part : mapping.parts) {
        const auto found = tensors.find(part);
        // An empty tensor's other lengths are not bounded by its data.
        if (found == tensors.end() || found->second.count() == 0)
            return std::nullopt;
        TensorInfo next = found->second;
        if (next.type != ElementType::Float16)
            next.type = ElementType::Float32;
        if (mapping.transposed && next.shape.size() == 2)
            std::swap(next.shape[0], next.shape[1]);
        if (&part == &mapping.parts.front()) {
            made = next;
        } else if (next.type != made.type || next.shape.empty() || next.shape.size() != made.shape.size() ||
                   !std::equal(next.shape.begin() + 1, next.shape.end(), made.shape.begin() + 1)) {
            return std::nullopt;
        } else {
            made.shape[0] += next.shape[0];
        }
    }
    return made;
}

constexpr std::uint64_t largestVocabulary = 32u << 20;

bool isSentencePiece(const fs::path& vocabulary)
{
    return vocabulary.extension() == ".model" || vocabulary.extension() == ".spm";
}

std::string readVocabulary(const fs::path& file)
{
    const auto bytes = openBytes(file);
    if (bytes->size() < 16 || bytes->size() > largestVocabulary)
        throw Error(ErrorKind::Model, "The file " + file.string() +
                                          " is no vocabulary. Name bpe_simple_vocab_16e6.txt.gz, merges.txt "
                                          "or a sentencepiece .model.");
    return bytes->read(0, bytes->size());
}

/// In gzip form, the same bytes for the same text.
std::string packed(const std::string& text)
{
    z_stream stream{};
    std::string bytes(compressBound(text.size()) + 32, '\0');
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error(ErrorKind::Resources, "There is not enough memory for the vocabulary.");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    deflate(&stream, Z_FINISH);
    bytes.resize(stream.total_out);
    deflateEnd(&stream);
    return bytes;
}

/// @returns the vocabulary's bytes as the pack keeps them
std::string checkedVocabulary(const fs::path& vocabulary, TextEncoderSettings& settings)
{
    std::string bytes = readVocabulary(vocabulary);
    if (isSentencePiece(vocabulary)) {
        const int entries = SentencePieceTokenizer::fromBytes(bytes, settings.context).vocabularySize();
        if (entries > settings.vocabulary)
            throw Error(ErrorKind::Model,
                        "The text encoder and the vocabulary do not belong together: it knows " +
                            std::to_string(settings.vocabulary) + " tokens, " +
                            vocabulary.filename().string() + " has " + std::to_string(entries) + ".");
        settings.tokenizer = "sentencepiece";
        settings.vocabularyFile = "text_vocabulary.model";
        return bytes;
    }
    const auto merges = BytePairTokenizer::fromFile(vocabulary);
    if (settings.vocabulary != merges.vocabularySize() || settings.context < merges.contextLength())
        throw Error(ErrorKind::Model,
                    "The text encoder and the vocabulary do not belong together: it takes " +
                        std::to_string(settings.context) + " of " + std::to_string(settings.vocabulary) +
                        " tokens, CLIP's byte pairs are 77 of 49408. A compact encoder needs its own "
                        "sentencepiece .model.");
    settings.tokenizer = "byte_pair";
    settings.vocabularyFile = "text_vocabulary.txt.gz";
    return bytes.compare(0, 2, "\x1f\x8b") == 0 ? bytes : packed(bytes);
}

} // namespace

TextTensors textTensors(const Checkpoint& checkpoint)
{
    TensorMappings found = mappingsOf(checkpoint.tensors());
    TensorInfos infos;
    for (auto& [name, mapping] : found)
        if (const auto made = madeOf(mapping, checkpoint.tensors())) {
            mapping.made = *made;
            infos.emplace(name, *made);
        }
    const auto settings = textSettingsOf(infos);
    if (!settings)
        refuse("the file " + checkpoint.name() +
               " has no token_embedding and positional_embedding of a text encoder");
    if (!arePossible(*settings) || (settings->width > 64 && settings->width % 64))
        refuse("its sizes are impossible (width " + std::to_string(settings->width) + ", " +
               std::to_string(settings->blocks) + " blocks, " + std::to_string(settings->context) + " of " +
               std::to_string(settings->vocabulary) + " tokens)");
    TextTensors text{*settings, {}};
    for (const auto& [name, shape] : expectedTextTensors(*settings)) {
        const auto info = infos.find(name);
        if (info == infos.end())
            refuse("the file " + checkpoint.name() + " lacks the tensor " + name);
        if (info->second.shape != shape)
            refuse("its tensor " + name + " is " + shapeText(info->second.shape) + " where " +
                   shapeText(shape) + " belongs");
        text.mappings.emplace(name, found.at(name));
    }
    return text;
}

TextEncoderSettings addTextEncoderFiles(const fs::path& weights, const fs::path& vocabulary,
                                        PackBuilder& builder, Progress& progress)
{
    const auto checkpoint = openCheckpoint(weights);
    const TextTensors text = textTensors(*checkpoint);
    TextEncoderSettings settings = text.settings;
    settings.weightsFile = "text_weights.safetensors";
    const std::string words = checkedVocabulary(vocabulary, settings);
    builder.add(settings.vocabularyFile, words);
    builder.setHash(settings.weightsFile,
                    writeTensors(*checkpoint, text.mappings, builder.place(settings.weightsFile),
                                 "writing the text encoder", progress));
    return settings;
}

} // namespace hounsfield
