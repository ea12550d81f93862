// SPDX-License-Identifier: Apache-2.0
#include "app/results/Results.h"
#include "app/results/Text.h"

#include <algorithm>

namespace hounsfield {
namespace {

/// "    1  14.2 x 9.1 mm  1.3 mL  32 HU  Right Kidney", and how much of the organ they are together.
std::string lesionLines(const Row& row)
{
    constexpr std::size_t most = 10;
    const std::vector<Lesion>& lesions = row.measured.lesions;
    std::string text;
    for (std::size_t n = 0; n < std::min(most, lesions.size()); ++n) {
        const Lesion& lesion = lesions[n];
        text += print("    %2zu  %.1f x %.1f mm  ", n + 1, lesion.diameters.longest.mm(),
                      lesion.diameters.perpendicular.mm()) +
                millilitresText(lesion.statistics.volumeMl) +
                print(" mL  %.0f HU  ", lesion.statistics.hu ? lesion.statistics.hu->mean : 0.0) +
                organOf(lesion, *row.measured.finding) +
                (measurabilityOf(lesion, row.known).measurable ? "  measurable" : "");
        for (const std::string& name : lesion.alsoMarkedAs)
            text += "  also " + name;
        text += "\n";
    }
    if (lesions.size() > most)
        text += print("    and %zu more in the lesions table\n", lesions.size() - most);
    for (const Burden& burden : row.measured.burdens)
        text += print("    %.1f mL or %.1f %% of ", burden.lesionMl, burden.percent()) + burden.organ +
                print(" (%.0f mL)\n", burden.organMl);
    return text;
}

std::string volumeCell(const Row& row)
{
    if (row.measured.statistics.voxels)
        return millilitresText(row.measured.statistics.volumeMl);
    const std::vector<std::string>& others = row.measured.listedUnder;
    return others.empty() ? "not found" : "see " + others.front();
}

} // namespace

std::string measurementsTable(const Run& run)
{
    std::vector<std::array<std::string, 5>> cells{
        {"Asked for", "Structure", "Volume mL", "(range)", "HU mean ± SD"}};
    for (const Row& row : run.rows) {
        const Statistics& s = row.measured.statistics;
        const Finding& f = *row.measured.finding;
        cells.push_back({row.asked, shownName(row.known.name, f.target) + (row.guess ? " (guess)" : ""),
                         volumeCell(row),
                         s.voxels ? print("%.1f to %.1f", f.volumeLowMl, f.volumeHighMl) : "",
                         s.hu ? print("%.0f ± %.0f", s.hu->mean, s.hu->standardDeviation) : ""});
    }
    std::array<std::size_t, 5> widths{};
    for (const auto& line : cells)
        for (std::size_t c = 0; c < 5; ++c)
            widths[c] = std::max(widths[c], shownWidth(line[c]));
    std::string text;
    for (std::size_t r = 0; r < cells.size(); ++r) {
        for (std::size_t c = 0; c < 5; ++c) {
            const std::string pad(widths[c] - shownWidth(cells[r][c]), ' ');
            text += (c ? "  " : "") + (c == 2 ? pad + cells[r][c] : cells[r][c] + pad);
        }
        text += "\n";
        if (r > 0)
            text += lesionLines(run.rows[r - 1]);
        if (r > 0)
            for (const Warning& warning : run.rows[r - 1].measured.warnings)
                text += "    ! " + warning.text + "\n";
    }
    return text;
}

} // namespace hounsfield
