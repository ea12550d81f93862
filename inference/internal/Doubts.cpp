// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Clauses.h"

#include <algorithm>

// What is not run because of what stands elsewhere in the prompt: the last part of ClauseReader.
namespace hounsfield {
namespace {

bool contains(const std::vector<int>& ids, int id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

void ClauseReader::withdraw(PromptPart& part, const std::string& why, const char* reason)
{
    part.targets.clear();
    part.unsure = false;
    part.explanation = why;
    part.reason = reason;
    part.suggestions = m_suggestions.nearest(splitWords(part.text));
}

/// "Liver, no liver": neither.
void ClauseReader::dropContradicted()
{
    for (const Part& negated : m_parts)
        for (Part& part : m_parts)
            if (part.shown.understood() &&
                std::any_of(part.ids.begin(), part.ids.end(),
                            [&](int id) { return contains(negated.leftOut, id); }) &&
                !part.shown.zeroShot)
                withdraw(part.shown, "It contradicts \"" + negated.shown.text + "\" in the same prompt.",
                         reasons::contradiction);
}

/// Whether every one of these lesions lies in one of the organs.
bool ClauseReader::allLieIn(const std::vector<int>& lesions, const std::vector<int>& organs) const
{
    return std::all_of(lesions.begin(), lesions.end(), [&](int id) {
        const std::vector<int>& hosts = m_lexicon.classOf(id)->hosts;
        return std::all_of(hosts.begin(), hosts.end(), [&](int host) { return contains(organs, host); });
    });
}

/// Tumors of all organs are what a mistake would run: not where an organ is named beside them, unless "all"
/// is said, nor where another part was not understood.
void ClauseReader::dropDoubtful()
{
    std::vector<int> organs;
    std::string named, unclear;
    for (const Part& part : m_parts) {
        if (part.shown.understood() && part.isOrgan) {
            organs.insert(organs.end(), part.ids.begin(), part.ids.end());
            named = part.shown.text;
        } else if (!part.shown.understood())
            unclear = part.shown.text;
    }
    for (Part& part : m_parts) {
        if (!part.shown.understood() || !part.anyOrgan || part.shown.zeroShot)
            continue;
        if (!unclear.empty())
            withdraw(part.shown,
                     "It would be those of all organs, and is not run while \"" + unclear +
                         "\" in the same prompt is not understood.",
                     reasons::whichOrgan);
        else if (!organs.empty() && !part.all && !allLieIn(part.ids, organs))
            withdraw(part.shown,
                     "It does not say whose: those of \"" + named +
                         "\", or of all organs. Write the organ before it, or \"all\".",
                     reasons::whichOrgan);
    }
}

} // namespace hounsfield
