// SPDX-License-Identifier: Apache-2.0
#include "inference/Recognition.h"

#include "inference/internal/ByteSource.h"
#include "inference/internal/Checkpoint.h"
#include "inference/internal/JsonText.h"
#include "inference/internal/TextShapes.h"
#include "volume/TextList.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace hounsfield {
namespace {

using nlohmann::json;

constexpr std::size_t mostConcepts = 10'000, mostRows = 100'000;

[[noreturn]] void refuse(const ModelPack& pack, const std::string& why)
{
    throw Error(ErrorKind::Model, "The model " + pack.name + " (" + pack.files->describe() +
                                      ") cannot tell what words mean: " + why + ". Install it again.");
}

/// A number of a file from elsewhere, within bounds that make sense.
double within(const ModelPack& pack, const json& root, const char* key, double low, double high)
{
    const double value = root.at(key);
    if (!(value >= low && value <= high))
        refuse(pack, std::string("the number \"") + key + "\" of " + pack.textEncoder->recognitionFile +
                         " is impossible");
    return value;
}

} // namespace

bool Recognition::Concept::has(const Concept& other) const
{
    return std::all_of(other.shown.classIds.begin(), other.shown.classIds.end(), [&](int id) {
        return std::find(shown.classIds.begin(), shown.classIds.end(), id) != shown.classIds.end();
    });
}

std::unique_ptr<Recognition> Recognition::open(const ModelPack& pack)
{
    if (!pack.textEncoder || pack.textEncoder->recognitionFile.empty())
        return nullptr;
    std::unique_ptr<Recognition> recognition(new Recognition);
    try {
        recognition->readConcepts(pack);
        recognition->readRows(pack);
    } catch (const json::exception& error) {
        refuse(pack, "its file " + pack.textEncoder->recognitionFile + " cannot be understood (" +
                         error.what() + ")");
    }
    return recognition;
}

void Recognition::readConcepts(const ModelPack& pack)
{
    constexpr std::uint64_t largest = 4u << 20;
    const auto text = pack.files->open(pack.textEncoder->recognitionFile);
    if (text->size() > largest)
        refuse(pack, "its file " + pack.textEncoder->recognitionFile + " is longer than that of any model");
    const json root = parseForeignJson(text->read(0, text->size()));
    m_temperature = within(pack, root, "temperature", 1e-4, 100);
    m_accept = within(pack, root, "accept", 0, 1);
    m_unsure = within(pack, root, "unsure", 0, m_accept);
    std::set<std::string> known; // a model trained without some classes still has the concepts of all
    for (const ModelClass& one : universalClasses())
        known.insert(one.fileName);
    for (const json& entry : root.at("concepts")) {
        Concept one{entry.at("name"), {}};
        std::vector<std::string> names;
        for (const std::string file : entry.at("classes")) {
            const auto found = std::find_if(pack.classes.begin(), pack.classes.end(),
                                            [&](const ModelClass& c) { return c.fileName == file; });
            if (found != pack.classes.end()) {
                one.shown.classIds.push_back(found->id);
                names.push_back(found->name);
            } else if (!known.count(file))
                refuse(pack,
                       "its concept \"" + one.key + "\" is of a class \"" + file + "\" that there is not");
        }
        std::sort(one.shown.classIds.begin(), one.shown.classIds.end());
        one.shown.name = names.empty() ? one.key : listText(names);
        m_concepts.push_back(std::move(one));
    }
    if (m_concepts.empty() || m_concepts.size() > mostConcepts)
        refuse(pack, "it names no concepts, or far too many");
}

void Recognition::readRows(const ModelPack& pack)
{
    const std::string file = recognitionRowsFile(*pack.textEncoder);
    const auto tensors = openSafetensors(pack.files->open(file));
    const auto rows = tensors->tensors().find("concepts"), owner = tensors->tensors().find("owner");
    if (rows == tensors->tensors().end() || rows->second.shape.size() != 2 ||
        rows->second.shape[1] != embeddingLength || rows->second.shape[0] < std::int64_t(m_concepts.size()) ||
        rows->second.shape[0] > std::int64_t(mostRows))
        refuse(pack, "the rows of its file " + file + " do not fit its concepts");
    const std::size_t count = std::size_t(rows->second.shape[0]);
    const bool owned = owner != tensors->tensors().end();
    if (owned ? owner->second.shape != std::vector<std::int64_t>{std::int64_t(count)} ||
                    (owner->second.type != ElementType::Int32 && owner->second.type != ElementType::Int64)
              : count != m_concepts.size())
        refuse(pack, "its file " + file + " does not say whose its rows are");
    m_rows = tensors->read("concepts").toFloat();
    const std::vector<float> owners = owned ? tensors->read("owner").toFloat() : std::vector<float>{};
    std::set<std::size_t> seen;
    for (std::size_t row = 0; row < count; ++row) {
        const double whose = owned ? double(owners[row]) : double(row);
        if (!(whose >= 0 && whose < double(m_concepts.size())))
            refuse(pack, "a row of its file " + file + " is of no concept");
        m_owner.push_back(std::size_t(whose));
        seen.insert(m_owner.back());
    }
    if (seen.size() != m_concepts.size() ||
        !std::all_of(m_rows.begin(), m_rows.end(), [](float value) { return std::isfinite(value); }))
        refuse(pack, "a concept has no row in its file " + file + ", or one that is no number");
}

