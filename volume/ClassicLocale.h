// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <locale.h>

namespace hounsfield {

/// While it lives, the C library reads and writes numbers and maps letters on this thread as under the locale
/// "C", whatever the process has chosen. QApplication chooses the person's locale, in which 6.5 may be "6,5"
/// and the small letter of I may be another than i. To be put around every call of a library that prints or
/// parses numbers (teem, GDCM, VTK) and around printf into a string. Streams of C++ follow std::locale
/// instead: imbue the classic one.
class ClassicLocale {
public:
    ClassicLocale();
    ~ClassicLocale();
    ClassicLocale(const ClassicLocale&) = delete;
    ClassicLocale& operator=(const ClassicLocale&) = delete;

private:
#ifndef _WIN32
    locale_t m_before;
#endif
};

/// For main, after everything that may choose a locale (QApplication): numbers as under "C" in the whole
/// process. The person's characters and language stay.
void useClassicNumbers();

} // namespace hounsfield
