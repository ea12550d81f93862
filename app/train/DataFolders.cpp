#include "app/train/DataFolders.h"

#include "volume/io/ScanReader.h"

#include <algorithm>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

/// A tumor voxel counts as its host organ too, where the host was annotated (Liu et al. 2023, section 3.3).
void addLesionsToHosts(std::vector<std::vector<std::uint8_t>>& grids, const std::vector<ModelClass>& classes, ClassBits annotated)
{
    for (const ModelClass& lesion : classes)
        for (int host : lesion.hosts)
            // Of two hosts (kidneys) only one holds the tumor, and which is not annotated: those masks are taken as they are.
            if (lesion.hosts.size() == 1 && annotated >> (host - 1) & 1)
                for (std::size_t v = 0; v < grids[static_cast<std::size_t>(lesion.id - 1)].size(); ++v)
                    grids[static_cast<std::size_t>(host - 1)][v] |= grids[static_cast<std::size_t>(lesion.id - 1)][v];
}

} // namespace

std::vector<fs::path> listCases(const fs::path& data)
{
    std::vector<fs::path> cases;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(data, failed))
        if (fs::exists(entry.path() / "ct.nii.gz") && fs::is_directory(entry.path() / "segmentations"))
            cases.push_back(entry.path());
    if (cases.empty())
        throw Error(ErrorKind::Scan, "No labelled scans in " + data.string() + ". Expected <case>/ct.nii.gz and <case>/segmentations/<class>.nii.gz.");
    std::sort(cases.begin(), cases.end());
    return cases;
}

LabelledScan readCase(const fs::path& folder, const std::vector<ModelClass>& classes)
{
    Progress silent;
    LabelledScan scan{folder.filename().string(), readScan(folder / "ct.nii.gz", std::nullopt, silent).volume, {}, 0};
    const Geometry& geometry = scan.volume->geometry();
    std::vector<std::vector<std::uint8_t>> grids(classes.size());
    for (const ModelClass& known : classes) {
        auto& grid = grids[static_cast<std::size_t>(known.id - 1)];
        const fs::path file = folder / "segmentations" / (known.fileName + ".nii.gz");
        if (fs::exists(file)) {
            const LabelImage image = readLabels(file);
            if (!image.geometry.sameGrid(geometry, 0.01))
                throw Error(ErrorKind::Scan, "The mask " + file.string() + " does not lie on its scan's grid.");
            grid.assign(image.labels.begin(), image.labels.end());
            std::transform(image.labels.begin(), image.labels.end(), grid.begin(), [](auto v) { return v != 0; });
            scan.annotated |= bitOf(known.id);
        } else {
            grid.assign(static_cast<std::size_t>(geometry.voxelCount()), 0);
        }
    }
    addLesionsToHosts(grids, classes, scan.annotated);
    for (const auto& grid : grids)
        scan.masks.push_back(Mask::fromGrid(geometry, grid));
    return scan;
}

LabelledScan readLabelled(const fs::path& file, const fs::path& labels, const std::map<int, int>& classOfValue, std::size_t classCount)
{
    Progress silent;
    LabelledScan scan{file.filename().string(), readScan(file, std::nullopt, silent).volume, {}, 0};
    const LabelImage image = readLabels(labels);
    if (!image.geometry.sameGrid(scan.volume->geometry(), 0.01))
        throw Error(ErrorKind::Scan, "The label map " + labels.string() + " does not lie on the scan's grid.");
    std::vector<std::vector<std::uint8_t>> grids(classCount, std::vector<std::uint8_t>(image.labels.size(), 0));
    for (const auto& [value, id] : classOfValue)
        scan.annotated |= bitOf(id);
    for (std::size_t v = 0; v < image.labels.size(); ++v)
        if (const auto found = classOfValue.find(image.labels[v]); found != classOfValue.end())
            grids[static_cast<std::size_t>(found->second - 1)][v] = 1;
    for (const auto& grid : grids)
        scan.masks.push_back(Mask::fromGrid(scan.volume->geometry(), grid));
    return scan;
}

FolderSource::FolderSource(const std::vector<fs::path>& data, std::vector<ModelClass> classes, const InputSettings& settings,
                           std::uint64_t seed)
    : m_classes(std::move(classes)), m_settings(settings), m_random(seed)
{
    for (const fs::path& folder : data)
        for (const fs::path& found : listCases(folder))
            m_cases.push_back(found);
}

TrainingScan FolderSource::next()
{
    const auto which = std::uniform_int_distribution<std::size_t>(0, m_cases.size() - 1)(m_random);
    const LabelledScan scan = readCase(m_cases[which], m_classes);
    return makeTrainingScan(*scan.volume, scan.masks, scan.annotated, m_settings);
}

} // namespace hounsfield::training
