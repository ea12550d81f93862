// SPDX-License-Identifier: Apache-2.0
#include "app/PromptBar.h"
#include "tests/look/Walk.h"

#include <QLabel>
#include <QTextDocument>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

ModelPack withoutTextEncoderOfItsOwn()
{
    ModelPack pack = openEmbeddedPack();
    pack.textEncoder.reset();
    return pack;
}

/// What the chips say in plain sight: their labels, without markup.
QStringList chips(PromptBar& bar)
{
    // Chips of the prompt before are deleted later.
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QStringList texts;
    for (const char* kind : {"known", "unsure", "reading", "zeroShot", "refused"})
        for (const QLabel* chip : bar.findChildren<QLabel*>(kind)) {
            QTextDocument document;
            document.setHtml(chip->text());
            texts << document.toPlainText().mid(1).simplified();
        }
    return texts;
}

QStringList chips(PromptBar& bar, const QString& prompt)
{
    bar.setText(prompt);
    return chips(bar);
}

struct Refused {
    const char* prompt;
    const char* english;
    const char* german;
};

const std::vector<Refused>& refused()
{
    static const std::vector<Refused> all{
        {"tumors over 5", "“tumors over 5”: no unit", "„tumors over 5“: keine Einheit"},
        {"lesions over", "“lesions over”: no number", "„lesions over“: keine Zahl"},
        {"small tumors", "“small tumors”: size not clear", "„small tumors“: Größe unklar"},
        {"liver over 10 mm", "“liver over 10 mm”: size of an organ",
         "„liver over 10 mm“: Größe eines Organs"},
        {"tumors around the liver", "“tumors around the liver”: place not supported",
         "„tumors around the liver“: Ortsangabe nicht möglich"},
        {"no liver", "“no liver”: leaves something out", "„no liver“: schließt etwas aus"},
        {"left right kidney", "“left right kidney”: contradicts itself",
         "„left right kidney“: widerspricht sich"},
        {"liver spleen", "“liver spleen”: several names", "„liver spleen“: mehrere Namen"},
        {"left liver", "“left liver”: no left or right", "„left liver“: kein paariges Organ"},
        {"stomach tumor", "“stomach tumor”: not in this model", "„stomach tumor“: nicht in diesem Modell"},
        {"liver - tumor", "“liver - tumor”: two meanings", "„liver - tumor“: zwei Bedeutungen"}};
    return all;
}

} // namespace

TEST_CASE("a chip says in plain sight why a part is not understood, in English and in German")
{
    application();
    for (const bool german : {false, true}) {
        const Language spoken(german ? "de" : "en");
        PromptBar bar;
        bar.setPack(openEmbeddedPack());
        for (const Refused& one : refused()) {
            const QStringList texts = chips(bar, one.prompt);
            INFO(one.prompt << ": " << texts.join(" | ").toStdString());
            CHECK(texts.contains(german ? one.german : one.english));
        }
    }
}

TEST_CASE("of words that the program knows no chip says that they are unknown")
{
    application();
    PromptBar bar;
    bar.setPack(withoutTextEncoderOfItsOwn());
    for (const Refused& one : refused())
        for (const QString& text : chips(bar, one.prompt)) {
            INFO(text.toStdString());
            CHECK_FALSE(text.contains("known"));
            CHECK_FALSE(text.contains("text encoder"));
        }
}

TEST_CASE("where the model has no text encoder the chip of an unknown word says so")
{
    application();
    for (const bool german : {false, true}) {
        const Language spoken(german ? "de" : "en");
        PromptBar bar;
        bar.setPack(withoutTextEncoderOfItsOwn());
        const QStringList texts = chips(bar, "liver, bicycle");
        INFO(texts.join(" | ").toStdString());
        REQUIRE(texts.size() == 2);
        CHECK(texts[0] == (german ? "Leber" : "Liver"));
        CHECK(texts[1] == (german ? "„bicycle“: unbekanntes Wort, dieses Modell hat keinen Textkodierer"
                                  : "“bicycle”: unknown word, this model has no text encoder"));
    }
}

TEST_CASE("where the text encoder cannot be opened the chip of the words that it was to read says so")
{
    application();
    for (const bool german : {false, true}) {
        const Language spoken(german ? "de" : "en");
        PromptBar bar;
        bar.setPack(openEmbeddedPack());
        const QStringList before = chips(bar, "bicycle");
        INFO(before.join(" | ").toStdString());
        REQUIRE(bar.prompt().waits());
        bar.stopWaiting();
        CHECK_FALSE(bar.prompt().waits());
        CHECK(bar.prompt().targets().empty());
        const QStringList texts = chips(bar);
        INFO(texts.join(" | ").toStdString());
        CHECK(texts == QStringList{german ? "„bicycle“: kein Textkodierer" : "“bicycle”: no text encoder"});
    }
}

TEST_CASE("a refused part of a long prompt is seen at once, also where the row of chips gets narrower")
{
    application();
    const Language spoken("de");
    PromptBar bar;
    bar.setPack(openEmbeddedPack());
    bar.resize(1366, 100);
    bar.show();
    REQUIRE(QTest::qWaitForWindowExposed(&bar));
    bar.setText("Lebertumor, beide Nieren, alle Organe, Raum um die Leber, Tumoren über 5");
    QTest::qWait(50);
    // Another text beside the row takes its room, as after a run.
    bar.setModelText("ein Modell mit einem langen Namen, Prozessor, fp32", {});
    bar.setEstimate("etwa eine Minute, 1,2 GB", false, {});
    QTest::qWait(100);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    const auto all = bar.findChildren<QLabel*>("refused");
    REQUIRE(all.size() == 2);
    for (const QLabel* chip : all) {
        INFO(chip->accessibleName().toStdString());
        CHECK(chip->visibleRegion().boundingRect() == chip->rect());
    }
}
