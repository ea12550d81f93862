#include "inference/internal/WordKinds.h"

#include <set>

namespace hounsfield {

bool isCourtesy(const std::string& word)
{
    static const std::set<std::string> words{"please", "find", "show", "me", "the", "a", "an", "segment", "outline", "mark", "get", "give", "see", "want",
                                             "i", "would", "like", "to", "can", "could", "you", "also", "is", "are", "there", "where", "my", "measure",
                                             "locate", "contour", "delineate", "do", "need", "his", "her", "their", "patient's", "then", "just", "only"};
    return words.count(word) > 0;
}

bool isNegation(const std::string& word)
{
    static const std::set<std::string> words{"no", "not", "without", "except", "excluding", "exclude", "but", "minus", "never", "neither", "nor", "non", "none", "don", "doesn", "isn", "aren", "t",
                                             "cannot", "ignore", "skip", "omit", "beside", "besides", "apart", "lacking", "absent"};
    return words.count(word) > 0;
}

bool isFilter(const std::string& word)
{
    static const std::set<std::string> words{"over", "under", "above", "below", "larger", "largest", "bigger", "biggest", "smaller", "smallest", "greater",
                                             "than", "least", "most", "mm", "cm", "ml", "cc", "diameter"};
    return words.count(word) || word.find_first_of("0123456789<>=%") != std::string::npos;
}

bool isAmount(const std::string& word)
{
    static const std::set<std::string> words{"how", "many", "count", "number", "size", "volume", "big", "small", "large", "tiny", "huge", "long", "wide", "thick"};
    return words.count(word) > 0;
}

bool isWhole(const std::string& word)
{
    static const std::set<std::string> words{"all", "every", "any", "entire", "whole", "complete", "each"};
    return words.count(word) > 0;
}

bool isSide(const std::string& word)
{
    return word == "left" || word == "right" || word == "both";
}

bool isLesionWord(const std::string& word)
{
    static const std::set<std::string> words{"tumor", "cancer", "mass", "lesion", "metastasis", "met", "neoplasm", "cyst", "nodule", "carcinoma"};
    return words.count(word) > 0;
}

} // namespace hounsfield
