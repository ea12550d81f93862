// SPDX-License-Identifier: Apache-2.0
#include "app/cli/CsvText.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield::cli {
namespace {

/// Walks through the text once.
class Reader {
public:
    Reader(const std::string& text, char separator, const std::string& what)
        : m_text(text), m_separator(separator), m_what(what)
    {
        if (m_text.rfind("\xEF\xBB\xBF", 0) == 0)
            m_at = 3;
    }

    std::vector<CsvRecord> all()
    {
        std::vector<CsvRecord> records;
        while (m_at < m_text.size()) {
            CsvRecord record = next();
            if (!trimmed(record.raw).empty())
                records.push_back(std::move(record));
        }
        return records;
    }

private:
    CsvRecord next()
    {
        CsvRecord record;
        record.line = m_line;
        const std::size_t from = m_at;
        do
            record.cells.push_back(m_at < m_text.size() && m_text[m_at] == '"' ? quoted() : plain());
        while (separated());
        record.raw = m_text.substr(from, m_at - from);
        endLine();
        return record;
    }

    bool atEnd() const { return m_at >= m_text.size() || m_text[m_at] == '\n' || m_text[m_at] == '\r'; }
    bool atSeparator() const
    {
        return m_separator != '\0' && m_at < m_text.size() && m_text[m_at] == m_separator;
    }

    bool separated()
    {
        if (!atSeparator())
            return false;
        ++m_at;
        return true;
    }

    std::string plain()
    {
        const std::size_t from = m_at;
        while (!atEnd() && !atSeparator())
            ++m_at;
        return m_text.substr(from, m_at - from);
    }

    std::string quoted()
    {
        const std::size_t begin = m_line;
        std::string cell;
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] == '"' && !(m_at + 1 < m_text.size() && m_text[m_at + 1] == '"')) {
                ++m_at;
                if (!atEnd() && !atSeparator())
                    refuse(m_line, "has text behind a quoted cell. Put quotes around the whole cell, and "
                                   "double the quotes inside it");
                return cell;
            }
            if (m_text[m_at] == '"')
                ++m_at;
            m_line += m_text[m_at] == '\n';
            cell += m_text[m_at];
        }
        refuse(begin, "opens a quote that never ends. Close it");
    }

    void endLine()
    {
        if (m_at < m_text.size() && m_text[m_at] == '\r')
            ++m_at;
        if (m_at < m_text.size() && m_text[m_at] == '\n')
            ++m_at;
        ++m_line;
    }

    [[noreturn]] void refuse(std::size_t line, const std::string& why) const
    {
        throw Error(ErrorKind::Usage, m_what + ", line " + std::to_string(line) + " " + why + ".");
    }

    const std::string& m_text;
    const char m_separator;
    const std::string m_what;
    std::size_t m_at = 0, m_line = 1;
};

/// Bytes of a UTF-8 character that begins with this one; 0 where none does, and for a zero byte.
std::size_t charactersBytes(unsigned char first)
{
    const auto isIn = [first](int from, int below) { return first >= from && first < below; };
    if (isIn(0x01, 0x80))
        return 1;
    if (isIn(0xC2, 0xE0))
        return 2;
    if (isIn(0xE0, 0xF0))
        return 3;
    return isIn(0xF0, 0xF5) ? 4 : 0;
}

/// Bytes of the UTF-8 character at this place; 0 where it is none.
std::size_t characterAt(const std::string& text, std::size_t at)
{
    const std::size_t bytes = charactersBytes(static_cast<unsigned char>(text[at]));
    if (bytes == 0 || at + bytes > text.size())
        return 0;
    const bool follows =
        std::all_of(text.begin() + std::ptrdiff_t(at) + 1, text.begin() + std::ptrdiff_t(at + bytes),
                    [](char c) { return (c & 0xC0) == 0x80; });
    return follows ? bytes : 0;
}

} // namespace

std::vector<CsvRecord> readCsv(const std::string& text, char separator, const std::string& what)
{
    return Reader(text, separator, what).all();
}

char separatorOf(const std::string& header)
{
    char best = '\0';
    std::ptrdiff_t most = 0;
    for (const char candidate : {',', ';', '\t'})
        if (const auto count = std::count(header.begin(), header.end(), candidate); count > most) {
            best = candidate;
            most = count;
        }
    return best;
}

std::size_t lineNotUtf8(const std::string& text)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = characterAt(text, at);
        if (bytes == 0)
            return 1 + static_cast<std::size_t>(
                           std::count(text.begin(), text.begin() + std::ptrdiff_t(at), '\n'));
        at += bytes;
    }
    return 0;
}

std::string trimmed(const std::string& text)
{
    const std::size_t from = text.find_first_not_of(" \t");
    return from == std::string::npos ? std::string()
                                     : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

} // namespace hounsfield::cli
