#include "inference/training/SyntheticSource.h"

#include "volume/synthetic/SyntheticPatient.h"

#include <algorithm>

namespace hounsfield::training {
namespace {

/// A part of the body, with its own slice spacing and a small turn on the table.
Geometry scanGrid(const Geometry& body, double spacingMm, std::mt19937_64& random)
{
    std::uniform_real_distribution<double> unit(0, 1);
    const double heightMm = double(body.size()[2]) * body.spacingMm()[2];
    const bool cut = unit(random) < 0.5;
    const double seenMm = cut ? heightMm * (0.2 + 0.6 * unit(random)) : heightMm;
    const double fromMm = unit(random) * (heightMm - seenMm);
    const double sliceMm = unit(random) < 0.5 ? spacingMm : spacingMm * (0.8 + 1.0 * unit(random));
    Index3 size = body.size();
    size[2] = std::max<std::int64_t>(8, static_cast<std::int64_t>(seenMm / sliceMm));
    const double turn = 0.12 * (unit(random) - 0.5);
    const Vector3 s = body.spacingMm();
    const Matrix3 matrix{{{s[0] * std::cos(turn), -s[1] * std::sin(turn), 0}, {s[0] * std::sin(turn), s[1] * std::cos(turn), 0}, {0, 0, sliceMm}}};
    // Turned about the middle of the body, so that it stays in the grid.
    const Vector3 middle{0.5 * double(size[0] - 1), 0.5 * double(size[1] - 1), 0};
    const Vector3 origin = body.toMm(middle) + Vector3{0, 0, fromMm} - matrix * middle;
    return {size, origin, matrix};
}

} // namespace

TrainingScan SyntheticSource::next()
{
    std::mt19937_64 random(m_seed * 7919 + 17);
    const synthetic::SyntheticPatient patient(m_seed++);
    Progress silent;
    const Geometry grid = scanGrid(patient.wholeBodyGrid(m_settings.spacingMm), m_settings.spacingMm, random);
    const synthetic::SyntheticScan scan = patient.sample(grid, patient.randomAppearance(), silent);
    return makeTrainingScan(*scan.volume, scan.masks, 0xFFFFFFFFu, m_settings);
}

} // namespace hounsfield::training
