// SPDX-License-Identifier: Apache-2.0
#include "app/results/Plausibility.h"

#include "app/results/Body.h"
#include "app/results/Text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hounsfield {
namespace {

/// Volumes of adults, mL: so wide that one outside them is worth a look, not a diagnosis.
struct Adult {
    int id;
    double low, high;
};
constexpr std::array<Adult, 25> adults{{
    {1, 40, 900},    {2, 60, 400},    {3, 60, 400},    {4, 3, 200},     {5, 8, 120},
    {6, 600, 3500},  {7, 40, 2500},   {8, 20, 600},    {9, 15, 250},    {10, 5, 120},
    {11, 20, 200},   {12, 0.8, 20},   {13, 0.8, 20},   {14, 15, 250},   {15, 3, 250},
    {16, 600, 5000}, {17, 500, 4500}, {18, 150, 3000}, {19, 150, 4000}, {20, 10, 500},
    {21, 10, 1500},  {22, 8, 250},    {23, 15, 200},   {24, 15, 200},   {25, 0.3, 20},
}};

/// Right and left, and how many times larger one may be.
struct Pair {
    int right, left;
    double ratio;
};
constexpr std::array<Pair, 4> pairs{{{2, 3, 1.8}, {12, 13, 4}, {16, 17, 2.2}, {24, 23, 1.6}}};

class Judge {
public:
    Judge(const std::vector<Judged>& all, const Scan& scan, const ScanLook& look)
        : m_all(all), m_scan(scan), m_look(look)
    {
    }

    std::vector<Implausible> judge()
    {
        frontAndBack();
        for (const Pair& pair : pairs)
            pairOf(pair);
        liverSide();
        upAndDown();
        for (std::size_t n = 0; n < m_all.size(); ++n) {
            outsideBody(int(n));
            adultVolume(int(n));
            coverage(int(n));
            sex(int(n));
            burden(int(n));
            fat(int(n));
        }
        return std::move(m_found);
    }

private:
    const Measured& of(int n) const { return *m_all[std::size_t(n)].measured; }
    const ModelClass& known(int n) const { return *m_all[std::size_t(n)].known; }
    bool whole(int n) const
    {
        const Target& target = of(n).finding->target;
        return !target.filter.chooses() && target.without.empty();
    }
    /// The number of a class that was found; -1 where it was not.
    int found(int id) const
    {
        for (int n = 0; n < int(m_all.size()); ++n)
            if (known(n).id == id && !of(n).finding->mask.empty() && whole(n))
                return n;
        return -1;
    }
    void say(int structure, std::string text, std::optional<Vector3> place = {})
    {
        m_found.push_back({structure, {std::move(text), place}});
    }
    const Vector3& centre(int n) const { return of(n).statistics.centroidMm; }

    void frontAndBack()
    {
        constexpr double clearlyMm = 15, enoughBone = 0.01;
        if (m_look.boneShare >= enoughBone && m_look.bonesBehindMm < -clearlyMm)
            say(-1, "The bones lie in front of the body's middle: the scan looks flipped front to back. "
                    "Check its sides before you trust left and right.");
    }

    void pairOf(const Pair& pair)
    {
        const int right = found(pair.right), left = found(pair.left);
        if (right < 0 || left < 0)
            return;
        // LPS: the patient's left is the larger x.
        if (centre(right)[0] > centre(left)[0])
            say(right,
                known(right).name + " lies on the patient's left of " + known(left).name +
                    ": the scan may be flipped.",
                centre(right));
        const double a = of(right).statistics.volumeMl, b = of(left).statistics.volumeMl;
        const bool cut = !of(right).statistics.leavesScan.empty() || !of(left).statistics.leavesScan.empty();
        if (!cut && std::max(a, b) > pair.ratio * std::min(a, b))
            say(a < b ? right : left,
                print("%.1f mL beside %.1f mL on the other side: look at both.", std::min(a, b),
                      std::max(a, b)),
                centre(a < b ? right : left));
    }

    void liverSide()
    {
        constexpr double clearlyMm = 20;
        const int liver = found(6), spleen = found(1);
        if (liver >= 0 && spleen >= 0 && centre(liver)[0] > centre(spleen)[0] + clearlyMm)
            say(-1,
                "The liver lies on the patient's left of the spleen: the scan may be flipped left to right, "
                "or the organs lie the other way round (situs inversus).",
                centre(liver));
    }

