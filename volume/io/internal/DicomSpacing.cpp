// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/DicomSpacing.h"

#include "volume/TextList.h"
#include "volume/io/internal/DicomChecks.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

// Positions rounded to a tenth of a millimetre are 0.1 apart in their gaps; the 1e-6 is for the decimal
// fractions.
double toleranceMm(double usual)
{
    return std::max(0.1, 0.01 * usual) + 1e-6;
}

bool isEven(const std::vector<double>& heights, double usual)
{
    const double tolerance = toleranceMm(usual);
    const double step = (heights.back() - heights.front()) / static_cast<double>(heights.size() - 1);
    for (std::size_t n = 0; n < heights.size(); ++n) {
        if (std::abs(heights[n] - heights.front() - static_cast<double>(n) * step) > tolerance)
            return false;
        if (n > 0 && std::abs(heights[n] - heights[n - 1] - usual) > tolerance)
            return false;
    }
    return true;
}

/// How many steps each gap is, where all are whole steps and few are more than one: slices are missing.
std::optional<std::vector<int>> wholeSteps(const std::vector<double>& gaps, double usual)
{
    std::vector<int> steps;
    std::size_t wide = 0;
    for (double gap : gaps) {
        const double times = std::round(gap / usual);
        if (times < 1 || std::abs(gap - times * usual) > std::max(0.1, 0.05 * usual))
            return std::nullopt;
        steps.push_back(static_cast<int>(times));
        wide += times > 1;
    }
    return wide * 5 <= gaps.size() ? std::optional(steps) : std::nullopt;
}

/// Whether every slice lies where counting steps puts it: small differences may add up.
bool stepsFit(const std::vector<double>& heights, const std::vector<int>& steps, double usual)
{
    int total = 0, before = 0;
    for (int n : steps)
        total += n;
    const double step = (heights.back() - heights.front()) / total;
    for (std::size_t n = 0; n < steps.size(); ++n) {
        if (std::abs(heights[n] - heights.front() - before * step) > toleranceMm(usual))
            return false;
        before += steps[n];
    }
    return true;
}

void checkWidest(const std::vector<DicomSlice>& slices, const std::vector<double>& gaps, double usual)
{
    const double most = widestToFill(gaps);
    for (std::size_t n = 0; n < gaps.size(); ++n)
        if (gaps[n] > most)
            throw NotReadable{"Between " + nameOf(slices[n]) + " and " + nameOf(slices[n + 1]) + " lie " +
                              mm(gaps[n]) + " without an image, where the others lie " + mm(usual) +
                              " apart: too much is missing to be filled in." + fetchAgain};
}

/// "at z = 1 mm, z = 3 mm and 4 more places"
std::string listed(const std::vector<std::string>& places)
{
    constexpr std::size_t most = 6;
    if (places.size() <= most)
        return listText(places);
    std::vector<std::string> shown(places.begin(), places.begin() + most);
    shown.push_back(std::to_string(places.size() - most) + " more places");
    return listText(shown);
}

EvenGrid filled(const std::vector<DicomSlice>& slices, const std::vector<double>& heights,
                const std::vector<int>& steps, double usual, const NameOfHeight& nameOfHeight)
{
    EvenGrid grid;
    std::vector<std::string> madeUp;
    std::string first;
    int total = 0;
    for (std::size_t n = 0; n < steps.size(); ++n) {
        for (int k = 0; k < steps[n]; ++k) {
            const double weight = static_cast<double>(k) / steps[n];
            grid.slices.push_back({n, weight});
            if (k > 0)
                madeUp.push_back(nameOfHeight(heights[n] + weight * (heights[n + 1] - heights[n])));
        }
        if (steps[n] > 1 && first.empty())
            first = nameOf(slices[n]) + " and " + nameOf(slices[n + 1]) + ", which lie " +
                    mm(heights[n + 1] - heights[n]) + " apart where the others lie " + mm(usual) + " apart";
        total += steps[n];
    }
    grid.slices.push_back({steps.size(), 0});
    grid.stepMm = (heights.back() - heights.front()) / total;
    const bool one = madeUp.size() == 1;
    grid.notes.push_back(
        (one ? "One slice is" : std::to_string(madeUp.size()) + " slices are") + " missing" +
        (one ? " between " : ", the first between ") + first + ". " +
        (one ? "It was made up" : "They were made up") + " by interpolation between the neighbours, at " +
        listed(madeUp) +
        ": what is seen there was not scanned. Fetch the series again if it should be complete.");
    return grid;
}

