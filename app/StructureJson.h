// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Session.h"

#include <QJsonArray>
#include <QJsonObject>

namespace hounsfield {

template <typename Numbers> QJsonArray listOf(const Numbers& numbers)
{
    QJsonArray list;
    for (const auto& n : numbers)
        list.append(double(n));
    return list;
}

/// @throws Error(Scan)
template <typename T> std::array<T, 3> threeOf(const QJsonValue& value)
{
    const QJsonArray list = value.toArray();
    if (list.size() != 3)
        throw Error(ErrorKind::Scan, "The session file is damaged: three numbers are missing.");
    return {T(list[0].toDouble()), T(list[1].toDouble()), T(list[2].toDouble())};
}

QJsonObject gridToJson(const Geometry& grid);
/// A structure as it lies in a session file. Lesions and statistics are not inside: they are measured again
/// from scan and mask.
QJsonObject structureToJson(const Structure& structure);
/// @throws Error(Scan) where it is damaged
Structure structureFromJson(const QJsonObject& json);

} // namespace hounsfield
