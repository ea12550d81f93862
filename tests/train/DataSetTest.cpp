// SPDX-License-Identifier: Apache-2.0
#include "app/train/DataCheck.h"
#include "app/train/FolderSource.h"
#include "app/train/TrainerOptions.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "tests/train/Sets.h"
#include "volume/Error.h"
#include "volume/io/MaskWriter.h"

#include <set>

using namespace hounsfield;
using namespace hounsfield::training;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const std::vector<ModelClass>& classes()
{
    static const std::vector<ModelClass> all = universalClasses();
    return all;
}

/// Five cases with a liver.
fs::path fiveCases(const fs::path& folder)
{
    for (const char* name : {"a", "b", "c", "d", "e"})
        writeCase(folder, {name}, {"liver"});
    return folder;
}

} // namespace

TEST_CASE("without a dataset.json a class is annotated where its file lies")
{
    const TemporaryFolder folder;
    writeCase(folder.path(), {"one"}, {"liver", "spleen"});
    writeCase(folder.path(), {"two"}, {"liver"});
    const DataSet set = openDataSet(folder.path(), classes());
    REQUIRE(set.cases.size() == 2);
    CHECK(readCase(set, set.cases[0], classes()).annotated == (bitOf(1) | bitOf(6)));
    CHECK(readCase(set, set.cases[1], classes()).annotated == bitOf(6));
}

TEST_CASE("a missing file of an annotated class means it is not there, a file of another class is not used "
          "and told")
{
    const TemporaryFolder folder;
    writeCase(folder.path(), {"one"}, {"liver", "spleen"});
    writeFile(folder.path() / "dataset.json", R"({"annotated": ["Liver", "gall_bladder"]})");
    const DataSet set = openDataSet(folder.path(), classes());
    std::vector<std::string> notes;
    const LabelledScan scan = readCase(set, set.cases[0], classes(), &notes);
    CHECK(scan.annotated == (bitOf(6) | bitOf(4)));
    CHECK(scan.masks[3].empty());
    CHECK(scan.masks[0].empty());
    CHECK(scan.masks[5].count() == 216);
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::Contains("spleen.nii.gz") && Catch::Contains("dataset.json"));
}

TEST_CASE("a label map's values stand for the classes that dataset.json names, several for one class")
{
    const TemporaryFolder folder;
    writeCase(folder.path(), {"one"}, {});
    fs::remove(folder.path() / "one" / "segmentations");
    const Mask upper = boxMask({4, 4, 4}, 3), lower = boxMask({4, 4, 9}, 3), other = boxMask({20, 20, 20}, 2);
    writeLabelMap({{10, "upper", "", {1, 1, 1}, &upper},
                   {11, "lower", "", {2, 2, 2}, &lower},
                   {5, "other", "", {3, 3, 3}, &other}},
                  folder.path() / "one" / "labels.nii.gz", folder.path() / "labels.csv");
    CHECK_THROWS_WITH(readCase(openDataSet(folder.path(), classes()), folder.path() / "one", classes()),
                      Catch::Contains("labels.nii.gz"));
    writeFile(folder.path() / "dataset.json", R"({"labels": {"10": "Left Lung", "11": "left_lung"}})");
    const LabelledScan scan =
        readCase(openDataSet(folder.path(), classes()), folder.path() / "one", classes());
    CHECK(scan.annotated == bitOf(17));
    CHECK(scan.masks[16].count() == 54);
}

TEST_CASE("a tumor's voxels belong to its organ where the organ is annotated")
{
    const TemporaryFolder folder;
    writeCase(folder.path(), {"one"}, {"liver_tumor"});
    writeFile(folder.path() / "dataset.json", R"({"annotated": ["Liver", "Liver Tumor"]})");
    const LabelledScan scan =
        readCase(openDataSet(folder.path(), classes()), folder.path() / "one", classes());
    CHECK(scan.masks[5].count() == 216);
}

