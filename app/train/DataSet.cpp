// SPDX-License-Identifier: Apache-2.0
#include "app/train/DataSet.h"

#include "app/train/CaseAnnotation.h"
#include "app/train/ClassNames.h"
#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

const std::string maskEnding = ".nii.gz";

/// What a folder lacks to be a case; empty where it is one. A folder that may not be entered is none.
std::string lackOf(const fs::path& folder, const fs::path& annotations)
{
    std::error_code failed;
    if (!fs::exists(folder / "ct.nii.gz", failed))
        return failed ? "it cannot be entered (" + failed.message() + ")" : "it has no ct.nii.gz";
    const bool further =
        !annotations.empty() && fs::is_directory(annotations / folder.filename() / "segmentations", failed);
    return further || fs::is_directory(folder / "segmentations", failed) ||
                   fs::exists(folder / "labels.nii.gz", failed)
               ? ""
               : "it has neither a folder segmentations nor a file labels.nii.gz";
}

int labelValue(const std::string& text, const fs::path& file)
{
    if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string::npos)
        throw Error(ErrorKind::Usage, "The file " + file.string() + " names the label value \"" + text +
                                          "\", which is no whole number.");
    return std::stoi(text);
}

/// What dataset.json says.
void describe(DataSet& set, const std::vector<ModelClass>& classes)
{
    const fs::path file = set.folder / "dataset.json";
    if (!fs::exists(file))
        return;
    requireRegularFile(file, ErrorKind::Usage);
    try {
        std::ifstream in(file, std::ios::binary);
        const nlohmann::json root = nlohmann::json::parse(in);
        set.name = root.value("name", set.name);
        if (root.contains("annotated")) {
            set.annotated = 0;
            for (const auto& name : root.at("annotated"))
                *set.annotated |= bitOf(classNamed(name.get<std::string>(), classes, file.string()).id);
        }
        if (root.contains("labels"))
            for (const auto& [value, name] : root.at("labels").items())
                set.classOfValue[labelValue(value, file)] =
                    classNamed(name.get<std::string>(), classes, file.string()).id;
        if (root.contains("validation"))
            set.validation = root.at("validation").get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::Usage,
                    "The file " + file.string() + " cannot be understood: " + error.what() + ".");
    }
    for (const std::string& name : set.validation)
        if (std::none_of(set.cases.begin(), set.cases.end(),
                         [&](const fs::path& one) { return one.filename() == name; }))
            throw Error(ErrorKind::Usage, "The file " + file.string() + " names the case \"" + name +
                                              "\" for validation, which is not there.");
}

LabelledScan readLabelMap(const DataSet& set, const fs::path& folder, const std::vector<ModelClass>& classes,
                          std::vector<std::string>* notes)
{
    if (set.classOfValue.empty())
        throw Error(ErrorKind::Scan, "What the values of " + (folder / "labels.nii.gz").string() +
                                         " stand for is not said. Name them in " +
                                         (set.folder / "dataset.json").string() +
                                         ": {\"labels\": {\"1\": \"Spleen\", ...}}.");
    LabelledScan scan =
        readLabelled(folder / "ct.nii.gz", folder / "labels.nii.gz", set.classOfValue, classes, notes);
    // A class without a value of its own cannot have been drawn in a label map.
    if (set.annotated)
        scan.annotated &= *set.annotated;
    for (const ModelClass& known : classes)
        if (!(scan.annotated & bitOf(known.id)))
            scan.masks[static_cast<std::size_t>(known.id - 1)] = Mask(scan.volume->geometry());
    return scan;
}

/// The masks that lie there, of annotated classes; what else lies there is told.
std::map<int, fs::path> masksOf(const DataSet& set, const fs::path& folder,
                                const std::vector<ModelClass>& classes, std::vector<std::string>* notes)
{
    std::map<int, fs::path> masks;
    std::vector<fs::path> files;
    if (!fs::is_directory(folder / "segmentations"))
        return masks;
    for (const auto& entry : fs::directory_iterator(folder / "segmentations"))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        const std::string whole = file.filename().string();
        const bool isMask = whole.ends_with(maskEnding);
        const std::string name = isMask ? whole.substr(0, whole.size() - maskEnding.size()) : whole;
        const auto known = std::find_if(classes.begin(), classes.end(),
                                        [&](const ModelClass& one) { return one.fileName == name; });
        std::string why;
        if (!isMask || known == classes.end())
            why = "The file " + file.string() +
                  " is not used: its name is that of no class. Nearest: " + nearestNames(name, classes) + ".";
        else if (set.annotated && !(*set.annotated & bitOf(known->id)))
            why = "The mask " + file.string() + " is not used: " + (set.folder / "dataset.json").string() +
                  " does not list " + known->name + " as annotated.";
        else
            masks[known->id] = file;
        if (notes && !why.empty())
            notes->push_back(why);
    }
    return masks;
}

