// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/ConceptParts.h"

#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/RegularFile.h"

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

namespace hounsfield::training {
namespace {

/// What a concept has beside its parts, so that two of the same parts are still two.
constexpr double ownWeight = 0.5;

struct Part {
    std::string name;
    double weight = 1;
};

std::vector<Part> partsOf(const std::string& line, int number)
{
    std::istringstream words(line);
    std::vector<Part> parts;
    for (std::string word; words >> word;) {
        const std::size_t star = word.find('*');
        Part part{word.substr(0, star), 1};
        const auto weight =
            star == std::string::npos ? std::optional(1.0) : numberFrom(word.substr(star + 1));
        if (!weight)
            throw Error(ErrorKind::Usage,
                        "parts.txt, line " + std::to_string(number) + ": \"" + word +
                            "\" must be a part, or a part and its weight such as organ*0.6.");
        part.weight = *weight;
        parts.push_back(part);
    }
    return parts;
}

std::map<std::string, std::vector<Part>> readParts(const std::filesystem::path& file)
{
    requireRegularFile(file, ErrorKind::Usage);
    std::map<std::string, std::vector<Part>> all;
    std::ifstream in(file, std::ios::binary);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (line.empty() || line[0] == '#')
            continue;
        const std::size_t tab = line.find('\t');
        if (tab == std::string::npos ||
            !all.emplace(line.substr(0, tab), partsOf(line.substr(tab + 1), number)).second)
            throw Error(ErrorKind::Usage,
                        "parts.txt, line " + std::to_string(number) +
                            ": there must be a concept that was not named before, a tab and its parts.");
    }
    return all;
}

} // namespace

ConceptParts ConceptParts::read(const std::filesystem::path& file, const std::vector<TextConcept>& concepts)
{
    const auto named = readParts(file);
    std::map<std::string, int> ids;
    ConceptParts result;
    for (const TextConcept& one : concepts) {
        const auto found = named.find(one.name);
        std::vector<Part> parts = found != named.end() ? found->second : std::vector<Part>{};
        if (!one.known())
            parts.push_back({"other", 1});
        parts.push_back({"=" + one.name, ownWeight});
        result.m_rows.emplace_back();
        for (const Part& part : parts)
            result.m_rows.back().emplace_back(
                ids.emplace(part.name, static_cast<int>(ids.size())).first->second, part.weight);
    }
    result.m_parts = static_cast<int>(ids.size());
    return result;
}

std::vector<std::vector<double>> ConceptParts::vectors() const
{
    std::vector<std::vector<double>> all;
    for (const auto& row : m_rows) {
        std::vector<double> sum(static_cast<std::size_t>(m_parts), 0.0);
        double squares = 0;
        for (const auto& [part, weight] : row) {
            sum[static_cast<std::size_t>(part)] += weight;
            squares += weight * weight;
        }
        for (double& value : sum)
            value /= std::sqrt(squares);
        all.push_back(std::move(sum));
    }
    return all;
}

std::vector<double> ConceptParts::cosines() const
{
    const auto rows = vectors();
    std::vector<double> all;
    for (const auto& a : rows)
        for (const auto& b : rows) {
            double sum = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                sum += a[i] * b[i];
            all.push_back(sum);
        }
    return all;
}

} // namespace hounsfield::training
