// SPDX-License-Identifier: Apache-2.0
#include "app/train/LabelledScan.h"

#include "volume/io/ScanReader.h"

#include <algorithm>
#include <set>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

LabelledScan openScan(const fs::path& file, const std::vector<ModelClass>& classes)
{
    Progress silent;
    LabelledScan scan;
    scan.name = file.filename().string();
    try {
        scan.volume = readScan(file, std::nullopt, silent).volume;
    } catch (const Error& error) {
        throw Error(error.kind(), "The scan " + file.string() + " cannot be used: " + error.what());
    }
    std::size_t rows = 0;
    for (const ModelClass& known : classes)
        rows = std::max(rows, static_cast<std::size_t>(known.id));
    scan.masks.assign(rows, Mask(scan.volume->geometry()));
    return scan;
}

LabelImage readOnGrid(const fs::path& file, const Geometry& grid, const char* what)
{
    LabelImage image;
    try {
        image = readLabels(file);
    } catch (const Error& error) {
        throw Error(error.kind(),
                    "The " + std::string(what) + " " + file.string() + " cannot be used: " + error.what());
    }
    if (!image.geometry.sameGrid(grid, 0.01))
        throw Error(ErrorKind::Scan,
                    "The " + std::string(what) + " " + file.string() + " does not lie on its scan's grid.");
    return image;
}

Mask maskOf(const LabelImage& image, const Geometry& grid, const auto& inside)
{
    std::vector<std::uint8_t> voxels(image.labels.size());
    std::transform(image.labels.begin(), image.labels.end(), voxels.begin(), inside);
    return Mask::fromGrid(grid, voxels);
}

/// Whether a voxel or one of the six beside it is of a mask.
bool touches(const Mask& mask, const Index3& at)
{
    for (int a = -1; a < 3; ++a)
        for (const int step : {-1, 1}) {
            Index3 beside = at;
            if (a >= 0)
                beside[a] += step;
            const Index3 size = mask.geometry().size();
            if (beside[0] >= 0 && beside[1] >= 0 && beside[2] >= 0 && beside[0] < size[0] &&
                beside[1] < size[1] && beside[2] < size[2] && mask.at(beside))
                return true;
        }
    return false;
}

void noteUnnamed(const LabelImage& image, const std::map<int, int>& classOfValue, const fs::path& file,
                 std::vector<std::string>& notes)
{
    const std::set<std::int32_t> values(image.labels.begin(), image.labels.end());
    std::string unnamed;
    for (const std::int32_t value : values)
        if (value != 0 && !classOfValue.contains(value))
            unnamed += (unnamed.empty() ? "" : ", ") + std::to_string(value);
    if (!unnamed.empty())
        notes.push_back("The label map " + file.string() +
                        " has values that are not used, as dataset.json names no class for them: " + unnamed +
                        ".");
}

} // namespace

std::vector<std::string> lesionsBeside(const LabelledScan& scan, const std::vector<ModelClass>& classes)
{
    std::vector<std::string> notes;
    for (const ModelClass& lesion : classes) {
        const Mask& mask = scan.masks[static_cast<std::size_t>(lesion.id - 1)];
        if (lesion.hosts.empty() || mask.empty() ||
            std::any_of(lesion.hosts.begin(), lesion.hosts.end(),
                        [&](int id) { return !(scan.annotated & bitOf(id)); }))
            continue;
        std::vector<const Mask*> hosts;
        for (const int id : lesion.hosts)
            hosts.push_back(&scan.masks[static_cast<std::size_t>(id - 1)]);
        const Mask organ = unionOf(scan.volume->geometry(), hosts);
        bool meets = false;
        forEachVoxel(mask, [&](const Index3& i) { meets = meets || touches(organ, i); });
        if (!meets)
            notes.push_back("In " + scan.name + " no voxel of the " + lesion.name +
                            " lies in its organ or touches it: is it another's, or is the scan's order of "
                            "slices another?");
    }
    return notes;
}

void addLesionsToHosts(LabelledScan& scan, const std::vector<ModelClass>& classes)
{
    for (const ModelClass& lesion : classes)
        // Of two hosts (kidneys) only one holds the tumor, and which is not annotated: those masks are taken
        // as they are.
        if (lesion.hosts.size() == 1 && scan.annotated & bitOf(lesion.hosts.front())) {
            const Mask& tumor = scan.masks[static_cast<std::size_t>(lesion.id - 1)];
            Mask& host = scan.masks[static_cast<std::size_t>(lesion.hosts.front() - 1)];
            if (!tumor.empty())
                host = unionOf(scan.volume->geometry(), {&host, &tumor});
        }
}

LabelledScan readLabelled(const fs::path& file, const fs::path& labels,
                          const std::map<int, int>& classOfValue, const std::vector<ModelClass>& classes,
                          std::vector<std::string>* notes)
{
    LabelledScan scan = openScan(file, classes);
    const LabelImage image = readOnGrid(labels, scan.volume->geometry(), "label map");
    if (notes)
        noteUnnamed(image, classOfValue, labels, *notes);
    for (const auto& [value, id] : classOfValue)
        scan.annotated |= bitOf(id);
    for (std::size_t c = 0; c < scan.masks.size(); ++c) {
        const int id = static_cast<int>(c) + 1;
        if (scan.annotated & bitOf(id))
            scan.masks[c] = maskOf(image, scan.volume->geometry(), [&](std::int32_t value) {
                const auto found = classOfValue.find(value);
                return found != classOfValue.end() && found->second == id;
            });
    }
    return scan;
}

LabelledScan readMasked(const fs::path& file, const std::map<int, fs::path>& masks,
                        const std::vector<ModelClass>& classes)
{
    LabelledScan scan = openScan(file, classes);
    for (const auto& [id, mask] : masks) {
        const LabelImage image = readOnGrid(mask, scan.volume->geometry(), "mask");
        scan.masks[static_cast<std::size_t>(id - 1)] =
            maskOf(image, scan.volume->geometry(), [](std::int32_t value) { return value != 0; });
        scan.annotated |= bitOf(id);
    }
    return scan;
}

} // namespace hounsfield::training
