// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hounsfield::cli {

/// One record of a table: its cells, and the text that they were read from.
struct CsvRecord {
    std::size_t line = 1; ///< of the file, where it begins
    std::vector<std::string> cells;
    std::string raw; ///< as in the file, without the end of the line
};

/// The records of a table after RFC 4180: quoted cells, doubled quotes, line ends of every system; a byte
/// order mark is skipped, as are empty lines. @param separator between cells; '\0': one cell a line. @throws
/// Error(Usage) with `what` and the line
std::vector<CsvRecord> readCsv(const std::string& text, char separator, const std::string& what);
/// The comma, semicolon or tab that a header row uses; '\0' where it has none.
char separatorOf(const std::string& header);
/// The first line that is not UTF-8 (or has a zero byte); 0 where all are.
std::size_t lineNotUtf8(const std::string& text);
/// Without spaces and tabs at both ends.
std::string trimmed(const std::string& text);

} // namespace hounsfield::cli
