// SPDX-License-Identifier: Apache-2.0
#include "volume/io/Csv.h"

namespace hounsfield {

std::string csvCell(std::string text)
{
    if (!text.empty() && std::string("=+-@\t\r").find(text[0]) != std::string::npos)
        text = "'" + text;
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (char c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

} // namespace hounsfield
