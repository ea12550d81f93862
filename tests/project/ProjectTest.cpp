// SPDX-License-Identifier: Apache-2.0
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <regex>
#include <sstream>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Rule {
    std::string folder;               ///< path below the root; the longest that fits counts
    std::vector<std::string> allowed; ///< beginnings of own includes
    std::vector<std::string> never;   ///< beginnings of foreign includes, lower case
};

/// shared/spec/architecture.md, "Who may include whom".
const std::vector<Rule>& rules()
{
    static const std::vector<std::string> gui{"q", "vtk"}, tensors{"torch", "aten", "c10"},
        itk{"itk", "gdcm", "dcmtk"};
    static const auto all = [](std::vector<std::vector<std::string>> lists) {
        std::vector<std::string> joined;
        for (const auto& list : lists)
            joined.insert(joined.end(), list.begin(), list.end());
        return joined;
    };
    static const std::vector<Rule> list{
        {"volume", {"volume/"}, all({gui, tensors, itk, {"nlohmann"}})},
        {"volume/io", {"volume/"}, all({gui, tensors})},
        {"volume/synthetic", {"volume/"}, all({gui, tensors, itk})},
        {"tokenizer", {"tokenizer/", "volume/Error.h", "volume/RegularFile.h"}, all({gui, tensors, itk})},
        {"inference", {"inference/", "volume/", "resources/", "tokenizer/"}, all({gui, itk})},
        {"viewer", {"viewer/", "volume/", "resources/"}, all({tensors, itk})},
        {"viewer/scene", {"viewer/scene/", "volume/"}, all({{"q"}, tensors, itk})},
        {"app", {"app/", "viewer/", "volume/", "inference/", "resources/"}, all({{"vtk"}, tensors, itk})},
        {"app/results", {"app/results/", "volume/", "inference/"}, all({gui, tensors, itk})},
        {"app/cli", {"app/cli/", "app/results/", "volume/", "inference/"}, all({gui, tensors, itk})},
        {"resources", {"resources/"}, all({gui, tensors, itk})}};
    return list;
}

bool begins(const std::string& text, const std::string& with)
{
    return text.rfind(with, 0) == 0;
}

std::vector<fs::path> sources()
{
    std::vector<fs::path> found;
    for (const char* folder : {"volume", "tokenizer", "inference", "viewer", "app", "resources", "tests"})
        for (const auto& entry : fs::recursive_directory_iterator(hounsfield::test::sourceFolder() / folder))
            if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h")
                found.push_back(fs::relative(entry.path(), hounsfield::test::sourceFolder()));
    return found;
}

std::vector<std::string> lines(const fs::path& file)
{
    std::istringstream in(hounsfield::test::readFile(hounsfield::test::sourceFolder() / file));
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);)
        all.push_back(line);
    return all;
}

/// The source with literals joined that follow each other on several lines.
std::string withWholeLiterals(const fs::path& file)
{
    static const std::regex seam("\"\\s*\n\\s*\"");
    return std::regex_replace(hounsfield::test::readFile(hounsfield::test::sourceFolder() / file), seam, "");
}

const Rule* ruleFor(const fs::path& file)
{
    const Rule* best = nullptr;
    for (const Rule& rule : rules())
        if (begins(file.string(), rule.folder + "/") && (!best || rule.folder.size() > best->folder.size()))
            best = &rule;
    return best;
}

std::string included(const std::string& line)
{
    if (!begins(line, "#include"))
        return "";
    const std::size_t from = line.find_first_of("<\"");
    return from == std::string::npos ? "" : line.substr(from, line.find_last_of(">\"") - from);
}

/// No source beside `place` and the tests has a line of that kind. @return how many lines `place` has
template <typename IsOfKind> int checkOnlyIn(const std::string& place, IsOfKind&& isOfKind)
{
    int seen = 0;
    for (const fs::path& file : sources()) {
        if (begins(file.string(), "tests/"))
            continue;
        for (const std::string& line : lines(file)) {
            INFO(file.string() << ": " << line);
            const bool found = isOfKind(line);
            seen += found;
            CHECK((!found || begins(file.string(), place)));
        }
    }
    return seen;
}

} // namespace

