// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/catch.h"

#include <string>
#include <vector>

namespace hounsfield::test {

/// The cells of every row of a table after RFC 4180: quotation marks may hold commas, ends of lines and
/// doubled marks.
inline std::vector<std::vector<std::string>> csvCells(const std::string& text)
{
    std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
    bool quoted = false;
    for (std::size_t n = 0; n < text.size(); ++n) {
        const char c = text[n];
        if (c == '"' && quoted && n + 1 < text.size() && text[n + 1] == '"')
            rows.back().back() += text[++n];
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            rows.back().emplace_back();
        else if (c == '\n' && !quoted)
            rows.emplace_back(1);
        else if (c != '\r' || quoted)
            rows.back().back() += c;
    }
    if (rows.back() == std::vector<std::string>(1))
        rows.pop_back();
    return rows;
}

/// The first row that has another number of cells than the header; empty where there is none.
inline std::string oddRow(const std::string& text)
{
    const auto rows = csvCells(text);
    for (const auto& row : rows)
        if (row.size() != rows[0].size())
            return std::to_string(row.size()) + " cells under " + std::to_string(rows[0].size()) + ": " +
                   row[0];
    return rows.empty() ? "no rows" : "";
}

/// Every table among files has rows as long as its header. @param files their bytes by name @return how many
/// tables there are
template <typename Files> int checkedTables(const Files& files)
{
    int tables = 0;
    for (const auto& [name, bytes] : files)
        if (name.ends_with(".csv")) {
            CAPTURE(name);
            CHECK(oddRow(bytes) == "");
            ++tables;
        }
    return tables;
}

} // namespace hounsfield::test
