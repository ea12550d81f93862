// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Progress.h"
#include "volume/Shutdown.h"

#include <filesystem>
#include <optional>

namespace hounsfield {

/// Whether a file is a ZIP archive, by its first bytes.
bool isZipArchive(const std::filesystem::path& file);

/// A ZIP archive of a scan, unpacked into a temporary folder that goes away with this object. Names inside
/// the archive choose no place outside of that folder; what a system adds to archives by itself (__MACOSX,
/// .DS_Store) is left out.
class UnpackedZip {
public:
    /// @throws Error(Scan): damaged, encrypted, nothing inside; Error(Resources): too large for the disk;
    /// Cancelled
    UnpackedZip(const std::filesystem::path& archive, Progress& progress);
    ~UnpackedZip();
    UnpackedZip(const UnpackedZip&) = delete;
    UnpackedZip& operator=(const UnpackedZip&) = delete;
    /// The folder; or the one file, where there is only one.
    std::filesystem::path path() const;

private:
    void unpack(const std::filesystem::path& archive, Progress& progress);

    std::filesystem::path m_folder;
    std::optional<TemporaryPath> m_listed; ///< what is left where the program is ended
};

} // namespace hounsfield
