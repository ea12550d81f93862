#pragma once

#include "inference/ModelPack.h"

#include <string>
#include <vector>

namespace hounsfield {

/// One thing to find.
struct Target {
    int classId = 0;        ///< 0: not a known class (a later issue: zero-shot)
    std::string name;       ///< "Right Kidney"
};

/// One part of what a person typed, and what it was understood as.
struct PromptPart {
    std::string text;                     ///< the words as typed
    std::vector<Target> targets;          ///< empty where it was not understood
    std::string explanation;              ///< why: "both kidneys: Right Kidney and Left Kidney"
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
class PromptResolver {
public:
    /// @param classes what the model knows; the lexicon comes from resources/lexicon.json
    explicit PromptResolver(std::vector<ModelClass> classes);
    Prompt resolve(const std::string& text) const;
    /// Every class of the model (--all).
    Prompt everything() const;

private:
    struct Entry {
        std::string phrase;         ///< normalised words
        std::vector<int> classIds;
        std::string explanation;
    };
    std::vector<ModelClass> m_classes;
    std::vector<Entry> m_entries;
};

} // namespace hounsfield
