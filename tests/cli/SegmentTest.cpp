// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/Program.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Statistics.h"
#include "volume/io/ScanReader.h"

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

TEST_CASE("a synthetic scan is segmented, measured and exported in one command, from NIfTI and from DICOM")
{
    for (const bool dicom : {false, true}) {
        INFO(dicom);
        const TemporaryFolder folder;
        const fs::path out = folder.path() / "result with space";
        REQUIRE(runProgram("sample " + quoted(folder.path()) + " --seed 2 --spacing 4" +
                           (dicom ? " --dicom" : ""))
                    .code == 0);
        const fs::path scanFile = folder.path() / (dicom ? "sample_2" : "sample_2.nii.gz");
        const Outcome outcome =
            runProgram("segment " + quoted(scanFile) +
                       " --prompt 'liver, both kidneys and spleen' --label-map --out " + quoted(out));
        INFO(outcome.output);
        REQUIRE(outcome.code == 0);
        CHECK(outcome.output.find("Research use only") != std::string::npos);

        Progress silent;
        const Scan scan = readScan(scanFile, std::nullopt, silent);
        const auto json = readJson(out / (scan.caseName + "_measurements.json"));
        REQUIRE(json["targets"].size() == 4);
        CHECK(json["model"]["weights_sha256"].get<std::string>().size() == 64);
        for (const auto& target : json["targets"]) {
            INFO(target["name"]);
            const std::string name = target["mask"].get<std::string>().substr(scan.caseName.size() + 1);
            const Mask mask = readMask(out / target["mask"].get<std::string>());
            const Mask truth = readMask(folder.path() / "sample_2_masks" / name);
            CHECK(mask.geometry().sameGrid(scan.volume->geometry()));
            CHECK(target["volume_ml"].get<double>() ==
                  Approx(double(mask.count()) * 4 * 4 * 4 / 1000).epsilon(1e-4));
            CHECK(target["hu"]["mean"].get<double>() == Approx(measure(mask, *scan.volume).hu->mean));
            CHECK(dice(mask, truth) > 0.7);
            CHECK(target["volume_range_ml"][0].get<double>() <= target["volume_ml"].get<double>());
            CHECK(target["volume_range_ml"][1].get<double>() >= target["volume_ml"].get<double>());
        }
        // LPS: the patient's left has the larger x.
        CHECK(json["targets"][1]["name"] == "Right Kidney");
        CHECK(json["targets"][1]["centroid_lps_mm"][0].get<double>() + 60 <
              json["targets"][2]["centroid_lps_mm"][0].get<double>());
        const std::string csv = readFile(out / (scan.caseName + "_measurements.csv"));
        CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
        CHECK(fs::exists(out / (scan.caseName + "_seg.nii.gz")));
        CHECK(entries(out) == 8);
    }
}

TEST_CASE("what is not understood is said, the rest is done, and the exit code tells")
{
    const TemporaryFolder folder;
    REQUIRE(runProgram("sample " + quoted(folder.path()) + " --spacing 6").code == 0);
    const std::string scan = quoted(folder.path() / "sample_1.nii.gz"), out = quoted(folder.path() / "out");
    const Outcome half =
        runProgram("segment " + scan + " --prompt 'bicycle, liver' --format nrrd --overlap 0 --out " + out);
    CHECK(half.code == 6);
    CHECK(half.output.find("Not understood: \"bicycle\"") != std::string::npos);
    CHECK(fs::exists(folder.path() / "out" / "sample_1_liver.nrrd"));
    CHECK(readJson(folder.path() / "out" / "sample_1_measurements.json")["not_understood"][0]["text"] ==
          "bicycle");
    const Outcome none =
        runProgram("segment " + scan + " --prompt bicycle --out " + quoted(folder.path() / "none"));
    CHECK(none.code == 6);
    CHECK_FALSE(fs::exists(folder.path() / "none"));
}

TEST_CASE("the real scans go through the program, and the liver of the one with a reference is found")
{
    REQUIRE_SHARED(shared);
    const TemporaryFolder folder;
    const fs::path ct = shared / "data" / "ct_3mm";
    REQUIRE(runProgram("segment " + quoted(ct / "ct.nii.gz") + " --prompt 'liver and aorta' --out " +
                       quoted(folder.path() / "a"))
                .code == 0);
    const LabelImage truth = readLabels(ct / "segmentation.nii.gz");
    std::vector<std::uint8_t> liver(truth.labels.size());
    for (std::size_t v = 0; v < liver.size(); ++v)
        liver[v] = truth.labels[v] == 5;
    CHECK(dice(readMask(folder.path() / "a" / "ct_liver.nii.gz"), Mask::fromGrid(truth.geometry, liver)) >
          0.7);

    const Outcome dicom = runProgram("segment " + quoted(shared / "data" / "ct_dicom") +
                                     " --prompt liver --out " + quoted(folder.path() / "b"));
    INFO(dicom.output);
    CHECK(dicom.code == 0);
    CHECK(dicom.output.find("reaches the edge of the scan") != std::string::npos);
}
