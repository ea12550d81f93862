// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Translation.h"
#include "tests/app/OpenedProgram.h"

#include <QDialog>
#include <QLocale>
#include <QTimer>

#include <functional>
#include <memory>

namespace hounsfield::test {

/// The window speaks another language while it lives: windows made meanwhile are in it.
class Language {
public:
    explicit Language(const QString& name)
        : m_before(QLocale()), m_translation(std::make_unique<Translation>(name))
    {
        application();
        QLocale::setDefault(name == "en" ? QLocale(QLocale::English, QLocale::UnitedKingdom) : QLocale(name));
        QCoreApplication::installTranslator(m_translation.get());
    }
    ~Language()
    {
        QCoreApplication::removeTranslator(m_translation.get());
        QLocale::setDefault(m_before);
    }

private:
    QLocale m_before;
    std::unique_ptr<Translation> m_translation;
};

/// A state of the program, looked at: the window or a dialog over it.
using Look = std::function<void(QWidget& shown, const std::string& state)>;
/// Leads through the states of the program, at a size of the window, and looks at each: start, choice of
/// series, loaded scan, chips of every kind, rows and details of what was found, doubts and messages, and
/// every dialog.
void walkThrough(const QSize& size, const Look& look);

} // namespace hounsfield::test
