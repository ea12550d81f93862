// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Words.h"

#include <map>
#include <set>

namespace hounsfield {
namespace {

bool endsWith(const std::string& word, const std::string& end)
{
    return word.size() >= end.size() && word.compare(word.size() - end.size(), end.size(), end) == 0;
}

bool isDigit(char32_t c)
{
    return c >= '0' && c <= '9';
}

/// Accents taken off Latin letters; "" where a character is none of them.
std::string latin(char32_t c)
{
    if ((c >= 'a' && c <= 'z') || isDigit(c))
        return std::string(1, static_cast<char>(c));
    if (c >= 'A' && c <= 'Z')
        return std::string(1, static_cast<char>(c - 'A' + 'a'));
    static const std::map<char32_t, std::string> others{
        {U'æ', "ae"}, {U'œ', "oe"}, {U'Œ', "oe"}, {U'Æ', "ae"}, {U'ß', "ss"}, {U'ẞ', "ss"}, {U'ø', "o"},
        {U'Ø', "o"},  {U'å', "a"},  {U'Å', "a"},  {U'²', "2"},  {U'³', "3"},  {U'µ', "u"},  {U'μ', "u"}};
    if (const auto found = others.find(c); found != others.end())
        return found->second;
    static const std::u32string accented = U"àáâãäçèéêëìíîïñòóôõöùúûüýÿÀÁÂÃÄÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸ";
    static const std::string bare = "aaaaaceeeeiiiinooooouuuuyyaaaaaceeeeiiiinooooouuuuyy";
    const std::size_t at = accented.find(c);
    return at == std::u32string::npos ? "" : std::string(1, bare[at]);
}

bool isApostrophe(char32_t c)
{
    return c == '\'' || c == U'’' || c == U'ʼ' || c == U'´';
}

bool isDash(char32_t c)
{
    return c == '-' || (c >= U'‐' && c <= U'―') || c == U'−';
}

/// Marks that stand within a word and say nothing: accents typed apart, soft hyphens, widths of zero.
bool isSilent(char32_t c)
{
    return (c >= 0x300 && c <= 0x36F) || c == 0xAD || (c >= 0x200B && c <= 0x200F) || c == 0xFEFF ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF);
}

/// Dashes that join no words: "liver — tumor".
bool isLongDash(char32_t c)
{
    return c == U'—' || c == U'―' || c == U'−';
}

/// Emoji and other little pictures: each is a word of its own.
bool isPicture(char32_t c)
{
    return (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF) || (c >= 0x2B00 && c <= 0x2BFF);
}

/// Blanks, brackets and quotation marks.
bool isGap(char32_t c)
{
    static const std::u32string gaps = U"()[]{}\"`*#@$^_|\\«»„“”‘‚‹›·•¿¡《》〈〉「」『』【】〔〕";
    return (c <= ' ' && c != '\n' && c != '\r') || c == 0x7F || c == 0x85 || c == 0xA0 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000 ||
           gaps.find(c) != std::u32string::npos;
}

/// Full-width forms of ASCII, as Chinese keyboards type them, as ASCII.
char32_t halfWidth(char32_t c)
{
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c;
}

char stopOf(char32_t c)
{
    switch (c) {
    case ',':
    case ':':
    case '\n':
    case '\r':
    case ';':
    case U'、':
    case U'،':
        return ',';
    case '.':
    case '?':
    case '!':
    case U'。':
    case U'…':
    case 0x2028:
    case 0x2029:
        return '.';
    default:
        return 0;
    }
}

bool isAbbreviation(const std::string& word)
{
    static const std::set<std::string> known{"l",    "r",     "lt",   "rt",  "li", "re", "izq", "dcho",
                                             "dcha", "inf",   "max",  "min", "g",  "d",  "dr",  "ca",
                                             "bds",  "bilat", "mind", "v",   "tr", "u"};
    return known.count(word) > 0;
}

class Splitter {
public:
    explicit Splitter(const std::string& text) : m_text(text) {}

    std::vector<Word> run()
    {
        while (m_at < m_text.size())
            step();
        for (Word& word : m_words)
            word.singular = singularOf(word.text);
        return std::move(m_words);
    }

private:
    char32_t peek(std::size_t at) const
    {
        return at < m_text.size() ? halfWidth(characterAt(m_text, at).code) : 0;
    }
    bool blankBefore() const { return m_at == 0 || isGap(m_last) || stopOf(m_last); }
    bool letterAt(std::size_t at) const
    {
        const char32_t c = peek(at);
        return at < m_text.size() && !isDigit(c) && !isPicture(c) &&
               (!latin(c).empty() || isHan(c) ||
                (c >= 0x80 && !isGap(c) && !isDash(c) && !stopOf(c) && !isApostrophe(c)));
    }
    void push(const std::string& text, std::size_t begin, char stop = 0)
    {
        m_words.push_back({text, "", begin, m_at, stop});
    }

