// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/catch.h"

#include <clocale>
#include <locale>
#include <string>
#include <vector>

namespace hounsfield::test {

/// A decimal comma (German), other cases of I (Turkish), a narrow space between thousands (French), Chinese.
inline const std::vector<std::string>& foreignLocales()
{
    static const std::vector<std::string> all{"de_DE.UTF-8", "tr_TR.UTF-8", "fr_FR.UTF-8", "zh_CN.UTF-8"};
    return all;
}

/// While it lives, the process has this locale: the C library, and the streams of C++.
class ForeignLocale {
public:
    explicit ForeignLocale(const std::string& name)
    {
        there = std::setlocale(LC_ALL, name.c_str()) != nullptr;
        if (there)
            m_before = std::locale::global(std::locale(name));
        else
            WARN("SKIPPED under "
                 << name << ": this machine lacks the locale. Run installers/debian12.sh, or as root: "
                 << "localedef -i " << name.substr(0, 5) << " -f UTF-8 " << name);
    }
    ~ForeignLocale()
    {
        std::locale::global(m_before);
        std::setlocale(LC_ALL, "C");
    }
    ForeignLocale(const ForeignLocale&) = delete;
    ForeignLocale& operator=(const ForeignLocale&) = delete;

    bool there = false;

private:
    std::locale m_before = std::locale::classic();
};

} // namespace hounsfield::test
