// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Vector.h"

#include <string>

namespace hounsfield {

/// Where a voxel grid lies in the patient. The only place that converts voxel <-> millimetre and says left
/// and right.
///
/// Millimetres are DICOM's patient coordinates, LPS: x grows to the patient's Left, y to the Posterior, z to
/// the Superior (DICOM PS3.3 C.7.6.2.1.1). A voxel index names the voxel's centre. The grid may be oblique,
/// flipped, anisotropic and sheared (gantry tilt): mm = origin + matrix * (i, j, k).
class Geometry {
public:
    /// A 1x1x1 grid of 1 mm at the origin.
    Geometry();
    /// @param size voxels along i, j, k, each at least 1
    /// @param originMm LPS position of voxel (0, 0, 0)
    /// @param matrix columns are the steps in mm along i, j, k
    /// @throws Error(Scan) for an empty size, a singular or a non-finite matrix
    Geometry(const Index3& size, const Vector3& originMm, const Matrix3& matrix);
    /// From spacing in mm and direction cosines (columns, as in ITK). @throws as above
    static Geometry fromSpacing(const Index3& size, const Vector3& originMm, const Vector3& spacingMm,
                                const Matrix3& direction = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
    /// From a NIfTI affine (rows 0..2 of the 4x4, RAS+ millimetres). @throws as above
    static Geometry fromRasAffine(const Index3& size, const std::array<std::array<double, 4>, 3>& affine);

    const Index3& size() const { return m_size; }
    const Vector3& originMm() const { return m_originMm; }
    const Matrix3& matrix() const { return m_matrix; }
    std::int64_t voxelCount() const { return m_size[0] * m_size[1] * m_size[2]; }

    Vector3 toMm(const Vector3& index) const { return m_originMm + m_matrix * index; }
    Vector3 toMm(const Index3& index) const;
    Vector3 toIndex(const Vector3& mm) const { return m_inverse * (mm - m_originMm); }

    /// Length of each column of the matrix, mm.
    Vector3 spacingMm() const;
    /// The matrix with unit columns. Not orthogonal where the grid is sheared.
    Matrix3 direction() const;
    /// Rows 0..2 of the NIfTI affine, RAS+ millimetres.
    std::array<std::array<double, 4>, 3> rasAffine() const;
    /// |determinant|, in mL: right for sheared grids too.
    double voxelVolumeMl() const;
    /// Axes perpendicular to each other within 0.01 degree.
    bool isOrthogonal() const;
    /// The largest deviation from 90 degrees between two axes, in degrees.
    double shearDegrees() const;
    /// Where each axis grows to, nearest patient axes, i first: "LPS" for a plain axial CT.
    std::string orientation() const;
    /// Same size, and every corner within toleranceMm of the other's.
    bool sameGrid(const Geometry& other, double toleranceMm = 1e-3) const;

    /// Linear position of a voxel in memory: i fastest.
    std::int64_t offset(const Index3& i) const { return i[0] + m_size[0] * (i[1] + m_size[1] * i[2]); }
    IndexBox box() const { return {{0, 0, 0}, m_size}; }

private:
    Index3 m_size;
    Vector3 m_originMm;
    Matrix3 m_matrix;
    Matrix3 m_inverse;
};

/// The letter of the patient direction nearest to an LPS vector: L, R, P, A, S (head) or I (feet).
char patientLetter(const Vector3& lps);

} // namespace hounsfield
