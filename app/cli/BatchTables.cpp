// SPDX-License-Identifier: Apache-2.0
#include "app/cli/BatchTables.h"

#include "app/cli/CsvText.h"
#include "app/results/Text.h"
#include "volume/io/Csv.h"
#include "volume/io/MaskWriter.h"

#include <fstream>
#include <iterator>
#include <set>

namespace hounsfield::cli {
namespace fs = std::filesystem;
using json = nlohmann::ordered_json;
namespace {

/// Tables of single cases one below the other. The rows are taken as they stand in the file, so that no
/// number is printed anew.
class JoinedTable {
public:
    /// @returns false where the columns are others than those of the cases before
    bool add(const std::string& name, const fs::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        if (!in)
            throw Error(ErrorKind::Usage,
                        "The file " + file.filename().string() + " of the case \"" + name +
                            "\" cannot be read. Remove the case's folder and run the batch again.");
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        const std::vector<CsvRecord> records =
            readCsv(text, ',', "The table " + file.filename().string() + " of the case \"" + name + "\"");
        if (records.empty())
            return true;
        if (m_header.empty())
            m_header = records.front().raw;
        if (m_header != records.front().raw)
            return false;
        for (std::size_t r = 1; r < records.size(); ++r)
            m_rows += csvCell(name) + "," + records[r].raw + "\r\n";
        return true;
    }

    void write(const fs::path& file) const
    {
        std::error_code none;
        if (m_header.empty())
            fs::remove(file, none);
        else
            writeTextFile("case," + m_header + "\r\n" + m_rows, file);
    }

private:
    std::string m_header, m_rows;
};

bool isFailed(const CaseFolder& folder, const Case& one, const Fits& fits)
{
    if (!folder.failed())
        return false;
    const auto done = folder.done();
    return !(done && fits(one, *done));
}

/// Model, precision and settings are to be those of the whole cohort.
std::string kindOf(const json& done)
{
    json kind = done.at("request");
    for (const char* own : {"scan", "scan_bytes", "scan_changed_ns", "series", "prompt"})
        kind.erase(own);
    kind["precision in effect"] = done.at("result").value("precision", "");
    return kind.dump();
}

/// Which scan of its path a case was read from. Cases of older versions do not say.
std::string scanRow(const Case& one, const json& result)
{
    const auto text = [&](const char* name) { return csvCell(result.value(name, "")); };
    const int number = result.value("series_number", 0);
    return csvCell(one.name) + "," + csvCell(one.listed) + "," + (number > 0 ? std::to_string(number) : "") +
           "," + text("series_key") + "," + text("series_description") + "," + text("study_date") + "," +
           text("choice") + "\r\n";
}

void writeScans(const std::string& rows, const fs::path& file)
{
    std::error_code none;
    if (rows.empty())
        fs::remove(file, none);
    else
        writeTextFile("case,scan,series_number,series_key,series_description,study_date,choice\r\n" + rows,
                      file);
}

} // namespace

Collected writeTables(const fs::path& out, const std::vector<Case>& cases, const Fits& fits)
{
    Collected all;
    JoinedTable measurements, lesions;
    std::set<std::string> kinds;
    std::string scans;
    all.failed = writeFailed(out, cases, fits);
    const std::set<std::string> failed(all.failed.begin(), all.failed.end());
    for (const Case& one : cases) {
        const CaseFolder folder(out, one.name);
        const auto done = folder.done();
        if (!done || !fits(one, *done)) {
            if (!failed.count(one.name))
                all.missing.push_back(one.name);
            continue;
        }
        const json& result = done->at("result");
        bool same = measurements.add(one.name, folder.place() / result.at("measurements").get<std::string>());
        if (const std::string file = result.value("lesions", ""); same && !file.empty())
            same = lesions.add(one.name, folder.place() / file);
        if (same) {
            scans += scanRow(one, result);
            ++all.done;
            kinds.insert(kindOf(*done));
        } else {
            all.missing.push_back(one.name);
            all.doubts.push_back("The tables of the case \"" + one.name +
                                 "\" have other columns: another version of the program wrote them. Run it "
                                 "again with --again.");
        }
    }
    if (kinds.size() > 1)
        all.doubts.push_back(
            "Not all cases were computed alike: their done.json files differ in the model, the settings or "
            "the precision in effect. --precision fp32 computes alike everywhere.");
    writeScans(scans, out / "scans.csv");
    measurements.write(out / "measurements.csv");
    lesions.write(out / "lesions.csv");
    return all;
}

std::vector<std::string> writeFailed(const fs::path& out, const std::vector<Case>& cases, const Fits& fits)
{
    std::vector<std::string> names;
    std::string rows;
    for (const Case& one : cases) {
        const CaseFolder folder(out, one.name);
        if (!isFailed(folder, one, fits))
            continue;
        names.push_back(one.name);
        rows += csvCell(one.name) + "," + csvCell(one.listed) + "," +
                csvCell(folder.failed()->value("error", "")) + "\r\n";
    }
    std::error_code none;
    if (rows.empty())
        fs::remove(out / "failed.csv", none);
    else
        writeTextFile("case,scan,error\r\n" + rows, out / "failed.csv");
    return names;
}

} // namespace hounsfield::cli