    void step()
    {
        const std::size_t begin = m_at;
        const Character character = characterAt(m_text, m_at);
        const char32_t c = halfWidth(character.code);
        if (isSilent(c) && !character.broken) {
            m_at += character.bytes;
            return;
        }
        if (isDigit(c) || (c == '.' && isDigit(peek(m_at + 1)) && blankBefore()))
            number(begin);
        else if (!character.broken && (isGap(c) || isApostrophe(c)))
            m_at += character.bytes;
        else if (isHan(c)) {
            m_at += character.bytes;
            push(m_text.substr(begin, character.bytes), begin);
        } else if (character.broken || isDash(c) || stopOf(c) ||
                   std::u32string(U"<>=≥≤⩾⩽%/&+¬~≠!").find(c) != std::u32string::npos)
            sign(begin, character, c);
        else
            letters(begin);
        m_last = c;
    }

    void sign(std::size_t begin, const Character& character, char32_t c)
    {
        m_at += character.bytes;
        while (isDash(c) && isDash(peek(m_at)))
            m_at += characterAt(m_text, m_at).bytes;
        const bool word = letterAt(m_at);
        if (character.broken)
            letters(begin);
        else if (c == U'¬' || c == U'~' || c == U'≠' || (c == '!' && word && (begin == 0 || isGap(m_last))) ||
                 (isDash(c) && word && (begin == 0 || isGap(m_last) || stopOf(m_last))))
            push("¬", begin);
        else if (isDash(c)) {
            const std::size_t next = m_text.find_first_not_of(' ', m_at);
            const bool between = !m_words.empty() && m_words.back().stop == 0 && next != std::string::npos;
            if (between && isDigit(peek(next)))
                push("-", begin);
            else if (between && letterAt(next) && (isLongDash(c) || (isGap(m_last) && isGap(peek(m_at)))))
                push("--", begin);
            else if (!m_words.empty() && m_words.back().end == begin && isGap(peek(m_at)))
                m_words.back().open = true;
        } else if (const char stop = stopOf(c)) {
            if (c == '.' && !m_words.empty() && m_words.back().end == begin &&
                isAbbreviation(m_words.back().text))
                m_words.back().end = m_at;
            else
                push("", begin, stop);
        } else if (c == U'≥' || c == U'⩾')
            push(">=", begin);
        else if (c == U'≤' || c == U'⩽')
            push("<=", begin);
        else if (c == '<' || c == '>' || c == '=') {
            std::string all(1, static_cast<char>(c));
            for (char32_t next = peek(m_at); (next == '<' || next == '>' || next == '=') && all.size() < 3;
                 next = peek(m_at)) {
                all += static_cast<char>(next);
                m_at += characterAt(m_text, m_at).bytes;
            }
            push(all, begin);
        } else if (c == '/' && !m_words.empty() && m_words.back().end == begin &&
                   m_words.back().text == "w") {
            // "w/o" and "w/".
            m_words.back().text = "w/";
            if (peek(m_at) == 'o' && !letterAt(m_at + 1)) {
                m_words.back().text = "w/o";
                ++m_at;
            }
            m_words.back().end = m_at;
        } else
            push(std::string(1, static_cast<char>(c)), begin);
    }

    void number(std::size_t begin)
    {
        std::string text;
        while (m_at < m_text.size()) {
            const Character character = characterAt(m_text, m_at);
            const char32_t c = halfWidth(character.code);
            const bool point = (c == '.' || c == ',') && isDigit(peek(m_at + character.bytes)) &&
                               (c == '.' || !text.empty());
            if (character.broken || (!isDigit(c) && !point))
                break;
            text += static_cast<char>(c);
            m_at += character.bytes;
        }
        // "1. liver" at the beginning of a line numbers it.
        if ((begin == 0 || m_last == '\n') && (peek(m_at) == '.' || peek(m_at) == ')') &&
            isGap(peek(m_at + 1)))
            ++m_at;
        else
            push(text, begin);
    }

