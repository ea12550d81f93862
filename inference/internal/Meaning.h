// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
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
    Place, ///< "around", "perihepatic": where something lies beside a structure; never run
    Its,   ///< "its", "in it": of what was named before
    One,   ///< "the one": what was named before
    Other, ///< a phrase or word that is known to mean nothing of these, and is never corrected
    Stop,
    Filter,
    Problem,
    Unknown ///< made while reading
};

/// What a word may be beside its kind: the second half of its list's name in the lexicon, "vague or asked".
enum class Also {
    Nothing,
    Two,   ///< "les deux": both, or a number
    Noun,  ///< "segment": a verb, or a noun
    Asked, ///< "volume": a dimension, or what a question asks for
    Place, ///< "above": more than, or where something lies
    More,  ///< "größer" with "als" left out
    Less,  ///< "kleiner"
    Part,  ///< "lobe": of an organ, which no class is
    Exact, ///< "libre": no slip of the finger is corrected to it, as "livre"
    Unused ///< "before surgery": says nothing of what is to be found; it is said that it was not used
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
    double value = 0;                 ///< of a number word; of a unit how many mm or ml
    Also also = Also::Nothing;
    std::string noteOfAny{};              ///< of a lesion where no organ was named
    bool region = false;                  ///< a part of the body: "pelvis"
    bool set = false;                     ///< more than what one organ is called: "all organs"
    std::vector<std::string> languages{}; ///< all that have the phrase with this meaning
    bool className = false;               ///< a class's own name, not another word for it
    bool sameAs(const Meaning& other) const
    {
        return kind == other.kind && subject == other.subject && ids == other.ids && value == other.value &&
               also == other.also;
    }
};

} // namespace hounsfield
