// SPDX-License-Identifier: Apache-2.0
#include "volume/Components.h"

#include <algorithm>
#include <numeric>

namespace hounsfield {
namespace {

/// Neighbouring voxels inside along i: [begin, end) of one row.
struct Run {
    std::int32_t begin = 0, end = 0;
    std::uint32_t parent = 0; ///< an earlier run of the same component, or itself
};

class RunForest {
public:
    explicit RunForest(const Mask& mask) : m_size(mask.box().size())
    {
        const std::vector<std::uint8_t>& inside = mask.boxVoxels();
        const auto rows = static_cast<std::size_t>(m_size[1] * m_size[2]);
        m_rowBegins.reserve(rows + 1);
        for (std::size_t row = 0; row < rows; ++row) {
            m_rowBegins.push_back(static_cast<std::uint32_t>(m_runs.size()));
            addRuns(inside.data() + row * static_cast<std::size_t>(m_size[0]));
        }
        m_rowBegins.push_back(static_cast<std::uint32_t>(m_runs.size()));
        for (std::int64_t k = 0; k < m_size[2]; ++k)
            for (std::int64_t j = 0; j < m_size[1]; ++j)
                // The rows that were met before and touch this one, by a corner at least.
                for (const auto& [dj, dk] : {std::pair{-1, 0}, {-1, -1}, {0, -1}, {1, -1}})
                    if (j + dj >= 0 && j + dj < m_size[1] && k + dk >= 0)
                        join(static_cast<std::size_t>(j + m_size[1] * k),
                             static_cast<std::size_t>(j + dj + m_size[1] * (k + dk)));
        for (std::uint32_t run = 0; run < m_runs.size(); ++run)
            m_runs[run].parent = rootOf(run);
    }

    const std::vector<Run>& runs() const
    {
        return m_runs;
    } ///< each with its root, the first run of its component
    /// Calls visit(run, j, k) for every run, rows in memory order.
    template <typename Visit> void forEachRun(Visit&& visit) const
    {
        for (std::size_t row = 0; row + 1 < m_rowBegins.size(); ++row)
            for (std::uint32_t run = m_rowBegins[row]; run < m_rowBegins[row + 1]; ++run)
                visit(m_runs[run], static_cast<std::int64_t>(row) % m_size[1],
                      static_cast<std::int64_t>(row) / m_size[1]);
    }

private:
    void addRuns(const std::uint8_t* row)
    {
        const auto length = static_cast<std::int32_t>(m_size[0]);
        for (std::int32_t i = 0; i < length; ++i) {
            if (!row[i])
                continue;
            const std::int32_t begin = i;
            while (i < length && row[i])
                ++i;
            m_runs.push_back({begin, i, static_cast<std::uint32_t>(m_runs.size())});
        }
    }

    std::uint32_t rootOf(std::uint32_t run)
    {
        while (m_runs[run].parent != run)
            run = m_runs[run].parent = m_runs[m_runs[run].parent].parent;
        return run;
    }

    void join(std::size_t row, std::size_t other)
    {
        for (std::uint32_t a = m_rowBegins[row], b = m_rowBegins[other];
             a < m_rowBegins[row + 1] && b < m_rowBegins[other + 1];) {
            // Ends are one beyond: equal to the other's begin, they touch by a corner.
            if (m_runs[a].begin <= m_runs[b].end && m_runs[b].begin <= m_runs[a].end) {
                const std::uint32_t one = rootOf(a), two = rootOf(b);
                m_runs[std::max(one, two)].parent = std::min(one, two);
            }
            m_runs[a].end < m_runs[b].end ? ++a : ++b;
        }
    }

