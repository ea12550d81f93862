// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Recovery.h"

#include <QWidget>

class QVBoxLayout;

namespace hounsfield {

/// What is seen while no scan is open: open one, try the sample, go on where one left off.
class StartPage : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(QWidget* parent = nullptr);
    void show(const QStringList& recent, const std::vector<Recovery::Kept>& left);

Q_SIGNALS:
    void openFolderAsked();
    void openFileAsked();
    void openAsked(QString path);

private:
    QVBoxLayout* m_list = nullptr;
};

} // namespace hounsfield
