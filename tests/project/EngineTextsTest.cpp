// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path& root()
{
    static const fs::path folder = hounsfield::test::sourceFolder();
    return folder;
}

/// Whose words the window never shows: what goes into files and to the command line, words of the prompt's
/// languages, formats.
bool isNeverShown(const std::string& file)
{
    static const std::vector<std::string> list{"inference/training/",
                                               "inference/Completion.cpp",
                                               "inference/internal/Lexicon.cpp",
                                               "inference/internal/cpu/MatrixTiles.h",
                                               "inference/internal/TensorFile.h",
                                               "app/results/Csv.cpp",
                                               "app/results/Json.cpp",
                                               "app/results/Table.cpp",
                                               "app/cli/",
                                               "app/train/",
                                               "volume/io/decode/",
                                               "volume/io/internal/NrrdWriter.cpp"};
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& one) { return file.rfind(one, 0) == 0; });
}

/// Words of files, standards and libraries, and names of products, which are the same in every language.
bool isName(const std::string& text)
{
    static const std::regex number("((un)?signed )?(char|short|short int|int|long long|long long int)");
    static const std::set<std::string> names{
        "of tensors",
        "model name",
        "out of memory",
        "PALETTE COLOR",
        "HOUNSFIELD UNITS",
        "ISO_IR 192",
        "# Written by Hounsfield",
        "OB OD OF OL OV OW SQ SV UC UN UR UT UV",
        "A computerized tomography of a {}",
        "High-Throughput JPEG 2000",
        "High-Throughput JPEG 2000, lossless",
        "High-Throughput JPEG 2000, lossless, RPCL",
        "High-Throughput JPEG 2000 through JPIP",
        "JPEG XL",
        "SMPTE video",
        "deflated frames",
        "Hounsfield (synthetic patient)",
        "CLIP-Driven Universal Model, Swin UNETR",
        "CLIP-Driven Universal Model, U-Net",
        "Full text: https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode"};
    return names.count(text) > 0 || std::regex_match(text, number);
}

/// Without comments and lines of the preprocessor; literals stay, those that follow each other are one.
std::string code(const std::string& source)
{
    std::string text;
    for (std::size_t at = 0; at < source.size();) {
        const std::size_t from = at;
        const bool lineStarts = at == 0 || source[at - 1] == '\n';
        if (source.compare(at, 2, "//") == 0 || (lineStarts && source[at] == '#')) {
            at = std::min(source.find('\n', at), source.size());
        } else if (source.compare(at, 2, "/*") == 0) {
            at = std::min(source.find("*/", at), source.size() - 2) + 2;
        } else if (source[at] == '"') {
            for (++at; source[at] != '"'; ++at)
                at += source[at] == '\\';
            text += source.substr(from, ++at - from);
        } else if (source[at] == '\'' && (source[at + 2] == '\'' || source[at + 1] == '\\')) {
            at = source.find('\'', at + 2) + 1;
            text += '0';
        } else {
            text += source[at++];
        }
    }
    return text;
}

/// What a literal says, without escapes.
std::string said(const std::string& literal)
{
    std::string text;
    for (std::size_t at = 0; at < literal.size(); ++at)
        if (literal[at] == '\\' && at + 1 < literal.size())
            text += literal[++at] == 'n' ? '\n' : literal[at];
        else
            text += literal[at];
    return text;
}

/// Of the window's own files only what is thrown: the rest of their texts stands in de.json and zh.json.
std::vector<std::string> literalsOf(const std::string& file)
{
    const std::string text = code(hounsfield::test::readFile(root() / file));
    const bool window = file.rfind("app/", 0) == 0 && file.rfind("app/results/", 0) != 0;
    static const std::regex thrown("throw Error\\([^;]*;"), literal("\"((?:[^\"\\\\]|\\\\.)*)\"");
    std::vector<std::string> parts;
    if (window)
        for (std::sregex_iterator match(text.begin(), text.end(), thrown), end; match != end; ++match)
            parts.push_back(match->str());
    else
        parts.push_back(std::regex_replace(text, std::regex("static_assert\\([^;]*;"), ""));
    std::vector<std::string> all;
    for (const std::string& part : parts) {
        // Two literals that follow each other are one; a quotation mark that is escaped ends none.
        std::string pending;
        std::size_t pendingEnd = std::string::npos;
        for (std::sregex_iterator match(part.begin(), part.end(), literal), end; match != end; ++match) {
            const auto at = static_cast<std::size_t>(match->position());
            const bool follows = pendingEnd != std::string::npos &&
                                 std::all_of(part.begin() + static_cast<std::ptrdiff_t>(pendingEnd),
                                             part.begin() + static_cast<std::ptrdiff_t>(at),
                                             [](char c) { return c == ' ' || c == '\n'; });
            if (!follows && pendingEnd != std::string::npos)
                all.push_back(said(pending));
            pending = (follows ? pending : "") + (*match)[1].str();
            pendingEnd = at + match->str().size();
        }
        if (pendingEnd != std::string::npos)
            all.push_back(said(pending));
    }
    return all;
}

