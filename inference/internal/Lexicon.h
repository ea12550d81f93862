// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "inference/internal/Antonyms.h"
#include "inference/internal/Meaning.h"
#include "inference/internal/Words.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace hounsfield {

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
        std::vector<Split> splits{}; ///< its prefixes
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
