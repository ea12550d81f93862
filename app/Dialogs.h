// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Exporter.h"
#include "app/Workbench.h"

#include <optional>

class QWidget;

namespace hounsfield {

class MainWindow;
class PromptBar;
class VolumeView;

/// Everything the model knows, to be searched; a double click asks for it.
void showKnownClasses(QWidget& parent, PromptBar& prompt, const ModelPack& pack);
/// What is exported and where to; nothing where the person thought better of it.
std::optional<ExportSettings> askExport(QWidget& parent, bool masksThere);
void showShortcuts(QWidget& parent);
void showAbout(QWidget& parent, const ModelPack& pack, const QString& renderer);
/// Model, device, mouse, colours, language.
void showSettings(QWidget& parent, Workbench& bench);

} // namespace hounsfield