    /// "I.V.C." as "ivc"; empty where no such abbreviation begins here.
    std::string dotted()
    {
        std::string all;
        std::size_t at = m_at, end = m_at;
        while (at + 1 < m_text.size() && latin(peek(at)).size() == 1 &&
               static_cast<unsigned char>(m_text[at]) < 0x80 && !isDigit(peek(at)) && m_text[at + 1] == '.') {
            all += latin(peek(at));
            at = end = at + 2;
        }
        if (all.size() >= 1 && at < m_text.size() && static_cast<unsigned char>(m_text[at]) < 0x80 &&
            !latin(peek(at)).empty() && !letterAt(at + 1)) {
            all += latin(peek(at));
            end = at + 1;
        }
        if (all.size() < 3)
            return "";
        m_at = end;
        return all;
    }

    void letters(std::size_t begin)
    {
        if (m_at == begin)
            if (const std::string all = dotted(); !all.empty())
                return push(all, begin);
        std::string text = m_at > begin ? m_text.substr(begin, m_at - begin) : "";
        while (m_at < m_text.size()) {
            const Character character = characterAt(m_text, m_at);
            const char32_t c = halfWidth(character.code);
            if (!character.broken && isSilent(c)) {
                m_at += character.bytes;
                continue;
            }
            if (!character.broken && isApostrophe(c) && !text.empty() &&
                (letterAt(m_at + character.bytes) ||
                 (text.size() <= 2 && m_at + character.bytes == m_text.size()))) {
                m_at += character.bytes;
                if (text.size() <= 2 && text != "i") // an elision: "l'estomac"
                    return push(text + "'", begin);
                if (peek(m_at) == 's' && !letterAt(m_at + 1)) { // "patient's"
                    ++m_at;
                    return push(text, begin);
                }
                continue; // "don't" as "dont"
            }
            const std::string plain = character.broken ? "" : latin(c);
            if (plain.empty() && !character.broken && !letterAt(m_at))
                break;
            if (isHan(c) && !character.broken)
                break;
            text += plain.empty() ? m_text.substr(m_at, character.bytes) : plain;
            m_at += character.bytes;
        }
        if (m_at == begin) { // a sign of no other kind is an unknown word
            m_at += characterAt(m_text, m_at).bytes;
            text = m_text.substr(begin, m_at - begin);
        }
        push(text, begin);
        // "kidney(s)"
        if (m_text.compare(m_at, 3, "(s)") == 0)
            m_words.back().end = m_at += 3;
    }

    const std::string& m_text;
    std::size_t m_at = 0;
    char32_t m_last = ' ';
    std::vector<Word> m_words;
};

} // namespace

std::vector<Word> splitWords(const std::string& text)
{
    return Splitter(text).run();
}

/// Bytes of a UTF-8 character of more than one that begins with this one; 0 where none does.
std::size_t bytesOfCharacter(unsigned first)
{
    if (first < 0xC2 || first >= 0xF5)
        return 0;
    if (first >= 0xF0)
        return 4;
    return first >= 0xE0 ? 3 : 2;
}

Character characterAt(const std::string& text, std::size_t at)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const unsigned first = byte(at);
    if (first < 0x80)
        return {first, 1, false};
    const std::size_t length = bytesOfCharacter(first);
    char32_t code = first & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80)
            return {first, 1, true};
        code = code << 6 | (byte(at + i) & 0x3F);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000) ||
                          code > 0x10FFFF || (code >= 0xD800 && code < 0xE000);
    return length == 0 || overlong ? Character{first, 1, true} : Character{code, length, false};
}

bool isHan(char32_t code)
{
    return (code >= 0x3400 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0x20000 && code <= 0x3FFFF);
}

std::string singularOf(const std::string& word)
{
    static const std::map<std::string, std::string> irregular{
        {"metastases", "metastasis"}, {"mets", "met"},   {"femora", "femur"}, {"prostates", "prostate"},
        {"diagnoses", "diagnosis"},   {"masses", "mass"}};
    static const std::set<std::string> already{"pancreas", "gas", "his", "this", "its", "less", "does"};
    if (const auto found = irregular.find(word); found != irregular.end())
        return found->second;
    std::string one = word;
    if (word.size() >= 4 && !already.count(word) && endsWith(word, "s") && !endsWith(word, "ss") &&
        !endsWith(word, "us") && !endsWith(word, "is")) {
        const bool es = endsWith(word, "sses") || endsWith(word, "ches") || endsWith(word, "xes");
        const std::size_t ending = es ? 2 : 1;
        one = endsWith(word, "ies") ? word.substr(0, word.size() - 3) + "y"
                                    : word.substr(0, word.size() - ending);
    }
    if (endsWith(one, "tumour"))
        one.replace(one.size() - 6, 6, "tumor");
    return one;
}

std::string joinWords(const std::vector<std::string>& words)
{
    std::string all;
    for (const std::string& word : words)
        all += (all.empty() ? "" : " ") + word;
    return all;
}

} // namespace hounsfield
