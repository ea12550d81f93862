#include "inference/internal/Preprocess.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/io/ScanReader.h"

#include <nlohmann/json.hpp>

using namespace hounsfield;
using namespace hounsfield::test;

TEST_CASE("scans come to the model's grid as in the published pipeline, on every kind of grid")
{
    REQUIRE_SHARED(shared);
    const auto recorded = nlohmann::json::parse(readFile(shared / "reference" / "preprocess.json"));
    for (const auto& [name, expected] : recorded.items()) {
        INFO(name);
        const auto file = name == "example_ct_sm" ? shared / "data" / "ct_3mm" / "ct.nii.gz" : shared / "reference" / "volumes" / (name + ".nii.gz");
        Progress silent;
        const ModelImage image = preprocess(*readScan(file, std::nullopt, silent).volume, InputSettings{}, silent);
        const auto shape = expected.at("shape").get<std::vector<std::int64_t>>();
        const Index3 size = image.crop.size();
        CHECK(size == Index3{shape.at(1), shape.at(2), shape.at(3)});
        double worst = 0;
        for (std::size_t i = 0; i < expected.at("index").size(); ++i) {
            const auto at = expected["index"][i].get<std::size_t>();
            REQUIRE(at < image.values.size());
            worst = std::max(worst, std::abs(double(image.values[at]) - expected["value"][i].get<double>()));
        }
        CHECK(worst < 1e-3);
    }
}

TEST_CASE("a marker on the patient's left stays on the left whatever the order of the axes")
{
    // All 48 ways to store the same body: a bright block to the left (LPS +x).
    const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (const auto& order : orders)
        for (int flips = 0; flips < 8; ++flips) {
            Matrix3 matrix{};
            Vector3 origin{0, 0, 0};
            for (std::size_t v = 0; v < 3; ++v) {
                const auto patient = static_cast<std::size_t>(order[v]);
                const bool flip = flips >> v & 1;
                matrix[patient][v] = flip ? -3 : 3;
                origin[patient] = flip ? 57 : 0;
            }
            const Geometry grid({20, 20, 20}, origin, matrix);
            std::vector<std::int16_t> voxels(8000, 0);
            for (std::int64_t n = 0; n < 8000; ++n) {
                const Vector3 mm = grid.toMm(Index3{n % 20, n / 20 % 20, n / 400});
                if (mm[0] > 40 && mm[1] > 40)
                    voxels[static_cast<std::size_t>(n)] = 200;
            }
            Progress silent;
            InputSettings settings;
            settings.spacingMm = 3;
            const ModelImage image = preprocess(Volume(grid, voxels), settings, silent);
            REQUIRE(image.crop.size() == Index3{20, 20, 20});
            // X grows to the Right, Y to Anterior: left and posterior are the low corner.
            CHECK(image.values[static_cast<std::size_t>(image.offset({1, 1, 10}))] == Approx(375.0 / 425));
            CHECK(image.values[static_cast<std::size_t>(image.offset({18, 1, 10}))] == Approx(175.0 / 425));
            CHECK(image.values[static_cast<std::size_t>(image.offset({1, 18, 10}))] == Approx(175.0 / 425));
        }
}