    void upAndDown()
    {
        // In a thin slab, what is left of organs says little about which is above.
        constexpr double clearlyMm = 30;
        const int liver = found(6);
        for (const int id : {16, 17})
            if (const int lung = found(id);
                liver >= 0 && lung >= 0 && centre(lung)[2] < centre(liver)[2] - clearlyMm) {
                say(-1, "The lungs lie below the liver: the scan may be upside down.", centre(lung));
                break;
            }
        if (const int bladder = found(21);
            liver >= 0 && bladder >= 0 && centre(bladder)[2] > centre(liver)[2] + clearlyMm)
            say(-1, "The bladder lies above the liver: the scan may be upside down.", centre(bladder));
    }

    /// Foam of the mattress looks like lung, folds of skin like fat.
    void outsideBody(int n)
    {
        constexpr double least = 0.9;
        if (!m_look.body || m_look.body->empty())
            return;
        if (const double inside = shareInside(of(n).finding->mask, *m_look.body); inside < least)
            say(n, print("%.0f %% of it lies outside the body.", 100 * (1 - inside)), centre(n));
    }

    void adultVolume(int n)
    {
        const Measured& m = of(n);
        const auto adult =
            std::find_if(adults.begin(), adults.end(), [&](const Adult& a) { return a.id == known(n).id; });
        if (adult == adults.end() || m.finding->mask.empty() || !m.statistics.leavesScan.empty() || !whole(n))
            return;
        const double ml = m.statistics.volumeMl;
        if (ml < adult->low || ml > adult->high)
            say(n,
                print("%.1f mL is outside what adults have, about %g to %g mL.", ml, adult->low, adult->high),
                centre(n));
    }

    /// A scan that still shows lung at its lower end stops in the chest; one without any lung does not reach
    /// it.
    void coverage(int n)
    {
        constexpr double lung = 0.15, none = 0.01;
        const int id = known(n).id;
        if (id >= 20 && id <= 24 && m_look.lungAtBottom > lung)
            say(n, "The scan ends in the chest: its lowest slices show lung. " + known(n).name +
                       " cannot be in it.");
        if ((id == 16 || id == 17 || id == 30) && m_look.lungMost < none)
            say(n, "No part of the scan looks like lung: it seems not to reach the chest.");
    }

    void sex(int n)
    {
        if (known(n).id == 22 && m_scan.series.patientSex == "F")
            say(n, "The file says that the patient is female: a prostate is not expected.");
    }

    void burden(int n)
    {
        constexpr double most = 60;
        for (const Burden& one : of(n).burdens)
            if (one.percent() > most)
                say(n,
                    print("It makes up %.0f %% of ", one.percent()) + one.organ + ": look at both outlines.",
                    centre(n));
    }

    /// Fluid measures -9 to 20 HU (Bosniak classification 2019); tissue below that is fat, or has fat
    /// averaged in. In lung and bowel it may be gas: not asked there.
    void fat(int n)
    {
        constexpr double most = -10;
        constexpr std::array<int, 5> amongTissue{26, 27, 28, 29, 32};
        if (std::find(amongTissue.begin(), amongTissue.end(), known(n).id) == amongTissue.end())
            return;
        const std::vector<Lesion>& lesions = of(n).lesions;
        double ml = 0;
        std::size_t count = 0;
        const Lesion* largest = nullptr; // the list begins with the largest
        for (const Lesion& lesion : lesions) {
            if (!lesion.statistics.hu || lesion.statistics.hu->median >= most)
                continue;
            ml += lesion.statistics.volumeMl;
            ++count;
            largest = largest ? largest : &lesion;
        }
        if (largest)
            say(n,
                std::string("Below -10 HU (median), so fat or fat averaged in rather than a ") +
                    (known(n).id == 32 ? "cyst" : "tumor") +
                    print(": %zu of %zu marked, %.1f mL. Look there.", count, lesions.size(), ml),
                largest->statistics.centroidMm);
    }

    const std::vector<Judged>& m_all;
    const Scan& m_scan;
    const ScanLook& m_look;
    std::vector<Implausible> m_found;
};

} // namespace

std::vector<Implausible> plausibility(const std::vector<Judged>& all, const Scan& scan, const ScanLook& look)
{
    return Judge(all, scan, look).judge();
}

} // namespace hounsfield
