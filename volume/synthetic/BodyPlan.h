#pragma once

#include "volume/synthetic/Random.h"
#include "volume/synthetic/Shapes.h"
#include "volume/synthetic/Tissue.h"

#include <cstdint>
#include <vector>

namespace hounsfield::synthetic {

/// A shape that is painted, with its wall and what it holds.
struct Paint {
    Shape shape;
    int organ = 0;          ///< class id, 0 for what no class names
    Tissue wall = Tissue::Fat;
    Tissue content = Tissue::Fat;
    float wallMm = 0;       ///< thickness of the wall; 0: content only
    float gasAboveY = -1e9f; ///< gas gathers in front: content with y below this is gas (the patient lies on the back)
};

/// A tumor or cyst: only where its host is.
struct LesionPaint {
    Shape shape;
    int classId = 0;
    std::vector<int> hosts;
    Tissue tissue = Tissue::LiverTumor;
    Tissue core = Tissue::LiverTumor; ///< deeper than half its radius
    float coreMm = 1e9f;
};

/// The trunk of one person.
struct Trunk {
    float fatMm = 15;        ///< under the skin
    float halfWidthMm = 128; ///< of the cavity in the abdomen
    float halfDepthMm = 88;
    float domeRightMm = 95;  ///< height of the diaphragm's domes
    float domeLeftMm = 86;
    bool table = false;
    float pelvisShape = 1;
    float cavity(Point p) const;     ///< > 0 inside the cavity, mm
    float domeHeight(Point p) const; ///< z of the diaphragm above p
    float spineY(float z) const;     ///< middle of the vertebral bodies
    Tissue background(Point p) const;
};

/// One person: what is painted, the first in the list that holds a point wins; and a smooth deformation of it all.
struct BodyPlan {
    std::uint64_t seed = 0;
    bool male = true;
    Trunk trunk;
    std::vector<Paint> paints;
    std::vector<LesionPaint> lesions;

    struct Wave {
        Point direction; ///< radians a mm
        Point amplitude; ///< mm
        float phase;
    };
    std::vector<Wave> waves;
    Point scale{1, 1, 1};
    /// A place in the scan, in the coordinates of the plan.
    Point toPlan(Point p) const;
};

BodyPlan makeBodyPlan(std::uint64_t seed);

/// Parts of makeBodyPlan; each appends to the plan. Bones and chest organs, then the abdomen's.
void addSkeleton(BodyPlan& plan, Random& random);
void addChest(BodyPlan& plan, Random& random);
void addAbdomen(BodyPlan& plan, Random& random);
void addBowel(BodyPlan& plan, Random& random);
void addPelvis(BodyPlan& plan, Random& random);
void addLesions(BodyPlan& plan, Random& random);

/// A bead a little off its place and size.
Bead near(Random& random, float x, float y, float z, float radius, float jitterMm = 4);

} // namespace hounsfield::synthetic
