// SPDX-License-Identifier: Apache-2.0
#include "volume/NumberText.h"
#include "volume/io/internal/DicomChecks.h"
#include "volume/io/internal/DicomSpacing.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace hounsfield {
namespace {

using Slices = std::vector<DicomSlice>;

constexpr std::array<const char*, markCount> markNames{
    "acquisition", "time point", "time point",     "stack",           "heart phase", "kind",
    "kernel",      "kV",         "contrast agent", "slice thickness", "description"};

DicomSeries partOf(const DicomSeries& whole, Slices slices, const std::string& label)
{
    DicomSeries part = whole;
    part.slices = std::move(slices);
    part.localizer = part.slices.front().localizer;
    part.original = part.slices.front().original;
    if (!label.empty())
        part.info.description += (part.info.description.empty() ? "(" : " (") + label + ")";
    part.info.bytes = 0;
    for (std::size_t n = 0; n < part.slices.size(); ++n)
        if (n == 0 || part.slices[n].file != part.slices[n - 1].file)
            part.info.bytes += part.slices[n].fileBytes;
    return part;
}

/// Whether slices may be put in a row along their normal.
bool canBePlaced(const Slices& slices)
{
    return std::all_of(slices.begin(), slices.end(), [](const DicomSlice& s) {
        return s.position.size() == 3 && s.orientation.size() == 6;
    });
}

/// Along the normal of the first one, ascending; the slices themselves are put in that order.
std::vector<double> sortedHeights(Slices& slices)
{
    const auto& o = slices.front().orientation;
    const Vector3 normal = cross(Vector3{o[0], o[1], o[2]}, Vector3{o[3], o[4], o[5]});
    const auto height = [&](const DicomSlice& s) { return dot(positionOf(s), normal); };
    std::stable_sort(slices.begin(), slices.end(),
                     [&](const auto& a, const auto& b) { return height(a) < height(b); });
    std::vector<double> heights;
    for (const DicomSlice& s : slices)
        heights.push_back(height(s));
    return heights;
}

bool anyCrowded(Slices slices)
{
    const std::vector<double> gaps = gapsOf(sortedHeights(slices));
    for (std::size_t n = 0; n < gaps.size(); ++n)
        if (isCrowded(gaps, n))
            return true;
    return false;
}

bool isEvenRow(Slices slices)
{
    if (slices.size() < 3 || !canBePlaced(slices))
        return false;
    const auto heights = sortedHeights(slices);
    try {
        return evenGrid(slices, heights, [](double) { return ""; }).slices.empty();
    } catch (const NotReadable&) {
        return false;
    }
}

bool sameKind(const DicomSlice& a, const DicomSlice& b)
{
    return a.localizer == b.localizer && a.sopClass == b.sopClass && areAlike(a, b);
}

std::string differenceInWords(const DicomSlice& main, const DicomSlice& other)
{
    if (other.localizer)
        return "localizer";
    if (other.sopClass != main.sopClass)
        return "images of another kind";
    if (other.rows != main.rows || other.columns != main.columns)
        return std::to_string(other.columns) + " x " + std::to_string(other.rows) + " pixels";
    const double degrees = degreesBetween(main, other);
    if (degrees > 45)
        return "across the others";
    if (degrees > 0.05)
        return "tilted by " + plainNumber(degrees, 1) + " degrees against the others";
    return other.pixelSpacing.empty() ? "without a place"
                                      : "pixels of " + plainNumber(other.pixelSpacing[0], 3) + " mm";
}

// Slices of one kind, size, orientation and pixel size make a part. Few odd ones are set apart only where the
// rest is a whole volume without them: else they are part of it, and it cannot be read.
std::vector<DicomSeries> byKind(DicomSeries series)
{
    std::vector<Slices> groups;
    Slices damaged;
    for (const DicomSlice& s : series.slices) {
        if (!s.damage.empty()) {
            damaged.push_back(s);
            continue;
        }
        const auto known = std::find_if(groups.begin(), groups.end(),
                                        [&](const Slices& g) { return sameKind(g.front(), s); });
        (known == groups.end() ? groups.emplace_back() : *known).push_back(s);
    }
    const auto volumeSlices = [](const Slices& g) { return g.front().localizer ? 0 : g.size(); };
    std::stable_sort(groups.begin(), groups.end(),
                     [&](const Slices& a, const Slices& b) { return volumeSlices(a) > volumeSlices(b); });
    if (groups.size() < 2)
        return {partOf(series, series.slices, "")};
    const DicomSlice main = groups.front().front();
    const bool even = isEvenRow(groups.front());
    std::size_t apart = 0;
    for (std::size_t n = 1; n < groups.size(); ++n) {
        const DicomSlice& odd = groups[n].front();
        if (!even && groups[n].size() < 3 && !odd.localizer && odd.sopClass == main.sopClass)
            return {partOf(series, series.slices, "")};
        apart += groups[n].size();
    }
    for (DicomSlice& s : damaged)
        groups.front().push_back(std::move(s));
    std::vector<DicomSeries> parts;
    for (Slices& group : groups) {
        const std::string label = parts.empty() ? "" : differenceInWords(main, group.front());
        parts.push_back(partOf(series, std::move(group), label));
    }
    parts.front().notes.push_back(
        std::to_string(apart) + (apart == 1 ? " image" : " images") +
        " of the series differ in kind, size, orientation or pixel size and are listed apart.");
    return parts;
}

struct ByNumber {
    bool operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const
    {
        const auto key = [](const std::string& text) {
            return std::pair(numberFrom(text).value_or(0), text);
        };
        for (std::size_t n = 0; n < a.size(); ++n)
            if (key(a[n]) != key(b[n]))
                return key(a[n]) < key(b[n]);
        return false;
    }
};
using Groups = std::map<std::vector<std::string>, Slices, ByNumber>;

/// Nothing where the marks do not give every group whole rows of places.
std::optional<Groups> groupsBy(const Slices& slices, const std::vector<std::size_t>& marks)
{
    Groups groups;
    for (const DicomSlice& s : slices) {
        std::vector<std::string> values;
        for (std::size_t mark : marks)
            values.push_back(s.marks[mark]);
        groups[values].push_back(s);
        if (groups.size() > 200)
            return std::nullopt;
    }
    const bool clean = groups.size() > 1 && std::all_of(groups.begin(), groups.end(), [](const auto& group) {
                           return group.second.size() >= 3 && !anyCrowded(group.second);
                       });
    return clean ? std::optional(groups) : std::nullopt;
}

bool isPrintable(const std::string& text)
{
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 32 && c < 127; });
}

