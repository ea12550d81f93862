// SPDX-License-Identifier: Apache-2.0
#include "inference/training/ClassEmbeddings.h"

#include "inference/training/ConceptEmbedding.h"
#include "inference/training/text/TextBatches.h"
#include "volume/Error.h"

#include <algorithm>
#include <cmath>

namespace hounsfield::training {
namespace {

using Row = std::vector<float>;
using MakeRow = std::function<Row(const ModelClass& known)>;

Row conceptRow(const ModelClass& known)
{
    return conceptEmbedding(known.name);
}

/// As long as a row of conceptRow: 0.4 a value on average.
Row oneHotRow(const ModelClass& known)
{
    Row row(512, 0.0f);
    row[static_cast<std::size_t>(known.id - 1)] = static_cast<float>(0.4 * std::sqrt(512.0));
    return row;
}

/// A further way is a line here.
const std::vector<std::pair<std::string, MakeRow>>& ways()
{
    static const std::vector<std::pair<std::string, MakeRow>> all{{"concept", conceptRow},
                                                                  {"one-hot", oneHotRow}};
    return all;
}

std::vector<Row> tableOf(const MakeRow& make, const std::vector<ModelClass>& classes)
{
    std::size_t rows = 0;
    for (const ModelClass& known : classes)
        rows = std::max(rows, static_cast<std::size_t>(known.id));
    std::vector<Row> table(rows, Row(512, 0.0f));
    for (const ModelClass& known : classes)
        table[static_cast<std::size_t>(known.id - 1)] = make(known);
    return table;
}

} // namespace

std::vector<std::string> embeddingWays()
{
    std::vector<std::string> names;
    for (const auto& [name, make] : ways())
        names.push_back(name);
    return names;
}

std::vector<Row> classEmbeddings(const std::string& way, const std::vector<ModelClass>& classes)
{
    const auto found =
        std::find_if(ways().begin(), ways().end(), [&](const auto& one) { return one.first == way; });
    if (found == ways().end())
        throw Error(ErrorKind::Usage, "\"" + way + "\" is no way to make embeddings of classes.");
    return tableOf(found->second, classes);
}

std::vector<Row> classEmbeddings(const EmbedWords& embed, const std::string& promptTemplate,
                                 const std::vector<ModelClass>& classes)
{
    return tableOf([&](const ModelClass& known) { return embed(filledTemplate(promptTemplate, known.name)); },
                   classes);
}

} // namespace hounsfield::training
