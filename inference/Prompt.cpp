#include "inference/Prompt.h"

#include "inference/internal/WordKinds.h"
#include "inference/internal/Words.h"
#include "resources/Resources.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <set>

namespace hounsfield {
namespace {

using Words = std::vector<std::string>;

constexpr const char* sizeRefused = "It asks for a size or a number, which is not understood yet. Name the structure alone and choose by the measurements.";

/// "tumor in the liver" as "liver tumor"; empty where the words have no such form.
Words turnedAround(const Words& words)
{
    static const std::set<std::string> links{"in", "of", "inside", "within"};
    const auto link = std::find_if(words.begin(), words.end(), [](const std::string& w) { return links.count(w) > 0; });
    if (link == words.end() || link == words.begin() || link + 1 == words.end())
        return {};
    Words turned(link + 1, words.end());
    turned.insert(turned.end(), words.begin(), link);
    return turned;
}

Words withoutArticles(const Words& words)
{
    Words kept;
    for (const std::string& word : words)
        if (word != "the" && word != "a" && word != "an")
            kept.push_back(word);
    return kept;
}

std::string listed(const std::vector<Target>& targets)
{
    std::string text;
    for (std::size_t i = 0; i < targets.size(); ++i)
        text += (i == 0 ? "" : i + 1 == targets.size() ? " and " : ", ") + targets[i].name;
    return text;
}

std::string joinedNames(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// White space as single blanks.
std::string oneLine(const std::string& text)
{
    std::string line;
    for (const char c : text)
        if (!std::isspace(static_cast<unsigned char>(c)))
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    return line;
}

/// The words between courtesies at both ends and "all" or "any" at the beginning: what is meant; all of them where nothing would be left.
std::pair<std::size_t, std::size_t> nounOf(const std::vector<Word>& words, std::size_t from, std::size_t to)
{
    std::size_t begins = from, ends = to;
    while (begins < ends && (isCourtesy(words[begins].text) || isWhole(words[begins].text)))
        ++begins;
    while (ends > begins && isCourtesy(words[ends - 1].text))
        --ends;
    return begins < ends ? std::pair{begins, ends} : std::pair{from, to};
}

/// How unlike two phrases are, 0 (equal) to 1: shared words first, letters after.
double unlikeness(const std::string& a, const std::string& b)
{
    const double letters = double(editDistance(a.substr(0, 64), b.substr(0, 64))) / double(std::max<std::size_t>(1, std::max(std::min<std::size_t>(a.size(), 64), b.size())));
    return letters;
}

double unlikeness(const Words& typed, const Words& known)
{
    double best = unlikeness(joinWords(typed), joinWords(known));
    int shared = 0;
    for (const std::string& word : typed)
        if (word.size() > 2 && std::find(known.begin(), known.end(), word) != known.end())
            ++shared;
        else
            for (const std::string& other : known)
                if (word.size() > 4)
                    best = std::min(best, 0.25 + unlikeness(word, other));
    return best - 0.6 * shared / double(std::max(typed.size(), known.size()));
}

} // namespace

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
        if (std::any_of(part.targets.begin(), part.targets.end(), [&](const Target& one) { return one.sameAs(target); }))
            return &part;
    return nullptr;
}

bool Prompt::fullyUnderstood() const
{
    return !parts.empty() && std::all_of(parts.begin(), parts.end(), [](const PromptPart& part) { return part.understood(); });
}

PromptResolver::PromptResolver(std::vector<ModelClass> classes, ZeroShot beyond) : m_classes(std::move(classes)), m_beyond(beyond)
{
    // The lexicon first: where it has a phrase that is also a class's name ("liver tumor"), it says more.
    const nlohmann::json lexicon = nlohmann::json::parse(resources::find("lexicon.json").value());
    for (const auto& phrase : lexicon.at("phrases"))
        for (const auto& say : phrase.at("say"))
            add(say.get<std::string>(), phrase.at("classes").get<std::vector<int>>(), phrase.value("note", ""));
    for (const ModelClass& known : m_classes) {
        add(known.name, {known.id}, "");
        for (const std::string& synonym : known.synonyms)
            add(synonym, {known.id}, "");
    }
}

void PromptResolver::add(const std::string& phrase, const std::vector<int>& classIds, const std::string& note)
{
    Entry entry;
    for (const Word& word : splitWords(phrase))
        if (!word.stop)
            entry.words.push_back(word.text);
    // A model of the person's own may know fewer classes; a phrase for several says what is left of it.
    for (int id : classIds)
        if (std::any_of(m_classes.begin(), m_classes.end(), [id](const ModelClass& c) { return c.id == id; }))
            entry.classIds.push_back(id);
    entry.note = note;
    if (!entry.classIds.empty() && !exact(entry.words))
        m_entries.push_back(std::move(entry));
}

const PromptResolver::Entry* PromptResolver::exact(const Words& words) const
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& entry) { return entry.words == words; });
    return found == m_entries.end() ? nullptr : &*found;
}

