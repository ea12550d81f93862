// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextCorpus.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <unicode/unistr.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

const std::string otherPrefix = "other.", hole = "{}";

struct Line {
    const fs::path& file;
    int number = 0;
    std::string text;

    [[noreturn]] void refuse(const std::string& why) const
    {
        throw Error(ErrorKind::Usage, file.filename().string() + ", line " + std::to_string(number) + ": " +
                                          why + " (\"" + text.substr(0, 80) + "\").");
    }
};

bool isTopic(const std::string& name)
{
    return name.size() > otherPrefix.size() && name.starts_with(otherPrefix) &&
           std::all_of(
               name.begin() + static_cast<std::ptrdiff_t>(otherPrefix.size()), name.end(),
               [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::size_t holes(const std::string& text)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(hole); at != std::string::npos; at = text.find(hole, at + hole.size()))
        ++count;
    return count;
}

/// The two columns of a line.
std::pair<std::string, std::string> cells(const Line& line)
{
    const std::size_t tab = line.text.find('\t');
    if (tab == std::string::npos || line.text.find('\t', tab + 1) != std::string::npos)
        line.refuse("there must be one tab, between concept and phrase");
    const std::string phrase = line.text.substr(tab + 1);
    if (phrase.empty() || phrase.front() == ' ' || phrase.back() == ' ')
        line.refuse("the phrase is empty or has a blank at its end");
    if (line.text.find('\r') != std::string::npos)
        line.refuse("lines must end with LF alone");
    return {line.text.substr(0, tab), phrase};
}

class Reader {
public:
    TextCorpus corpus;

    Reader() { corpus.concepts = knownConcepts(); }

    void read(const fs::path& file)
    {
        requireRegularFile(file, ErrorKind::Usage);
        std::ifstream in(file, std::ios::binary);
        if (!in)
            throw Error(ErrorKind::Usage, "The file " + file.string() + " cannot be read.");
        corpus.languages.push_back(file.stem().string());
        corpus.templates.emplace_back();
        m_seen.clear();
        Line line{file, 0, {}};
        while (std::getline(in, line.text)) {
            ++line.number;
            if (!line.text.empty() && line.text[0] != '#')
                add(line);
        }
    }

    /// The others in the order of their names, whatever the order of the files.
    void sortOthers()
    {
        const std::size_t known = knownConcepts().size();
        std::vector<TextConcept> sorted = corpus.concepts;
        std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(known), sorted.end(),
                  [](const TextConcept& a, const TextConcept& b) { return a.name < b.name; });
        std::map<std::string, int> rows;
        for (std::size_t n = 0; n < sorted.size(); ++n)
            rows[sorted[n].name] = static_cast<int>(n);
        for (TextPhrase& phrase : corpus.phrases)
            phrase.meaning = rows.at(corpus.concepts[static_cast<std::size_t>(phrase.meaning)].name);
        corpus.concepts = std::move(sorted);
    }

private:
    void add(const Line& line)
    {
        const auto [meaning, phrase] = cells(line);
        if (!m_seen.insert(line.text).second)
            line.refuse("the same line is there twice");
        const int language = static_cast<int>(corpus.languages.size()) - 1;
        if (meaning == "template") {
            if (holes(phrase) != 1)
                line.refuse("a template has {} once, where a phrase goes");
            corpus.templates.back().push_back(phrase);
            return;
        }
        if (holes(phrase))
            line.refuse("only a template has {}");
        corpus.phrases.push_back({rowOf(meaning, line), language, phrase});
    }

    int rowOf(const std::string& meaning, const Line& line)
    {
        int row = corpus.conceptNamed(meaning);
        if (row >= 0)
            return row;
        if (!isTopic(meaning))
            line.refuse("\"" + meaning +
                        "\" is no class, no pair of classes, no other.<topic> and not template");
        corpus.concepts.push_back({meaning, {}});
        return static_cast<int>(corpus.concepts.size()) - 1;
    }

    std::set<std::string> m_seen;
};

} // namespace

int TextCorpus::conceptNamed(const std::string& name) const
{
    const auto found = std::find_if(concepts.begin(), concepts.end(),
                                    [&](const TextConcept& one) { return one.name == name; });
    return found == concepts.end() ? -1 : static_cast<int>(found - concepts.begin());
}

std::vector<TextConcept> knownConcepts()
{
    std::vector<TextConcept> all;
    for (const ModelClass& known : universalClasses())
        all.push_back({known.fileName, {known.fileName}});
    // As in the word list: class 29 marks tumors of the liver, too.
    for (TextConcept& one : all)
        if (one.name == "liver_tumor")
            one.classes.push_back("hepatic_vessel_tumor");
    for (const auto& [pair, one] :
         std::vector<std::pair<std::string, std::string>>{{"kidneys", "kidney"},
                                                          {"adrenal_glands", "adrenal_gland"},
                                                          {"lungs", "lung"},
                                                          {"heads_of_femur", "head_of_femur"}})
        all.push_back({pair, {"right_" + one, "left_" + one}});
    return all;
}

TextCorpus readTextCorpus(const fs::path& folder)
{
    std::vector<fs::path> files;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed))
        if (entry.path().extension() == ".tsv")
            files.push_back(entry.path());
    if (files.empty())
        throw Error(ErrorKind::Usage,
                    "The folder " + folder.string() +
                        " has no <language>.tsv to learn from. Name a folder such as resources/text.");
    std::sort(files.begin(), files.end());
    Reader reader;
    for (const fs::path& file : files)
        reader.read(file);
    if (reader.corpus.phrases.empty())
        throw Error(ErrorKind::Usage, "The files in " + folder.string() +
                                          " hold no phrases. Add lines of the form concept<TAB>phrase.");
    reader.sortOthers();
    return std::move(reader.corpus);
}

std::vector<std::string> contradictions(const TextCorpus& corpus)
{
    std::map<std::string, std::set<int>> meanings;
    for (const TextPhrase& phrase : corpus.phrases)
        meanings[folded(phrase.text)].insert(phrase.meaning);
    std::vector<std::string> found;
    for (const auto& [text, rows] : meanings) {
        if (rows.size() < 2 || !corpus.concepts[static_cast<std::size_t>(*rows.begin())].known())
            continue;
        std::string names;
        for (const int row : rows)
            names += (names.empty() ? "" : ", ") + corpus.concepts[static_cast<std::size_t>(row)].name;
        found.push_back("\"" + text + "\" is given several meanings: " + names + ".");
    }
    return found;
}

std::string folded(const std::string& text)
{
    std::string lower, result;
    icu::UnicodeString::fromUTF8(text).foldCase().toUTF8String(lower);
    for (const char c : lower)
        if (c != ' ' || (!result.empty() && result.back() != ' '))
            result += c;
    while (!result.empty() && result.back() == ' ')
        result.pop_back();
    return result;
}

} // namespace hounsfield::training
