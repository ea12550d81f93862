// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/synthetic/Random.h"
#include "volume/synthetic/Shapes.h"
#include "volume/synthetic/Tissue.h"

#include <cstdint>
#include <vector>

namespace hounsfield::synthetic {

/// What a shape holds at a point that lies `depth` mm in it: haustra with stool and gas, pyramids of a
/// kidney.
using Filling = std::function<Tissue(Point, float depth)>;

/// How many tumors and cysts a person has: most kinds in every second person, or nearly all kinds, and of
/// each up to three at least, in nearly everyone, to learn them from.
enum class Burden { Usual, Heavy };

/// A shape that is painted, with its wall and what it holds.
struct Paint {
    Shape shape;
    int organ = 0; ///< class id, 0 for what no class names
    Tissue wall = Tissue::Fat;
    Tissue content = Tissue::Fat;
    float wallMm = 0; ///< thickness of the wall; 0: content only
    float gasAboveY =
        -1e9f; ///< gas gathers in front: content with y below this is gas (the patient lies on the back)
    float planeMm = 0; ///< of fat around it, which keeps what is painted later away
    Filling filling{}; ///< instead of `content`
};

/// A tumor or cyst: only where its host is.
struct LesionPaint {
    Shape shape;
    std::vector<int> classes; ///< a liver tumor at a hepatic vessel is both
    std::vector<int> hosts;
    Tissue tissue = Tissue::LiverTumor;
    Tissue core = Tissue::LiverTumor; ///< deeper than coreMm
    float coreMm = 1e9f;
    int bulges =
        0; ///< an organ's id: what grows out of it into the fat counts as it; 0: it ends where its host does
};

/// The trunk of one person.
struct Trunk {
    float fatMm = 15;        ///< under the skin
    float wallMm = 12;       ///< of muscle around the belly
    float halfWidthMm = 128; ///< of the cavity in the abdomen
    float halfDepthMm = 88;
    float power = 2.4f;     ///< of the cavity's superellipse: 2 round, more: boxy
    float domeRightMm = 95; ///< height of the diaphragm's domes
    float domeLeftMm = 86;
    float domeTilt = 0.15f; ///< they fall backwards, mm a mm
    bool table = false;
    float tableY = 0;
    float pelvisShape = 1;
    std::uint32_t seed = 0;          ///< of its noise
    float cavity(Point p) const;     ///< > 0 inside the cavity, mm
    float domeHeight(Point p) const; ///< z of the diaphragm above p
    float spineY(float z) const;     ///< middle of the vertebral bodies
    /// Inside the belly: below the diaphragm and within the cavity's wall, mm.
    float belly(Point p) const { return std::min(cavity(p), domeHeight(p) - p.z); }
    Tissue background(Point p) const;
};

/// A smooth random displacement: vectors on a coarse lattice, blended.
class Warp {
public:
    Warp() = default;
    /// @param amplitudeMm about the largest displacement @param wavelengthMm distance between lattice points
    Warp(Random& random, float amplitudeMm, float wavelengthMm);
    Point at(Point p) const;

private:
    static constexpr int nx = 12, ny = 10, nz = 16;
    float m_scale = 0;
    std::vector<Point> m_vectors;
};

/// One person: what is painted, the first in the list that holds a point wins; and a smooth deformation of it
/// all.
struct BodyPlan {
    std::uint64_t seed = 0;
    bool male = true;
    Trunk trunk;
    std::vector<Paint> paints;
    std::vector<LesionPaint> lesions;
    std::vector<Warp> warps;
    Point scale{1, 1, 1};
    /// A place in the scan, in the coordinates of the plan.
    Point toPlan(Point p) const;
};

BodyPlan makeBodyPlan(std::uint64_t seed, Burden burden = Burden::Usual);

/// Parts of makeBodyPlan; each appends to the plan. What is added earlier is painted over what is added
/// later.
void addSkeleton(BodyPlan& plan, Random& random);
void addEsophagus(BodyPlan& plan, Random& random);
void addChest(BodyPlan& plan, Random& random);
void addMuscles(BodyPlan& plan, Random& random);
void addGreatVessels(BodyPlan& plan, Random& random);
void addAbdomen(BodyPlan& plan, Random& random);
void addLiver(BodyPlan& plan, Random& random);
void addColon(BodyPlan& plan, Random& random);
void addSmallBowel(BodyPlan& plan, Random& random);
void addPelvis(BodyPlan& plan, Random& random);
void addLesions(BodyPlan& plan, Random& random, Burden burden);

/// A bead a little off its place and size.
Bead near(Random& random, float x, float y, float z, float radius, float jitterMm = 4);

} // namespace hounsfield::synthetic
