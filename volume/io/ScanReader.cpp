// SPDX-License-Identifier: Apache-2.0
#include "volume/io/ScanReader.h"

#include "volume/RegularFile.h"
#include "volume/io/ScanSource.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/Text.h"

namespace hounsfield {

std::string keyOf(const SeriesInfo& series)
{
    if (series.uid.empty())
        return std::to_string(series.number);
    return series.part > 0 ? series.uid + "#" + std::to_string(series.part) : series.uid;
}

std::vector<SeriesInfo> listSeries(const std::filesystem::path& path, Progress& progress)
{
    return ScanSource(path, progress).series();
}

Scan readScan(const std::filesystem::path& path, const std::optional<std::string>& which, Progress& progress)
{
    return ScanSource(path, progress).read(which, progress);
}

LabelImage readLabels(const std::filesystem::path& file)
{
    requireRegularFile(file, ErrorKind::Scan);
    std::error_code failed;
    if (std::filesystem::is_directory(file, failed))
        throw Error(ErrorKind::Scan,
                    quoted(file) + " is a folder; a label map is one file (.nii.gz or .nrrd).");
    Progress silent;
    const RawImage image = readImageFile(file, formatOf(file), ImageParts::All, silent);
    return {image.geometry, toLabels(image, quoted(file))};
}

} // namespace hounsfield