/// Edits from what was typed to a known word; 1000 where it is no slip for it. A plural's ending was taken off before: "pancras"
/// came as "pancra" and still means "pancreas".
static int slips(const std::string& typed, const std::string& known)
{
    const std::string whole = known.back() == 's' && typed.back() != 's' ? typed + "s" : typed;
    return isSlip(whole, known) ? editDistance(whole, known) : isSlip(typed, known) ? editDistance(typed, known) : 1000;
}

PromptResolver::Match PromptResolver::find(Words words) const
{
    if (words.empty())
        return {};
    for (const Words& form : {words, withoutArticles(words), turnedAround(withoutArticles(words))})
        if (const Entry* entry = form.empty() ? nullptr : exact(form))
            return {entry, false};
    if (words.size() > 1 && isWhole(words.front()))
        return find(Words(words.begin() + 1, words.end()));

    // Slips of the finger: the nearest phrase of as many words, unless two that mean different things are as near.
    const Words form = withoutArticles(words);
    Match best;
    int fewest = 1000;
    bool torn = false;
    for (const Entry& entry : m_entries) {
        if (entry.words.size() != form.size())
            continue;
        int edits = 0;
        for (std::size_t i = 0; i < form.size() && edits < 1000; ++i)
            if (form[i] != entry.words[i])
                edits += slips(form[i], entry.words[i]);
        if (edits >= 1000 || edits > fewest)
            continue;
        torn = edits == fewest && best.entry && best.entry->classIds != entry.classIds;
        fewest = edits;
        best = {&entry, true};
    }
    return torn ? Match{} : best;
}

PromptPart PromptResolver::understoodPart(const std::string& typed, const Match& match) const
{
    PromptPart part;
    part.text = typed;
    for (int id : match.entry->classIds)
        for (const ModelClass& known : m_classes)
            if (known.id == id)
                part.targets.push_back({id, known.name, {}});
    const bool everyClass = part.targets.size() == m_classes.size() && part.targets.size() > 8;
    part.explanation = match.misspelled ? "Read as \"" + joinWords(match.entry->words) + "\": " : "";
    part.explanation += (everyClass ? "all " + std::to_string(part.targets.size()) + " classes" : listed(part.targets)) + ".";
    if (!match.entry->note.empty())
        part.explanation += " Note: " + match.entry->note + ".";
    return part;
}

PromptPart PromptResolver::refusedPart(const std::string& typed, const Words& words, const std::string& why) const
{
    PromptPart part;
    part.text = typed;
    part.explanation = why;
    std::vector<std::pair<double, int>> near;
    for (const ModelClass& known : m_classes) {
        double least = 10;
        for (const Entry& entry : m_entries)
            if (entry.classIds.size() <= 2 && std::find(entry.classIds.begin(), entry.classIds.end(), known.id) != entry.classIds.end())
                least = std::min(least, unlikeness(words, entry.words));
        near.emplace_back(least, known.id);
    }
    std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < std::min<std::size_t>(3, near.size()); ++i)
        for (const ModelClass& known : m_classes)
            if (known.id == near[i].second)
                part.suggestions.push_back(known.name);
    return part;
}

/// "liver spleen": known phrases one after the other, sides between them, without a comma.
bool PromptResolver::isRowOfKnown(const Words& words) const
{
    std::vector<bool> reached(words.size() + 1);
    reached[0] = true;
    for (std::size_t from = 0; from < words.size(); ++from)
        for (std::size_t to = from + 1; reached[from] && to <= std::min(words.size(), from + 6); ++to)
            if (!reached[to])
                reached[to] = (to == from + 1 && (isSide(words[from]) || isCourtesy(words[from]))) || exact(Words(words.begin() + std::ptrdiff_t(from), words.begin() + std::ptrdiff_t(to)));
    return reached.back();
}

PromptPart PromptResolver::unknownPart(const std::string& typed, const Words& words) const
{
    if (m_beyond == ZeroShot::Refused)
        return refusedPart(typed, words, "It is not a structure that this model knows.");
    if (isRowOfKnown(words))
        return refusedPart(typed, words, "It names no one structure. Put commas between several.");
    Words bare;
    std::copy_if(words.begin(), words.end(), std::back_inserter(bare), [](const std::string& word) { return !isAmount(word) && !isCourtesy(word); });
    if (bare.size() < words.size() && find(bare).entry)
        return refusedPart(typed, words, sizeRefused);
    PromptPart part = refusedPart(typed, words, "");
    std::string text;
    for (const char c : typed)
        text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    part.zeroShot = true;
    part.targets.push_back({0, typed, text});
    part.explanation = zeroShotExplanation(joinedNames(part.suggestions));
    return part;
}

