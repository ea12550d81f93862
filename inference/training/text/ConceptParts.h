// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/text/TextCorpus.h"

namespace hounsfield::training {

/// What concepts are made of: organ, side, kind, region (resources/text/parts.txt). Two concepts lie near
/// each other in the encoder's space as far as they share parts, and what differs is the same step
/// everywhere: from left kidney to right kidney as from left lung to right lung. That is what a segmentation
/// head can carry over to a class that it has never seen.
class ConceptParts {
public:
    /// @param file "concept<TAB>part part*0.5 ..." a line; a concept that it does not name is of the part
    /// "other" alone, beside its own
    /// @throws Error(Usage) with the line at fault
    static ConceptParts read(const std::filesystem::path& file, const std::vector<TextConcept>& concepts);
    /// A row of unit length for each concept: the sum of its parts, of which each has a direction of its own.
    std::vector<std::vector<double>> vectors() const;
    /// Cosine of any two concepts, row-major.
    std::vector<double> cosines() const;
    std::size_t size() const { return m_rows.size(); }

private:
    std::vector<std::vector<std::pair<int, double>>> m_rows; ///< part and weight, by concept
    int m_parts = 0;
};

} // namespace hounsfield::training
