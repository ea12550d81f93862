// SPDX-License-Identifier: Apache-2.0
#include "app/train/MeasuredScans.h"

#include "app/train/DataSet.h"
#include "volume/synthetic/SyntheticPatient.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace hounsfield::training {
namespace {

/// Values of a label map and the classes they stand for; several values may be one class (the lobes of a
/// lung).
std::map<int, int> parseMap(const std::string& text, const std::vector<ModelClass>& classes)
{
    std::map<int, int> map;
    std::istringstream in(text);
    for (std::string item; std::getline(in, item, ',');) {
        int value = 0, id = 0, end = 0;
        if (std::sscanf(item.c_str(), "%d:%d%n", &value, &id, &end) != 2 || std::size_t(end) != item.size())
            throw Error(ErrorKind::Usage,
                        "--map takes value:class pairs such as 1:1,5:6; \"" + item + "\" is none.");
        if (std::none_of(classes.begin(), classes.end(),
                         [&](const ModelClass& known) { return known.id == id; }))
            throw Error(ErrorKind::Usage,
                        "--map names class " + std::to_string(id) + ", which this model does not have.");
        if (const auto [there, isNew] = map.emplace(value, id); !isNew && there->second != id)
            throw Error(ErrorKind::Usage,
                        "--map gives the value " + std::to_string(value) + " to two classes.");
    }
    if (map.empty())
        throw Error(ErrorKind::Usage,
                    "A label map needs --map: which of its values is which class, such as 1:1,5:6.");
    return map;
}

LabelledScan madeUp(std::uint64_t seed, double spacingMm)
{
    const synthetic::SyntheticPatient patient(seed);
    Progress silent;
    auto scan = patient.sample(patient.wholeBodyGrid(spacingMm), patient.randomAppearance(), silent);
    return {"synthetic patient " + std::to_string(seed), scan.volume, std::move(scan.masks), 0xFFFFFFFFu};
}

} // namespace

std::vector<OneScan> scansOf(const ScanChoice& choice, const std::vector<ModelClass>& classes)
{
    std::vector<OneScan> scans;
    if (!choice.scan.empty())
        return {[choice, classes, map = parseMap(choice.map, classes)] {
            LabelledScan scan = readLabelled(choice.scan, choice.labels, map, classes);
            addLesionsToHosts(scan, classes);
            return scan;
        }};
    for (const std::string& folder : choice.data) {
        const DataSet set = openDataSet(folder, classes);
        for (const auto& found : set.cases)
            if (const std::string name = found.filename().string();
                !choice.validationOnly ||
                std::find(set.validation.begin(), set.validation.end(), name) != set.validation.end())
                scans.push_back([set, found, classes] { return readCase(set, found, classes); });
    }
    if (!choice.data.empty() && scans.empty())
        throw Error(ErrorKind::Usage, "No case is for validation: dataset.json of these folders names none. "
                                      "Leave out --validation-only to take all.");
    for (int n = 0; choice.data.empty() && n < choice.count; ++n)
        scans.push_back([seed = choice.firstSeed + static_cast<std::uint64_t>(n),
                         spacingMm = choice.spacingMm] { return madeUp(seed, spacingMm); });
    return scans;
}

std::vector<std::string> forEachScan(std::vector<OneScan>& scans,
                                     const std::function<void(const LabelledScan&)>& use)
{
    std::vector<std::string> broken;
    const bool several = scans.size() > 1;
    for (auto scan = scans.begin(); scan != scans.end();)
        try {
            use((*scan)());
            ++scan;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Scan || !several)
                throw;
            std::fprintf(stderr, "Not used: %s\n", error.what());
            broken.push_back(error.what());
            scan = scans.erase(scan);
        }
    return broken;
}

void throwIfAny(const std::vector<std::string>& broken, std::size_t scans)
{
    if (!broken.empty())
        throw Error(
            ErrorKind::Scan,
            std::to_string(broken.size()) + " of " + std::to_string(scans) +
                " scans could not be used; the figures are of the others. The first: " + broken.front());
}

void addScanOptions(CLI::App& command, ScanChoice& choice)
{
    command.add_option("--data", choice.data, "Folders of labelled scans");
    command.add_flag("--validation-only", choice.validationOnly,
                     "Of these only the cases that dataset.json names for validation");
    auto* scan = command.add_option("--scan", choice.scan, "One scan with a label map");
    command.add_option("--labels", choice.labels, "The label map")->needs(scan);
    command
        .add_option("--map", choice.map,
                    "Which label value is which class: 1:1,5:6,...; several may be one class")
        ->needs(scan);
    command.add_option("--count", choice.count, "Synthetic patients")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    command
        .add_option("--first-seed", choice.firstSeed, "Seed of the first; training uses none above 899,999")
        ->capture_default_str();
    command.add_option("--spacing", choice.spacingMm, "Their spacing, mm")
        ->check(CLI::Range(0.5, 10.0))
        ->capture_default_str();
}

} // namespace hounsfield::training