    Index3 m_size;
    std::vector<Run> m_runs;
    std::vector<std::uint32_t> m_rowBegins;
};

/// For the root of every component: whether it holds a voxel of `seeds`.
std::vector<bool> rootsThatHold(const RunForest& forest, const Mask& mask, const Mask& seeds)
{
    std::vector<bool> has(forest.runs().size(), false);
    const Index3& corner = mask.box().begin;
    forest.forEachRun([&](const Run& run, std::int64_t j, std::int64_t k) {
        for (std::int64_t i = run.begin; i < run.end && !has[run.parent]; ++i)
            has[run.parent] = seeds.at({corner[0] + i, corner[1] + j, corner[2] + k});
    });
    return has;
}

} // namespace

std::vector<Mask> components(const Mask& mask, std::size_t most)
{
    return pieces(mask, most, 1).masks;
}

Pieces pieces(const Mask& mask, std::size_t most, std::int64_t least)
{
    const RunForest forest(mask);
    std::vector<std::int64_t> counts(forest.runs().size(), 0);
    std::vector<std::uint32_t> roots;
    for (std::uint32_t run = 0; run < forest.runs().size(); ++run) {
        const Run& r = forest.runs()[run];
        counts[r.parent] += r.end - r.begin;
        if (r.parent == run)
            roots.push_back(run);
    }
    std::stable_sort(roots.begin(), roots.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
    const auto small =
        std::find_if(roots.begin(), roots.end(), [&](std::uint32_t root) { return counts[root] < least; });
    const std::size_t wanted = std::min(static_cast<std::size_t>(small - roots.begin()), most);
    Pieces found;
    found.others = static_cast<std::int64_t>(roots.size() - wanted);
    for (std::size_t n = wanted; n < roots.size(); ++n) {
        found.otherVoxels += counts[roots[n]];
        found.smallVoxels += counts[roots[n]] < least ? counts[roots[n]] : 0;
    }
    roots.resize(wanted);

    // Which of the wanted a root is; the rest are none.
    constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> place(forest.runs().size(), none);
    for (std::uint32_t n = 0; n < roots.size(); ++n)
        place[roots[n]] = n;
    std::vector<IndexBox> boxes(roots.size());
    forest.forEachRun([&](const Run& run, std::int64_t j, std::int64_t k) {
        if (const std::uint32_t n = place[run.parent]; n != none) {
            boxes[n].include({run.begin, j, k});
            boxes[n].include({run.end - 1, j, k});
        }
    });
    std::vector<std::vector<std::uint8_t>> inside;
    for (const IndexBox& box : boxes)
        inside.emplace_back(static_cast<std::size_t>(box.count()), std::uint8_t(0));
    forest.forEachRun([&](const Run& run, std::int64_t j, std::int64_t k) {
        if (const std::uint32_t n = place[run.parent]; n != none) {
            const IndexBox& box = boxes[n];
            const Index3 s = box.size();
            const auto row = inside[n].begin() + (run.begin - box.begin[0]) +
                             s[0] * ((j - box.begin[1]) + s[1] * (k - box.begin[2]));
            std::fill(row, row + (run.end - run.begin), std::uint8_t(1));
        }
    });
    for (std::size_t n = 0; n < roots.size(); ++n) {
        IndexBox onGrid;
        for (std::size_t a = 0; a < 3; ++a) {
            onGrid.begin[a] = mask.box().begin[a] + boxes[n].begin[a];
            onGrid.end[a] = mask.box().begin[a] + boxes[n].end[a];
        }
        found.masks.push_back(Mask::fromBox(mask.geometry(), onGrid, inside[n]));
        std::vector<std::uint8_t>().swap(inside[n]);
    }
    return found;
}

std::int64_t countReached(const Mask& mask, const Mask& seeds)
{
    const RunForest forest(mask);
    const std::vector<bool> has = rootsThatHold(forest, mask, seeds);
    std::int64_t count = 0;
    for (const Run& run : forest.runs())
        count += has[run.parent] ? run.end - run.begin : 0;
    return count;
}

Mask reached(const Mask& mask, const Mask& seeds)
{
    const RunForest forest(mask);
    const std::vector<bool> has = rootsThatHold(forest, mask, seeds);
    std::vector<std::uint8_t> inside(mask.boxVoxels().size(), 0);
    const Index3 size = mask.box().size();
    forest.forEachRun([&](const Run& run, std::int64_t j, std::int64_t k) {
        if (has[run.parent])
            std::fill_n(inside.begin() + size[0] * (j + size[1] * k) + run.begin, run.end - run.begin,
                        std::uint8_t(1));
    });
    return mask.empty() ? mask : Mask::fromBox(mask.geometry(), mask.box(), inside);
}

} // namespace hounsfield
