// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextNoise.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <sstream>
#include <vector>

namespace hounsfield::training {
namespace {

std::vector<std::string> wordsOf(const std::string& text)
{
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

/// Whether a word is long enough to be misspelt and still be read, and of letters that are: a Chinese
/// character left out is another word.
bool canBeMisspelt(const icu::UnicodeString& word)
{
    if (word.length() < 4)
        return false;
    for (std::int32_t i = 0; i < word.length(); ++i)
        if (!u_isalpha(word.charAt(i)) || word.charAt(i) > 0x24F)
            return false;
    return true;
}

icu::UnicodeString slip(icu::UnicodeString word, Dice& dice)
{
    // The first letter is seldom the wrong one.
    const auto at = static_cast<std::int32_t>(1 + dice.below(static_cast<std::size_t>(word.length() - 2)));
    switch (dice.below(4)) {
    case 0:
        return word.remove(at, 1);
    case 1:
        return word.insert(at, word.charAt(at));
    case 2: {
        const char16_t next = word.charAt(at + 1);
        word.setCharAt(at + 1, word.charAt(at));
        word.setCharAt(at, next);
        return word;
    }
    default:
        word.setCharAt(at, static_cast<char16_t>(u'a' + dice.below(26)));
        return word;
    }
}

} // namespace

std::string withoutAccents(const std::string& text, bool twoLetters)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::UnicodeString apart =
        icu::Normalizer2::getNFDInstance(status)->normalize(icu::UnicodeString::fromUTF8(text), status);
    icu::UnicodeString plain;
    for (std::int32_t i = 0; i < apart.length(); ++i) {
        const char16_t c = apart.charAt(i);
        constexpr char16_t diaeresis = 0x308, sharpS = 0xDF;
        if (c == sharpS)
            plain.append(u's').append(u's');
        else if (c == diaeresis && twoLetters)
            plain.append(u'e');
        else if (u_charType(c) != U_NON_SPACING_MARK)
            plain.append(c);
    }
    std::string bytes;
    plain.toUTF8String(bytes);
    return bytes;
}

std::string misspelt(const std::string& text, Dice& dice)
{
    std::vector<std::string> words = wordsOf(text);
    std::vector<std::size_t> candidates;
    for (std::size_t n = 0; n < words.size(); ++n)
        if (canBeMisspelt(icu::UnicodeString::fromUTF8(words[n])))
            candidates.push_back(n);
    if (candidates.empty())
        return text;
    std::string& word = words[dice.oneOf(candidates)];
    const icu::UnicodeString wrong = slip(icu::UnicodeString::fromUTF8(word), dice);
    word.clear();
    wrong.toUTF8String(word);
    return joined(words);
}

std::string wordsSwapped(const std::string& text, Dice& dice)
{
    std::vector<std::string> words = wordsOf(text);
    if (words.size() < 2)
        return text;
    const std::size_t at = dice.below(words.size() - 1);
    std::swap(words[at], words[at + 1]);
    return joined(words);
}

std::string wordsJoined(const std::string& text, Dice& dice)
{
    std::vector<std::string> words = wordsOf(text);
    if (words.size() < 2)
        return text;
    const std::size_t at = dice.below(words.size() - 1);
    words[at] += words[at + 1];
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    return joined(words);
}

std::string hurried(const std::string& text, Dice& dice)
{
    std::string typed = text;
    if (dice.chance(0.12))
        typed = withoutAccents(typed, dice.chance(0.5));
    if (dice.chance(0.12))
        typed = misspelt(typed, dice);
    if (dice.chance(0.06))
        typed = wordsSwapped(typed, dice);
    if (dice.chance(0.04))
        typed = wordsJoined(typed, dice);
    return typed;
}

} // namespace hounsfield::training