TEST_CASE("errors of data name the file and what would be right")
{
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(openDataSet(folder.path() / "nowhere", classes()), Catch::Contains("nowhere"));
    CHECK_THROWS_WITH(openDataSet(folder.path(), classes()),
                      Catch::Contains("No labelled scans") && Catch::Contains("segmentations"));
    writeCase(folder.path(), {"one"}, {"liver"});
    writeFile(folder.path() / "dataset.json", R"({"annotated": ["Livver"]})");
    CHECK_THROWS_WITH(openDataSet(folder.path(), classes()), Catch::Contains("Livver") &&
                                                                 Catch::Contains("dataset.json") &&
                                                                 Catch::Contains("Nearest: Liver"));
    writeFile(folder.path() / "dataset.json", R"({"validation": ["seven"]})");
    CHECK_THROWS_WITH(openDataSet(folder.path(), classes()), Catch::Contains("seven"));
    writeFile(folder.path() / "dataset.json", "{nonsense");
    CHECK_THROWS_WITH(openDataSet(folder.path(), classes()), Catch::Contains("dataset.json"));
    fs::remove(folder.path() / "dataset.json");

    const Geometry other = Geometry::fromSpacing({32, 32, 32}, {0, 0, 9}, {4, 4, 4});
    writeMask(Mask(other), folder.path() / "one" / "segmentations" / "spleen.nii.gz");
    const DataSet set = openDataSet(folder.path(), classes());
    CHECK_THROWS_WITH(readCase(set, set.cases[0], classes()),
                      Catch::Contains("spleen.nii.gz") && Catch::Contains("grid"));
}

TEST_CASE("broken cases are taken out and told, and the others go on")
{
    const TemporaryFolder folder;
    fiveCases(folder.path());
    writeFile(folder.path() / "b" / "ct.nii.gz", "no scan");
    DataSets data = openDataSets({folder.path()}, classes(), 0, 1);
    const auto problems = takeOutBroken(data);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems[0], Catch::Contains((folder.path() / "b" / "ct.nii.gz").string()));
    CHECK(data.cases.size() == 4);
}

TEST_CASE("validation cases are drawn by the seed, or named, and never train")
{
    const TemporaryFolder folder;
    fiveCases(folder.path());
    const auto namesOf = [](const std::vector<DataCase>& cases) {
        std::set<std::string> names;
        for (const DataCase& one : cases)
            names.insert(one.name);
        return names;
    };
    const DataSets data = openDataSets({folder.path()}, classes(), 0.4, 7);
    CHECK(data.validation().size() == 2);
    CHECK(data.training().size() == 3);
    CHECK(namesOf(data.validation()) ==
          namesOf(openDataSets({folder.path()}, classes(), 0.4, 7).validation()));
    std::set<std::set<std::string>> draws;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        draws.insert(namesOf(openDataSets({folder.path()}, classes(), 0.4, seed).validation()));
    CHECK(draws.size() > 3);

    // Each case's box is at a place of its own: which scans train can be seen.
    int at = 2;
    for (const char* name : {"a", "b", "c", "d", "e"})
        writeCase(folder.path(), {name, {at, at, at++}}, {"liver"});
    writeFile(folder.path() / "dataset.json", R"({"validation": ["c"]})");
    const DataSets named = openDataSets({folder.path()}, classes(), 0.4, 7);
    CHECK(named.validation().size() == 1);
    InputSettings settings{4, -175, 250, {16, 16, 16}};
    FolderSource source(named, settings, 1);
    const LabelledScan kept = named.read(named.validation()[0]);
    const TrainingScan forbidden = makeTrainingScan(*kept.volume, kept.masks, kept.annotated, settings);
    std::set<std::vector<ClassBits>> seen;
    for (int n = 0; n < 12; ++n) {
        const TrainingScan scan = source.next();
        CHECK(scan.labels != forbidden.labels);
        seen.insert(scan.labels);
    }
    CHECK(seen.size() == 4);
}

