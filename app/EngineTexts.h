// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <string>

namespace hounsfield {

/// A message of the engine, which speaks English, in the window's language: sentence by sentence, from
/// resources/translations/engine.json. What is not known there stays as it is.
QString inWindowLanguage(const QString& english);
QString inWindowLanguage(const std::string& english);
/// "over 10 mm, in the Left Kidney": phrases that are no sentences, separated by commas.
QString phraseInWindowLanguage(const std::string& english);
/// The name of a class ("Right Kidney") in the window's language, from resources/translations/names.json; any
/// other as it is.
QString nameInWindowLanguage(const QString& english);
QString nameInWindowLanguage(const std::string& english);

} // namespace hounsfield
