// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/ModelPack.h"
#include "volume/SurfaceDistance.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hounsfield::training {

/// 2 |a and b| / (|a| + |b|); 1 where both are empty. Both on one grid.
double diceOf(const Mask& a, const Mask& b);

/// One class in one scan: what was found beside the truth.
struct ClassScore {
    std::string scan;
    int classId = 0;
    bool there = false; ///< the class is in the scan
    bool found = false; ///< anything was found
    double dice = 0;    ///< of a class that is there
    double truthMl = 0, foundMl = 0;
    std::optional<SurfaceAgreement> surface; ///< absent where the class is not there or was not found
    /// Tumors and cysts: parts whose longest axial diameter is over 10 mm.
    int lesions = 0;      ///< in truth
    int lesionsFound = 0; ///< of them: it and the found parts that touch it, taken together, share at least a
                          ///< tenth of their voxels
    int falseLesions = 0; ///< found ones that touch no voxel of truth
    std::optional<double> largeDice; ///< Dice of the lesions over 10 mm, beside the found parts that touch no
                                     ///< smaller lesion alone
};

/// @param toleranceMm of the normalised surface distance
ClassScore scoreOf(const std::string& scan, const ModelClass& known, const Mask& truth, const Mask& found,
                   double toleranceMm);

/// The same of a tumor or cyst's lesions alone, which takes a small part of the time.
ClassScore lesionScoreOf(const std::string& scan, const ModelClass& known, const Mask& truth,
                         const Mask& found);

/// Lesions over 10 mm of one class over many scans.
struct LesionTotals {
    int lesions = 0, found = 0;
    int wrong = 0;   ///< marked where there is none
    int scans = 0;   ///< that have one
    double dice = 0; ///< mean over those
};
LesionTotals lesionTotals(const std::vector<ClassScore>& scores);

/// The scores of many scans, told as tables.
class ScoreBoard {
public:
    ScoreBoard(std::vector<ModelClass> classes, double toleranceMm)
        : m_classes(std::move(classes)), m_toleranceMm(toleranceMm)
    {
    }
    void add(const ClassScore& score) { m_scores[score.classId].push_back(score); }
    /// A row a class and the means: of each class over the scans it is in, then over organs and over tumors.
    std::string markdown() const;
    /// A row a scan and class.
    std::string csv() const;
    /// Of every class that is in a scan the mean Dice over those scans, and how many they are.
    std::map<int, Reliability> reliabilities() const;

private:
    std::vector<ModelClass> m_classes;
    double m_toleranceMm;
    std::map<int, std::vector<ClassScore>> m_scores;
};

} // namespace hounsfield::training
