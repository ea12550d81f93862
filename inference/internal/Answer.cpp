// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Answer.h"

#include "inference/internal/Regions.h"
#include "inference/internal/VolumeRange.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

/// Places of the voxels: few reach a peak.
std::vector<std::size_t> thoseAbove(const Probabilities& probability, double threshold)
{
    const int step = stepOf(threshold);
    std::vector<std::size_t> places;
    for (std::size_t v = 0; v < probability.size(); ++v)
        if (probability[v] >= step)
            places.push_back(v);
    return places;
}

/// The probabilities as a small volume of their own, to be looked at.
std::shared_ptr<const Volume> thousandths(const Probabilities& probability, const ModelImage& image)
{
    constexpr int least = 5; // steps: 0.02
    const Index3 size = image.crop.size();
    IndexBox box;
    std::size_t v = 0;
    for (std::int64_t x = 0; x < size[0]; ++x)
        for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t z = 0; z < size[2]; ++z, ++v)
                if (probability[v] >= least)
                    box.include({x, y, z});
    if (box.empty())
        return nullptr;
    std::vector<std::int16_t> values;
    values.reserve(static_cast<std::size_t>(box.count()));
    for (std::int64_t z = box.begin[2]; z < box.end[2]; ++z)
        for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y)
            for (std::int64_t x = box.begin[0]; x < box.end[0]; ++x)
                values.push_back(static_cast<std::int16_t>(std::lround(
                    1000 * probabilityOf(probability[static_cast<std::size_t>(image.offset({x, y, z}))]))));
    const Index3 first{image.crop.begin[0] + box.begin[0], image.crop.begin[1] + box.begin[1],
                       image.crop.begin[2] + box.begin[2]};
    return std::make_shared<const Volume>(
        Geometry(box.size(), image.resampled.toMm(first), image.resampled.matrix()), std::move(values));
}

/// Probability of a lung where its surface is to be drawn: the standard clean-up may give one lung what the
/// model marked as the other.
Probabilities ofBothLungs(const Probabilities& one, const Probabilities& other)
{
    Probabilities joined(one);
    for (std::size_t v = 0; v < joined.size(); ++v)
        joined[v] = std::max(joined[v], other[v]);
    return joined;
}

void setProbabilities(Finding& finding, const Voxels& inside, const Probabilities& probability)
{
    std::int64_t sum = 0, count = 0;
    std::uint8_t largest = 0;
    for (std::size_t v = 0; v < inside.size(); ++v) {
        largest = std::max(largest, probability[v]);
        sum += inside[v] ? probability[v] : 0;
        count += inside[v] != 0;
    }
    finding.largestProbability = double(probabilityOf(largest));
    finding.meanProbability = count ? (double(sum) / double(count) + 0.5) / 256 : 0;
}

} // namespace

Answer::Answer(const ModelImage& image, const Geometry& scan, const std::map<int, ClassResult>& results,
               const std::vector<ModelClass>& classes, const SegmentSettings& settings, Progress& progress)
    : m_image(image), m_scan(scan), m_results(results), m_classes(classes), m_settings(settings),
      m_progress(progress)
{
    m_masks.size = image.crop.size();
    m_masks.voxelMl = image.resampled.voxelVolumeMl();
    m_masks.spacingMm = image.resampled.spacingMm()[0];
    for (const auto& [key, result] : results) {
        progress.check();
        m_masks.masks[key] = above(result.probability, stepOf(result.threshold));
        if (result.peak > 0)
            m_masks.sure[key] = thoseAbove(result.probability, result.peak);
    }
    cleanUp(m_masks, classes, settings.cleanUp, progress);
}

const ModelClass* Answer::classById(int id) const
{
    const auto found = std::find_if(m_classes.begin(), m_classes.end(),
                                    [id](const ModelClass& known) { return known.id == id; });
    return found == m_classes.end() ? nullptr : &*found;
}