void PromptResolver::resolveClause(const std::string& text, std::size_t begin, std::size_t end, bool afterNegation, Prompt& prompt) const
{
    std::vector<Word> words = splitWords(text.substr(begin, end - begin));
    const auto typed = [&](std::size_t from, std::size_t to) {
        return text.substr(begin + words[from].begin, words[to - 1].end - words[from].begin);
    };
    const auto texts = [&](std::size_t from, std::size_t to) {
        Words all;
        for (std::size_t i = from; i < to; ++i)
            all.push_back(words[i].text);
        return all;
    };
    const auto any = [&](auto&& test) { return std::any_of(words.begin(), words.end(), [&](const Word& w) { return test(w.text); }); };
    if (words.empty())
        return;
    if (afterNegation || any(isNegation)) {
        prompt.parts.push_back(refusedPart(typed(0, words.size()), texts(0, words.size()),
                                           "It leaves something out (\"no\", \"not\", \"without\"), which is not understood yet. Name only what is to be found."));
        return;
    }
    if (any(isFilter)) {
        prompt.parts.push_back(refusedPart(typed(0, words.size()), texts(0, words.size()), sizeRefused));
        return;
    }

    // Pieces between "and"; a phrase may itself hold one ("portal vein and splenic vein"), so the longest run of pieces wins.
    std::vector<std::size_t> cuts{0};
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i].text == "and" || words[i].text == "or")
            cuts.push_back(i + 1);
    cuts.push_back(words.size() + 1);
    const auto first = [&](std::size_t piece) {
        std::size_t from = cuts[piece];
        while (from < cuts[piece + 1] - 1 && isCourtesy(words[from].text))
            ++from;
        return from;
    };
    std::string noun; // of "left kidney and right"
    for (std::size_t piece = 0; piece + 1 < cuts.size();) {
        const std::size_t from = first(piece);
        std::size_t last = cuts.size() - 1;
        Match match;
        for (; last > piece; --last) {
            const std::size_t to = cuts[last] - 1;
            if (from < to && (match = find(texts(from, to))).entry)
                break;
        }
        const std::size_t next = match.entry ? last : piece + 1;
        const std::size_t to = cuts[next] - 1;
        piece = next;
        if (from >= to)
            continue; // only courtesies: "please", or an "and" at the end
        if (!match.entry && to == from + 1 && (words[from].text == "left" || words[from].text == "right") && !noun.empty()) {
            Words whole{words[from].text};
            for (const Word& word : splitWords(noun))
                whole.push_back(word.text);
            match = find(whole);
        }
        if (!match.entry) {
            const auto [begins, ends] = nounOf(words, from, to);
            prompt.parts.push_back(unknownPart(oneLine(typed(begins, ends)), texts(begins, ends)));
            continue;
        }
        const Words& known = match.entry->words;
        noun = known.size() > 1 && (known[0] == "left" || known[0] == "right") ? joinWords(Words(known.begin() + 1, known.end())) : "";
        PromptPart part = understoodPart(typed(from, to), match);
        // "liver and kidney tumors": the word may have been meant for both.
        if (!prompt.parts.empty() && to - from > 1 && isLesionWord(words[to - 1].text)) {
            const PromptPart& before = prompt.parts.back();
            const std::string both = normaliseWord(before.text) + " " + words[to - 1].text;
            if (before.understood() && before.targets.size() == 1 && from >= 1 && words[from - 1].text == "and" && find({normaliseWord(before.text), words[to - 1].text}).entry)
                part.explanation += " Note: \"" + before.text + "\" was taken for the organ; write \"" + both + "\" where its " + words[to - 1].text + " is meant.";
        }
        prompt.parts.push_back(std::move(part));
    }
}

Prompt PromptResolver::resolve(const std::string& text) const
{
    Prompt prompt;
    prompt.text = text;
    // Nobody types that much; a pasted report would be read for minutes.
    constexpr std::size_t longest = 4000;
    if (text.size() > longest) {
        prompt.parts.push_back(refusedPart(text.substr(0, 60) + "...", {}, "It is longer than 4000 characters. Ask for structures by their names."));
        return prompt;
    }
    std::size_t begin = 0;
    bool negated = false;
    std::vector<Word> words = splitWords(text);
    words.push_back({"", text.size(), text.size(), true});
    std::string firstWord;
    for (const Word& word : words) {
        if (!word.stop) {
            if (firstWord.empty() && !isCourtesy(word.text))
                firstWord = word.text;
            continue;
        }
        // "No liver, kidney" leaves open how far the "no" reaches.
        const bool after = negated;
        negated = negated || isNegation(firstWord);
        resolveClause(text, begin, word.begin, after, prompt);
        begin = word.end;
        firstWord.clear();
    }
    if (prompt.parts.empty())
        prompt.parts.push_back(refusedPart(text, {}, "It names nothing to look for."));
    return prompt;
}

Prompt PromptResolver::everything() const
{
    Prompt prompt;
    prompt.text = "everything";
    PromptPart part;
    part.text = prompt.text;
    for (const ModelClass& known : m_classes)
        part.targets.push_back({known.id, known.name, {}});
    part.explanation = "All " + std::to_string(part.targets.size()) + " classes of the model.";
    prompt.parts.push_back(std::move(part));
    return prompt;
}

} // namespace hounsfield