/// The masks beside the scan and those of further annotations, which replace them; what is said to be absent
/// and has no mask is annotated, too.
LabelledScan readMaskFiles(const DataSet& set, const fs::path& folder, const std::vector<ModelClass>& classes,
                           std::vector<std::string>* notes)
{
    std::map<int, fs::path> masks = masksOf(set, folder, classes, notes);
    ClassBits absent = absentClasses(folder, classes, notes);
    if (const fs::path further = set.annotations / folder.filename();
        !set.annotations.empty() && fs::is_directory(further)) {
        for (const auto& [id, file] : masksOf(set, further, classes, notes))
            masks[id] = file;
        absent |= absentClasses(further, classes, notes);
    }
    LabelledScan scan = readMasked(folder / "ct.nii.gz", masks, classes);
    scan.annotated = set.annotated.value_or(scan.annotated | absent);
    return scan;
}

} // namespace

DataSet openDataSet(const fs::path& folder, const std::vector<ModelClass>& classes,
                    const fs::path& annotations)
{
    if (!fs::is_directory(folder))
        throw Error(ErrorKind::Usage, "The folder " + folder.string() + " is not there.");
    DataSet set;
    set.folder = folder.has_filename() ? folder : folder.parent_path();
    set.annotations = annotations;
    set.name = set.folder.filename().string();
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!entry.is_directory())
            continue;
        if (const std::string lack = lackOf(entry.path(), annotations); lack.empty())
            set.cases.push_back(entry.path());
        else
            set.unused.push_back("The folder " + entry.path().string() + " is no case: " + lack + ".");
    }
    std::sort(set.unused.begin(), set.unused.end());
    if (set.cases.empty())
        throw Error(ErrorKind::Scan,
                    "No labelled scans in " + folder.string() +
                        ". Expected <case>/ct.nii.gz with <case>/segmentations/<class>.nii.gz, or with "
                        "<case>/labels.nii.gz.");
    std::sort(set.cases.begin(), set.cases.end());
    describe(set, classes);
    return set;
}

LabelledScan readCase(const DataSet& set, const fs::path& folder, const std::vector<ModelClass>& classes,
                      std::vector<std::string>* notes)
{
    LabelledScan scan;
    if (fs::exists(folder / "labels.nii.gz") && !fs::is_directory(folder / "segmentations"))
        scan = readLabelMap(set, folder, classes, notes);
    else
        scan = readMaskFiles(set, folder, classes, notes);
    scan.name = set.name + "/" + folder.filename().string();
    if (notes)
        for (const std::string& note : lesionsBeside(scan, classes))
            notes->push_back(note);
    addLesionsToHosts(scan, classes);
    return scan;
}

std::vector<DataCase> DataSets::training() const
{
    std::vector<DataCase> chosen;
    std::copy_if(cases.begin(), cases.end(), std::back_inserter(chosen),
                 [](const DataCase& one) { return !one.validation; });
    return chosen;
}

std::vector<DataCase> DataSets::validation() const
{
    std::vector<DataCase> chosen;
    std::copy_if(cases.begin(), cases.end(), std::back_inserter(chosen),
                 [](const DataCase& one) { return one.validation; });
    return chosen;
}

DataSets openDataSets(const std::vector<fs::path>& folders, const std::vector<ModelClass>& classes,
                      double share, std::uint64_t seed, const fs::path& annotations)
{
    DataSets data;
    data.classes = classes;
    std::mt19937_64 random(seed);
    for (const fs::path& folder : folders) {
        const DataSet& set = data.sets.emplace_back(openDataSet(folder, classes, annotations));
        const std::size_t first = data.cases.size(), count = set.cases.size();
        for (const fs::path& one : set.cases) {
            const bool named = std::find(set.validation.begin(), set.validation.end(),
                                         one.filename().string()) != set.validation.end();
            data.cases.push_back(
                {set.name + "/" + one.filename().string(), one, data.sets.size() - 1, named});
        }
        if (!set.validation.empty() || share <= 0 || count < 2)
            continue;
        std::vector<std::size_t> order(count);
        for (std::size_t n = 0; n < count; ++n)
            order[n] = first + n;
        std::shuffle(order.begin(), order.end(), random);
        const auto drawn = std::clamp<std::size_t>(
            static_cast<std::size_t>(std::lround(share * double(count))), 1, count - 1);
        for (std::size_t n = 0; n < drawn; ++n)
            data.cases[order[n]].validation = true;
    }
    if (data.training().empty())
        throw Error(ErrorKind::Usage, "All cases are for validation: none is left to train on.");
    return data;
}

std::vector<std::string> takeOutBroken(DataSets& data)
{
    std::vector<std::string> problems;
    std::erase_if(data.cases, [&](const DataCase& one) {
        try {
            data.read(one);
            return false;
        } catch (const Error& error) {
            problems.push_back(error.what());
            return true;
        }
    });
    if (data.training().empty())
        throw Error(ErrorKind::Scan, "No case that can be read is left to train on. " +
                                         (problems.empty() ? std::string() : problems.front()));
    return problems;
}

} // namespace hounsfield::training
