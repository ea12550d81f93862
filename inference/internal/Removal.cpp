// SPDX-License-Identifier: Apache-2.0
#include "inference/Removal.h"

#include "volume/NumberText.h"

namespace hounsfield {
namespace {

std::string amount(double ml)
{
    return fixedText(ml, ml < 0.05 ? 2 : 1) + " mL";
}

std::string piecesOf(std::int64_t pieces)
{
    return std::to_string(pieces) + (pieces == 1 ? " piece" : " pieces");
}

std::string words(const Removal& removal)
{
    const std::string ml = " (" + amount(removal.ml) + ")";
    switch (removal.why) {
    case Removal::Why::Speck:
        return std::to_string(removal.pieces) + (removal.pieces == 1 ? " speck" : " specks") + ml;
    case Removal::Why::Apart:
        return piecesOf(removal.pieces) + " apart from the rest" + ml;
    case Removal::Why::OtherSide:
        return piecesOf(removal.pieces) + " on the other side" + ml;
    case Removal::Why::OutsideHost:
        return removal.pieces > 0 ? piecesOf(removal.pieces) + " outside its organ" + ml
                                  : "what lies outside its organ" + ml;
    case Removal::Why::BelowPancreas:
        return "what lies below the pancreas" + ml;
    case Removal::Why::Unsure:
        return piecesOf(removal.pieces) + " that the model is not sure enough of" + ml;
    default:
        return "what the published rules remove" + ml;
    }
}

} // namespace

std::string nameOf(Removal::Why why)
{
    switch (why) {
    case Removal::Why::Speck:
        return "speck";
    case Removal::Why::Apart:
        return "apart";
    case Removal::Why::OtherSide:
        return "other_side";
    case Removal::Why::OutsideHost:
        return "outside_host";
    case Removal::Why::BelowPancreas:
        return "below_pancreas";
    case Removal::Why::Unsure:
        return "unsure";
    default:
        return "rule";
    }
}

std::string sentenceOf(const std::vector<Removal>& removals)
{
    std::string text;
    for (const Removal& removal : removals)
        text += (text.empty() ? "Left out by the clean-up: " : ", ") + words(removal);
    return text.empty() ? text : text + ".";
}

} // namespace hounsfield