TEST_CASE("every round goes through all cases once, and a source that skipped is where one is that did not")
{
    const TemporaryFolder folder;
    int at = 2;
    for (const char* name : {"a", "b", "c"})
        writeCase(folder.path(), {name, {at, at, at++}}, {"liver"});
    const DataSets data = openDataSets({folder.path()}, classes(), 0, 1);
    const InputSettings settings{4, -175, 250, {16, 16, 16}};
    FolderSource whole(data, settings, 5), late(data, settings, 5);
    std::vector<std::vector<ClassBits>> scans;
    for (int n = 0; n < 9; ++n)
        scans.push_back(whole.next().labels);
    for (std::size_t round = 0; round < 3; ++round)
        CHECK(std::set<std::vector<ClassBits>>(scans.begin() + std::ptrdiff_t(3 * round),
                                               scans.begin() + std::ptrdiff_t(3 * round + 3))
                  .size() == 3);
    late.skip(5);
    CHECK(late.next().labels == scans[5]);
}

TEST_CASE("the check of data tells swapped sides, empty masks and volumes far from the others")
{
    const TemporaryFolder folder;
    fiveCases(folder.path());
    // LPS: the left kidney has the larger x.
    writeMask(boxMask({2, 8, 8}), folder.path() / "a" / "segmentations" / "left_kidney.nii.gz");
    writeMask(boxMask({20, 8, 8}), folder.path() / "a" / "segmentations" / "right_kidney.nii.gz");
    writeMask(Mask(boxGrid()), folder.path() / "b" / "segmentations" / "liver.nii.gz");
    writeMask(boxMask({8, 8, 8}, 2), folder.path() / "c" / "segmentations" / "liver.nii.gz");
    const DataSets data = openDataSets({folder.path()}, classes(), 0, 1);
    std::vector<CaseFacts> cases;
    for (const DataCase& one : data.cases)
        cases.push_back(lookAtCase(data, one));
    const std::string report = checkReport(data, cases, {"x.nii.gz is broken"});
    CHECK_THAT(report, Catch::Contains("Left Kidney lies on the right of the Right Kidney"));
    CHECK_THAT(report, Catch::Contains((folder.path() / "b" / "segmentations" / "liver.nii.gz").string() +
                                       " is empty"));
    CHECK_THAT(report, Catch::Contains("/c the Liver has 0.512 mL"));
    CHECK_THAT(report, Catch::Contains("x.nii.gz is broken"));
    CHECK_THAT(report, Catch::Contains("| Liver | 5 | 4 |"));
}

TEST_CASE("the check of data tells folders that are no case, values that nobody named and tumors far from "
          "their organ")
{
    const TemporaryFolder folder;
    writeCase(folder.path() / "masks", {"one"}, {"liver"});
    writeMask(boxMask({22, 22, 22}, 4),
              folder.path() / "masks" / "one" / "segmentations" / "liver_tumor.nii.gz");
    fs::create_directories(folder.path() / "masks" / "two");
    writeFile(folder.path() / "masks" / "two" / "CT.nii.gz", "wrongly named");
    const DataSets masks = openDataSets({folder.path() / "masks"}, classes(), 0, 1);
    REQUIRE(masks.cases.size() == 1);
    std::string report = checkReport(masks, {lookAtCase(masks, masks.cases[0])}, {});
    CHECK_THAT(report, Catch::Contains("two is no case: it has no ct.nii.gz") &&
                           Catch::Contains("no voxel of the Liver Tumor lies in its organ or touches it"));
    // One that touches it is as it should be, though it lies outside.
    writeMask(boxMask({14, 8, 8}, 3),
              folder.path() / "masks" / "one" / "segmentations" / "liver_tumor.nii.gz");
    report = checkReport(masks, {lookAtCase(masks, masks.cases[0])}, {});
    CHECK_THAT(report, !Catch::Contains("touches it"));

    writeCase(folder.path() / "maps", {"one"}, {});
    fs::remove_all(folder.path() / "maps" / "one" / "segmentations");
    writeMask(boxMask({8, 8, 8}), folder.path() / "maps" / "one" / "labels.nii.gz");
    writeFile(folder.path() / "maps" / "dataset.json", R"({"labels": {"5": "Spleen"}})");
    const DataSets maps = openDataSets({folder.path() / "maps"}, classes(), 0, 1);
    report = checkReport(maps, {lookAtCase(maps, maps.cases[0])}, {});
    CHECK_THAT(report, Catch::Contains("no class for them: 1.") &&
                           Catch::Contains("no voxel of labels.nii.gz has the value of the Spleen"));
}

