// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Items.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield {

/// What was named before, for "its", "the one on the right" and "with cysts".
struct Before {
    std::vector<int> organs;        ///< that "its" is of
    std::vector<int> pair;          ///< classes of both sides, that "the one on the right" is one of
    std::vector<std::string> kinds; ///< "tumor" or "cyst", for "those of the liver"
};

/// What one noun phrase means: "the two largest tumors of the left kidney".
struct Named {
    std::vector<int> ids; ///< classes; empty where it was not understood
    LesionFilter filter{};
    std::vector<std::string> notes{}; ///< why more or other than the words say
    std::string refusal{};            ///< a sentence why it was not understood
    const char* reason = "";          ///< the same in a few words (Reasons.h)
    bool beyond = false;              ///< not understood, but the words may mean something to a text encoder
    bool set = false;                 ///< names no single structure: "all organs", "tumors"
    bool anyOrgan = false;            ///< tumors or cysts of whichever organ
    bool all = false;                 ///< "all tumors": said to be of every organ
    bool guess = false;               ///< more than was asked for, as of a part of an organ
    std::string unused{};             ///< a sentence on words that were not used, for a refusal
    bool narrows = false;             ///< "the one on the right": chooses from what was named just before
    Before now{};                     ///< for what follows
    const Meaning* word = nullptr;    ///< the phrase that named it, where it was one alone
    const WordsRead* read = nullptr;  ///< where the text encoder had to tell
    bool understood() const { return !ids.empty(); }
};

/// Where a phrase stands.
struct Place {
    Before before{};
    bool ofBefore = false;           ///< after "with": a tumor or cyst of what was named before
    bool joined = false;             ///< "and" stands before it
    bool inList = false;             ///< one of several, joined by "and"
    std::optional<Kind> otherSide{}; ///< "left and right kidney": the side that stands before the "and"
};

/// Reads a noun phrase that has no "and", "without" or stop.
Named readPhrase(const Reading& reading, const Lexicon& lexicon, const std::vector<Item>& items,
                 const Place& place);
/// The place of the first item of these kinds; the number of items where there is none.
std::size_t firstOf(const std::vector<Item>& items, const std::vector<Kind>& kinds);
/// Courtesies, verbs before what is meant, articles.
bool isFrame(const Item& item);
/// What ends a noun phrase, and is never part of a name.
bool isBorder(const Item& item);
/// The items with every stretch between borders rewritten. @param rewrite takes a stretch, maybe empty, and
/// appends what stands for it
std::vector<Item> stretchByStretch(
    const std::vector<Item>& items,
    const std::function<void(const std::vector<Item>&, std::vector<Item>&)>& rewrite);
/// A size or "largest" alone.
bool isChoice(const std::vector<Item>& items);
/// Items that name or choose; the others are courtesies, articles and links.
bool hasContent(const std::vector<Item>& items);
/// Only "left", "the right one", "both".
bool isSideOnly(const std::vector<Item>& items);

} // namespace hounsfield
