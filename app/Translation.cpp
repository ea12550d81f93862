// SPDX-License-Identifier: Apache-2.0
#include "app/Translation.h"

#include "resources/Resources.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace hounsfield {

Translation::Translation(const QString& language, QObject* parent) : QTranslator(parent)
{
    const auto bytes = resources::find("translations/" + language.toStdString() + ".json");
    if (!bytes)
        return;
    const QJsonObject texts =
        QJsonDocument::fromJson(QByteArray(bytes->data(), qsizetype(bytes->size()))).object();
    for (auto text = texts.begin(); text != texts.end(); ++text)
        m_texts.insert(text.key(), text.value().toString());
}

QString Translation::translate(const char*, const char* source, const char*, int) const
{
    return m_texts.value(QString::fromUtf8(source));
}

} // namespace hounsfield
