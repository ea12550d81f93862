// SPDX-License-Identifier: Apache-2.0
#include "viewer/NumberWords.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace hounsfield {

namespace {

struct NumberWords {
    Q_DECLARE_TR_FUNCTIONS(NumberWords)
};

QString tr(const char* text)
{
    return NumberWords::tr(text);
}

} // namespace

QString decimal(double value, int decimals)
{
    QLocale locale;
    locale.setNumberOptions(locale.numberOptions() | QLocale::OmitGroupSeparator);
    const double step = std::pow(10.0, -decimals);
    return locale.toString(std::abs(value) < 0.5 * step ? 0.0 : value, 'f', decimals);
}

QStringList measuredInWords(const MeasuredValues& values)
{
    QStringList lines;
    if (values.lengthMm && values.shortLengthMm) {
        const QString longest = decimal(*values.lengthMm, 1);
        lines << tr("%1 × %2 mm").arg(longest, decimal(*values.shortLengthMm, 1));
    } else if (values.lengthMm) {
        lines << tr("%1 mm").arg(decimal(*values.lengthMm, 1));
    }
    if (values.angleDegrees)
        lines << decimal(*values.angleDegrees, 1) + "°";
    if (values.areaMm2 && *values.areaMm2 < 100)
        lines << tr("%1 mm²").arg(decimal(*values.areaMm2, 1));
    else if (values.areaMm2)
        lines << tr("%1 cm²").arg(decimal(*values.areaMm2 / 100, 2));
    if (!values.hu)
        return lines;
    const QString mean = decimal(values.hu->mean, 0);
    if (!values.areaMm2)
        return lines << tr("%1 HU").arg(mean);
    lines << tr("%1 ± %2 HU").arg(mean, decimal(values.hu->standardDeviation, 0));
    const QString maximum = decimal(values.hu->maximum, 0);
    return lines << tr("%1 to %2 HU").arg(decimal(values.hu->minimum, 0), maximum);
}

} // namespace hounsfield