std::vector<DicomSeries> partsBy(const DicomSeries& series, Groups groups,
                                 const std::vector<std::size_t>& marks)
{
    std::vector<DicomSeries> parts;
    for (auto& [values, slices] : groups) {
        std::string label;
        for (std::size_t n = 0; n < marks.size(); ++n) {
            // An enhanced image counts its time points in binary.
            const std::string value = isPrintable(values[n]) ? values[n] : std::to_string(parts.size() + 1);
            label += (n ? ", " : "") + std::string(markNames[marks[n]]) + " " +
                     (value.empty() ? "not said" : value);
        }
        parts.push_back(partOf(series, std::move(slices), label));
        parts.back().notes.push_back("The series holds " + std::to_string(groups.size()) +
                                     " scans of the same place, told apart by " + markNames[marks[0]] +
                                     "; each is listed as a series of its own. This is " + label + ".");
    }
    return parts;
}

/// Whether nearly all slices of a row keep one distance, which is wider than that of the row they are taken
/// from.
bool isRegularWithin(Slices slices, double usualOfAll)
{
    if (slices.size() < 3)
        return false;
    const std::vector<double> gaps = gapsOf(sortedHeights(slices));
    const double usual = usualGap(gaps);
    const auto regular = std::count_if(gaps.begin(), gaps.end(),
                                       [&](double gap) { return std::abs(gap - usual) < 0.1 * usual; });
    return usual > 1.3 * usualOfAll && regular * 5 >= static_cast<std::ptrdiff_t>(gaps.size()) * 4;
}

/// The scans whose slices lie between each other's without being crowded, where a mark tells them apart.
std::optional<Groups> interleavedBy(const Slices& sorted, double usual, std::size_t mark)
{
    Groups groups;
    std::size_t runs = 0;
    for (std::size_t n = 0; n < sorted.size(); ++n) {
        groups[{sorted[n].marks[mark]}].push_back(sorted[n]);
        runs += n == 0 || sorted[n].marks[mark] != sorted[n - 1].marks[mark];
    }
    // One block after the other, as where a scan goes on with another acquisition, is one row.
    const bool interleaved = groups.size() > 1 && runs > groups.size() &&
                             std::all_of(groups.begin(), groups.end(), [&](const auto& group) {
                                 return isRegularWithin(group.second, usual);
                             });
    return interleaved ? std::optional(groups) : std::nullopt;
}

