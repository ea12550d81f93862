// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/CleanUp.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("the published clean-up gives the published masks")
{
    REQUIRE_SHARED(shared);
    const auto recorded = nlohmann::json::parse(readFile(shared / "reference" / "postprocess.json"));
    for (const auto& one : recorded.at("cases")) {
        ModelMasks masks;
        masks.size = one.at("shape").get<Index3>();
        masks.voxelMl = 0.003375;
        const auto [nx, ny, nz] = masks.size;
        for (const auto& input : one.at("input")) {
            std::vector<std::uint8_t> voxels;
            for (std::int64_t x = 0; x < nx; ++x)
                for (std::int64_t y = 0; y < ny; ++y)
                    for (std::int64_t z = 0; z < nz; ++z)
                        voxels.push_back(std::any_of(
                            input["ellipsoids"].begin(), input["ellipsoids"].end(), [&](const auto& e) {
                                const auto q = [](double d, double r) { return d / r * (d / r); };
                                return q(double(x) - e[0].template get<double>(), e[3]) +
                                           q(double(y) - e[1].template get<double>(), e[4]) +
                                           q(double(z) - e[2].template get<double>(), e[5]) <=
                                       1;
                            }));
            REQUIRE(std::count(voxels.begin(), voxels.end(), 1) == input["count"].get<std::int64_t>());
            masks.masks[input["class"]] = std::move(voxels);
        }
        cleanUp(masks, {}, CleanUp::Published);
        for (const auto& expected : one.at("expected")) {
            INFO("seed " << one["seed"] << ", class " << expected["class"]);
            const auto& voxels = masks.masks.at(expected["class"]);
            CHECK(std::count(voxels.begin(), voxels.end(), 1) == expected["count"].get<std::int64_t>());
            for (std::int64_t x = 0; x < nx; ++x)
                CHECK(std::count(voxels.begin() + x * ny * nz, voxels.begin() + (x + 1) * ny * nz, 1) ==
                      expected["rows"][static_cast<std::size_t>(x)].get<std::int64_t>());
        }
    }
}
