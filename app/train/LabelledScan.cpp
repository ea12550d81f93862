#include "app/train/LabelledScan.h"

#include "volume/io/ScanReader.h"

#include <algorithm>

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
        throw Error(error.kind(), "The " + std::string(what) + " " + file.string() + " cannot be used: " + error.what());
    }
    if (!image.geometry.sameGrid(grid, 0.01))
        throw Error(ErrorKind::Scan, "The " + std::string(what) + " " + file.string() + " does not lie on its scan's grid.");
    return image;
}

Mask maskOf(const LabelImage& image, const Geometry& grid, const auto& inside)
{
    std::vector<std::uint8_t> voxels(image.labels.size());
    std::transform(image.labels.begin(), image.labels.end(), voxels.begin(), inside);
    return Mask::fromGrid(grid, voxels);
}

} // namespace

void addLesionsToHosts(LabelledScan& scan, const std::vector<ModelClass>& classes)
{
    for (const ModelClass& lesion : classes)
        // Of two hosts (kidneys) only one holds the tumor, and which is not annotated: those masks are taken as they are.
        if (lesion.hosts.size() == 1 && scan.annotated & bitOf(lesion.hosts.front())) {
            const Mask& tumor = scan.masks[static_cast<std::size_t>(lesion.id - 1)];
            Mask& host = scan.masks[static_cast<std::size_t>(lesion.hosts.front() - 1)];
            if (!tumor.empty())
                host = unionOf(scan.volume->geometry(), {&host, &tumor});
        }
}

LabelledScan readLabelled(const fs::path& file, const fs::path& labels, const std::map<int, int>& classOfValue, const std::vector<ModelClass>& classes)
{
    LabelledScan scan = openScan(file, classes);
    const LabelImage image = readOnGrid(labels, scan.volume->geometry(), "label map");
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

LabelledScan readMasked(const fs::path& file, const std::map<int, fs::path>& masks, const std::vector<ModelClass>& classes)
{
    LabelledScan scan = openScan(file, classes);
    for (const auto& [id, mask] : masks) {
        const LabelImage image = readOnGrid(mask, scan.volume->geometry(), "mask");
        scan.masks[static_cast<std::size_t>(id - 1)] = maskOf(image, scan.volume->geometry(), [](std::int32_t value) { return value != 0; });
        scan.annotated |= bitOf(id);
    }
    return scan;
}

} // namespace hounsfield::training