/// On the scan's grid. The published pipeline brings masks back by nearest neighbour; smooth outlines need
/// the probability.
Mask Answer::onScan(int key, const Voxels& inside) const
{
    if (m_settings.cleanUp != CleanUp::Standard)
        return toScanGridNearest(inside, m_image, m_scan);
    const ClassResult& result = m_results.at(key);
    constexpr int rightLung = 16, leftLung = 17;
    if (const auto other = m_results.find(rightLung + leftLung - key);
        (key == rightLung || key == leftLung) && other != m_results.end())
        return toScanGridLinear(ofBothLungs(result.probability, other->second.probability), inside,
                                result.threshold, m_image, m_scan);
    return toScanGridLinear(result.probability, inside, result.threshold, m_image, m_scan);
}

std::vector<std::shared_ptr<const HostOrgan>> Answer::hostsOf(int key)
{
    std::vector<std::shared_ptr<const HostOrgan>> hosts;
    const ModelClass* known = classById(key);
    if (!known || !known->isLesion())
        return hosts;
    for (const int id : known->hosts) {
        if (!m_masks.masks.count(id))
            continue;
        auto& host = m_hosts[id];
        m_progress.check();
        if (!host)
            host = std::make_shared<const HostOrgan>(
                HostOrgan{id, classById(id)->name, onScan(id, m_masks.masks.at(id))});
        hosts.push_back(host);
    }
    return hosts;
}

/// The range as the model's own grid has it, in proportion to the volume on the scan's grid: the two grids
/// count a surface differently, and a range must not shift for that.
void Answer::setRange(Finding& finding, int key, const Voxels& inside) const
{
    const ClassResult& result = m_results.at(key);
    const VolumeRange range =
        volumeRange(inside, result.probability, result.threshold, m_masks.size, m_masks.voxelMl);
    const double volume = finding.mask.volumeMl(), modelMl = double(countOf(inside)) * m_masks.voxelMl;
    const double scale = modelMl > 0 && volume > 0 ? volume / modelMl : 1;
    finding.volumeLowMl = std::min(volume, range.lowMl * scale);
    finding.volumeHighMl = std::max(volume, range.highMl * scale);
}

void Answer::setLeftOut(Finding& finding, int key) const
{
    const auto removed = m_masks.removals.find(key);
    if (removed == m_masks.removals.end() || removed->second.empty())
        return;
    finding.removals = removed->second;
    finding.warnings.push_back(sentenceOf(finding.removals));
    if (!m_settings.keepLeftOut)
        return;
    const ClassResult& result = m_results.at(key);
    Voxels gone = above(result.probability, stepOf(result.threshold));
    const Voxels& kept = m_masks.masks.at(key);
    for (std::size_t v = 0; v < gone.size(); ++v)
        gone[v] &= !kept[v];
    finding.leftOut = std::make_shared<const Mask>(toScanGridNearest(gone, m_image, m_scan));
}

void Answer::setDoubts(Finding& finding, int key, std::int64_t takenOut) const
{
    if (const auto said = m_masks.warnings.find(key); said != m_masks.warnings.end())
        finding.warnings.insert(finding.warnings.end(), said->second.begin(), said->second.end());
    if (finding.target.without.empty())
        return;
    std::string names;
    for (const int id : finding.target.without)
        names += (names.empty() ? "" : ", ") + classById(id)->name;
    finding.warnings.push_back("Taken out of it: " + fixedText(double(takenOut) * m_masks.voxelMl, 1) +
                               " mL of " + names + ".");
}

Finding Answer::found(const Target& target, int key)
{
    const ClassResult& result = m_results.at(key);
    Voxels inside = m_masks.masks.at(key);
    for (const int other : target.without)
        for (std::size_t v = 0; v < inside.size(); ++v)
            inside[v] &= !m_masks.masks.at(other)[v];
    Finding finding{target,
                    onScan(key, inside),
                    result.threshold,
                    0,
                    0,
                    0,
                    0,
                    {},
                    m_settings.keepProbability || (classById(key) && classById(key)->isLesion())
                        ? thousandths(result.probability, m_image)
                        : nullptr,
                    {},
                    {},
                    {},
                    {}};
    setProbabilities(finding, inside, result.probability);
    m_progress.check();
    setRange(finding, key, inside);
    m_progress.check();
    setLeftOut(finding, key);
    setDoubts(finding, key, countOf(m_masks.masks.at(key)) - countOf(inside));
    finding.hosts = hostsOf(key);
    finding.peak = m_settings.cleanUp == CleanUp::Standard ? result.peak : 0;
    return finding;
}

} // namespace hounsfield
