// SPDX-License-Identifier: Apache-2.0
#include "app/LicenceBox.h"

#include "inference/PackStore.h"

#include <QCoreApplication>

namespace hounsfield {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("LicenceBox", text);
}

} // namespace

LicenceBox LicenceBox::make()
{
    LicenceBox box{new QLabel(tr("Licence of the published weights")),
                   new QPlainTextEdit(QString::fromStdString(publishedLicenceText())),
                   new QCheckBox(tr("I have read the licence and keep to it"))};
    box.heading->setObjectName("heading");
    box.text->setReadOnly(true);
    box.text->setAccessibleName(tr("Licence of the published weights"));
    box.text->setMinimumHeight(200);
    box.accept->setObjectName("accept");
    return box;
}

QLabel* makeMessageLabel()
{
    auto* message = new QLabel;
    message->setWordWrap(true);
    message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    message->setMinimumHeight(40);
    message->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return message;
}

} // namespace hounsfield
