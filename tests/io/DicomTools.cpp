// SPDX-License-Identifier: Apache-2.0
#include "tests/io/DicomTools.h"

#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <cstdlib>

namespace hounsfield::test {
namespace fs = std::filesystem;

bool run(const std::string& program, const std::vector<std::string>& arguments)
{
    std::string command = program;
    for (const std::string& argument : arguments)
        command += " '" + argument + "'";
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

bool haveTools(const std::vector<std::string>& programs)
{
    for (const std::string& program : programs)
        if (!run("command -v", {program})) {
            WARN("skipped: the program " << program
                                         << " is not installed (Debian's dcmtk and libgdcm-tools hold it)");
            return false;
        }
    return true;
}

std::optional<fs::path> rawRealSlices(const fs::path& into, std::size_t count)
{
    if (!haveTools({"dcmodify", "gdcmconv"}))
        return std::nullopt;
    const auto found = shared();
    if (!found) {
        WARN("skipped: the folder `shared` is not beside this checkout");
        return std::nullopt;
    }
    fs::create_directories(into);
    const auto files = filesIn(*found / "data" / "ct_dicom");
    for (std::size_t n = 0; n < count; ++n) {
        const fs::path copy = into.parent_path() / "copy";
        fs::copy_file(files.at(n), copy, fs::copy_options::overwrite_existing);
        fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
        REQUIRE(run("dcmodify", {"-nb", "-imt", "-m", "0008,0016=1.2.840.10008.5.1.4.1.1.2", "-m",
                                 "0020,000d=1.2.3", "-m", "0020,000e=1.2.3.4", "-m",
                                 "0008,0018=1.2.3.4." + std::to_string(n + 1), copy.string()}));
        REQUIRE(run("gdcmconv", {"--raw", copy.string(), (into / ("raw" + std::to_string(n))).string()}));
        fs::remove(copy);
    }
    return into;
}

} // namespace hounsfield::test
