// SPDX-License-Identifier: Apache-2.0
#include "app/train/DataCheck.h"

#include "app/train/ClassNames.h"
#include "volume/ClassicLocale.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <optional>

namespace hounsfield::training {
namespace {

std::string text(const char* format, ...)
{
    const ClassicLocale numbersAsInC;
    char line[600];
    va_list values;
    va_start(values, format);
    std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    return line;
}

const Mask& maskOf(const LabelledScan& scan, int id)
{
    return scan.masks[static_cast<std::size_t>(id - 1)];
}

Vector3 middleMm(const Mask& mask)
{
    Vector3 sum{0, 0, 0};
    forEachVoxel(mask, [&](const Index3& i) { sum = sum + mask.geometry().toMm(i); });
    return {sum[0] / double(mask.count()), sum[1] / double(mask.count()), sum[2] / double(mask.count())};
}

/// A "Left ..." that lies on the right of its "Right ..." (x of LPS grows to the left).
void checkSides(const LabelledScan& scan, const std::vector<ModelClass>& classes, CaseFacts& facts)
{
    for (const ModelClass& left : classes) {
        if (!left.name.starts_with("Left ") || maskOf(scan, left.id).empty())
            continue;
        for (const ModelClass& right : classes)
            if (right.name == "Right " + left.name.substr(5) && !maskOf(scan, right.id).empty() &&
                middleMm(maskOf(scan, left.id))[0] < middleMm(maskOf(scan, right.id))[0])
                facts.oddities.push_back("In " + facts.name + " the " + left.name +
                                         " lies on the right of the " + right.name +
                                         ": are they swapped, or is the scan mirrored?");
    }
}

void checkLesions(const LabelledScan& scan, const std::vector<ModelClass>& classes, CaseFacts& facts)
{
    for (const ModelClass& lesion : classes) {
        const Mask& mask = maskOf(scan, lesion.id);
        // Where it has one host its voxels were added to it already: what is left to see is that it lies
        // beside the rest.
        if (lesion.hosts.size() < 2 || mask.empty())
            continue;
        std::vector<const Mask*> hosts;
        for (const int id : lesion.hosts)
            if (scan.annotated & bitOf(id))
                hosts.push_back(&maskOf(scan, id));
        if (hosts.size() != lesion.hosts.size())
            continue;
        const Mask organ = unionOf(scan.volume->geometry(), hosts);
        std::int64_t inside = 0;
        forEachVoxel(mask, [&](const Index3& i) { inside += organ.at(i); });
        if (inside * 2 < mask.count())
            facts.oddities.push_back(text("In %s only %.0f %% of the %s lies in its organ. Its voxels should "
                                          "be in the organ's mask too.",
                                          facts.name.c_str(), 100.0 * double(inside) / double(mask.count()),
                                          lesion.name.c_str()));
    }
}

void checkHu(const LabelledScan& scan, CaseFacts& facts)
{
    const auto [low, high] = std::minmax_element(scan.volume->voxels().begin(), scan.volume->voxels().end());
    if (*low > -200)
        facts.oddities.push_back(
            text("The lowest value of %s is %d: Hounsfield units of air are about -1000. Is it rescaled?",
                 facts.name.c_str(), int(*low)));
    if (*high < 100)
        facts.oddities.push_back(text("The highest value of %s is %d: no bone is that dark. Is it CT?",
                                      facts.name.c_str(), int(*high)));
}

std::optional<double> medianOf(std::vector<double> values)
{
    if (values.empty())
        return std::nullopt;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::vector<double> volumesOf(const std::vector<CaseFacts>& cases, int id)
{
    std::vector<double> volumes;
    for (const CaseFacts& one : cases)
        if (one.volumeMl[static_cast<std::size_t>(id - 1)] > 0)
            volumes.push_back(one.volumeMl[static_cast<std::size_t>(id - 1)]);
    return volumes;
}

} // namespace

CaseFacts lookAtCase(const DataSets& data, const DataCase& one)
{
    CaseFacts facts;
    const LabelledScan scan = data.read(one, &facts.oddities);
    facts.name = scan.name;
    facts.spacingMm = scan.volume->geometry().spacingMm();
    facts.size = scan.volume->geometry().size();
    facts.validation = one.validation;
    facts.annotated = scan.annotated;
    for (const Mask& mask : scan.masks)
        facts.volumeMl.push_back(mask.volumeMl());
    const DataSet& set = data.sets[one.set];
    for (const ModelClass& known : data.classes) {
        if (!(scan.annotated & bitOf(known.id)) || !maskOf(scan, known.id).empty() || known.isLesion())
            continue;
        const auto file = one.folder / "segmentations" / (known.fileName + ".nii.gz");
        if (std::filesystem::exists(file))
            facts.oddities.push_back("The mask " + file.string() +
                                     " is empty: it teaches that the scan has no " + known.name + ".");
        else if (!std::filesystem::is_directory(one.folder / "segmentations"))
            facts.oddities.push_back("In " + facts.name + " no voxel of labels.nii.gz has the value of the " +
                                     known.name + ": it teaches that the scan has none.");
        else if (set.annotated)
            facts.oddities.push_back("In " + facts.name + " there is no mask of the " + known.name +
                                     ", which " + (set.folder / "dataset.json").string() +
                                     " lists as annotated: it teaches that the scan has none.");
    }
    if (scan.annotated == 0)
        facts.oddities.push_back("In " + facts.name + " no class is annotated: it teaches nothing.");
    if (const double thickest = std::max({facts.spacingMm[0], facts.spacingMm[1], facts.spacingMm[2]});
        thickest > 6)
        facts.oddities.push_back(
            text("The voxels of %s are %.1f mm apart along one axis: small organs are hardly in it.",
                 facts.name.c_str(), thickest));
    checkHu(scan, facts);
    checkSides(scan, data.classes, facts);
    checkLesions(scan, data.classes, facts);
    return facts;
}

std::vector<std::string> farVolumes(const std::vector<CaseFacts>& cases,
                                    const std::vector<ModelClass>& classes)
{
    std::vector<std::string> odd;
    for (const ModelClass& known : classes) {
        const std::vector<double> volumes = volumesOf(cases, known.id);
        if (volumes.size() < 4 || known.isLesion())
            continue;
        const double usual = *medianOf(volumes);
        for (const CaseFacts& one : cases) {
            const double ml = one.volumeMl[static_cast<std::size_t>(known.id - 1)];
            if (ml > 0 && (ml * 5 <= usual || ml >= 5 * usual))
                odd.push_back(text("In %s the %s has %.3g mL; half of the cases have %.3g mL or more.",
                                   one.name.c_str(), known.name.c_str(), ml, usual));
        }
    }
    return odd;
}

std::string checkReport(const DataSets& data, const std::vector<CaseFacts>& cases,
                        const std::vector<std::string>& broken)
{
    std::string report = "| case | voxels | spacing, mm | annotated classes | for |\n|---|---|---|---|---|\n";
    for (const CaseFacts& one : cases) {
        int annotated = 0;
        for (const ModelClass& known : data.classes)
            annotated += (one.annotated & bitOf(known.id)) != 0;
        report +=
            "| " + one.name +
            text(" | %lld x %lld x %lld | %.2f x %.2f x %.2f | %d | ", static_cast<long long>(one.size[0]),
                 static_cast<long long>(one.size[1]), static_cast<long long>(one.size[2]), one.spacingMm[0],
                 one.spacingMm[1], one.spacingMm[2], annotated) +
            (one.validation ? "validation |\n" : "training |\n");
    }
    report += "\n| class | annotated in | there in | volume, mL: least, median, most |\n|---|---|---|---|\n";
    for (const ModelClass& known : data.classes) {
        int annotated = 0;
        for (const CaseFacts& one : cases)
            annotated += (one.annotated & bitOf(known.id)) != 0;
        const std::vector<double> volumes = volumesOf(cases, known.id);
        if (annotated == 0)
            continue;
        report += "| " + known.name + text(" | %d | %zu | ", annotated, volumes.size());
        report += volumes.empty()
                      ? "- |\n"
                      : text("%.3g, %.3g, %.3g |\n", *std::min_element(volumes.begin(), volumes.end()),
                             *medianOf(volumes), *std::max_element(volumes.begin(), volumes.end()));
    }
    ClassBits seen = 0;
    for (const CaseFacts& one : cases)
        seen |= one.annotated;
    report += "\nAnnotated nowhere: " + namesOf(allOf(data.classes) & ~seen, data.classes) + ".\n";
    std::vector<std::string> odd;
    for (const DataSet& set : data.sets)
        odd.insert(odd.end(), set.unused.begin(), set.unused.end());
    for (const CaseFacts& one : cases)
        odd.insert(odd.end(), one.oddities.begin(), one.oddities.end());
    const std::vector<std::string> far = farVolumes(cases, data.classes);
    odd.insert(odd.end(), far.begin(), far.end());
    for (const std::string& problem : broken)
        report += "\n- Broken: " + problem;
    for (const std::string& sentence : odd)
        report += "\n- " + sentence;
    report += odd.empty() && broken.empty() ? "\nNothing odd was found.\n" : "\n";
    return report;
}

} // namespace hounsfield::training
