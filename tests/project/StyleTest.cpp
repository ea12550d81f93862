// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <regex>
#include <sstream>
#include <vector>

namespace fs = std::filesystem;
using hounsfield::test::readFile;
using hounsfield::test::sourceFolder;

namespace {

constexpr std::size_t maxColumns = 110;

std::vector<fs::path> sources()
{
    std::vector<fs::path> found;
    for (const char* folder : {"volume", "tokenizer", "inference", "viewer", "app", "resources", "tests"})
        for (const auto& entry : fs::recursive_directory_iterator(sourceFolder() / folder))
            if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h")
                found.push_back(entry.path());
    return found;
}

/// Code without comments, and with empty strings and characters; every line stays where it is.
class CodeAlone {
public:
    explicit CodeAlone(const std::string& source) : m_source(source)
    {
        while (m_at < m_source.size())
            take();
    }
    const std::string& text() const { return m_code; }

private:
    bool begins(const char* with) const
    {
        return m_source.compare(m_at, std::char_traits<char>::length(with), with) == 0;
    }
    bool followsLetter() const
    {
        return m_at > 0 && std::isalnum(static_cast<unsigned char>(m_source[m_at - 1])) != 0;
    }

    void take()
    {
        if (begins("//"))
            skipTo(m_source.find('\n', m_at));
        else if (begins("/*"))
            skipTo(m_source.find("*/", m_at) + 2);
        else if (begins("R\"") && !followsLetter())
            skipTo(endOfRawString());
        else if (m_source[m_at] == '"' || (m_source[m_at] == '\'' && !isDigitSeparator()))
            skipTo(endOfLiteral());
        else
            m_code += m_source[m_at++];
    }
    /// 1'000, but not U'a'.
    bool isDigitSeparator() const
    {
        return m_at > 0 && std::isdigit(static_cast<unsigned char>(m_source[m_at - 1])) != 0;
    }
    std::size_t endOfRawString() const
    {
        const std::size_t open = m_source.find('(', m_at);
        const std::string close = ")" + m_source.substr(m_at + 2, open - m_at - 2) + "\"";
        return m_source.find(close, open) + close.size();
    }
    std::size_t endOfLiteral() const
    {
        std::size_t end = m_at + 1;
        while (m_source[end] != m_source[m_at])
            end += m_source[end] == '\\' ? 2 : 1;
        return end + 1;
    }
    void skipTo(std::size_t end)
    {
        end = std::min(end, m_source.size());
        m_code.append(static_cast<std::size_t>(std::count(m_source.begin() + std::ptrdiff_t(m_at),
                                                          m_source.begin() + std::ptrdiff_t(end), '\n')),
                      '\n');
        m_at = end;
    }

    const std::string& m_source;
    std::size_t m_at = 0;
    std::string m_code;
};

/// Lines, from 1, where a conditional operator stands inside an operand of another.
std::vector<int> nestedConditionals(const std::string& code)
{
    std::vector<int> found, open; // depths of brackets at which a conditional operator began
    int depth = 0, line = 1;
    const auto closeFrom = [&open](int least) {
        while (!open.empty() && open.back() >= least)
            open.pop_back();
    };
    for (const char c : code) {
        if (c == '\n') {
            ++line;
        } else if (c == '(' || c == '[' || c == '{') {
            ++depth;
        } else if (c == ')' || c == ']' || c == '}') {
            --depth;
            closeFrom(depth + 1);
        } else if (c == ';' || c == ',') {
            closeFrom(depth);
        } else if (c == '?') {
            if (!open.empty())
                found.push_back(line);
            open.push_back(depth);
        }
    }
    return found;
}

std::size_t columnsOf(const std::string& line)
{
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

TEST_CASE("conditional operators inside one another are found, others are not")
{
    const auto found = [](const std::string& source) { return nestedConditionals(CodeAlone(source).text()); };
    CHECK(found("a = b ? c : d ? e : f;") == std::vector<int>{1});
    CHECK(found("f(a ? b : c,\n  d ? e : f);").empty());
    CHECK(found("a = b ? c : d;\ne = f ? g : h;").empty());
    CHECK(found("a = (b ? c : d) + (e ? f : g);").empty());
    CHECK(found("a = b ? f(\n  c ? 1'000 : d) : e;") == std::vector<int>{2});
    CHECK(found("a = b ? \"? :\" : U'?'; // ? : ?\n/* ? */ c = R\"x(? \")\" ? )x\";").empty());
}

TEST_CASE("no conditional operator stands inside another")
{
    for (const fs::path& file : sources()) {
        const std::string source = readFile(file);
        INFO(file.string());
        CHECK(nestedConditionals(CodeAlone(source).text()) == std::vector<int>{});
    }
}

TEST_CASE("no line is longer than 110 columns, and every source names its licence")
{
    for (const fs::path& file : sources()) {
        std::istringstream in(readFile(file));
        std::string line;
        INFO(file.string());
        REQUIRE(std::getline(in, line));
        CHECK(line == "// SPDX-License-Identifier: Apache-2.0");
        for (int number = 2; std::getline(in, line); ++number) {
            INFO("line " << number);
            CHECK(columnsOf(line) <= maxColumns);
        }
    }
}

TEST_CASE("sources, documents and texts of the window use the words of the vocabulary")
{
    // Of shared/spec/architecture.md, section 3: what was said before. This file alone may name it.
    const std::regex outdated("\\b(made-up|model inside|recipes?|house)\\b", std::regex::icase);
    std::vector<fs::path> files = sources();
    std::erase_if(files, [](const fs::path& file) { return file.filename() == "StyleTest.cpp"; });
    for (const char* file :
         {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"})
        files.push_back(sourceFolder() / file);
    for (const char* folder : {"docs", "resources/translations"})
        for (const auto& entry : fs::recursive_directory_iterator(sourceFolder() / folder))
            if (entry.path().extension() == ".md" || entry.path().extension() == ".json")
                files.push_back(entry.path());
    for (const fs::path& file : files) {
        std::istringstream in(readFile(file));
        std::string line;
        for (int number = 1; std::getline(in, line); ++number) {
            INFO(file.string() << ", line " << number << ": " << line);
            CHECK_FALSE(std::regex_search(line, outdated));
        }
    }
}
