// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <algorithm>
#include <cmath>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

struct NamedGrid {
    std::string name;
    Geometry grid;
};

Matrix3 turn(double degrees, std::size_t a, std::size_t b)
{
    const double r = degrees * 3.14159265358979 / 180;
    Matrix3 m{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    m[a][a] = m[b][b] = std::cos(r);
    m[a][b] = -std::sin(r);
    m[b][a] = std::sin(r);
    return m;
}

/// The same size about the same middle, with another matrix.
Geometry aboutMiddle(const Geometry& grid, const Matrix3& matrix)
{
    const Vector3 middle =
        0.5 * Vector3{double(grid.size()[0] - 1), double(grid.size()[1] - 1), double(grid.size()[2] - 1)};
    return {grid.size(), grid.toMm(middle) - matrix * middle, matrix};
}

std::vector<NamedGrid> grids(const Geometry& plain)
{
    const Matrix3& m = plain.matrix();
    const Index3 n = plain.size();
    const Vector3 i = column(m, 0), j = column(m, 1), k = column(m, 2);
    const Matrix3 swapped = fromColumns(k, i, j);
    return {
        {"LPS", plain},
        {"RAS", aboutMiddle(plain, fromColumns(-1.0 * i, -1.0 * j, k))},
        {"upside down", aboutMiddle(plain, fromColumns(i, j, -1.0 * k))},
        {"axes swapped", {{n[2], n[0], n[1]}, plain.originMm(), swapped}},
        {"oblique", aboutMiddle(plain, turn(14, 0, 1) * (turn(9, 1, 2) * m))},
        {"thick slices", {{n[0], n[1], n[2] / 2}, plain.originMm(), fromColumns(i, j, 2.0 * k)}},
        {"gantry tilt", aboutMiddle(plain, fromColumns(i, j, k + std::tan(0.2) * Vector3{0, length(k), 0}))}};
}

/// From below the kidneys to above the liver: the rest of the body would only take time.
Geometry bellyGrid(const synthetic::SyntheticPatient& patient)
{
    Progress silent;
    const auto coarse = patient.sample(patient.wholeBodyGrid(8), {}, silent);
    double low = 1e9, high = -1e9;
    for (const int id : {2, 3, 6}) {
        const Mask& mask = coarse.masks[static_cast<std::size_t>(id - 1)];
        low = std::min(low, mask.geometry().toMm(mask.box().begin)[2]);
        high = std::max(high, mask.geometry().toMm(mask.box().end)[2]);
    }
    const Geometry whole = patient.wholeBodyGrid(4);
    const auto sliceAt = [&](double z) {
        return std::clamp<std::int64_t>(std::llround((z - whole.originMm()[2]) / 4), 0, whole.size()[2]);
    };
    const std::int64_t from = sliceAt(low - 30), to = sliceAt(high + 30);
    return {{whole.size()[0], whole.size()[1], to - from}, whole.toMm(Index3{0, 0, from}), whole.matrix()};
}

/// A grid about the patient with this file's directions, shear and proportions, coarse enough for a quick
/// run.
Geometry likeReference(const std::filesystem::path& file, const Geometry& body)
{
    Progress silent;
    const Matrix3 matrix = readScan(file, {}, silent).volume->geometry().matrix();
    std::array<double, 3> spacing{};
    double finest = 1e9;
    for (std::size_t a = 0; a < 3; ++a) {
        spacing[a] = length(column(matrix, a));
        finest = std::min(finest, spacing[a]);
    }
    const double scale = std::max(1.0, 2.5 / finest);
    Matrix3 coarse =
        fromColumns(scale * column(matrix, 0), scale * column(matrix, 1), scale * column(matrix, 2));
    // Every voxel axis runs mostly along one axis of the patient: it needs that axis' extent, and room for
    // the turn.
    Index3 size{};
    for (std::size_t a = 0; a < 3; ++a) {
        const Vector3 step = column(coarse, a);
        std::size_t along = 0;
        for (std::size_t c = 1; c < 3; ++c)
            if (std::abs(step[c]) > std::abs(step[along]))
                along = c;
        const double extentMm =
            static_cast<double>(body.size()[along]) * length(column(body.matrix(), along));
        size[a] = static_cast<std::int64_t>(1.1 * extentMm / length(step));
    }
    const auto half = [](const Index3& n) {
        return 0.5 * Vector3{double(n[0] - 1), double(n[1] - 1), double(n[2] - 1)};
    };
    return {size, body.toMm(half(body.size())) - coarse * half(size), coarse};
}

/// The program finds kidneys and liver of a synthetic patient where they are.
void checkGrid(const synthetic::SyntheticPatient& patient, const Geometry& grid)
{
    Progress silent;
    const TemporaryFolder folder;
    const auto scan = patient.sample(grid, {}, silent);
    writeVolume(*scan.volume, folder.path() / "scan.nii.gz");
    const Outcome outcome = runProgram("segment " + quoted(folder.path() / "scan.nii.gz") +
                                       " --prompt 'kidneys, liver' --out " + quoted(folder.path() / "out"));
    INFO(outcome.output);
    REQUIRE(outcome.code == 0);
    for (const auto& [file, id] : {std::pair{"right_kidney", 2}, {"left_kidney", 3}, {"liver", 6}}) {
        INFO(file);
        const Mask found = readMask(folder.path() / "out" / (std::string("scan_") + file + ".nii.gz"));
        const Mask& truth = scan.masks[static_cast<std::size_t>(id - 1)];
        CHECK(found.geometry().sameGrid(grid, 1e-2));
        // A swap of sides, a flip or a shift of a voxel axis leaves nothing of this.
        CHECK(dice(found, truth) > 0.65);
        CHECK(found.volumeMl() == Approx(truth.volumeMl()).epsilon(0.35));
    }
}

} // namespace

TEST_CASE("left stays left and millilitres stay right through read, infer and write on every kind of grid")
{
    const synthetic::SyntheticPatient patient(900004);
    for (const NamedGrid& one : grids(bellyGrid(patient))) {
        INFO(one.name);
        checkGrid(patient, one.grid);
    }
}

TEST_CASE(
    "left stays left and millilitres stay right on the directions and proportions of the six reference grids")
{
    REQUIRE_SHARED(shared);
    const synthetic::SyntheticPatient patient(900004);
    const Geometry belly = bellyGrid(patient);
    for (const char* name : {"axes_swapped", "fine_0p6", "gantry_tilt", "lps_aniso", "oblique", "ras_iso2"}) {
        INFO(name);
        checkGrid(patient,
                  likeReference(shared / "reference" / "volumes" / (std::string(name) + ".nii.gz"), belly));
    }
}
