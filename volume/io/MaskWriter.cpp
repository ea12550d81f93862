// SPDX-License-Identifier: Apache-2.0
#include "volume/io/MaskWriter.h"

#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/io/Csv.h"
#include "volume/io/internal/CarefulFile.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& why)
{
    throw Error(ErrorKind::Resources, why);
}

void writeFormat(const VoxelsToWrite& image, const fs::path& file)
{
    const std::string ending = endingOf(file);
    if (ending == ".nrrd")
        writeNrrd(image, file);
    else
        writeNifti(image, file, ending == ".nii.gz");
}

void checkFormat(const VoxelsToWrite& image, const fs::path& file)
{
    const std::string ending = endingOf(file);
    if (ending != ".nrrd" && ending != ".nii" && ending != ".nii.gz")
        refuse(quoted(file) + " cannot be written: its ending must be .nii.gz, .nii or .nrrd.");
    const Index3& size = image.geometry.size();
    if (ending != ".nrrd" && *std::max_element(size.begin(), size.end()) > 32767)
        refuse(quoted(file) +
               " cannot be written: NIfTI holds at most 32767 voxels along one axis. Choose .nrrd.");
}

/// Hears a stop and says nothing.
class StopAlone final : public Progress {
public:
    explicit StopAlone(const Progress* stop) : m_stop(stop) {}
    bool stopRequested() const override { return m_stop && m_stop->stopRequested(); }

private:
    const Progress* m_stop;
};

void checkReadBack(const VoxelsToWrite& image, const fs::path& file)
{
    StopAlone stop(image.stop);
    const RawImage back = readImageFile(file, formatOf(file), ImageParts::All, stop);
    if (!back.geometry.sameGrid(image.geometry))
        refuse("The grid differs by more than 0.001 mm.");
    if (back.component != image.component || back.slope != 1 || back.intercept != 0 ||
        static_cast<std::int64_t>(back.bytes.size()) != image.bytes() ||
        std::memcmp(back.bytes.data(), image.voxels, back.bytes.size()) != 0)
        refuse("The voxels differ.");
}

void writeImage(const VoxelsToWrite& image, const fs::path& file)
{
    checkFormat(image, file);
    writeCarefully(
        file, [&](const fs::path& temporary) { writeFormat(image, temporary); },
        [&](const fs::path& temporary) { checkReadBack(image, temporary); });
}

std::string labelTable(const std::vector<LabelledMask>& rows)
{
    std::string table = "id,name,snomed,red,green,blue,laterality,threshold\n";
    for (const LabelledMask& row : rows) {
        table += std::to_string(row.id) + "," + csvCell(row.name) + "," + csvCell(row.snomedCode);
        for (int channel : row.rgb)
            table += "," + std::to_string(channel);
        table += "," + row.laterality + "," + (row.threshold ? fixedText(*row.threshold, 3) : "") + "\n";
    }
    return table;
}

void checkRows(const std::vector<LabelledMask>& rows)
{
    std::set<int> ids;
    if (rows.empty())
        refuse("There is no mask to put into a label map.");
    for (const LabelledMask& row : rows) {
        if (!row.mask || !row.mask->geometry().sameGrid(rows.front().mask->geometry()))
            refuse("The masks of a label map do not lie on one grid.");
        if (row.id < 1 || row.id > 255 || !ids.insert(row.id).second)
            refuse("The label " + std::to_string(row.id) + " of '" + row.name +
                   "' is taken twice or not from 1 to 255.");
    }
}

} // namespace

void writeMask(const Mask& mask, const fs::path& file, const Progress& stop)
{
    const std::vector<std::uint8_t> grid = mask.toGrid();
    writeImage({mask.geometry(), Component::UInt8, grid.data(), &stop}, file);
}

void writeLabelMap(const std::vector<LabelledMask>& rows, const fs::path& image, const fs::path& labels,
                   const Progress& stop)
{
    checkRows(rows);
    const Geometry& geometry = rows.front().mask->geometry();
    std::vector<std::uint8_t> grid(static_cast<std::size_t>(geometry.voxelCount()), 0);
    for (const LabelledMask& row : rows)
        forEachVoxel(*row.mask, [&](const Index3& i) {
            grid[static_cast<std::size_t>(geometry.offset(i))] = static_cast<std::uint8_t>(row.id);
        });
    writeImage({geometry, Component::UInt8, grid.data(), &stop}, image);
    try {
        writeTextFile(labelTable(rows), labels);
    } catch (const Error&) {
        // A label map without its table cannot be read by anybody.
        std::error_code ignored;
        fs::remove(image, ignored);
        throw;
    }
}

void writeVolume(const Volume& volume, const fs::path& file)
{
    writeImage({volume.geometry(), Component::Int16, volume.voxels().data()}, file);
}

void writeTextFile(const std::string& text, const fs::path& file)
{
    const auto write = [&](const fs::path& temporary) {
        std::ofstream out(temporary, std::ios::binary);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        out.close();
        if (!out)
            cannotWrite(temporary);
    };
    const auto check = [&](const fs::path& temporary) {
        std::ifstream in(temporary, std::ios::binary);
        if (std::string(std::istreambuf_iterator<char>(in), {}) != text)
            refuse("The text differs.");
    };
    writeCarefully(file, write, check);
}

} // namespace hounsfield