/// Where EngineTexts ends one sentence and begins the next, and where a number is printed.
std::vector<std::string> piecesOf(const std::string& text)
{
    std::vector<std::string> pieces{""};
    const auto ends = [&](std::size_t at) {
        return at > 0 && std::string(".?!").find(text[at - 1]) != std::string::npos && text[at] == ' ' &&
               at + 1 < text.size() &&
               (std::isupper(static_cast<unsigned char>(text[at + 1])) || text[at + 1] == '"' ||
                text[at + 1] == '(');
    };
    static const std::regex printed("^%[-+ #0-9.*]*(l|ll|z)?[a-zA-Z]");
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::smatch format;
        const std::string rest = text.substr(at, 12);
        if (text[at] == '\n' || ends(at)) {
            pieces.emplace_back();
        } else if (text[at] == '%' && std::regex_search(rest, format, printed)) {
            pieces.emplace_back();
            at += static_cast<std::size_t>(format.length()) - 1;
        } else {
            pieces.back() += text[at];
        }
    }
    return pieces;
}

std::string trimmed(const std::string& text)
{
    static const std::string edge = " '\"\\";
    const std::size_t from = text.find_first_not_of(edge), to = text.find_last_not_of(edge);
    return from == std::string::npos ? "" : text.substr(from, to + 1 - from);
}

/// Two words at least: "the slices".
bool isProse(const std::string& text)
{
    static const std::regex prose("[A-Za-z]{2,}[^A-Za-z]* [^A-Za-z]*[A-Za-z]{2,}");
    return std::regex_search(text, prose);
}

/// Every sentence and phrase of the engine that has a German and a Chinese row.
const std::vector<std::string>& rows()
{
    static const std::vector<std::string> all = [] {
        std::vector<std::string> made;
        for (const char* file : {"engine.json", "names.json"})
            for (const auto& row : nlohmann::json::parse(
                     hounsfield::test::readFile(root() / "resources" / "translations" / file))) {
                made.push_back(row.at(0));
                REQUIRE(row.size() == 3);
                CHECK_FALSE((row.at(1).get<std::string>().empty() || row.at(2).get<std::string>().empty()));
            }
        return made;
    }();
    return all;
}

bool isWholeSentence(const std::string& text)
{
    return std::isupper(static_cast<unsigned char>(text[0])) &&
           std::string(".?!").find(text.back()) != std::string::npos;
}

bool isTranslated(const std::string& piece)
{
    const std::string text = trimmed(piece);
    if (isWholeSentence(text) && std::find(rows().begin(), rows().end(), text) != rows().end())
        return true;
    const bool whole = text.size() == piece.size() && isWholeSentence(text);
    // A phrase that ends a sentence: "pixel size."
    if (!isWholeSentence(text) && text.back() == '.')
        return isTranslated(text.substr(0, text.size() - 1));
    return std::any_of(rows().begin(), rows().end(), [&](const std::string& row) {
        const std::size_t at = row.find(text);
        // A whole sentence is no part of another one, but for the end of one that begins with a place: "%1 is
        // empty."
        return at != std::string::npos && (!whole || row.find('%') != std::string::npos);
    });
}

std::vector<std::string> files()
{
    std::vector<std::string> found;
    for (const char* folder : {"volume", "tokenizer", "inference", "app"})
        for (const auto& entry : fs::recursive_directory_iterator(root() / folder)) {
            const std::string file = fs::relative(entry.path(), root()).generic_string();
            if ((file.ends_with(".cpp") || file.ends_with(".h")) && !isNeverShown(file))
                found.push_back(file);
        }
    return found;
}

} // namespace

TEST_CASE(
    "every sentence of readers, engine and results that the window can show has a German and a Chinese row")
{
    int seen = 0;
    std::string missing;
    for (const std::string& file : files())
        for (const std::string& literal : literalsOf(file)) {
            const bool oneRow = std::find(rows().begin(), rows().end(), trimmed(literal)) != rows().end();
            if (isName(trimmed(literal)) || oneRow)
                continue;
            for (const std::string& piece : piecesOf(literal)) {
                if (!isProse(piece) || isName(trimmed(piece)))
                    continue;
                ++seen;
                if (!isTranslated(piece))
                    missing += file + ": " + piece + "\n";
            }
        }
    INFO("without a row in resources/translations/engine.json:\n" << missing);
    CHECK(missing.empty());
    CHECK(seen > 700);
}

TEST_CASE("every note of the word list and every reason of a refusal has a German and a Chinese row")
{
    const auto isRow = [](const std::string& text) {
        return std::find(rows().begin(), rows().end(), text) != rows().end();
    };
    const auto lexicon =
        nlohmann::json::parse(hounsfield::test::readFile(root() / "resources" / "lexicon.json"));
    int seen = 0;
    const std::function<void(const nlohmann::json&)> look = [&](const nlohmann::json& part) {
        for (const auto& [key, value] : part.items()) {
            if (part.is_object() && key.rfind("note", 0) == 0 && value.is_string()) {
                ++seen;
                INFO(value);
                CHECK(isRow("Note: " + value.get<std::string>() + "."));
            }
            if (value.is_structured())
                look(value);
        }
    };
    look(lexicon);
    CHECK(seen > 10);
    for (const std::string& reason : literalsOf("inference/internal/Reasons.h")) {
        INFO(reason);
        CHECK(isRow(reason));
    }
}
