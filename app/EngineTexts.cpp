// SPDX-License-Identifier: Apache-2.0
#include "app/EngineTexts.h"

#include "resources/Resources.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <map>
#include <vector>

namespace hounsfield {
namespace {

struct Pattern {
    QRegularExpression english;
    QString translated;
    qsizetype literal = 0; ///< letters that are not a place: the more, the better it fits
};

/// All texts of one language.
struct Table {
    QHash<QString, QString> whole, names;
    std::vector<Pattern> patterns;
};

QJsonArray rowsOf(const char* name)
{
    const auto bytes = resources::find(name);
    return bytes ? QJsonDocument::fromJson(QByteArray(bytes->data(), qsizetype(bytes->size()))).array()
                 : QJsonArray();
}

Pattern patternOf(const QString& english, const QString& translated)
{
    static const QRegularExpression place("%\\d");
    QString expression;
    qsizetype at = 0, literal = 0;
    for (auto found = place.globalMatch(english); found.hasNext();) {
        const auto match = found.next();
        expression += QRegularExpression::escape(english.mid(at, match.capturedStart() - at)) + "(.+?)";
        literal += match.capturedStart() - at;
        at = match.capturedEnd();
    }
    expression += QRegularExpression::escape(english.mid(at));
    return {QRegularExpression("\\A" + expression + "\\z"), translated, literal + english.size() - at};
}

/// Empty for English. The language is that of the installed translation, which may change while the program
/// runs (tests).
const Table& table()
{
    static std::map<QString, Table> all;
    const QString language = QCoreApplication::translate("EngineTexts", "@language");
    const auto known = all.find(language);
    if (known != all.end())
        return known->second;
    Table made;
    // The columns of both files: English, German, Chinese.
    const int column = std::max(0, int(QStringList{"en", "de", "zh"}.indexOf(language)));
    for (const QJsonValue& row : column ? rowsOf("translations/names.json") : QJsonArray())
        made.names.insert(row[0].toString(), row[column].toString());
    for (const QJsonValue& row : column ? rowsOf("translations/engine.json") : QJsonArray()) {
        const QString english = row[0].toString(), translated = row[column].toString();
        if (english.contains("%1"))
            made.patterns.push_back(patternOf(english, translated));
        else
            made.whole.insert(english, translated);
    }
    std::stable_sort(made.patterns.begin(), made.patterns.end(),
                     [](const Pattern& a, const Pattern& b) { return a.literal > b.literal; });
    return all.emplace(language, std::move(made)).first->second;
}

QString valueInWords(const QString& value, int depth);

/// Empty: not known.
QString wholeOf(const Table& texts, const QString& english, int depth)
{
    if (const auto whole = texts.whole.constFind(english); whole != texts.whole.constEnd())
        return *whole;
    if (const auto name = texts.names.constFind(english); name != texts.names.constEnd())
        return *name;
    for (const Pattern& pattern : texts.patterns)
        if (const auto match = pattern.english.match(english); match.hasMatch()) {
            QString text = pattern.translated;
            // From the last to the first, so that what is put in is not taken for a place.
            QStringList values;
            for (int n = 1; n <= match.lastCapturedIndex(); ++n)
                values << valueInWords(match.captured(n), depth + 1);
            QString made;
            for (qsizetype at = 0; at < text.size(); ++at) {
                const bool place = text[at] == '%' && at + 1 < text.size() && text[at + 1].isDigit();
                made += place ? values.value(text[at + 1].digitValue() - 1) : QString(text[at]);
                at += place;
            }
            return made;
        }
    return {};
}

/// What stands in a place of a sentence: a number, a name, a list of either, or a phrase of its own.
QString valueInWords(const QString& value, int depth)
{
    static const QRegularExpression number("\\A-?\\d+\\.\\d+( (?:mm|mL|HU|GB|MB))?\\z");
    if (number.match(value).hasMatch())
        return QString(value).replace('.', QLocale().decimalPoint());
    if (depth > 3)
        return value;
    if (const QString whole = wholeOf(table(), value, depth); !whole.isEmpty())
        return whole;
    for (const char* between : {", ", " and "})
        if (value.contains(between)) {
            QStringList parts;
            for (const QString& part : value.split(between))
                parts << valueInWords(part, depth + 1);
            return parts.join(QString(between) == ", " ? QString(between)
                                                       : QCoreApplication::translate("EngineTexts", " and "));
        }
    return value;
}

/// Empty: not known. "Right Kidney and Left Kidney.": names alone are a sentence, too.
QString sentenceOf(const Table& texts, const QString& english)
{
    if (const QString whole = wholeOf(texts, english, 0); !whole.isEmpty() || !english.endsWith('.'))
        return whole;
    const QString names = english.chopped(1), told = valueInWords(names, 0);
    return told == names ? QString() : told + ".";
}

/// Where one sentence ends and the next begins.
std::vector<QString> sentencesOf(const QString& text)
{
    static const QRegularExpression end("(?<=[.?!])\\s+(?=[A-Z0-9\"'“(/])|\\n");
    std::vector<QString> all;
    for (const QString& one : text.split(end))
        all.push_back(one);
    return all;
}

} // namespace

QString inWindowLanguage(const QString& english)
{
    const Table& texts = table();
    if (texts.whole.isEmpty() || english.isEmpty())
        return english;
    QStringList lines;
    for (const QString& line : english.split('\n')) {
        const std::vector<QString> sentences = sentencesOf(line);
        QStringList told;
        // A full stop may stand within a sentence (a name, a file): where one alone is not known, several
        // together may be.
        for (std::size_t from = 0; from < sentences.size();) {
            std::size_t taken = 1;
            QString found;
            for (std::size_t many = 1;
                 many <= std::min<std::size_t>(4, sentences.size() - from) && found.isEmpty(); ++many) {
                QStringList joined;
                for (std::size_t s = from; s < from + many; ++s)
                    joined << sentences[s];
                found = sentenceOf(texts, joined.join(' '));
                taken = found.isEmpty() ? 1 : many;
            }
            told << (found.isEmpty() ? sentences[from] : found);
            from += taken;
        }
        lines << told.join(' ');
    }
    return lines.join('\n');
}

QString inWindowLanguage(const std::string& english)
{
    return inWindowLanguage(QString::fromStdString(english));
}

QString phraseInWindowLanguage(const std::string& english)
{
    return valueInWords(QString::fromStdString(english), 0);
}

QString nameInWindowLanguage(const QString& english)
{
    return table().names.value(english, english);
}

QString nameInWindowLanguage(const std::string& english)
{
    return nameInWindowLanguage(QString::fromStdString(english));
}

} // namespace hounsfield
