// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/train/LabelledScan.h"

#include <optional>

namespace hounsfield::training {

/// One labelled scan of a set: DATA/<case>.
struct DataCase {
    std::string name; ///< "<set>/<case>"
    std::filesystem::path folder;
    std::size_t set = 0;     ///< index of its set among those opened together
    bool validation = false; ///< never trained on
};

/// A folder of cases in one of two forms: <case>/ct.nii.gz with <case>/segmentations/<class>.nii.gz, or with
/// <case>/labels.nii.gz, and what its dataset.json says of them (docs/training.md):
/// {"name": "...", "annotated": ["Liver", ...], "validation": ["<case>", ...], "labels": {"1": "Spleen",
/// ...}}; all of it may be missing.
struct DataSet {
    std::string name;
    std::filesystem::path folder;
    std::filesystem::path
        annotations; ///< further masks and annotation.json of cases, ANNOTATIONS/<case>/...; they go before
                     ///< those beside the scan; empty: none
    std::optional<ClassBits> annotated;  ///< what its annotators looked for; absent: in each case the classes
                                         ///< that have a file or are said to be absent
    std::map<int, int> classOfValue;     ///< of labels.nii.gz
    std::vector<std::string> validation; ///< names of cases
    std::vector<std::filesystem::path> cases; ///< sorted
    std::vector<std::string> unused;          ///< a sentence for each folder in it that is no case
};

/// @throws Error(Usage) for a folder that is not there, an unknown class or case in dataset.json; Error(Scan)
/// for one without cases
DataSet openDataSet(const std::filesystem::path& folder, const std::vector<ModelClass>& classes,
                    const std::filesystem::path& annotations = {});

/// The scan with its masks; a missing file of an annotated class means "looked for, not there", a class that
/// is not annotated has an empty mask even where a file lies there. @param notes what is odd about its files,
/// whole sentences; may be null @throws Error(Scan) that names the file
LabelledScan readCase(const DataSet& set, const std::filesystem::path& folder,
                      const std::vector<ModelClass>& classes, std::vector<std::string>* notes = nullptr);

/// Several sets, and which of their cases are for validation.
struct DataSets {
    std::vector<DataSet> sets;
    std::vector<DataCase> cases;
    std::vector<ModelClass> classes;

    LabelledScan read(const DataCase& one, std::vector<std::string>* notes = nullptr) const
    {
        return readCase(sets[one.set], one.folder, classes, notes);
    }
    std::vector<DataCase> training() const;
    std::vector<DataCase> validation() const;
};

/// Cases that dataset.json names are for validation; of sets that name none, `share` of the cases (at least
/// one where the set has two and share > 0), drawn by the seed. @throws as openDataSet; Error(Usage) where no
/// case is left to train on
DataSets openDataSets(const std::vector<std::filesystem::path>& folders,
                      const std::vector<ModelClass>& classes, double share, std::uint64_t seed,
                      const std::filesystem::path& annotations = {});

/// Takes the cases out that cannot be read. @return why each of them cannot, sentences that name the file
/// @throws Error(Scan) where none is left to train on
std::vector<std::string> takeOutBroken(DataSets& data);

} // namespace hounsfield::training
