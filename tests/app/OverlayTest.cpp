// SPDX-License-Identifier: Apache-2.0
// Texts and marks over the views.
#include "tests/app/OpenedProgram.h"
#include "tests/app/Overlays.h"

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

using Kind = SlicePainter::Overlay::Kind;

int countOf(const std::vector<SlicePainter::Overlay>& all, Kind kind)
{
    return int(std::count_if(all.begin(), all.end(),
                             [&](const SlicePainter::Overlay& one) { return one.kind == kind; }));
}

} // namespace

TEST_CASE(
    "over a slice of any size no text lies on another or on the ruler, and the least important go first")
{
    application();
    const auto grid = Geometry::fromSpacing({60, 60, 60}, {-90, -90, -90}, {3, 3, 3});
    ViewState view;
    view.setScan(std::make_shared<const Volume>(grid, std::vector<std::int16_t>(216000, 40)), std::nullopt,
                 "Long Name Of A Patient\nChest, abdomen and pelvis, venous phase\n2026-11-30");
    SliceLook look = view.look();
    look.slab = {12, SlabMode::Maximum};
    view.setLook(look);
    view.turn(Plane::Coronal, 25);
    const std::vector<Kind> order{Kind::Letter,  Kind::Slice, Kind::PlaneName, Kind::Window,
                                  Kind::Oblique, Kind::Ruler, Kind::Scan};
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal})
        for (int width = 90; width <= 700; width += 61)
            for (int height = 90; height <= 700; height += 61) {
                INFO(width << " x " << height);
                const auto all = overlaysAt(view, plane, width, height);
                std::vector<QRectF> boxes;
                for (const auto& one : all)
                    boxes.insert(boxes.end(), one.boxes.begin(), one.boxes.end());
                bool apart = true, inside = true;
                for (std::size_t a = 0; a < boxes.size(); ++a) {
                    inside = inside && QRectF(0, 0, width, height).contains(boxes[a]);
                    for (std::size_t b = 0; b < a; ++b)
                        apart = apart && !boxes[a].intersects(boxes[b]);
                }
                CHECK(apart);
                CHECK(inside);
                CHECK(countOf(all, Kind::Letter) == 4);
                for (std::size_t n = 1; n < all.size(); ++n)
                    CHECK(std::find(order.begin(), order.end(), all[n - 1].kind) <=
                          std::find(order.begin(), order.end(), all[n].kind));
            }
    const auto large = overlaysAt(view, Plane::Axial, 700, 700);
    for (const Kind kind : order) {
        INFO("kind " << int(kind));
        CHECK(countOf(large, kind) == (kind == Kind::Letter ? 4 : 1));
    }
}
