// SPDX-License-Identifier: Apache-2.0
#include "volume/TextList.h"

namespace hounsfield {

std::string listText(const std::vector<std::string>& items)
{
    std::string text;
    for (std::size_t n = 0; n < items.size(); ++n) {
        if (n > 0)
            text += n + 1 == items.size() ? " and " : ", ";
        text += items[n];
    }
    return text;
}

} // namespace hounsfield
