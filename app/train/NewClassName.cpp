// SPDX-License-Identifier: Apache-2.0
#include "app/train/NewClassName.h"

#include "app/train/ClassNames.h"
#include "inference/Prompt.h"
#include "volume/Error.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <cstdio>

namespace hounsfield::training {
namespace {

constexpr std::size_t longestName = 60;

/// Letters of any language, digits, blanks, "-", "'" and parentheses; at least three letters, and a vowel
/// where they are all ASCII.
bool isName(const std::string& name)
{
    int letters = 0, vowels = 0, foreign = 0;
    for (const char c : name) {
        if (c & 0x80)
            ++foreign;
        else if (isAsciiLetter(c))
            ++letters;
        else if (!isAsciiDigit(c) && c != ' ' && c != '-' && c != '\'' && c != '(' && c != ')')
            return false;
        vowels += std::string("aeiouyAEIOUY").find(c) != std::string::npos;
    }
    return letters + foreign >= 3 && (vowels > 0 || foreign > 0) && name.front() != ' ' && name.back() != ' ';
}

std::string fileNameOf(const std::string& name)
{
    std::string file;
    for (const char c : name)
        if (isAsciiLetter(c) || isAsciiDigit(c))
            file += asciiLower(c);
        else if (!file.empty() && file.back() != '_')
            file += '_';
    while (!file.empty() && file.back() == '_')
        file.pop_back();
    return file;
}

void refuseKnownWords(const std::string& words, const ModelPack& pack)
{
    const Prompt prompt = PromptResolver(pack.classes).resolve(words);
    if (prompt.parts.empty() || !prompt.fullyUnderstood())
        return;
    std::string names;
    for (const Target& target : prompt.targets())
        names += (names.empty() ? "" : ", ") + target.name;
    throw Error(ErrorKind::Usage, "\"" + words + "\" already asks for what the model " + pack.name +
                                      " knows: " + names + ". To teach it more of that, use train --from.");
}

std::array<int, 3> colourOf(const std::string& text, const ModelPack& pack)
{
    if (!text.empty()) {
        std::array<int, 3> rgb;
        int end = 0;
        if (std::sscanf(text.c_str(), "%d,%d,%d%n", &rgb[0], &rgb[1], &rgb[2], &end) != 3 ||
            std::size_t(end) != text.size() ||
            std::any_of(rgb.begin(), rgb.end(), [](int v) { return v < 0 || v > 255; }))
            throw Error(ErrorKind::Usage, "--rgb takes three numbers from 0 to 255 such as 200,80,60.");
        return rgb;
    }
    // Of a few bright colours the one whose nearest neighbour among the classes is farthest.
    std::array<int, 3> best{255, 255, 255};
    int farthest = -1;
    for (int r = 40; r <= 255; r += 43)
        for (int g = 40; g <= 255; g += 43)
            for (int b = 40; b <= 255; b += 43) {
                if (std::max({r, g, b}) < 200)
                    continue;
                int nearest = 1 << 30;
                for (const ModelClass& known : pack.classes) {
                    const int dr = r - known.rgb[0], dg = g - known.rgb[1], db = b - known.rgb[2];
                    nearest = std::min(nearest, dr * dr + dg * dg + db * db);
                }
                if (nearest > farthest) {
                    farthest = nearest;
                    best = {r, g, b};
                }
            }
    return best;
}

} // namespace

ModelClass newClassOf(const NewClassWish& wish, const ModelPack& pack)
{
    if (wish.name.empty() || wish.name.size() > longestName || !isName(wish.name))
        throw Error(
            ErrorKind::Usage,
            "\"" + wish.name +
                "\" is no name for a class: take up to 60 letters, digits and blanks, such as \"Aneurysm\".");
    ModelClass added;
    added.name = wish.name;
    added.fileName = fileNameOf(wish.name);
    if (added.fileName.empty())
        throw Error(ErrorKind::Usage, "The class \"" + wish.name +
                                          "\" needs letters from A to Z in its name: its mask's file is "
                                          "named after it. Give the other name as --synonym.");
    for (const ModelClass& known : pack.classes)
        if (known.fileName == added.fileName)
            throw Error(ErrorKind::Usage, "\"" + wish.name + "\" is already a class of the model " +
                                              pack.name + ": " + known.name + ".");
    refuseKnownWords(wish.name, pack);
    for (const std::string& synonym : wish.synonyms)
        refuseKnownWords(synonym, pack);
    while (std::any_of(pack.classes.begin(), pack.classes.end(),
                       [&](const ModelClass& known) { return known.id == added.id; }) ||
           added.id < 1)
        ++added.id;
    if (added.id > ModelPack::mostClasses)
        throw Error(ErrorKind::Model, "The model " + pack.name + " has " +
                                          std::to_string(ModelPack::mostClasses) +
                                          " classes already; it takes no more.");
    if (wish.kind != "organ" && wish.kind != "tumor" && wish.kind != "cyst")
        throw Error(ErrorKind::Usage,
                    "\"" + wish.kind + "\" is no kind of class: take organ, tumor or cyst.");
    added.kind = wish.kind;
    const ClassBits hosts = classesNamed(wish.hosts, pack.classes, "--host");
    for (const ModelClass& known : pack.classes)
        if (hosts & bitOf(known.id))
            added.hosts.push_back(known.id);
    added.rgb = colourOf(wish.rgb, pack);
    added.snomedCode = wish.snomed;
    added.synonyms = wish.synonyms;
    return added;
}

} // namespace hounsfield::training
