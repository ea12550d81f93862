// SPDX-License-Identifier: Apache-2.0
#include "inference/TextEncoder.h"

#include "inference/internal/Tensors.h"
#include "inference/internal/TextTower.h"
#include "tokenizer/BytePairTokenizer.h"
#include "tokenizer/SentencePieceTokenizer.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

using Vector = std::vector<double>;

std::unique_ptr<Tokenizer> openTokenizer(const TextEncoderSettings& settings, const PackFiles& files)
{
    const std::string vocabulary = files.read(settings.vocabularyFile);
    std::unique_ptr<Tokenizer> tokenizer;
    if (settings.tokenizer == "sentencepiece")
        tokenizer = std::make_unique<SentencePieceTokenizer>(
            SentencePieceTokenizer::fromBytes(vocabulary, settings.context));
    else
        tokenizer =
            std::make_unique<BytePairTokenizer>(BytePairTokenizer::fromBytes(vocabulary, settings.context));
    if (tokenizer->vocabularySize() > settings.vocabulary)
        throw Error(ErrorKind::Model,
                    "The vocabulary of the model (" + files.describe() + ") has " +
                        std::to_string(tokenizer->vocabularySize()) + " entries and its text encoder knows " +
                        std::to_string(settings.vocabulary) +
                        ". Install the model again with the vocabulary that belongs to it.");
    return tokenizer;
}

std::string filled(const std::string& promptTemplate, const std::string& words)
{
    const std::size_t at = promptTemplate.find("{}");
    return at == std::string::npos ? words
                                   : promptTemplate.substr(0, at) + words + promptTemplate.substr(at + 2);
}

double cosine(const Vector& a, const Vector& b)
{
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

Vector difference(const Vector& a, const Vector& b)
{
    Vector result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        result[i] = a[i] - b[i];
    return result;
}

/// The known classes as points that a text can be near to.
class ClassRows {
public:
    explicit ClassRows(const ModelPack& pack)
    {
        const auto weights = openSafetensors(pack.files->open(pack.weightsFile));
        const auto table = weights->tensors().find("organ_embedding");
        constexpr std::int64_t width = embeddingLength;
        if (table == weights->tensors().end() || table->second.shape.size() != 2 ||
            table->second.shape[1] != width)
            throw Error(
                ErrorKind::Model,
                "The model " + pack.name +
                    " has no table of embeddings that a text could be compared with. Install it again.");
        const std::vector<float> values = weights->read("organ_embedding").toFloat();
        m_mean.assign(width, 0);
        for (const ModelClass& known : pack.classes) {
            if (known.id > table->second.shape[0])
                throw Error(ErrorKind::Model, "The model " + pack.name + " has no embedding of its class " +
                                                  known.name + ". Install it again.");
            const auto row = values.begin() + (known.id - 1) * width;
            m_rows.emplace_back(known, Vector(row, row + width));
            for (std::size_t i = 0; i < m_mean.size(); ++i)
                m_mean[i] += row[std::ptrdiff_t(i)] / double(pack.classes.size());
        }
    }

    std::vector<NearestClass> nearest(const std::vector<float>& embedding) const
    {
        // Of one, two or three rows the mean lies too near to each for a direction from it to say anything.
        constexpr std::size_t fewest = 4;
        const Vector text(embedding.begin(), embedding.end()), centred = difference(text, m_mean);
        std::vector<NearestClass> all;
        for (const auto& [known, row] : m_rows) {
            const double plain = cosine(text, row);
            all.push_back({known.id, known.name, plain,
                           m_rows.size() < fewest ? plain : cosine(centred, difference(row, m_mean))});
        }
        std::stable_sort(all.begin(), all.end(), [](const NearestClass& a, const NearestClass& b) {
            return a.centredCosine > b.centredCosine;
        });
        return all;
    }

private:
    std::vector<std::pair<ModelClass, Vector>> m_rows;
    Vector m_mean;
};

const TextEncoderSettings& settingsOf(const ModelPack& pack)
{
    if (!pack.textEncoder)
        throw Error(ErrorKind::Model,
                    "The model " + pack.name + " has no text encoder: it knows its own " +
                        std::to_string(pack.classes.size()) +
                        " classes and no other words. See hounsfield-cli understand for those, or install a "
                        "model with --text-encoder (hounsfield-cli model import --help).");
    return *pack.textEncoder;
}

class PackTextEncoder final : public TextEncoder {
public:
    PackTextEncoder(const ModelPack& pack, const Progress& stop)
        : m_template(pack.promptTemplate), m_tokenizer(openTokenizer(settingsOf(pack), *pack.files)),
          m_tower(toWeights(*openSafetensors(pack.files->open(settingsOf(pack).weightsFile)), stop),
                  settingsOf(pack)),
          m_classes(pack)
    {
    }

    Encoded encode(const std::string& words) const override
    {
        check(words);
        return translated("reading the words", [&] {
            Encoded encoded = embedded(filled(m_template, words));
            encoded.nearest = m_classes.nearest(encoded.embedding);
            return encoded;
        });
    }

    Encoded encodeAlone(const std::string& words) const override
    {
        check(words);
        return translated("reading the words", [&] { return embedded(words); });
    }

private:
    static void check(const std::string& words)
    {
        constexpr std::size_t longest = 4000;
        if (words.find_first_not_of(" \t\r\n") == std::string::npos || words.size() > longest)
            throw Error(
                ErrorKind::Prompt,
                words.size() > longest
                    ? "The text is longer than 4000 characters. Name what is to be found in a few words."
                    : "There are no words to encode. Name what is to be found.");
    }

    Encoded embedded(const std::string& text) const
    {
        Encoded encoded;
        encoded.text = text;
        Tokenizer::Tokens tokens = m_tokenizer->tokens(encoded.text);
        encoded.ids = std::move(tokens.ids);
        encoded.cut = tokens.cut;
        const at::Tensor embedding = m_tower.embed(encoded.ids);
        encoded.embedding.assign(embedding.data_ptr<float>(),
                                 embedding.data_ptr<float>() + embedding.numel());
        return encoded;
    }

    std::string m_template;
    std::unique_ptr<Tokenizer> m_tokenizer;
    TextTower m_tower;
    ClassRows m_classes;
};

} // namespace

std::unique_ptr<TextEncoder> TextEncoder::open(const ModelPack& pack, const Progress& stop)
{
    settingsOf(pack);
    return translated("opening the text encoder",
                      [&] { return std::make_unique<PackTextEncoder>(pack, stop); });
}

std::string Encoded::cutNote() const
{
    if (cut == 0)
        return "";
    return "The text is too long for the encoder: its last " + std::to_string(cut) +
           (cut == 1 ? " token was" : " tokens were") + " left out.";
}

std::string listed(const std::vector<NearestClass>& nearest, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(count, nearest.size()); ++i) {
        text += (i ? ", " : "") + nearest[i].name + " (cosine " + fixedText(nearest[i].cosine, 2) +
                ", centred " + fixedText(nearest[i].centredCosine, 2) + ")";
    }
    return text;
}

} // namespace hounsfield
