// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/Text.h"

#include "tests/support/catch.h"

using namespace hounsfield;

TEST_CASE("case names are safe in file names and keep letters of every script")
{
    REQUIRE(caseNameOf("/a/b/patient 7.nii.gz") == "patient_7");
    REQUIRE(caseNameOf("CT.NRRD") == "CT");
    REQUIRE(caseNameOf("scan.v2.mha") == "scan.v2");
    REQUIRE(safeName("../../etc/passwd") == "etc_passwd");
    REQUIRE(safeName("Sättigung-肝臓") == "Sättigung-肝臓");
    REQUIRE(safeName("a:b*c?\"<>|\n") == "a_b_c");
    REQUIRE(safeName("...") == "scan");
    const std::string cut = safeName(std::string(99, 'x') + "肝臓");
    REQUIRE(cut == std::string(99, 'x'));
}

TEST_CASE("DICOM texts become UTF-8 by their character set")
{
    REQUIRE(dicomTextToUtf8("M\xfcller^J\xf6rg", "ISO_IR 100") == "Müller^Jörg");
    REQUIRE(dicomTextToUtf8("M\xc3\xbcller", "ISO_IR 192") == "Müller");
    REQUIRE(dicomTextToUtf8("\xbb\xee\xda", "ISO_IR 144") == "Люк");
    REQUIRE(dicomTextToUtf8("M\xfcller", "") == "Müller");
    REQUIRE(dicomTextToUtf8("M\xc3\xbcller", "") == "Müller");
    // Never bytes that are not UTF-8, whatever the file says.
    REQUIRE(dicomTextToUtf8("\xe2\x28", "ISO_IR 192") == "?(");
    REQUIRE(dicomTextToUtf8("\x1b$B;3\x1b(B", "ISO 2022 IR 87").find('\x1b') == std::string::npos);
}

TEST_CASE("numbers in messages are plain")
{
    REQUIRE(plainNumber(2.50, 2) == "2.5");
    REQUIRE(plainNumber(4.0, 2) == "4");
    REQUIRE(plainNumber(-0.001, 2) == "0");
}
