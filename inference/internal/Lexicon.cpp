// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Lexicon.h"

#include "resources/Resources.h"
#include "volume/NumberText.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hounsfield {
namespace {

using Json = nlohmann::json;

struct ListOfWords {
    Kind kind;
    Also also = Also::Nothing;
};

const std::map<std::string, ListOfWords>& listNames()
{
    static const std::map<std::string, ListOfWords> names{{"left", {Kind::Left}},
                                                          {"right", {Kind::Right}},
                                                          {"both", {Kind::Both}},
                                                          {"both or two", {Kind::Both, Also::Two}},
                                                          {"and", {Kind::And}},
                                                          {"or", {Kind::Or}},
                                                          {"with", {Kind::With}},
                                                          {"without", {Kind::Without}},
                                                          {"without or place", {Kind::Without, Also::Place}},
                                                          {"but", {Kind::But}},
                                                          {"but only", {Kind::ButOnly}},
                                                          {"except end", {Kind::ExceptEnd}},
                                                          {"not", {Kind::Not}},
                                                          {"not as typed", {Kind::Not, Also::Exact}},
                                                          {"other or place", {Kind::Other, Also::Place}},
                                                          {"in", {Kind::In}},
                                                          {"of", {Kind::Of}},
                                                          {"article", {Kind::Article}},
                                                          {"courtesy", {Kind::Courtesy}},
                                                          {"lead", {Kind::Lead}},
                                                          {"lead or noun", {Kind::Lead, Also::Noun}},
                                                          {"whole", {Kind::Whole}},
                                                          {"whole or everything", {Kind::Whole}},
                                                          {"more", {Kind::More}},
                                                          {"less", {Kind::Less}},
                                                          {"more or place", {Kind::More, Also::Place}},
                                                          {"less or place", {Kind::Less, Also::Place}},
                                                          {"at least", {Kind::AtLeast}},
                                                          {"at most", {Kind::AtMost}},
                                                          {"or more", {Kind::OrMore}},
                                                          {"or less", {Kind::OrLess}},
                                                          {"between", {Kind::Between}},
                                                          {"to", {Kind::To}},
                                                          {"diameter", {Kind::Diameter}},
                                                          {"volume", {Kind::Volume}},
                                                          {"volume or asked", {Kind::Volume, Also::Asked}},
                                                          {"vague", {Kind::Vague}},
                                                          {"vague or asked", {Kind::Vague, Also::Asked}},
                                                          {"vague or more", {Kind::Vague, Also::More}},
                                                          {"vague or less", {Kind::Vague, Also::Less}},
                                                          {"largest", {Kind::Largest}},
                                                          {"smallest", {Kind::Smallest}},
                                                          {"place", {Kind::Place}},
                                                          {"unused", {Kind::Courtesy, Also::Unused}},
                                                          {"its", {Kind::Its}},
                                                          {"one", {Kind::One}},
                                                          {"other", {Kind::Other}},
                                                          {"other or part", {Kind::Other, Also::Part}}};
    return names;
}

/// How many mm or ml one is; 0: no unit that sizes are measured in.
double unitValue(const std::string& unit)
{
    static const std::map<std::string, double> values{{"mm", 1}, {"cm", 10}, {"ml", 1}, {"mm3", 0.001}};
    const auto found = values.find(unit);
    return found == values.end() ? 0 : found->second;
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

/// As it is typed where the keyboard has no umlauts.
std::string withoutUmlauts(std::string text)
{
    for (const auto& [from, to] : std::vector<std::pair<const char*, const char*>>{
             {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "Ae"}, {"Ö", "Oe"}, {"Ü", "Ue"}})
        text = replaced(text, from, to);
    return text;
}

bool shares(const std::vector<int>& a, const std::vector<int>& b)
{
    return std::any_of(a.begin(), a.end(),
                       [&](int id) { return std::find(b.begin(), b.end(), id) != b.end(); });
}

bool has(const std::vector<std::string>& list, const std::string& one)
{
    return std::find(list.begin(), list.end(), one) != list.end();
}

} // namespace

Lexicon::Lexicon(std::vector<ModelClass> classes) : m_classes(std::move(classes))
{
    const std::string concepts(resources::find("lexicon.json").value());
    const Json root = Json::parse(concepts);
    m_sides[Kind::Left] = root.at("sides").at("left").get<std::vector<int>>();
    m_sides[Kind::Right] = root.at("sides").at("right").get<std::vector<int>>();
    for (const auto& [id, organs] : root.at("inside").items())
        m_inside[std::stoi(id)] = organs.get<std::vector<int>>();
    for (const auto& note : root.at("notes"))
        m_notes.emplace_back(note.at("classes").get<std::vector<int>>(), note.at("text").get<std::string>());
    for (const auto& language : root.at("languages"))
        addLanguage("lexicon_" + language.get<std::string>() + ".json", concepts);
    addClasses();
}

/// After the languages: where they have a phrase that is also a class's name ("liver tumor"), they say more.
void Lexicon::addClasses()
{
    const std::vector<std::string> conflicts = m_conflicts;
    for (const ModelClass& known : m_classes) {
        Meaning meaning{Kind::Thing, known.name, "English", known.fileName, {known.id}};
        meaning.className = true;
        if (!isComposed(known.name, known.id))
            add(known.name, meaning);
        meaning.className = false;
        for (const std::string& synonym : known.synonyms)
            if (!isComposed(synonym, known.id))
                add(synonym, meaning);
    }
    m_conflicts = conflicts;
}

/// Whether it is a side and a pair that are known apart: "left" and "kidney". Then "left and right kidney"
/// finds them so, too.
bool Lexicon::isComposed(const std::string& phrase, int id) const
{
    const std::vector<Word> words = splitWords(phrase);
    if (words.size() < 2 || (words[0].text != "left" && words[0].text != "right"))
        return false;
    const Meaning* pair = exact({words.begin() + 1, words.end()});
    return pair && pair->kind == Kind::Thing &&
           ofSide(pair->ids, words[0].text == "left" ? Kind::Left : Kind::Right) == std::vector<int>{id};
}

void Lexicon::addLanguage(const std::string& fileName, const std::string& concepts)
{
    const std::string text(resources::find(fileName).value());
    const Json root = Json::parse(text), shared = Json::parse(concepts);
    const std::string language = root.at("language").get<std::string>();
    m_languages.push_back(language);
    for (const char* part : {"things", "adjectives"})
        for (const auto& [subject, phrases] : root.at(part).items()) {
            const Json& named = shared.at("concepts").at(subject);
            Meaning meaning{std::string(part) == "things" ? Kind::Thing : Kind::Adjective, "", language,
                            subject, present(named.at("classes").get<std::vector<int>>())};
            meaning.note = named.value("note", "");
            meaning.region = named.value("region", false);
            meaning.set = named.value("set", false);
            if (meaning.ids.empty())
                meaning.kind = Kind::Other; // this model has no such class
            for (const Json& phrase : phrases)
                add(phrase.get<std::string>(), meaning);
        }
    for (const auto& [subject, phrases] : root.at("lesions").items()) {
        const Json& named = shared.at("lesions").at(subject);
        Meaning meaning{Kind::Lesion,
                        "",
                        language,
                        subject,
                        {},
                        named.at("kinds").get<std::vector<std::string>>(),
                        named.value("note", "")};
        meaning.noteOfAny = named.value("note of any organ", "");
        for (const Json& phrase : phrases)
            add(phrase.get<std::string>(), meaning);
    }
    for (const auto& [unit, phrases] : root.at("units").items())
        for (const Json& phrase : phrases)
            add(phrase.get<std::string>(), {Kind::Unit, "", language, unit, {}, {}, "", unitValue(unit)});
    for (const auto& [number, phrases] : root.at("numbers").items())
        for (const Json& phrase : phrases)
            add(phrase.get<std::string>(),
                {Kind::Number, "", language, "", {}, {}, "", numberFrom(number).value_or(0)});
    for (const auto& [name, phrases] : root.at("words").items()) {
        Meaning meaning{listNames().at(name).kind, "", language};
        if (name == "whole or everything")
            meaning.ids =
                present(shared.at("concepts").at("everything").at("classes").get<std::vector<int>>());
        meaning.also = listNames().at(name).also;
        for (const Json& phrase : phrases)
            add(phrase.get<std::string>(), meaning);
    }
    if (root.contains("compounds"))
        addCompounds(text, concepts);
}

/// "Lebertumor", "Nierenzyste": words that German joins.
void Lexicon::addCompounds(const std::string& text, const std::string& concepts)
{
    const Json root = Json::parse(text), shared = Json::parse(concepts);
    for (const auto& [organ, firsts] : root.at("compounds").at("first").items())
        for (const auto& [lesion, lasts] : root.at("compounds").at("last").items()) {
            const Json& named = shared.at("lesions").at(lesion);
            const auto organs = shared.at("concepts").at(organ).at("classes").get<std::vector<int>>();
            Meaning meaning{Kind::Thing, "", root.at("language").get<std::string>(), organ + " " + lesion,
                            lesionsIn(organs, named.at("kinds").get<std::vector<std::string>>())};
            meaning.note = named.value("note", "");
            if (!meaning.ids.empty())
                for (const Json& first : firsts)
                    for (const Json& last : lasts)
                        add(first.get<std::string>() + last.get<std::string>(), meaning);
        }
}

void Lexicon::add(const std::string& phrase, Meaning meaning)
{
    meaning.phrase = phrase;
    addWords(splitWords(phrase), meaning, meaning.language == "English" && meaning.kind != Kind::Other);
    if (const std::string typed = withoutUmlauts(phrase); meaning.language == "German" && typed != phrase)
        addWords(splitWords(typed), meaning, false);
}

void Lexicon::addWords(const std::vector<Word>& words, const Meaning& meaning, bool english)
{
    int at = 0;
    for (const Word& word : words) {
        if (word.stop)
            continue;
        const std::string key = english ? word.singular : word.text;
        const auto [next, fresh] = m_nodes[std::size_t(at)].next.try_emplace(key, int(m_nodes.size()));
        at = next->second;
        if (fresh)
            m_nodes.emplace_back();
        learnWord(word, key, meaning);
    }
    Node& last = m_nodes[std::size_t(at)];
    if (at == 0)
        m_conflicts.push_back("\"" + meaning.phrase + "\" has no words");
    else if (last.meaning < 0) {
        last.meaning = int(m_meanings.size());
        m_meanings.push_back(meaning);
        m_meanings.back().languages = {meaning.language};
    } else if (Meaning& before = m_meanings[std::size_t(last.meaning)]; before.sameAs(meaning)) {
        if (!has(before.languages, meaning.language))
            before.languages.push_back(meaning.language);
    } else
        m_conflicts.push_back("\"" + meaning.phrase + "\" (" + meaning.language + ", " + meaning.subject +
                              ") is also \"" + before.phrase + "\" (" + before.language + ", " +
                              before.subject + ")");
}

void Lexicon::learnWord(const Word& word, const std::string& key, const Meaning& meaning)
{
    const Kind kind = meaning.kind;
    const auto [known, fresh] = m_known.try_emplace(key, m_vocabulary.size());
    if (key.size() < 5 || meaning.also == Also::Exact || (kind == Kind::Unit && meaning.value == 0))
        return;
    if (fresh || known->second >= m_vocabulary.size() || m_vocabulary[known->second].singular != key) {
        known->second = m_vocabulary.size();
        m_vocabulary.push_back({word.text, key, true, false, splitPrefix(word.text)});
    }
    VocabularyWord& one = m_vocabulary[known->second];
    one.courtesy = one.courtesy && (kind == Kind::Courtesy || kind == Kind::Lead || kind == Kind::Article ||
                                    kind == Kind::Of || kind == Kind::In || kind == Kind::Whole);
    one.negation = one.negation || kind == Kind::Not || kind == Kind::Without;
}

/// A model of the person's own may know fewer classes; a phrase for several says what is left of it.
std::vector<int> Lexicon::present(std::vector<int> ids) const
{
    std::erase_if(ids, [&](int id) { return !classOf(id); });
    return ids;
}

std::vector<Lexicon::Match> Lexicon::matches(const std::vector<Word>& words, std::size_t from) const
{
    std::vector<Match> found;
    std::vector<int> ways{0}; // a word may go on as it is typed, and in its singular
    for (std::size_t i = from; i < words.size() && !words[i].stop && !ways.empty(); ++i) {
        std::vector<int> further;
        for (const int node : ways) {
            const auto& next = m_nodes[std::size_t(node)].next;
            if (const auto way = next.find(words[i].text); way != next.end())
                further.push_back(way->second);
            if (const auto way = next.find(words[i].singular);
                words[i].singular != words[i].text && way != next.end())
                further.push_back(way->second);
        }
        ways = std::move(further);
        const Meaning* whole = nullptr; // "tumors" is English before it is a German genitive
        for (const int node : ways)
            if (const int meaning = m_nodes[std::size_t(node)].meaning;
                meaning >= 0 && (!whole || m_meanings[std::size_t(meaning)].language == "English"))
                whole = &m_meanings[std::size_t(meaning)];
        if (whole)
            found.push_back({i + 1 - from, whole});
    }
    return found;
}

const Meaning* Lexicon::exact(const std::vector<Word>& words) const
{
    const std::vector<Match> found = matches(words, 0);
    return found.empty() || found.back().words != words.size() ? nullptr : found.back().meaning;
}

const ModelClass* Lexicon::classOf(int id) const
{
    const auto found =
        std::find_if(m_classes.begin(), m_classes.end(), [id](const ModelClass& c) { return c.id == id; });
    return found == m_classes.end() ? nullptr : &*found;
}

bool Lexicon::areLesions(const std::vector<int>& ids) const
{
    return !ids.empty() && std::all_of(ids.begin(), ids.end(),
                                       [&](int id) { return classOf(id) && classOf(id)->isLesion(); });
}

std::vector<int> Lexicon::lesionsIn(const std::vector<int>& organs,
                                    const std::vector<std::string>& kinds) const
{
    std::vector<int> ids;
    for (const ModelClass& known : m_classes)
        if (has(kinds, known.kind) && shares(known.hosts, organs))
            ids.push_back(known.id);
    return ids;
}

std::vector<int> Lexicon::lesionsOf(const std::vector<std::string>& kinds) const
{
    std::vector<int> ids;
    for (const ModelClass& known : m_classes)
        if (has(kinds, known.kind))
            ids.push_back(known.id);
    return ids;
}

bool Lexicon::liesIn(int id, int organ) const
{
    const ModelClass* known = classOf(id);
    const auto inside = m_inside.find(id);
    return (known && shares(known->hosts, {organ})) ||
           (inside != m_inside.end() && shares(inside->second, {organ}));
}

std::vector<int> Lexicon::ofSide(const std::vector<int>& ids, Kind side) const
{
    std::vector<int> kept;
    for (const int id : ids)
        if (side == Kind::Both ? shares(m_sides.at(Kind::Left), {id}) || shares(m_sides.at(Kind::Right), {id})
                               : shares(m_sides.at(side), {id}))
            kept.push_back(id);
    return kept;
}

std::string Lexicon::noteOn(const std::vector<int>& ids) const
{
    for (const auto& [classes, text] : m_notes)
        if (classes == ids)
            return text;
    return "";
}

} // namespace hounsfield