std::vector<DicomSeries> interleaved(DicomSeries series)
{
    Slices sorted = series.slices;
    const double usual = usualGap(gapsOf(sortedHeights(sorted)));
    for (std::size_t mark = 0; mark < markCount; ++mark)
        if (auto groups = interleavedBy(sorted, usual, mark))
            return partsBy(series, std::move(*groups), {mark});
    return {std::move(series)};
}

std::vector<DicomSeries> byFrameOfReference(DicomSeries series)
{
    std::vector<Slices> frames;
    for (const DicomSlice& s : series.slices) {
        const auto known = std::find_if(frames.begin(), frames.end(), [&](const Slices& f) {
            return f.front().frameOfReferenceUid == s.frameOfReferenceUid;
        });
        (known == frames.end() ? frames.emplace_back() : *known).push_back(s);
    }
    if (frames.size() < 2)
        return {std::move(series)};
    if (frames.size() > 2 && frames.size() == series.slices.size()) {
        series.notes.push_back(
            "Every image names another frame of reference, as some programs that hide the patient write "
            "it. Their positions were taken to be of one.");
        return {std::move(series)};
    }
    std::vector<DicomSeries> parts;
    for (Slices& frame : frames) {
        const std::string label =
            "frame of reference " + std::to_string(parts.size() + 1) + " of " + std::to_string(frames.size());
        const std::string uid = frame.front().frameOfReferenceUid;
        parts.push_back(partOf(series, std::move(frame), label));
        parts.back().info.frameOfReferenceUid = uid;
        parts.back().notes.push_back(
            "The series holds images of " + std::to_string(frames.size()) +
            " frames of reference, whose positions cannot be compared; each is listed as a series of "
            "its own. This is " +
            label + ".");
    }
    return parts;
}

std::vector<DicomSeries> byTime(DicomSeries series)
{
    if (series.slices.size() < 6 || !canBePlaced(series.slices))
        return {std::move(series)};
    if (!anyCrowded(series.slices))
        return interleaved(std::move(series));
    for (std::size_t mark = 0; mark < markCount; ++mark)
        if (auto groups = groupsBy(series.slices, {mark}))
            return partsBy(series, std::move(*groups), {mark});
    for (std::size_t one = 0; one < markCount; ++one)
        for (std::size_t other = one + 1; other < markCount; ++other)
            if (auto groups = groupsBy(series.slices, {one, other}))
                return partsBy(series, std::move(*groups), {one, other});
    return {std::move(series)};
}

// Two parts of the body under one identifier, with nothing scanned between them.
std::vector<DicomSeries> byBlocks(DicomSeries series)
{
    constexpr std::size_t fewest = 10;
    if (series.slices.size() < 2 * fewest || !canBePlaced(series.slices))
        return {std::move(series)};
    Slices sorted = series.slices;
    const std::vector<double> gaps = gapsOf(sortedHeights(sorted));
    const double most = widestToFill(gaps);
    std::vector<Slices> blocks(1);
    for (std::size_t n = 0; n < sorted.size(); ++n) {
        if (n > 0 && gaps[n - 1] > most)
            blocks.emplace_back();
        blocks.back().push_back(sorted[n]);
    }
    if (blocks.size() < 2 ||
        std::any_of(blocks.begin(), blocks.end(), [](const auto& b) { return b.size() < fewest; }))
        return {std::move(series)};
    std::vector<DicomSeries> parts;
    for (Slices& block : blocks) {
        const std::string label =
            "part " + std::to_string(parts.size() + 1) + " of " + std::to_string(blocks.size());
        parts.push_back(partOf(series, std::move(block), label));
        parts.back().notes.push_back("The series has wide gaps without images and is listed in " +
                                     std::to_string(blocks.size()) + " parts; this is " + label + ".");
    }
    return parts;
}

} // namespace

std::vector<DicomSeries> separated(DicomSeries series)
{
    std::vector<DicomSeries> parts;
    for (DicomSeries& kind : byKind(std::move(series)))
        for (DicomSeries& frame : byFrameOfReference(std::move(kind)))
            for (DicomSeries& time : byTime(std::move(frame)))
                for (DicomSeries& block : byBlocks(std::move(time)))
                    parts.push_back(std::move(block));
    return parts;
}

} // namespace hounsfield
