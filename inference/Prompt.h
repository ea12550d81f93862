#pragma once

#include "inference/ModelPack.h"

#include <string>
#include <vector>

namespace hounsfield {

/// One thing to find.
struct Target {
    int classId = 0;          ///< 0: not a known class but words for the text encoder (zero-shot)
    std::string name;         ///< "Right Kidney"; of a zero-shot target the words as typed
    std::string zeroShotText; ///< the words, where classId is 0
    /// The same thing to find.
    bool sameAs(const Target& other) const { return classId == other.classId && zeroShotText == other.zeroShotText; }
};

/// One part of what a person typed, and what it was understood as.
struct PromptPart {
    std::string text;                     ///< the words as typed
    std::vector<Target> targets;          ///< empty where it was not understood
    std::string explanation;              ///< whole sentences: what it was taken for, or why it was refused
    std::vector<std::string> suggestions; ///< the three nearest class names where it was not understood
    bool understood() const { return !targets.empty(); }
};

/// What a person typed, understood.
struct Prompt {
    std::string text;
    std::vector<PromptPart> parts;
    /// Every target once, in the order first named.
    std::vector<Target> targets() const;
    bool fullyUnderstood() const;
};

/// Turns words into targets: offline, deterministic, says how it understood them.
///
/// Every word typed is either part of a phrase of the lexicon, a courtesy ("please show me the") or makes its part refused:
/// nothing is dropped in silence. A negation or a filter on size is refused rather than half obeyed.
class PromptResolver {
public:
    /// @param classes what the model knows; the lexicon comes from resources/lexicon.json
    explicit PromptResolver(std::vector<ModelClass> classes);
    Prompt resolve(const std::string& text) const;
    /// Every class of the model (--all).
    Prompt everything() const;

private:
    struct Entry {
        std::vector<std::string> words; ///< normalised
        std::vector<int> classIds;
        std::string note;               ///< why more or other than the words say; may be empty
    };
    struct Match {
        const Entry* entry = nullptr;
        bool misspelled = false;
    };
    using Words = std::vector<std::string>;

    void add(const std::string& phrase, const std::vector<int>& classIds, const std::string& note);
    const Entry* exact(const Words& words) const;
    Match find(Words words) const;
    PromptPart understoodPart(const std::string& typed, const Match& match) const;
    PromptPart refusedPart(const std::string& typed, const Words& words, const std::string& why) const;
    void resolveClause(const std::string& text, std::size_t begin, std::size_t end, bool afterNegation, Prompt& prompt) const;

    std::vector<ModelClass> m_classes;
    std::vector<Entry> m_entries;
};

} // namespace hounsfield
