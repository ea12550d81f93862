// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Antonyms.h"

#include "inference/internal/Slips.h"

#include <algorithm>
#include <vector>

namespace hounsfield {
namespace {

constexpr std::size_t shortestStem = 4;

/// Before any word they say where something lies. Spanish and French write most of them as Latin does
/// ("extra", "péri", "infra").
const std::vector<std::string>& surePrefixes()
{
    static const std::vector<std::string> list{"extra", "peri",  "para",  "retro",  "supra",
                                               "infra", "juxta", "yuxta", "circum", "ausser"};
    return list;
}

/// They do before the word of an organ: "posthepatic", but not "postoperative".
const std::vector<std::string>& placePrefixes()
{
    static const std::vector<std::string> list{"sub",  "inter", "trans", "ultra", "ante", "pre",
                                               "post", "prae",  "exo",   "ecto",  "epi",  "sous",
                                               "sus",  "super", "non",   "a",     "an"};
    return list;
}

const std::vector<std::string>& otherPrefixes()
{
    static const std::vector<std::string> list{
        "ex",    "intra",  "intro",  "endo",  "un",     "uni",  "mono", "bi",    "tri",   "multi",
        "ipsi",  "contra", "kontra", "homo",  "hetero", "in",   "anti", "dis",   "dys",   "hypo",
        "hyper", "hipo",   "hiper",  "ein",   "beid",   "zwei", "uber", "unter", "inner", "sur",
        "sobre", "macro",  "micro",  "makro", "mikro",  "meta", "meso"};
    return list;
}

bool begins(const std::string& word, const std::string& with)
{
    return word.size() >= with.size() + shortestStem && word.compare(0, with.size(), with) == 0;
}

bool isVowel(char c)
{
    return std::string("aeiouy").find(c) != std::string::npos;
}

/// "Hypervascular" is vascular; against another prefix it is an opposite.
bool isMild(const std::string& prefix)
{
    static const std::vector<std::string> list{"hyper", "hypo",  "hiper", "hipo", "micro", "macro",
                                               "mikro", "makro", "multi", "meta", "meso",  "mono",
                                               "bi",    "tri",   "in",    "ex",   "endo",  "intra"};
    return std::find(list.begin(), list.end(), prefix) != list.end();
}

bool haveSameStem(const Split& a, const Split& b)
{
    const bool near = !a.prefix.empty() && !b.prefix.empty() && std::min(a.stem.size(), b.stem.size()) >= 5;
    return a.stem == b.stem || (near && editDistance(a.stem, b.stem, 1) <= 1);
}

} // namespace

std::vector<Split> splitPrefix(const std::string& word)
{
    std::vector<Split> all{{"", word}};
    for (const auto* list : {&surePrefixes(), &placePrefixes(), &otherPrefixes()})
        for (const std::string& prefix : *list)
            if (begins(word, prefix) && (prefix != "a" || !isVowel(word[1])))
                all.push_back({prefix, word.substr(prefix.size())});
    return all;
}

bool areAntonyms(const std::vector<Split>& typed, const std::vector<Split>& known)
{
    for (const Split& a : typed)
        for (const Split& b : known) {
            // A letter or two that are missing at the front are a slip: "drenal", "testine".
            const bool lost = a.prefix.empty() && b.prefix.size() < 3 && b.prefix != "bi" && b.prefix != "un";
            if (a.prefix != b.prefix && !lost && !(b.prefix.empty() && isMild(a.prefix)) &&
                haveSameStem(a, b))
                return true;
        }
    return false;
}

std::vector<std::string> behindPlacePrefix(const std::string& word)
{
    std::vector<std::string> stems;
    for (const auto* list : {&surePrefixes(), &placePrefixes()})
        for (const std::string& prefix : *list)
            if (begins(word, prefix))
                stems.push_back(word.substr(prefix.size()));
    return stems;
}

bool hasPlacePrefix(const std::string& word)
{
    const auto& list = surePrefixes();
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& prefix) { return begins(word, prefix); });
}

bool isPlacePrefix(const std::string& word)
{
    const auto& sure = surePrefixes();
    const auto& others = placePrefixes();
    return word.size() > 2 && (std::find(sure.begin(), sure.end(), word) != sure.end() ||
                               std::find(others.begin(), others.end(), word) != others.end());
}

} // namespace hounsfield