TEST_CASE("what an annotator says is not in a scan was looked for and is not there")
{
    const TemporaryFolder folder;
    writeCase(folder.path(), {"one"}, {"liver"});
    writeFile(folder.path() / "one" / "annotation.json",
              R"json({"not_in_scan": ["prostate (woman)", "liver", "tail"],)json"
              R"json( "no_lesion_seen": ["kidney_cyst"]})json");
    const DataSet set = openDataSet(folder.path(), classes());
    std::vector<std::string> notes;
    const LabelledScan scan = readCase(set, set.cases[0], classes(), &notes);
    CHECK(scan.annotated == (bitOf(6) | bitOf(22) | bitOf(32)));
    CHECK(scan.masks[21].empty());
    CHECK(scan.masks[5].count() == 216);
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Catch::Contains("\"tail\""));
    writeFile(folder.path() / "one" / "annotation.json", "{");
    CHECK_THROWS_WITH(readCase(set, set.cases[0], classes()), Catch::Contains("annotation.json"));
}

TEST_CASE("further annotations replace the masks beside a scan, add to them, and make a case of a bare scan")
{
    const TemporaryFolder folder, further;
    writeCase(folder.path(), {"one"}, {"liver", "spleen"});
    writeCase(folder.path(), {"bare"}, {"liver"});
    writeCase(further.path(), {"one"}, {"liver", "aorta"});
    writeCase(further.path(), {"bare"}, {"spleen"});
    fs::remove_all(folder.path() / "bare" / "segmentations");
    // An empty liver, so that it can be told from the one beside the scan.
    writeMask(Mask(boxGrid()), further.path() / "one" / "segmentations" / "liver.nii.gz");
    writeFile(further.path() / "bare" / "annotation.json", R"({"not_in_scan": ["bladder"]})");
    CHECK(openDataSet(folder.path(), classes()).cases.size() == 1);
    const DataSet set = openDataSet(folder.path(), classes(), further.path());
    REQUIRE(set.cases.size() == 2);
    const LabelledScan bare = readCase(set, set.cases[0], classes()),
                       one = readCase(set, set.cases[1], classes());
    CHECK(bare.annotated == (bitOf(1) | bitOf(21)));
    CHECK(one.annotated == (bitOf(1) | bitOf(6) | bitOf(8)));
    CHECK(one.masks[5].empty());
    CHECK(one.masks[0].count() == 216);
    CHECK(one.masks[7].count() == 216);
}

TEST_CASE("cases that are named for validation are not trained on, and a name that is no case is reported")
{
    const TemporaryFolder folder;
    DataChoice choice;
    choice.folders = {fiveCases(folder.path()).string()};
    choice.validationCases = {"b", "e"};
    const DataSets data = openData(choice, classes(), 1).sets;
    REQUIRE(data.validation().size() == 2);
    CHECK(data.validation()[0].folder.filename() == "b");
    CHECK(data.validation()[1].folder.filename() == "e");
    CHECK(data.training().size() == 3);
    choice.validationCases = {"f"};
    CHECK_THROWS_WITH(openData(choice, classes(), 1), Catch::Contains("\"f\""));
    choice.validationCases = {"a", "b", "c", "d", "e"};
    CHECK_THROWS_WITH(openData(choice, classes(), 1), Catch::Contains("none is left"));
}
