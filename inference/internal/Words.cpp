#include "inference/internal/Words.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace hounsfield {
namespace {

bool endsWith(const std::string& word, const std::string& end)
{
    return word.size() >= end.size() && word.compare(word.size() - end.size(), end.size(), end) == 0;
}

std::string singular(const std::string& word)
{
    static const std::map<std::string, std::string> irregular{
        {"metastases", "metastasis"}, {"mets", "met"}, {"femora", "femur"}, {"prostates", "prostate"}, {"diagnoses", "diagnosis"}};
    static const std::set<std::string> already{"pancreas", "gas", "his", "this", "its", "less"};
    if (const auto found = irregular.find(word); found != irregular.end())
        return found->second;
    if (word.size() < 4 || already.count(word) || !endsWith(word, "s"))
        return word;
    if (endsWith(word, "ss") || endsWith(word, "us") || endsWith(word, "is"))
        return word;
    if (endsWith(word, "ies"))
        return word.substr(0, word.size() - 3) + "y";
    if (endsWith(word, "sses") || endsWith(word, "ches") || endsWith(word, "xes"))
        return word.substr(0, word.size() - 2);
    return word.substr(0, word.size() - 1);
}

/// Bytes of UTF-8 beyond ASCII count as letters, so that a foreign word is one unknown word.
bool isWordByte(unsigned char c)
{
    return std::isalnum(c) || c >= 0x80 || c == '%' || c == '<' || c == '>' || c == '=';
}

bool isSideAbbreviation(std::string word)
{
    for (char& c : word)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return word == "l" || word == "lt" || word == "r" || word == "rt";
}

} // namespace

std::string normaliseWord(const std::string& word)
{
    std::string lower;
    for (unsigned char c : word)
        lower += static_cast<char>(std::tolower(c));
    if (lower == "plus")
        return "and";
    std::string one = singular(lower);
    if (endsWith(one, "tumour"))
        one.replace(one.size() - 6, 6, "tumor");
    static const std::map<std::string, std::string> sides{{"l", "left"}, {"lt", "left"}, {"r", "right"}, {"rt", "right"}, {"bilateral", "both"}};
    const auto side = sides.find(one);
    return side == sides.end() ? one : side->second;
}

std::vector<Word> splitWords(const std::string& text)
{
    const auto digit = [&](std::size_t i) { return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])); };
    std::vector<Word> words;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        while (i < text.size() && (isWordByte(static_cast<unsigned char>(text[i])) || ((text[i] == '.' || text[i] == ',') && i > begin && digit(i - 1) && digit(i + 1))))
            ++i;
        if (i > begin) {
            words.push_back({normaliseWord(text.substr(begin, i - begin)), begin, i, false});
            continue;
        }
        const char c = text[i++];
        if (c == '&' || c == '+')
            words.push_back({"and", begin, i, false});
        else if (c == '.' && !words.empty() && words.back().end == begin && isSideAbbreviation(text.substr(words.back().begin, begin - words.back().begin)))
            words.back().end = i;
        else if (c == ',' || c == ';' || c == '.' || c == '\n' || c == '?' || c == '!' || c == ':')
            words.push_back({"", begin, i, true});
    }
    return words;
}

std::string joinWords(const std::vector<std::string>& words)
{
    std::string all;
    for (const std::string& word : words)
        all += (all.empty() ? "" : " ") + word;
    return all;
}

int editDistance(const std::string& a, const std::string& b)
{
    std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1, 0));
    for (std::size_t i = 0; i <= a.size(); ++i)
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = static_cast<int>(i + j);
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

bool isSlip(const std::string& typed, const std::string& known)
{
    const std::size_t shorter = std::min(typed.size(), known.size());
    const std::size_t longer = std::max(typed.size(), known.size());
    if (shorter < 5 || longer - shorter > 2 || longer > 64)
        return false;
    return editDistance(typed, known) <= (shorter >= 7 ? 2 : 1);
}

} // namespace hounsfield
