// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/JsonText.h"

#include <limits>

namespace hounsfield {

using nlohmann::json;

json parseForeignJson(std::string_view text)
{
    constexpr int deepest = 16;
    int depth = 0;
    bool inText = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (inText && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            inText = !inText;
        else if (!inText && (text[i] == '[' || text[i] == '{') && ++depth > deepest)
            throw json::other_error::create(501, "its parts lie too deep in one another", nullptr);
        else if (!inText && (text[i] == ']' || text[i] == '}'))
            --depth;
    }
    return json::parse(text.begin(), text.end());
}

int wholeNumber(const json& value)
{
    if (!value.is_number_integer() || value > std::numeric_limits<int>::max() ||
        value < std::numeric_limits<int>::min())
        throw json::other_error::create(501, "a whole number is missing", &value);
    return value.get<int>();
}

} // namespace hounsfield
