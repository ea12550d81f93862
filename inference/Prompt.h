// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

/// Which of the separate lesions of a tumor or cyst are meant: "over 10 mm", "under 5 ml", "the largest", "in
/// the left kidney". Bounds are inclusive; "over 10 mm" has the next number above 10 as its lowest.
struct LesionFilter {
    double lowestMm = 0,
           highestMm = std::numeric_limits<double>::infinity(); ///< longest axial diameter (RECIST 1.1)
    double lowestMl = 0, highestMl = std::numeric_limits<double>::infinity(); ///< volume
    int largest = 0; ///< only so many of the largest, by volume, of those that are left; 0: all
    std::vector<int>
        hosts{}; ///< only lesions in (or nearest to) these organs, class ids; empty: wherever they are
    bool operator==(const LesionFilter&) const = default;
    bool chooses() const { return !(*this == LesionFilter{}); } ///< not simply all
};

/// One thing to find.
struct Target {
    int classId = 0;            ///< 0: not a known class but words for the text encoder (zero-shot)
    std::string name;           ///< "Right Kidney"; of a zero-shot target the words as typed
    std::string zeroShotText{}; ///< the words, where classId is 0
    LesionFilter filter{};      ///< of a tumor or cyst
    std::vector<int> without{}; ///< classes whose voxels are taken out: "liver without its tumors"
    /// The same thing to find.
    bool sameAs(const Target& other) const
    {
        return classId == other.classId && zeroShotText == other.zeroShotText && filter == other.filter &&
               without == other.without;
    }
};

/// One part of what a person typed, and what it was understood as.
struct PromptPart {
    std::string text;            ///< the words as typed
    std::vector<Target> targets; ///< empty where it was not understood
    std::string explanation;     ///< whole sentences: what it was taken for, or why it was refused
    std::string reason{}; ///< why it was refused in a few words, for its chip: "no unit"; empty where it is
                          ///< understood
    std::vector<std::string>
        suggestions; ///< the three nearest class names where it was not understood, is zero-shot or unsure
    bool zeroShot = false; ///< not a class the model was trained on: its words go through the text encoder
    bool pending = false;  ///< the text encoder has not read its words yet: not to be run before
    bool unsure = false;   ///< the text encoder's best guess, to be looked at
    double confidence =
        0; ///< of the text encoder that these classes are meant, 0 to 1; 0 where it had not to be asked
    bool understood() const { return !targets.empty(); }
};

/// What a person typed, understood.
struct Prompt {
    std::string text;
    std::vector<PromptPart> parts;
    std::vector<std::string>
        unread{}; ///< words beyond the lexicon that the text encoder has not read yet (Understanding)
    /// Every target once, in the order first named.
    std::vector<Target> targets() const;
    /// The first part that asks for it; null where none does.
    const PromptPart* partOf(const Target& target) const;
    bool fullyUnderstood() const;
    /// Whether it cannot be run before the text encoder has read some of its words.
    bool waits() const;
};

/// What the text encoder made of words beyond the lexicon.
struct WordsRead {
    std::string words;           ///< as in Prompt::unread
    std::vector<int> classIds{}; ///< empty: none of the classes
    bool unsure = false;
    double confidence = 0;              ///< 0 to 1
    std::vector<std::string> nearest{}; ///< what else it may be, for people
    std::string note{};                 ///< a whole sentence; may be empty
    std::string part{}; ///< the word that names a part of the classes, which are found whole: "lobe"; made
                        ///< while parsing
};

/// Every reason that a part may have, for translations.
std::vector<std::string> refusalReasons();
/// A confidence for people, in whole percent: rounded down and at most 99, since no reading of words is
/// certain.
int percentOf(double confidence);

/// What becomes of words beyond the known classes.
enum class ZeroShot {
    Refused,
    Offered, ///< a noun phrase goes to the text encoder, marked as such; for packs that have one
    Read ///< the text encoder tells which known classes are meant, if any; for packs that have a recognition
};
/// As a pack allows.
inline ZeroShot zeroShotOf(const ModelPack& pack)
{
    if (!pack.textEncoder)
        return ZeroShot::Refused;
    return pack.textEncoder->recognitionFile.empty() ? ZeroShot::Offered : ZeroShot::Read;
}

/// What a target is in results: the pack's class, or for words (zero-shot) one made of them: id 0, kind
/// "zero_shot", no code, threshold 0.5, a file name and a colour that are the same for the same words.
/// @throws Error(Model) for a class that the pack has not
ModelClass classOf(const ModelPack& pack, const Target& target);
/// "Not a class this model was trained on: ..." @param nearest names of known classes
std::string zeroShotExplanation(const std::string& nearest);

class Lexicon;

/// Turns words into targets: offline, deterministic, says how it understood them. English, German, French,
/// Spanish, Chinese.
///
/// Every word typed is either part of a phrase of the lexicon, a courtesy ("please show me the"), an operator
/// ("over", "without") or makes its part refused: nothing is dropped in silence. A negation or contradiction
/// is never run or encoded; a known class is always the checkpoint's own.
class PromptResolver {
public:
    /// @param classes what the model knows; the lexicon comes from resources/lexicon*.json
    explicit PromptResolver(std::vector<ModelClass> classes, ZeroShot beyond = ZeroShot::Refused);
    /// @param read what the text encoder made of words that an earlier reading left in Prompt::unread: they
    /// are read as a phrase of the
    ///             lexicon would be, with the sizes, sides and exceptions around them
    Prompt resolve(const std::string& text, const std::vector<WordsRead>& read = {}) const;
    /// Every class of the model (--all).
    Prompt everything() const;

private:
    std::shared_ptr<const Lexicon> m_lexicon;
    ZeroShot m_beyond;
};

} // namespace hounsfield
