// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

class QApplication;

namespace hounsfield::theme {

/// A colour of resources/theme.json by its name: "background", "accent", "axial".
QColor colour(const QString& name);
/// Whether the dark or the light colours are used; `dark` at the start.
void setLight(bool light);
bool isLight();
/// Qt's style sheet, made from the same colours.
QString styleSheet();
/// Style, palette and style sheet of the whole program: what no rule of the sheet draws (the system's file
/// and colour dialogs, arrows, placeholders) has the same colours.
void apply(QApplication& app);
/// An icon of our own line family, drawn in the text's colour: "window", "pan", "eye".
QIcon icon(const QString& name, const QString& colourName = "text");

} // namespace hounsfield::theme
