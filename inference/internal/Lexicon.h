#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Words.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace hounsfield {

/// What a phrase does in a prompt.
enum class Kind {
    Thing,     ///< names classes: "liver", "IVC", "kidneys", "pelvis", "all organs"
    Adjective, ///< an organ that needs a lesion after it: "renal"
    Lesion,    ///< "tumor", "cyst": of whichever organ
    Left,
    Right,
    Both,
    And,
    Or,
    With,
    Without,
    But,       ///< leaves out, after a set only: "everything but the liver"
    ButOnly,   ///< chooses of what was named: "lungs but only the right"
    ExceptEnd, ///< closes an exception that stands before: "除...以外"
    Not,       ///< "no", "not": never run
    In,        ///< "in", "within", "里"
    Of,        ///< "of", "de", "的"; may begin a phrase in French
    Article,
    Courtesy,
    Lead,  ///< a verb before what is meant: "show"
    Whole, ///< "every", "whole"; with ids where it may stand alone: "all"
    More,
    Less,
    AtLeast,
    AtMost,
    OrMore,
    OrLess,
    Between,
    To,
    Number,
    Unit,
    Diameter,
    Volume,
    Vague, ///< "small", "how many": a size without a number
    Largest,
    Smallest,
    Its,   ///< "its", "in it": of what was named before
    One,   ///< "the one": what was named before
    Other, ///< a phrase or word that is known to mean nothing of these, and is never corrected
    Stop,
    Filter,
    Problem,
    Unknown ///< made while reading
};

/// A phrase of the lexicon.
struct Meaning {
    Kind kind = Kind::Unknown;
    std::string phrase{};             ///< as the lexicon writes it
    std::string language{};           ///< "English"; the first that has the phrase
    std::string subject{};            ///< "kidney"; of a lesion "tumor", of a unit "mm"
    std::vector<int> ids{};           ///< classes
    std::vector<std::string> kinds{}; ///< of a lesion: "tumor", "cyst"
    std::string note{};               ///< why more or other than the words say
    double value =
        0; ///< of a number word; of a unit how many mm or ml; 2 of "les deux" (both or two) and "segment" (verb or noun); 1 and -1 of "größer" and "kleiner"
    std::string noteOfAny{};              ///< of a lesion where no organ was named
    bool region = false;                  ///< a part of the body: "pelvis"
    bool set = false;                     ///< more than what one organ is called: "all organs"
    std::vector<std::string> languages{}; ///< all that have the phrase with this meaning
    bool className = false;               ///< a class's own name, not another word for it
    bool sameAs(const Meaning& other) const { return kind == other.kind && subject == other.subject && ids == other.ids && value == other.value; }
};

/// The phrases of all languages, from resources/lexicon*.json, for the classes of one model.
class Lexicon {
public:
    explicit Lexicon(std::vector<ModelClass> classes);

    struct Match {
        std::size_t words = 0;
        const Meaning* meaning = nullptr;
    };
    /// Every phrase that begins at a word, shortest first.
    std::vector<Match> matches(const std::vector<Word>& words, std::size_t from) const;
    /// The phrase that is exactly these words; null where there is none.
    const Meaning* exact(const std::vector<Word>& words) const;

    struct VocabularyWord {
        std::string text, singular;
        bool courtesy = true; ///< only in phrases that name nothing
        bool negation = false;
    };
    /// Every word of five letters or more that some phrase has, for slips of the finger.
    const std::vector<VocabularyWord>& vocabulary() const { return m_vocabulary; }

    const std::vector<ModelClass>& classes() const { return m_classes; }
    const ModelClass* classOf(int id) const;
    /// Whether all of these are tumors or cysts.
    bool areLesions(const std::vector<int>& ids) const;
    /// Classes of these kinds that lie in one of the organs.
    std::vector<int> lesionsIn(const std::vector<int>& organs, const std::vector<std::string>& kinds) const;
    std::vector<int> lesionsOf(const std::vector<std::string>& kinds) const;
    /// Whether a class's voxels may lie within those of an organ.
    bool liesIn(int id, int organ) const;
    /// Those of one side; organs without sides are none of them.
    std::vector<int> ofSide(const std::vector<int>& ids, Kind side) const;
    /// What is to be said where the targets are exactly these classes; may be empty.
    std::string noteOn(const std::vector<int>& ids) const;

    const std::vector<Meaning>& meanings() const { return m_meanings; }
    /// Phrases that stand twice with different meanings; for the lexicon's own test.
    const std::vector<std::string>& conflicts() const { return m_conflicts; }
    const std::vector<std::string>& languages() const { return m_languages; }

private:
    struct Node {
        std::unordered_map<std::string, int> next;
        int meaning = -1;
    };

    void addClasses();
    bool isComposed(const std::string& phrase, int id) const;
    void addLanguage(const std::string& fileName, const std::string& concepts);
    void addCompounds(const std::string& text, const std::string& concepts);
    /// A phrase in each way of typing it.
    void add(const std::string& phrase, Meaning meaning);
    void addWords(const std::vector<Word>& words, const Meaning& meaning, bool english);
    void learnWord(const Word& word, const std::string& key, const Meaning& meaning);
    std::vector<int> present(std::vector<int> ids) const;

    std::vector<ModelClass> m_classes;
    std::vector<Meaning> m_meanings;
    std::vector<Node> m_nodes{1};
    std::vector<VocabularyWord> m_vocabulary;
    std::unordered_map<std::string, std::size_t> m_known; ///< place in the vocabulary; of short words none
    std::map<Kind, std::vector<int>> m_sides;
    std::map<int, std::vector<int>> m_inside;
    std::vector<std::pair<std::vector<int>, std::string>> m_notes;
    std::vector<std::string> m_conflicts, m_languages;
};

} // namespace hounsfield
