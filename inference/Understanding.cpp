// SPDX-License-Identifier: Apache-2.0
#include "inference/Understanding.h"

#include "inference/internal/Reasons.h"

#include <algorithm>

namespace hounsfield {

namespace {

constexpr std::size_t shownNearest = 3;

/// Each once.
std::vector<std::string> namesOf(const std::vector<NearConcept>& nearest)
{
    std::vector<std::string> names;
    for (const NearConcept& one : nearest)
        if (names.size() < shownNearest && std::find(names.begin(), names.end(), one.name) == names.end())
            names.push_back(one.name);
    return names;
}

} // namespace

Understanding::Understanding(const ModelPack& pack) : m_pack(pack), m_resolver(pack.classes, zeroShotOf(pack))
{
}

Understanding::~Understanding() = default;

Prompt Understanding::read(const std::string& text, const Progress& stop)
{
    Prompt prompt = m_resolver.resolve(text);
    if (prompt.unread.empty())
        return prompt;
    open(stop);
    if (!m_recognition) {
        explainZeroShot(prompt);
        return prompt;
    }
    std::vector<WordsRead> read;
    for (const std::string& words : prompt.unread)
        read.push_back(readWords(words));
    return m_resolver.resolve(text, read);
}

void Understanding::open(const Progress& stop)
{
    if (m_encoder)
        return;
    // Small files first: what is missing is told before the weights are read.
    m_recognition = Recognition::open(m_pack);
    m_encoder = TextEncoder::open(m_pack, stop);
}

const WordsRead& Understanding::readWords(const std::string& words)
{
    constexpr std::size_t mostKept = 2000;
    if (const auto known = m_read.find(words); known != m_read.end())
        return known->second;
    if (m_read.size() >= mostKept)
        m_read.clear();
    const Encoded encoded = m_encoder->encodeAlone(words);
    const Recognised told = m_recognition->read(encoded.embedding);
    WordsRead read{words,           told.classIds,         told.kind == Recognised::Kind::Unsure,
                   told.confidence, namesOf(told.nearest), encoded.cutNote()};
    return m_read.emplace(words, std::move(read)).first->second;
}

void Understanding::explainZeroShot(Prompt& prompt) const
{
    for (PromptPart& part : prompt.parts) {
        if (!part.zeroShot)
            continue;
        const Encoded encoded = m_encoder->encode(part.targets.front().zeroShotText);
        part.suggestions.clear();
        for (std::size_t i = 0; i < std::min(shownNearest, encoded.nearest.size()); ++i)
            part.suggestions.push_back(encoded.nearest[i].name);
        part.explanation = zeroShotExplanation(listed(encoded.nearest));
        if (encoded.cut)
            part.explanation += " " + encoded.cutNote();
    }
}

Prompt withoutTextEncoder(Prompt prompt)
{
    for (PromptPart& part : prompt.parts) {
        if (!part.pending)
            continue;
        part.pending = false;
        part.targets.clear();
        part.reason = reasons::noTextEncoder;
        part.explanation = "It is not in the word list, and the text encoder that would read it cannot be "
                           "used. Name a structure that the model knows.";
    }
    return prompt;
}

} // namespace hounsfield
