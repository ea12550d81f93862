// SPDX-License-Identifier: Apache-2.0
#include "app/cli/CaseList.h"
#include "tests/cli/Cohort.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

using namespace hounsfield;
using namespace hounsfield::cli;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// How a list is read: "case=scan" of every row, or the sentence that refuses it.
std::string read(const std::string& list)
{
    const TemporaryFolder folder;
    writeFile(folder.path() / "list.csv", list);
    std::string text;
    try {
        for (const Case& one : readCaseList(folder.path() / "list.csv")) {
            CHECK(one.scan == folder.path() / one.listed);
            text += one.name + "=" + one.listed + (one.series.empty() ? "" : " series " + one.series) +
                    (one.prompt.empty() ? "" : " prompt " + one.prompt) + "|";
        }
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Usage);
        return error.what();
    }
    return text;
}

std::string namesOf(const std::vector<Case>& cases)
{
    std::string names;
    for (const Case& one : cases)
        names += one.name;
    return names;
}

} // namespace

TEST_CASE("lists come with commas, semicolons or tabs, quotes, byte order marks and line ends of every "
          "system, or as plain paths")
{
    CHECK(read("scan,case,series,prompt\na.nii,x,2,\"liver, both \"\"kidneys\"\"\"\nb.nii,y\n") ==
          "x=a.nii series 2 prompt liver, both \"kidneys\"|y=b.nii|");
    CHECK(read("\xEF\xBB\xBFscan;case;Gr\xC3\xB6\xC3\x9F"
               "e\r\n\"a;b.nii.gz\";\"P 1\";1,5\r\n\r\n;;\r\nc.nii.gz;P 2;1,7\r\n") ==
          "P 1=a;b.nii.gz|P 2=c.nii.gz|");
    CHECK(read("Case\tSCAN\nx\ta, b.nii\n") == "x=a, b.nii|");
    CHECK(read("sep=;\r\n\"Case\";\" scan \"\r\nx;a.nii") == "x=a.nii|");
    CHECK(read("scan\rold.nii\r\"other, with comma.nii\"\r") ==
          "old=old.nii|other__with_comma=other, with comma.nii|");
    CHECK(read("\xEF\xBB\xBF"
               "a.nii.gz\r\n\r\nit's \"quoted\", b.nii\r\nDICOM/") ==
          "a=a.nii.gz|it_s__quoted___b=it's \"quoted\", b.nii|DICOM=DICOM/|");
}

TEST_CASE("cases without a name get the scan's, told apart by folder and number")
{
    CHECK(read("p1/ct.nii.gz\np2/ct.nii.gz\np2/ct.nrrd\none.mha\np3/study 1/\n") ==
          "p1_ct=p1/ct.nii.gz|p2_ct=p2/ct.nii.gz|p2_ct_2=p2/ct.nrrd|one=one.mha|study_1=p3/study 1/|");
    CHECK(read("scan,case\np1/ct.nii,\np2/b.nii,CT\n") == "p1_ct=p1/ct.nii|CT=p2/b.nii|");
}

TEST_CASE("a list that is wrong is refused with its line and what to do")
{
    const auto refused = [](const std::string& list, const std::string& said) {
        const std::string outcome = read(list);
        INFO(list << "\n" << outcome);
        CHECK(contains(outcome, "The list list.csv"));
        CHECK(contains(outcome, said));
    };
    refused("scan,case\na.nii,x\nb.nii,X\n",
            "line 3: the case \"X\" is also in line 2. Give every scan its own.");
    refused("scan,case\na.nii,../x\n", "line 2: the case \"../x\" cannot be a folder's name.");
    refused("scan,case\na.nii,\"x\ny\"\n", "cannot be a folder's name.");
    refused("scan,case\na.nii,.x\n", "cannot be a folder's name.");
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
    const TemporaryFolder folder;
    writeFile(folder.path() / "list.csv", "scan,case\na.nii,x\nb.nii,x\n");
    const Outcome program = runProgram("batch " + quoted(folder.path() / "list.csv") +
                                       " --prompt liver --out " + quoted(folder.path() / "out"));
    CHECK(program.code == 2);
    CHECK(contains(program.output, "is also in line 2"));
    CHECK_FALSE(fs::exists(folder.path() / "out"));
}

TEST_CASE("a shard is every N-th case, and what is no shard is refused")
{
    std::vector<Case> all;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"})
        all.push_back({name, {}, {}, {}, {}});
    CHECK(namesOf(casesOf(all, shardOf("1/3"))) == "adg");
    CHECK(namesOf(casesOf(all, shardOf("2/3"))) == "be");
    CHECK(namesOf(casesOf(all, shardOf("3/3"))) == "cf");
    CHECK(namesOf(casesOf(all, shardOf("1/1"))) == "abcdefg");
    CHECK(namesOf(casesOf(all, shardOf("9/9"))) == "");
    for (const char* wrong :
         {"0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/3x", "", "1/99999999999999999999"}) {
        INFO(wrong);
        CHECK_THROWS_AS(shardOf(wrong), Error);
    }
}