std::string gapsInWords(const std::vector<DicomSlice>& slices, const std::vector<double>& gaps, double usual)
{
    std::size_t odd = 0, first = gaps.size();
    for (std::size_t n = 0; n < gaps.size(); ++n)
        if (std::abs(gaps[n] - usual) > toleranceMm(usual)) {
            ++odd;
            first = std::min(first, n);
        }
    const auto [least, most] = std::minmax_element(gaps.begin(), gaps.end());
    std::string text = "The slices are unevenly spaced (" + mm(*least) + " to " + mm(*most) + " apart";
    if (odd > 0)
        text += "; " + std::to_string(odd) + " of " + std::to_string(gaps.size()) +
                " gaps differ from the usual " + mm(usual) + ", the first between " + nameOf(slices[first]) +
                " and " + nameOf(slices[first + 1]);
    return text + ")";
}

EvenGrid resampled(const std::vector<DicomSlice>& slices, const std::vector<double>& heights, double usual,
                   const NameOfHeight& nameOfHeight)
{
    const std::vector<double> gaps = gapsOf(heights);
    const double extent = heights.back() - heights.front();
    const double finest = std::max(*std::min_element(gaps.begin(), gaps.end()), usual / 2);
    const auto steps = static_cast<std::int64_t>(std::ceil(extent / finest - 1e-6));
    EvenGrid grid;
    grid.stepMm = extent / static_cast<double>(steps);
    std::size_t below = 0;
    std::vector<double> madeUp;
    for (std::int64_t n = 0; n < steps; ++n) {
        const double height = heights.front() + static_cast<double>(n) * grid.stepMm;
        while (below + 2 < heights.size() && heights[below + 1] <= height + 0.005)
            ++below;
        const double weight = std::clamp((height - heights[below]) / gaps[below], 0.0, 1.0);
        // Half a hundredth of a millimetre is the rounding of a position, not another place.
        grid.slices.push_back({below, weight * gaps[below] < 0.005 ? 0 : weight});
        if (grid.slices.back().weight > 0)
            madeUp.push_back(height);
    }
    grid.slices.push_back({heights.size() - 1, 0});
    if (madeUp.empty())
        return grid;
    grid.notes.push_back(
        gapsInWords(slices, gaps, usual) + ". They were brought to an even " + mm(grid.stepMm) +
        " by linear interpolation at their true positions: " + std::to_string(madeUp.size()) + " of " +
        std::to_string(grid.slices.size()) + " slices, from " + nameOfHeight(madeUp.front()) + " to " +
        nameOfHeight(madeUp.back()) +
        ", lie between scanned ones. Volumes follow the true gaps; small structures in wide gaps may be "
        "missed.");
    return grid;
}

} // namespace

std::vector<double> gapsOf(const std::vector<double>& heights)
{
    std::vector<double> gaps;
    for (std::size_t n = 1; n < heights.size(); ++n)
        gaps.push_back(heights[n] - heights[n - 1]);
    return gaps;
}

double usualGap(const std::vector<double>& gaps)
{
    std::vector<double> sorted;
    std::copy_if(gaps.begin(), gaps.end(), std::back_inserter(sorted),
                 [](double gap) { return gap >= 0.01; });
    if (sorted.empty())
        return 0;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() - 1) / 2];
}

double samePlaceMm(double usual)
{
    return std::max(0.01, 0.05 * usual);
}

double widestToFill(const std::vector<double>& gaps)
{
    const double usual = usualGap(gaps);
    const auto wide =
        std::count_if(gaps.begin(), gaps.end(), [usual](double gap) { return gap > 1.5 * usual; });
    // Where every fifth gap is wide the scan was planned so, as with thin slices through one organ: up to a
    // centimetre is believed. Else slices were lost, and up to three in a row are made up, never more than a
    // centimetre of them. One lost slice may always be.
    const bool planned = wide * 5 >= static_cast<std::ptrdiff_t>(gaps.size());
    return std::max(2.05 * usual, planned ? 10.0 + 1e-6 : std::min(10.0 + 1e-6, 4.05 * usual));
}

bool isCrowded(const std::vector<double>& gaps, std::size_t gap)
{
    if (gaps[gap] < samePlaceMm(usualGap(gaps)))
        return true;
    return gap > 0 && gap + 1 < gaps.size() && gaps[gap] < 0.3 * std::min(gaps[gap - 1], gaps[gap + 1]);
}

EvenGrid evenGrid(const std::vector<DicomSlice>& slices, const std::vector<double>& heights,
                  const NameOfHeight& nameOfHeight)
{
    const std::vector<double> gaps = gapsOf(heights);
    const double usual = usualGap(gaps);
    if (isEven(heights, usual))
        return {(heights.back() - heights.front()) / static_cast<double>(gaps.size()), {}, {}};
    checkWidest(slices, gaps, usual);
    if (const auto steps = wholeSteps(gaps, usual))
        if (stepsFit(heights, *steps, usual) && *std::max_element(steps->begin(), steps->end()) > 1)
            return filled(slices, heights, *steps, usual, nameOfHeight);
    return resampled(slices, heights, usual, nameOfHeight);
}

} // namespace hounsfield
