// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/CleanUp.h"

#include "inference/internal/PublishedRules.h"
#include "inference/internal/Regions.h"
#include "inference/internal/StandardRules.h"

#include <algorithm>
#include <set>

namespace hounsfield {
namespace {

/// The classes that the rules for one class, and the measuring of it, read beside it.
std::vector<int> leansOn(int id, const std::vector<ModelClass>& classes, CleanUp rule)
{
    static const std::map<int, std::vector<int>> published{
        {10, {11}}, {16, {17}}, {17, {16}}, {26, {2, 3}}, {27, {6}}};
    static const std::map<int, std::vector<int>> standard{{2, {3}},   {3, {2}},   {10, {11}},
                                                          {12, {13}}, {13, {12}}, {16, {17}},
                                                          {17, {16}}, {23, {24}}, {24, {23}}};
    const auto& table = rule == CleanUp::Published ? published : standard;
    std::vector<int> others;
    if (const auto found = table.find(id); rule != CleanUp::None && found != table.end())
        others = found->second;
    // Whatever the rule, a lesion is told with its organ and side.
    for (const ModelClass& known : classes)
        if (known.id == id)
            others.insert(others.end(), known.hosts.begin(), known.hosts.end());
    return others;
}

} // namespace

std::vector<int> classesNeeded(const std::vector<int>& asked, const std::vector<ModelClass>& classes,
                               CleanUp rule)
{
    std::set<int> needed(asked.begin(), asked.end());
    const auto known = [&](int id) {
        return std::any_of(classes.begin(), classes.end(), [&](const ModelClass& c) { return c.id == id; });
    };
    // A host may itself lean on others: to the end.
    std::vector<int> open = asked;
    while (!open.empty()) {
        const int id = open.back();
        open.pop_back();
        for (const int other : leansOn(id, classes, rule))
            if (known(other) && needed.insert(other).second)
                open.push_back(other);
    }
    return {needed.begin(), needed.end()};
}

void cleanUp(ModelMasks& masks, const std::vector<ModelClass>& classes, CleanUp rule)
{
    Progress silent;
    cleanUp(masks, classes, rule, silent);
}

void cleanUp(ModelMasks& masks, const std::vector<ModelClass>& classes, CleanUp rule, Progress& progress)
{
    if (rule == CleanUp::Standard)
        standardRules(masks, classes, progress);
    if (rule != CleanUp::Published)
        return;
    std::map<int, std::int64_t> before;
    for (const auto& [id, voxels] : masks.masks)
        before[id] = countOf(voxels);
    publishedRules(masks, progress);
    for (const auto& [id, voxels] : masks.masks)
        if (const std::int64_t removed = before[id] - countOf(voxels); removed > 0)
            masks.removals[id].push_back({Removal::Why::Rule, 0, double(removed) * masks.voxelMl});
}

} // namespace hounsfield
