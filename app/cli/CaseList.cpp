// SPDX-License-Identifier: Apache-2.0
#include "app/cli/CaseList.h"

#include "app/cli/CsvText.h"
#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/RegularFile.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

namespace hounsfield::cli {
namespace fs = std::filesystem;
namespace {

/// A row of the list before its name is decided.
struct Listed {
    Case it;
    std::size_t line = 1;
};

std::string whatOf(const fs::path& list)
{
    return "The list " + list.filename().string();
}

[[noreturn]] void refuse(const fs::path& list, std::size_t line, const std::string& why)
{
    throw Error(ErrorKind::Usage, whatOf(list) + ", line " + std::to_string(line) + ": " + why);
}

std::string lower(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string bytesOf(const fs::path& list)
{
    requireRegularFile(list, ErrorKind::Usage);
    std::error_code failed;
    std::ifstream in(list, std::ios::binary);
    if (!in || fs::is_directory(list, failed))
        throw Error(ErrorKind::Usage, "The list " + list.string() +
                                          " cannot be read. It is a CSV file with a column \"scan\", or a "
                                          "text file of one path a line.");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.rfind("\xFF\xFE", 0) == 0 || text.rfind("\xFE\xFF", 0) == 0)
        throw Error(ErrorKind::Usage, whatOf(list) + " is UTF-16. Save it as \"CSV UTF-8\".");
    if (const std::size_t line = lineNotUtf8(text))
        refuse(list, line, "this is not UTF-8 text. Save the list as \"CSV UTF-8\".");
    return text;
}

/// Where a column stands in the header row.
std::optional<std::size_t> columnOf(const CsvRecord& header, const std::string& name, const fs::path& list)
{
    std::optional<std::size_t> found;
    for (std::size_t c = 0; c < header.cells.size(); ++c)
        if (lower(trimmed(header.cells[c])) == name) {
            if (found)
                refuse(list, header.line, "the column \"" + name + "\" is there twice. Take one out.");
            found = c;
        }
    return found;
}

std::vector<Listed> rowsOf(const std::vector<CsvRecord>& records, const fs::path& list)
{
    const CsvRecord& header = records.front();
    const auto scan = columnOf(header, "scan", list), name = columnOf(header, "case", list),
               series = columnOf(header, "series", list), prompt = columnOf(header, "prompt", list);
    std::vector<Listed> rows;
    for (std::size_t r = 1; r < records.size(); ++r) {
        const CsvRecord& record = records[r];
        if (record.cells.size() > header.cells.size())
            refuse(list, record.line,
                   "there are " + std::to_string(record.cells.size()) + " cells, the header has " +
                       std::to_string(header.cells.size()) +
                       ". Put quotes around a cell that has the separator in it.");
        const auto cell = [&](const std::optional<std::size_t>& column) {
            return column && *column < record.cells.size() ? trimmed(record.cells[*column]) : std::string();
        };
        if (std::all_of(record.cells.begin(), record.cells.end(),
                        [](const std::string& text) { return trimmed(text).empty(); }))
            continue; // what a spreadsheet leaves of an emptied row
        rows.push_back({{cell(name), cell(scan), {}, cell(series), cell(prompt)}, record.line});
    }
    return rows;
}

/// "sep=;" as the first line, for one spreadsheet program.
char takeSeparatorLine(std::string& text)
{
    const std::size_t from = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0;
    if (lower(text.substr(from, 4)) != "sep=" || text.size() < from + 5)
        return '\0';
    const char separator = text[from + 4];
    // The line stays, empty: the numbers of the lines are those of the file.
    text.erase(0, std::min(text.find_first_of("\r\n"), text.size()));
    return separator;
}

bool hasScan(const CsvRecord& record)
{
    return std::any_of(record.cells.begin(), record.cells.end(),
                       [](const std::string& cell) { return lower(trimmed(cell)) == "scan"; });
}

/// One path a line, taken as it is.
std::vector<Listed> plainList(const std::string& text)
{
    std::vector<Listed> rows;
    std::size_t line = 1;
    for (std::size_t from = text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0, to; from < text.size();
         from = to + 1, ++line) {
        to = std::min(text.find_first_of("\r\n", from), text.size());
        if (const std::string path = trimmed(text.substr(from, to - from)); !path.empty())
            rows.push_back({{{}, path, {}, {}, {}}, line});
        if (text.compare(to, 2, "\r\n", 2) == 0)
            ++to;
    }
    return rows;
}

std::vector<Listed> listedIn(const fs::path& list)
{
    std::string text = bytesOf(list);
    const char said = takeSeparatorLine(text);
    std::vector<Listed> plain = plainList(text);
    if (plain.empty())
        throw Error(ErrorKind::Usage,
                    whatOf(list) +
                        " is empty. Give it a header row with a column \"scan\" and one row a scan.");
    const std::string first = plain.front().it.listed;
    const char separator = said ? said : separatorOf(first);
    if (hasScan(readCsv(first, separator, whatOf(list)).front()))
        return rowsOf(readCsv(text, separator, whatOf(list)), list);
    std::error_code failed;
    if (said || (separator && !fs::exists(list.parent_path() / first, failed)))
        refuse(list, plain.front().line,
               "there is no column \"scan\". The first row names the columns: scan, and where you like case, "
               "series, prompt.");
    return plain;
}

/// The scan's own name, such as the program gives it: without the ending, and safe in file names.
std::string nameFrom(const fs::path& path)
{
    std::string name =
        path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
    const std::string small = lower(name);
    for (const std::string ending : {".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".dcm", ".zip"})
        if (small.ends_with(ending)) {
            name.resize(name.size() - ending.size());
            break;
        }
    for (char& c : name)
        if (!(isAsciiLetter(c) || isAsciiDigit(c) || c == '.' || c == '-' || c == '_' || (c & 0x80)))
            c = '_';
    const std::size_t first = name.find_first_not_of(".-_");
    return first == std::string::npos ? "scan" : name.substr(first);
}

fs::path folderOf(const Case& one)
{
    return one.scan.has_filename() ? one.scan.parent_path() : one.scan.parent_path().parent_path();
}

void checkName(const std::string& name, const fs::path& list, std::size_t line)
{
    const bool odd = std::any_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7F || std::string("/\\:*?\"<>|").find(char(c)) != std::string::npos;
    });
    if (odd || name.size() > 150 || std::string(".-+=@~").find(name[0]) != std::string::npos)
        refuse(list, line,
               "the case \"" + name +
                   "\" cannot be a folder's name. Take letters, digits, '-' and '_', beginning with a letter "
                   "or a digit.");
    for (const char* taken : {"measurements.csv", "lesions.csv", "scans.csv", "failed.csv"})
        if (lower(name) == taken)
            refuse(list, line,
                   "the case \"" + name + "\" would take the name of a table. Call it otherwise.");
}

/// Names written in the list must differ, on systems too that do not tell capitals apart.
std::set<std::string> checkedNames(const std::vector<Listed>& rows, const fs::path& list)
{
    std::map<std::string, std::size_t> lines;
    std::set<std::string> names;
    for (const Listed& row : rows) {
        if (row.it.name.empty())
            continue;
        checkName(row.it.name, list, row.line);
        const auto [first, isNew] = lines.emplace(lower(row.it.name), row.line);
        if (!isNew)
            refuse(list, row.line,
                   "the case \"" + row.it.name + "\" is also in line " + std::to_string(first->second) +
                       ". Give every scan its own.");
        names.insert(first->first);
    }
    return names;
}

/// Names that the list leaves out: the scan's; where several are the same, with the folder before it; then
/// with a number behind it.
void nameTheRest(std::vector<Listed>& rows, std::set<std::string> taken)
{
    std::map<std::string, int> own;
    const auto longer = [](const Case& one) { return nameFrom(folderOf(one)) + "_" + nameFrom(one.scan); };
    for (const Listed& row : rows)
        if (row.it.name.empty())
            ++own[lower(nameFrom(row.it.scan))];
    for (Listed& row : rows) {
        if (!row.it.name.empty())
            continue;
        const std::string plain = nameFrom(row.it.scan);
        std::string name = own[lower(plain)] == 1 && !taken.count(lower(plain)) ? plain : longer(row.it);
        for (int n = 2; taken.count(lower(name)); ++n)
            name = longer(row.it) + "_" + std::to_string(n);
        taken.insert(lower(name));
        row.it.name = name;
    }
}

} // namespace

std::vector<Case> readCaseList(const fs::path& list)
{
    std::vector<Listed> rows = listedIn(list);
    if (rows.empty())
        throw Error(ErrorKind::Usage,
                    whatOf(list) + " names no scan. Give it one row a scan below the header.");
    for (Listed& row : rows) {
        if (row.it.listed.empty())
            refuse(list, row.line,
                   "the cell \"scan\" is empty. Write the path of the scan, or take the row out.");
        row.it.scan = list.parent_path() / row.it.listed;
    }
    nameTheRest(rows, checkedNames(rows, list));
    std::vector<Case> cases;
    for (Listed& row : rows)
        cases.push_back(std::move(row.it));
    return cases;
}

Shard shardOf(const std::string& text)
{
    const auto number = [&](const std::string& part) -> std::size_t {
        const bool digits =
            !part.empty() && part.size() < 7 && part.find_first_not_of("0123456789") == std::string::npos;
        return digits ? std::stoul(part) : 0;
    };
    const std::size_t slash = std::min(text.find('/'), text.size());
    const Shard shard{number(text.substr(0, slash)),
                      slash < text.size() ? number(text.substr(slash + 1)) : 0};
    if (shard.number == 0 || shard.number > shard.count)
        throw Error(ErrorKind::Usage, "--shard " + text +
                                          " is none. Write I/N with I from 1 to N: --shard 1/4 to --shard "
                                          "4/4 are the four parts of a list.");
    return shard;
}

std::vector<Case> casesOf(const std::vector<Case>& all, const Shard& shard)
{
    std::vector<Case> part;
    for (std::size_t i = shard.number - 1; i < all.size(); i += shard.count)
        part.push_back(all[i]);
    return part;
}

} // namespace hounsfield::cli
