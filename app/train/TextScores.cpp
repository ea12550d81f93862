// SPDX-License-Identifier: Apache-2.0
#include "app/train/TextScores.h"

#include "volume/ClassicLocale.h"
#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/RegularFile.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace hounsfield::training {
namespace {

int rowOf(std::vector<std::string>& names, const std::string& name)
{
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        found = names.insert(names.end(), name);
    return static_cast<int>(found - names.begin());
}

std::string scoreLine(const std::string& name, const TextScore& score)
{
    const ClassicLocale numbersAsInC;
    char line[300];
    std::snprintf(
        line, sizeof line,
        "| %s | %zu | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %zu | %.1f %% | %.1f %% |\n",
        name.c_str(), score.known, 100 * score.right, 100 * score.accepted, 100 * score.offered,
        100 * score.mistaken, 100 * score.misguessed, score.unknown, 100 * score.recognised,
        100 * score.taken);
    return line;
}

} // namespace

HeldOutTable readHeldOut(const std::filesystem::path& file, const std::vector<TextConcept>& concepts)
{
    requireRegularFile(file, ErrorKind::Usage);
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorKind::Usage, "The table " + file.string() + " cannot be read.");
    HeldOutTable table;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (line.empty() || line[0] == '#')
            continue;
        const std::string where = file.filename().string() + ", line " + std::to_string(number) + ": ";
        const std::size_t first = line.find('\t'),
                          second = first == std::string::npos ? first : line.find('\t', first + 1);
        if (second == std::string::npos || second + 1 == line.size())
            throw Error(ErrorKind::Usage,
                        where + "there must be a language, a concept and a phrase, with tabs between them.");
        const std::string meaning = line.substr(first + 1, second - first - 1);
        const auto found = std::find_if(concepts.begin(), concepts.end(), [&](const TextConcept& one) {
            return one.name == meaning && one.known();
        });
        if (found == concepts.end() && meaning != "unknown")
            throw Error(ErrorKind::Usage,
                        where + "\"" + meaning + "\" is no class of the text encoder and not unknown.");
        table.phrases.push_back({found == concepts.end() ? -1 : static_cast<int>(found - concepts.begin()),
                                 rowOf(table.languages, line.substr(0, first)), line.substr(second + 1)});
    }
    return table;
}

std::vector<JudgedPhrase> judge(const std::vector<TextPhrase>& phrases, const WordEncoder& encoder,
                                const TextRows& rows)
{
    std::vector<JudgedPhrase> judged;
    for (const TextPhrase& phrase : phrases)
        judged.push_back({phrase.language, phrase.meaning, rows.read(encoder.embed(phrase.text))});
    return judged;
}

std::string scoreTable(const std::vector<JudgedPhrase>& judged, const std::vector<TextConcept>& concepts,
                       const std::vector<std::string>& languages, const TextThresholds& thresholds)
{
    std::string table = "| language | class phrases | likeliest class right | run as theirs, unmarked | run "
                        "as theirs, unmarked or as a guess | run as another, unmarked | run as another, as a "
                        "guess | unknown things | refused | run, unmarked |\n"
                        "|---|---|---|---|---|---|---|---|---|---|\n";
    for (std::size_t n = 0; n < languages.size(); ++n)
        table += scoreLine(languages[n], scored(judged, concepts, thresholds, static_cast<int>(n)));
    return table + scoreLine("all", scored(judged, concepts, thresholds, -1));
}

std::string misread(const std::vector<TextPhrase>& phrases, const std::vector<JudgedPhrase>& judged,
                    const std::vector<TextConcept>& concepts, const TextThresholds& thresholds)
{
    std::string lines;
    for (std::size_t n = 0; n < phrases.size(); ++n) {
        const TextReading& reading = judged[n].reading;
        const bool unknown = phrases[n].meaning < 0, run = reading.confidence >= thresholds.unsure;
        if (unknown ? !run : reading.bestKnown == phrases[n].meaning && run)
            continue;
        const std::string confidence = fixedText(reading.confidence, 3);
        const auto nameOf = [&](int row) {
            return row < 0 ? std::string("unknown") : concepts[static_cast<std::size_t>(row)].name;
        };
        lines += nameOf(phrases[n].meaning) + "\t" + phrases[n].text + "\t-> " + nameOf(reading.best) +
                 (reading.best == reading.bestKnown ? "" : ", of the classes " + nameOf(reading.bestKnown)) +
                 "\t" + confidence + "\n";
    }
    return lines;
}

} // namespace hounsfield::training
