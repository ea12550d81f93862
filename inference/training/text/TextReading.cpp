// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/TextReading.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hounsfield::training {
namespace {

bool within(const TextConcept& part, const TextConcept& whole)
{
    return part.known() && std::all_of(part.classes.begin(), part.classes.end(), [&](const std::string& one) {
               return std::find(whole.classes.begin(), whole.classes.end(), one) != whole.classes.end();
           });
}

std::vector<double> cosines(const std::vector<std::vector<float>>& rows, const std::vector<float>& embedding)
{
    const double length =
        std::sqrt(std::inner_product(embedding.begin(), embedding.end(), embedding.begin(), 0.0));
    std::vector<double> all;
    for (const auto& row : rows)
        all.push_back(length > 0 ? std::inner_product(row.begin(), row.end(), embedding.begin(), 0.0) / length
                                 : 0);
    return all;
}

/// The lowest threshold that at most this share of the unknown things of each language reaches.
double thresholdFor(const std::vector<JudgedPhrase>& phrases, std::size_t languages, double share)
{
    double lowest = 0.2;
    for (std::size_t language = 0; language < languages; ++language) {
        std::vector<double> confidences;
        for (const JudgedPhrase& one : phrases)
            if (one.meaning < 0 && one.language == static_cast<int>(language))
                confidences.push_back(one.reading.confidence);
        if (confidences.empty())
            continue;
        std::sort(confidences.begin(), confidences.end(), std::greater<>());
        const auto allowed = static_cast<std::size_t>(share * static_cast<double>(confidences.size()));
        lowest = std::max(lowest, confidences[std::min(allowed, confidences.size() - 1)] + 1e-4);
    }
    return std::min(lowest, 0.9999);
}

bool sameFamily(const TextConcept& a, const TextConcept& b)
{
    return within(a, b) || within(b, a);
}

} // namespace

TextReading TextRows::read(const std::vector<float>& embedding) const
{
    const std::vector<double> cosine = cosines(rows, embedding);
    const double highest = *std::max_element(cosine.begin(), cosine.end());
    std::vector<double> p;
    for (const double one : cosine)
        p.push_back(std::exp((one - highest) / temperature));
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    TextReading reading;
    reading.best = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
    double bestKnown = -1;
    for (std::size_t n = 0; n < p.size(); ++n)
        if (concepts[n].known() && p[n] > bestKnown) {
            bestKnown = p[n];
            reading.bestKnown = static_cast<int>(n);
        }
    const TextConcept& best = concepts[static_cast<std::size_t>(reading.best)];
    for (const TextConcept& family : concepts) {
        if (!best.known() || !within(best, family))
            continue;
        double all = 0;
        for (std::size_t n = 0; n < p.size(); ++n)
            all += within(concepts[n], family) ? p[n] / sum : 0;
        reading.confidence = std::max(reading.confidence, all);
    }
    return reading;
}

TextThresholds calibrated(const std::vector<JudgedPhrase>& phrases, std::size_t languages)
{
    const double unsure = thresholdFor(phrases, languages, 0.05);
    return {std::max(unsure, thresholdFor(phrases, languages, 0.02)), unsure};
}

TextScore scored(const std::vector<JudgedPhrase>& phrases, const std::vector<TextConcept>& concepts,
                 const TextThresholds& thresholds, int language)
{
    TextScore score;
    for (const JudgedPhrase& one : phrases) {
        if (language >= 0 && one.language != language)
            continue;
        const TextReading& reading = one.reading;
        if (one.meaning < 0) {
            ++score.unknown;
            score.recognised += reading.confidence < thresholds.unsure;
            score.taken += reading.confidence >= thresholds.accept;
            continue;
        }
        ++score.known;
        const bool akin = sameFamily(concepts[static_cast<std::size_t>(one.meaning)],
                                     concepts[static_cast<std::size_t>(reading.bestKnown)]);
        score.right += reading.bestKnown == one.meaning;
        score.accepted += reading.confidence >= thresholds.accept && akin;
        score.offered += reading.confidence >= thresholds.unsure && akin;
        score.mistaken += reading.confidence >= thresholds.accept && !akin;
        score.misguessed +=
            reading.confidence >= thresholds.unsure && reading.confidence < thresholds.accept && !akin;
    }
    for (double* share : {&score.right, &score.accepted, &score.offered, &score.mistaken, &score.misguessed})
        *share /= static_cast<double>(std::max<std::size_t>(1, score.known));
    for (double* share : {&score.recognised, &score.taken})
        *share /= static_cast<double>(std::max<std::size_t>(1, score.unknown));
    return score;
}

} // namespace hounsfield::training
