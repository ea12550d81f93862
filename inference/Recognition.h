// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"

#include <memory>
#include <string>
#include <vector>

namespace hounsfield {

/// What a recognition knows by a name of its own: "kidneys" are two classes, "brain" is none of them.
struct NearConcept {
    std::string name; ///< as people read it: the classes' names, or the concept's own where it has none
    std::vector<int> classIds; ///< empty for what is none of the classes
    double probability = 0;
};

/// What a text means, as far as that is sure.
struct Recognised {
    enum class Kind {
        Known,  ///< sure enough to be run
        Unsure, ///< the best guess: to be run, and to be looked at
        Unknown ///< nothing of the classes
    };
    Kind kind = Kind::Unknown;
    std::vector<int> classIds;        ///< empty where it is unknown
    std::string concept_;             ///< "kidneys"; the best one, also where it is unknown
    double confidence = 0;            ///< 0 to 1: of this concept and those within it
    std::vector<NearConcept> nearest; ///< every other concept that has classes, the nearest first
};

/// Tells of a text's embedding which of the known classes it means, by the concepts that a pack's text
/// encoder was taught: the softmax over all concepts of the largest cosine with one of their rows.
class Recognition {
public:
    /// Null where the pack has none: its words beyond the classes are zero-shot. @throws Error(Model) where
    /// its files do not fit together
    static std::unique_ptr<Recognition> open(const ModelPack& pack);
    /// @param embedding of the words alone, without the pack's template; of any length
    Recognised read(const std::vector<float>& embedding) const;

private:
    struct Concept {
        std::string key;
        NearConcept shown;
        bool has(const Concept& other) const; ///< all classes of the other one
    };

    Recognition() = default;
    void readConcepts(const ModelPack& pack);
    void readRows(const ModelPack& pack);
    std::vector<double> probabilities(const std::vector<float>& embedding) const;
    double withinOf(std::size_t one, const std::vector<double>& p) const;
    std::vector<std::size_t> familyOf(std::size_t best) const;

    std::vector<Concept> m_concepts;
    std::vector<std::size_t> m_owner; ///< the concept of every row
    std::vector<float> m_rows;
    double m_temperature = 1, m_accept = 1, m_unsure = 1;
};

} // namespace hounsfield
