// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"
#include "inference/TargetNames.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace hounsfield {
namespace {

std::uint32_t hashOf(const std::string& text)
{
    std::uint32_t hash = 0x811C9DC5u;
    for (const unsigned char c : text)
        hash = (hash ^ c) * 0x01000193u;
    return hash;
}

/// Letters and digits of ASCII with "_" between words. Where something had to be left out, a hash keeps two
/// texts apart.
std::string letters(const std::string& words)
{
    constexpr std::size_t longest = 48;
    std::string name;
    bool whole = true;
    for (char c : words) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (kept)
            name += c;
        else if (!name.empty() && name.back() != '_')
            name += '_';
        whole = whole && (kept || c == ' ' || c == ',');
    }
    whole = whole && name.size() <= longest;
    name = name.substr(0, longest);
    while (!name.empty() && name.back() == '_')
        name.pop_back();
    if (!whole) {
        char hash[12];
        std::snprintf(hash, sizeof hash, "%08x", hashOf(words));
        name += (name.empty() ? "" : "_") + std::string(hash);
    }
    return name;
}

/// A light colour of any hue, the same for the same words.
std::array<int, 3> colourOf(const std::string& words)
{
    const double hue = hashOf(words) % 360 / 60.0;
    const auto channel = [&](double at) {
        const double distance = std::abs(std::fmod(hue - at + 9, 6.0) - 3);
        return static_cast<int>(std::lround(90 + 150 * std::clamp(2 - distance, 0.0, 1.0)));
    };
    return {channel(0), channel(2), channel(4)};
}

} // namespace

ModelClass classOf(const ModelPack& pack, const Target& target)
{
    if (target.classId != 0) {
        ModelClass known = pack.classById(target.classId);
        // A choice of its lesions, or a part of it, is a structure of its own.
        if (const std::string part = partOf(target, pack.classes); !part.empty()) {
            known.name += " (" + part + ")";
            known.fileName += "_" + letters(part);
        }
        return known;
    }
    ModelClass words;
    words.name = target.name;
    words.fileName = "zero_shot_" + letters(target.zeroShotText);
    words.rgb = colourOf(target.zeroShotText);
    words.kind = "zero_shot";
    return words;
}

std::string zeroShotExplanation(const std::string& nearest)
{
    return "Not a class this model was trained on: its words go through the text encoder (zero-shot). "
           "Nearest known: " +
           nearest + ". Do not trust it without looking.";
}

} // namespace hounsfield