std::vector<double> Recognition::probabilities(const std::vector<float>& embedding) const
{
    std::vector<double> score(m_concepts.size(), -std::numeric_limits<double>::infinity());
    constexpr std::size_t width = embeddingLength;
    for (std::size_t row = 0; row < m_owner.size(); ++row) {
        double ab = 0, aa = 0, bb = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const double a = embedding[i], b = m_rows[row * width + i];
            ab += a * b;
            aa += a * a;
            bb += b * b;
        }
        const double cosine = aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
        score[m_owner[row]] = std::max(score[m_owner[row]], cosine / m_temperature);
    }
    const double highest = *std::max_element(score.begin(), score.end());
    double sum = 0;
    for (double& one : score)
        sum += one = std::exp(one - highest);
    for (double& one : score)
        one /= sum;
    return score;
}

/// Of a concept and all that lie within it: "left kidney" is a kidney, too.
double Recognition::withinOf(std::size_t one, const std::vector<double>& p) const
{
    double sum = 0;
    for (std::size_t other = 0; other < m_concepts.size(); ++other)
        if (!m_concepts[other].shown.classIds.empty() && m_concepts[one].has(m_concepts[other]))
            sum += p[other];
    return std::min(1.0, sum);
}

/// The best one and those that it is a part of, narrowest first: "left kidney", "kidneys". Only of up to
/// twice as many classes: whatever the model knows is one of "all organs".
std::vector<std::size_t> Recognition::familyOf(std::size_t best) const
{
    const auto classes = [&](std::size_t at) { return m_concepts[at].shown.classIds.size(); };
    std::vector<std::size_t> family{best};
    for (std::size_t other = 0; other < m_concepts.size(); ++other)
        if (classes(other) > classes(best) && classes(other) <= 2 * classes(best) &&
            m_concepts[other].has(m_concepts[best]))
            family.push_back(other);
    std::stable_sort(family.begin(), family.end(),
                     [&](std::size_t a, std::size_t b) { return classes(a) < classes(b); });
    return family;
}

Recognised Recognition::read(const std::vector<float>& embedding) const
{
    if (embedding.size() != std::size_t(embeddingLength) ||
        !std::all_of(embedding.begin(), embedding.end(), [](float value) { return std::isfinite(value); }))
        throw Error(ErrorKind::Model,
                    "The text encoder made no embedding of these words. Install the model again.");
    const std::vector<double> p = probabilities(embedding);
    const std::size_t best = std::size_t(std::max_element(p.begin(), p.end()) - p.begin());
    Recognised result;
    std::size_t told = best;
    if (!m_concepts[best].shown.classIds.empty())
        for (const auto& [least, kind] :
             {std::pair(m_accept, Recognised::Kind::Known), std::pair(m_unsure, Recognised::Kind::Unsure)})
            for (const std::size_t one : familyOf(best))
                if (result.kind == Recognised::Kind::Unknown && withinOf(one, p) >= least) {
                    result.kind = kind;
                    told = one;
                }
    const Concept& concept_ = m_concepts[told];
    result.concept_ = concept_.key;
    result.confidence = concept_.shown.classIds.empty() ? p[told] : withinOf(told, p);
    if (result.kind != Recognised::Kind::Unknown)
        result.classIds = concept_.shown.classIds;
    for (std::size_t other = 0; other < m_concepts.size(); ++other)
        if (!m_concepts[other].shown.classIds.empty() &&
            (other != told || result.kind == Recognised::Kind::Unknown)) {
            result.nearest.push_back(m_concepts[other].shown);
            result.nearest.back().probability = p[other];
        }
    std::stable_sort(
        result.nearest.begin(), result.nearest.end(),
        [](const NearConcept& a, const NearConcept& b) { return a.probability > b.probability; });
    return result;
}

} // namespace hounsfield