TEST_CASE("no folder includes what it may not know")
{
    int seen = 0;
    for (const fs::path& file : sources()) {
        const Rule* rule = ruleFor(file);
        if (!rule)
            continue;
        const bool internal = file.string().find("/internal/") != std::string::npos ||
                              file.extension() == ".cpp" || begins(file.string(), "inference/training");
        for (const std::string& line : lines(file)) {
            const std::string name = included(line);
            if (name.empty())
                continue;
            ++seen;
            INFO(file.string() << ": " << line);
            std::string header = name.substr(1);
            if (name[0] == '"') {
                CHECK(std::any_of(rule->allowed.begin(), rule->allowed.end(),
                                  [&](const std::string& folder) { return begins(header, folder); }));
                CHECK((begins(file.string(), "inference/") ||
                       header.find("inference/internal/") == std::string::npos));
                if (begins(file.string(), "inference/") || begins(file.string(), "viewer/"))
                    CHECK_FALSE(begins(header, "volume/io/"));
                if (begins(file.string(), "inference/") && !internal)
                    CHECK_FALSE(begins(header, "tokenizer/"));
                continue;
            }
            if (begins(file.string(), "inference/") && !internal)
                CHECK_FALSE((begins(header, "ATen") || begins(header, "torch") || begins(header, "c10") ||
                             begins(header, "nlohmann")));
            if (header.size() > 1 && header[0] == 'Q' && std::isupper(static_cast<unsigned char>(header[1])))
                header = "q";
            else
                std::transform(header.begin(), header.end(), header.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            for (const std::string& foreign : rule->never)
                CHECK_FALSE((foreign == "q" ? header == "q" : begins(header, foreign)));
        }
    }
    CHECK(seen > 300);
}

TEST_CASE("every text of the window has a German and a Chinese translation with the same places for numbers")
{
    const std::string de = hounsfield::test::readFile(hounsfield::test::sourceFolder() / "resources" /
                                                      "translations" / "de.json");
    const std::string zh = hounsfield::test::readFile(hounsfield::test::sourceFolder() / "resources" /
                                                      "translations" / "zh.json");
    const std::regex text(R"re((?:\btr\(|QT_TRANSLATE_NOOP\(\s*"\w+",)\s*"((?:[^"\\]|\\.)*)")re");
    int seen = 0;
    for (const fs::path& file : sources()) {
        if (!begins(file.string(), "app/") && !begins(file.string(), "viewer/"))
            continue;
        const std::string all = withWholeLiterals(file);
        for (std::sregex_iterator match(all.begin(), all.end(), text), end; match != end; ++match) {
            const std::string source = (*match)[1];
            INFO(file.string() << ": " << source);
            ++seen;
            for (const std::string& language : {de, zh}) {
                const std::size_t at = language.find("\"" + source + "\": \"");
                REQUIRE(at != std::string::npos);
                const std::size_t from = at + source.size() + 5, to = language.find("\"", from);
                const std::string translated = language.substr(from, to - from);
                CHECK_FALSE(translated.empty());
                for (const char* place : {"%1", "%2", "%3", "%4"})
                    CHECK((source.find(place) == std::string::npos) ==
                          (translated.find(place) == std::string::npos));
            }
        }
    }
    CHECK(seen > 400);
}

TEST_CASE("nothing but the download that a person asks for can open a connection")
{
    const std::regex network("^#include "
                             "<(Q(Network|Tcp|Udp|Ssl|HttpM|WebSocket|WebEngine|Dns)\\w*|curl/.*|sys/"
                             "socket\\.h|netinet/.*|boost/asio.*)>");
    const auto opens = [&](const std::string& line) {
        return std::regex_search(line, network) || line.find("QNetworkAccessManager(") != std::string::npos;
    };
    CHECK(checkOnlyIn("app/Download.cpp", opens) > 1);
}

TEST_CASE("what decodes pictures of others is called in its own program alone")
{
    const std::regex decoder("^#include <(gdcm|openjpeg|charls|jpeglib|turbojpeg|itkGDCM)");
    CHECK(checkOnlyIn("volume/io/decode/",
                      [&](const std::string& line) { return std::regex_search(line, decoder); }) > 0);
}

TEST_CASE("what is embedded stays small: the model within 16 mebibytes of the 40 that are allowed, its text "
          "encoder within 12")
{
    const auto bytesOf = [](const char* folder) {
        std::uintmax_t bytes = 0;
        for (const auto& entry : fs::recursive_directory_iterator(hounsfield::test::sourceFolder() /
                                                                  "resources" / "models" / folder))
            if (entry.is_regular_file())
                bytes += entry.file_size();
        return bytes;
    };
    CHECK(bytesOf("small") > 100000);
    CHECK(bytesOf("small") + bytesOf("text") <= 16u << 20);
    CHECK(bytesOf("text") <= 12u << 20);
}

TEST_CASE("the name of every test holds no semicolon, at which the list of tests is cut")
{
    // A list of CMake is cut there: the test would be called by half its name, match nothing and pass.
    const std::regex test(R"re(\nTEST_CASE\(\s*"((?:[^"\\]|\\.)*)")re");
    int seen = 0;
    for (const fs::path& file : sources()) {
        const std::string all = withWholeLiterals(file);
        for (std::sregex_iterator match(all.begin(), all.end(), test), end; match != end; ++match) {
            INFO(file.string() << ": " << (*match)[1]);
            CHECK((*match)[1].str().find(';') == std::string::npos);
            ++seen;
        }
    }
    CHECK(seen > 600);
}

TEST_CASE("no source prints or reads a number by the locale of the process")
{
    const std::regex printed("\\b(v?snprintf|v?sprintf|v?sscanf)\\b"), decimals("%[-+ #0-9.*]*l?[aefgAEFG]"),
        parsed("\\b(strto[dflu]\\w*|ato[fi]|sto[df])\\b|\\b(setlocale|toLocal8Bit)\\b|std::locale\\(\"|"
               "(std::|[^\\w:.>])(tolower|toupper|isalpha|isalnum|isspace)\\(");
    // They set the locale, or read whole numbers after a check of every character.
    const std::vector<std::string> known{"volume/ClassicLocale.cpp", "app/train/TrainCommand.cpp"};
    int seen = 0;
    for (const fs::path& file : sources()) {
        if (begins(file.string(), "tests/") ||
            std::find(known.begin(), known.end(), file.string()) != known.end())
            continue;
        const std::vector<std::string> all = lines(file);
        const bool guarded = std::any_of(all.begin(), all.end(), [](const std::string& line) {
            return line.find("const ClassicLocale ") != std::string::npos;
        });
        for (const std::string& line : all) {
            INFO(file.string() << ": " << line);
            const bool prints =
                std::regex_search(line, printed) &&
                (std::regex_search(line, decimals) || line.find("format") != std::string::npos);
            seen += prints;
            CHECK((!prints || guarded));
            CHECK_FALSE(std::regex_search(line, parsed));
        }
    }
    CHECK(seen > 5);
}

TEST_CASE("every program takes numbers back from the locale of the desktop")
{
    for (const char* file : {"app/main.cpp", "app/cli/main.cpp", "app/train/main.cpp"}) {
        INFO(file);
        const std::string text = hounsfield::test::readFile(hounsfield::test::sourceFolder() / file);
        const std::size_t at = text.find("useClassicNumbers();");
        CHECK(at != std::string::npos);
        // Before any number is read; in the window after QApplication, which chooses the locale.
        CHECK((text.find("QApplication app(") == std::string::npos || text.find("QApplication app(") < at));
    }
}
