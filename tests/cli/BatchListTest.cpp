#include "tests/cli/Cohort.h"
#include "tests/support/catch.h"

using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// Runs a list of scans that are not there: the outcome tells how the list was read, and nothing is looked at.
Outcome read(const TemporaryFolder& folder, const std::string& list)
{
    writeFile(folder.path() / "list.csv", list);
    fs::remove_all(folder.path() / "out");
    return runProgram("batch " + quoted(folder.path() / "list.csv") + " --prompt liver --precision fp32 --out " + quoted(folder.path() / "out"));
}

} // namespace

TEST_CASE("lists come with commas, semicolons or tabs, quotes, byte order marks and line ends of every system, or as plain paths")
{
    const TemporaryFolder folder;
    const std::string header = "case,scan,error\r\n";
    const Outcome german = read(folder, "\xEF\xBB\xBFscan;case;Gr\xC3\xB6\xC3\x9F" "e\r\n\"a;b.nii.gz\";\"P \"\"1\"\"\n2\";1,5\r\n");
    CHECK(german.code == 2); // a case over two lines is no folder's name, and quotes neither
    CHECK(contains(german.output, "The list list.csv, line 2: the case"));
    CHECK(read(folder, "\xEF\xBB\xBFscan;case;Gr\xC3\xB6\xC3\x9F" "e\r\n\"a;b.nii.gz\";\"P 1\";1,5\r\n\r\n;;\r\nc.nii.gz;P 2;1,7\r\n").code == 7);
    CHECK(readFile(folder.path() / "out" / "failed.csv") == header + "P 1,a;b.nii.gz,'a;b.nii.gz' does not exist. Check the path.\r\nP 2,c.nii.gz,'c.nii.gz' does not exist. Check the path.\r\n");
    CHECK(read(folder, "sep=;\nCase;Scan\nx;a.nii\n").code == 7);
    CHECK(contains(readFile(folder.path() / "out" / "failed.csv"), "x,a.nii,"));
    CHECK(read(folder, "a.nii.gz\r\n\r\nother, with comma.nii\r\nno/dicom/").code == 7);
    CHECK(readFile(folder.path() / "out" / "failed.csv").find("\nother__with_comma,\"other, with comma.nii\",") != std::string::npos);
}

TEST_CASE("cases without a name get the scan's, told apart by folder and number")
{
    const TemporaryFolder folder;
    CHECK(read(folder, "p1/ct.nii.gz\np2/ct.nii.gz\np2/ct.nrrd\none.mha\np3/study 1/\n").code == 7);
    const std::string failed = readFile(folder.path() / "out" / "failed.csv");
    INFO(failed);
    for (const char* row : {"\np1_ct,p1/ct.nii.gz,", "\np2_ct,p2/ct.nii.gz,", "\np2_ct_2,p2/ct.nrrd,", "\none,one.mha,", "\nstudy_1,p3/study 1/,"})
        CHECK(contains(failed, row));
}

TEST_CASE("a list that is wrong is refused with its line and what to do, before anything is looked at")
{
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& list, const std::string& said) {
        const Outcome outcome = read(folder, list);
        INFO(list << "\n" << outcome.output);
        CHECK(outcome.code == 2);
        CHECK(contains(outcome.output, said));
        CHECK_FALSE(fs::exists(folder.path() / "out"));
    };
    refused("scan,case\na.nii,x\nb.nii,X\n", "line 3: the case \"X\" is also in line 2. Give every scan its own.");
    refused("scan,case\na.nii,../x\n", "line 2: the case \"../x\" cannot be a folder's name.");
    refused("scan,case\na.nii,measurements.csv\n", "would take the name of a table");
    refused("path,case\na.nii,x\n", "line 1: there is no column \"scan\".");
    refused("scan,case\n,x\n", "line 2: the cell \"scan\" is empty.");
    refused("scan,case\na,b.nii,x\n", "line 2: there are 3 cells, the header has 2.");
    refused("scan,case\na.nii,\"x\n", "line 2 opens a quote that never ends.");
    refused("scan,case\n\"a\"b.nii,x\n", "line 2 has text behind a quoted cell.");
    refused("scan,Scan\na.nii,x\n", "the column \"scan\" is there twice");
    refused("scan\n", "names no scan");
    refused("\n \n", "is empty");
    refused("scan\nM\xFCller.nii\n", "line 2: this is not UTF-8 text. Save the list as \"CSV UTF-8\".");
    refused("\xFF\xFEs", "is UTF-16");
    CHECK(runProgram("batch " + quoted(folder.path() / "none.csv") + " --prompt liver --out " + quoted(folder.path() / "out")).code == 2);
}
