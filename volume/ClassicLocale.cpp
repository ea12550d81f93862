// SPDX-License-Identifier: Apache-2.0
#include "volume/ClassicLocale.h"

namespace hounsfield {

#ifndef _WIN32

namespace {

locale_t classic()
{
    static const locale_t made = newlocale(LC_ALL_MASK, "C", locale_t{});
    return made;
}

} // namespace

ClassicLocale::ClassicLocale() : m_before(uselocale(classic())) {}

ClassicLocale::~ClassicLocale()
{
    uselocale(m_before);
}

#else

// Windows has no locale of a scope: useClassicNumbers in main has to do.
ClassicLocale::ClassicLocale() = default;
ClassicLocale::~ClassicLocale() = default;

#endif

void useClassicNumbers()
{
    setlocale(LC_NUMERIC, "C");
}

} // namespace hounsfield
