// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/ScanReader.h"

#include <functional>

namespace hounsfield {

/// One slice as it is stored, for the eye: rows from top to bottom, columns from left to right.
struct SliceImage {
    int columns = 0, rows = 0;
    double columnMm = 1, rowMm = 1;
    std::vector<std::int16_t> hu;
};

/// A path that was looked through once: what it holds, read as often as one likes. A ZIP archive stays
/// unpacked for as long.
class ScanSource {
public:
    /// Hears what was found so far while a folder is being looked through; images counts up, the rest is not
    /// examined yet.
    using Seen = std::function<void(const std::vector<SeriesInfo>&)>;
    /// Hears of a slice now and then (about 15 a second) while a DICOM series is read.
    using SliceRead = std::function<void(const SliceImage&)>;

    /// As listSeries. @throws Error(Scan) where nothing can be read; Cancelled
    ScanSource(std::filesystem::path path, Progress& progress, const Seen& seen = {});
    ~ScanSource();

    const std::filesystem::path& path() const { return m_path; }
    const std::vector<SeriesInfo>& series() const { return m_series; }
    /// As readScan. @throws Error, Cancelled
    Scan read(const std::optional<std::string>& which, Progress& progress,
              const SliceRead& sliceRead = {}) const;
    /// What read would take. @throws Error(Scan) where there is no such series, or none that can be read
    const SeriesInfo& chosen(const std::optional<std::string>& which) const;
    /// A series' slice in the middle; nothing where the series cannot be read or is no DICOM.
    std::optional<SliceImage> middleSlice(int number) const;

private:
    struct Found;
    std::filesystem::path m_path;
    std::unique_ptr<Found> m_found;
    std::vector<SeriesInfo> m_series;
};

} // namespace hounsfield
