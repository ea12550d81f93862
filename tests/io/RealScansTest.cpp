// SPDX-License-Identifier: Apache-2.0
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("the real abdominal CT is read: size, spacing, units, and its liver lies on the right")
{
    REQUIRE_SHARED(shared);
    const Scan scan = read(shared / "data" / "ct_3mm" / "ct.nii.gz");
    const Geometry& g = scan.volume->geometry();
    REQUIRE(g.size() == Index3{122, 101, 30});
    REQUIRE(g.spacingMm() == Vector3{3, 3, 3});
    REQUIRE(scan.notes.empty());

    const LabelImage labels = readLabels(shared / "data" / "ct_3mm" / "segmentation.nii.gz");
    REQUIRE(labels.geometry.sameGrid(g));
    double liverHu = 0, liverX = 0, spleenX = 0;
    std::int64_t liver = 0, spleen = 0;
    for (std::size_t n = 0; n < labels.labels.size(); ++n) {
        const auto at = static_cast<std::int64_t>(n);
        const double x = g.toMm(Index3{at % 122, at / 122 % 101, at / (122 * 101)})[0];
        if (labels.labels[n] == 5) {
            ++liver;
            liverX += x;
            liverHu += scan.volume->voxels()[n];
        } else if (labels.labels[n] == 1) {
            ++spleen;
            spleenX += x;
        }
    }
    REQUIRE(liver > 1000);
    REQUIRE(spleen > 100);
    REQUIRE(liverHu / static_cast<double>(liver) > 40);
    REQUIRE(liverHu / static_cast<double>(liver) < 180);
    // LPS: x grows to the left.
    REQUIRE(liverX / static_cast<double>(liver) + 50 < spleenX / static_cast<double>(spleen));
}

TEST_CASE("the real JPEG 2000 series is read: spacing by position, air and tissue in Hounsfield units")
{
    REQUIRE_SHARED(shared);
    const auto folder = shared / "data" / "ct_dicom";
    const auto all = list(folder);
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].images == 20);
    const Scan scan = read(folder);
    const Geometry& g = scan.volume->geometry();
    REQUIRE(g.size() == Index3{512, 512, 20});
    REQUIRE(g.orientation() == "LPS");
    REQUIRE(g.spacingMm()[0] == Approx(0.9765625));
    REQUIRE(g.spacingMm()[2] == Approx(2.0));
    REQUIRE(scan.caseName == "ct_dicom");
    REQUIRE(scan.notes.empty());

    const auto& hu = scan.volume->voxels();
    const auto share = [&](int low, int high) {
        return static_cast<double>(
                   std::count_if(hu.begin(), hu.end(), [&](int v) { return v >= low && v <= high; })) /
               static_cast<double>(hu.size());
    };
    REQUIRE(share(-1024, -950) > 0.4); // the air around the patient
    REQUIRE(share(-150, 200) > 0.1);   // fat and soft tissue
    REQUIRE(*std::min_element(hu.begin(), hu.end()) == -1024);
    REQUIRE(read(filesIn(folder)[7]).volume->voxels() == hu);
}
