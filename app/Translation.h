// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHash>
#include <QTranslator>

namespace hounsfield {

/// The program's texts in another language, from resources/translations (one JSON object: English text ->
/// translation). A text means the same wherever it stands: the context is not looked at.
class Translation : public QTranslator {
public:
    /// @param language "de", "zh"; any other leaves the program English
    explicit Translation(const QString& language, QObject* parent = nullptr);
    bool isEmpty() const override { return m_texts.isEmpty(); }
    QString translate(const char* context, const char* source, const char* disambiguation,
                      int n) const override;

private:
    QHash<QString, QString> m_texts;
};

} // namespace hounsfield
