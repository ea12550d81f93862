// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Error.h"
#include "volume/Volume.h"
#include "volume/io/MaskWriter.h"
#include "volume/io/ScanReader.h"
#include "volume/io/internal/DicomElements.h"

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hounsfield::test {

/// Grids of every kind that a CT comes on.
struct NamedGrid {
    std::string name;
    Geometry geometry;
};
std::vector<NamedGrid> grids();
/// The orthogonal ones of them, right-handed.
std::vector<NamedGrid> orthogonalGrids();

/// HU by a formula, from -1024 up to beyond 3000; no two neighbouring voxels alike.
std::int16_t formulaHu(const Index3& i);
Volume formulaVolume(const Geometry& geometry);
/// Air with a bright ball (1000 HU) of 9 mm radius around an LPS position.
Volume ballVolume(const Geometry& geometry, const Vector3& centreMm);
/// Mean LPS position of the voxels above 500 HU.
Vector3 brightCentreMm(const Volume& volume);

Scan read(const std::filesystem::path& path, const std::optional<std::string>& which = std::nullopt);
std::vector<SeriesInfo> list(const std::filesystem::path& path);
/// The message of the Error(kind) that act throws; empty where it throws nothing or another kind.
std::string errorOf(const std::function<void()>& act, ErrorKind kind = ErrorKind::Scan);
bool contains(const std::string& text, const std::string& part);
bool anyContains(const std::vector<std::string>& texts, const std::string& part);
std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder);

/// A NIfTI-1 header of 352 bytes to be spoiled at will.
struct NiftiBytes {
    std::string bytes = std::string(352, '\0');
    NiftiBytes(const Index3& size, int datatype, int bits);
    template <typename Number> NiftiBytes& put(std::size_t place, Number value)
    {
        bytes.replace(place, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    NiftiBytes& sform(const std::array<std::array<float, 4>, 3>& rows);
    NiftiBytes& plainSform() { return sform({{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}}); }
};
std::string gzipped(const std::string& bytes);

/// A DICOM CT slice of 16 x 12 pixels of 2 x 1 mm at the height z mm, to be spoiled at will; HU -1024 + 10 *
/// row + number.
struct DicomSample {
    explicit DicomSample(const std::string& series = "1.2.3", int number = 1, double zMm = 0);
    DicomElements elements;
    std::string uid;
    void write(const std::filesystem::path& file) const;
};
/// A series of such slices, 2.5 mm apart, "slice-001" and so on.
void writeSamples(const std::filesystem::path& folder, const std::string& series, int count,
                  const std::function<void(DicomSample&, int)>& spoil = {});

} // namespace hounsfield::test
