// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"

#include "inference/internal/Clauses.h"
#include "inference/internal/Reasons.h"

#include <algorithm>

namespace hounsfield {

std::vector<Target> Prompt::targets() const
{
    std::vector<Target> all;
    for (const PromptPart& part : parts)
        for (const Target& target : part.targets)
            if (std::none_of(all.begin(), all.end(), [&](const Target& t) { return t.sameAs(target); }))
                all.push_back(target);
    return all;
}

const PromptPart* Prompt::partOf(const Target& target) const
{
    for (const PromptPart& part : parts)
        if (std::any_of(part.targets.begin(), part.targets.end(),
                        [&](const Target& one) { return one.sameAs(target); }))
            return &part;
    return nullptr;
}

bool Prompt::fullyUnderstood() const
{
    return !parts.empty() &&
           std::all_of(parts.begin(), parts.end(), [](const PromptPart& part) { return part.understood(); });
}

std::vector<std::string> refusalReasons()
{
    return {std::begin(reasons::all), std::end(reasons::all)};
}

int percentOf(double confidence)
{
    return std::clamp(static_cast<int>(100 * confidence + 1e-6), 0, 99);
}

bool Prompt::waits() const
{
    return std::any_of(parts.begin(), parts.end(), [](const PromptPart& part) { return part.pending; });
}

PromptResolver::PromptResolver(std::vector<ModelClass> classes, ZeroShot beyond)
    : m_lexicon(std::make_shared<const Lexicon>(std::move(classes))), m_beyond(beyond)
{
}

static PromptPart nothing(const std::string& text, const std::string& why, const Lexicon& lexicon)
{
    PromptPart part;
    part.text = text;
    part.explanation = why;
    part.reason = reasons::nothingNamed;
    part.suggestions = Suggestions(lexicon).nearest({});
    return part;
}

Prompt PromptResolver::resolve(const std::string& text, const std::vector<WordsRead>& read) const
{
    // Nobody types that much; a pasted report would be read for minutes.
    constexpr std::size_t longest = 4000;
    Prompt prompt;
    prompt.text = text;
    if (text.size() > longest) {
        prompt.parts.push_back(
            nothing(text.substr(0, 60) + "...",
                    "It is longer than 4000 characters. Ask for structures by their names.", *m_lexicon));
        return prompt;
    }
    const Reading reading = readItems(text, *m_lexicon);
    ClauseReader clauses(*m_lexicon, m_beyond, reading, read);
    prompt.parts = clauses.run();
    prompt.unread = clauses.unread();
    if (prompt.parts.empty())
        prompt.parts.push_back(nothing(text, "It names nothing to look for.", *m_lexicon));
    return prompt;
}

Prompt PromptResolver::everything() const
{
    Prompt prompt;
    prompt.text = "everything";
    PromptPart part;
    part.text = prompt.text;
    for (const ModelClass& known : m_lexicon->classes())
        part.targets.push_back({known.id, known.name, {}});
    part.explanation = "All " + std::to_string(part.targets.size()) + " classes of the model.";
    prompt.parts.push_back(std::move(part));
    return prompt;
}

} // namespace hounsfield
