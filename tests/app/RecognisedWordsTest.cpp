// SPDX-License-Identifier: Apache-2.0
#include "tests/app/OpenedProgram.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/TaughtPack.h"

#include <QLabel>
#include <QPushButton>
#include <QSettings>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

const std::vector<TaughtWords> taught{{"hepatic blastoma", {"liver_tumor"}},
                                      {"beanish blob", {"kidney_tumor"}},
                                      {"beanish blob", {"kidney_cyst"}},
                                      {"scapula", {}},
                                      {"leberfilter", {"liver"}}};

/// The program with a scan and the taught pack's words; the fake engine answers, for no part of this is about
/// masks.
struct Taught {
    TemporaryFolder folder;
    Opened program;
    PromptBar& bar = program.window.promptBar();
    QLineEdit* field = program.window.findChild<QLineEdit*>("prompt");

    Taught()
    {
        const auto pack = std::make_shared<const ModelPack>(
            openPackFolder(writeTaughtPack(folder.path(), "taught", taught)));
        program.open(writeScan(folder.path()));
        program.bench.nearest().setPack(pack);
        bar.setPack(*pack);
    }
    QLabel* chip(const QString& kind)
    {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        return bar.findChild<QLabel*>(kind);
    }
    void type(const QString& text)
    {
        field->clear();
        QTest::keyClicks(field, text);
    }
};

} // namespace

TEST_CASE(
    "words beyond the list are read a moment later, and their chip tells the class and how sure that is")
{
    if (!besideLibTorch)
        return;
    Taught t;
    t.bar.setText("hepatic blastoma over 10 mm");
    CHECK(t.bar.prompt().waits());
    REQUIRE(t.chip("reading"));
    CHECK_FALSE(t.chip("refused"));
    REQUIRE(waitFor([&] { return !t.bar.prompt().waits(); }));
    CHECK_FALSE(t.chip("reading"));
    QLabel* known = t.chip("known");
    REQUIRE(known);
    CHECK(known->text().contains("Liver Tumor, over 10 mm · 99 %"));
    CHECK(known->toolTip().contains("Read as Liver Tumor by the text encoder"));
    t.bar.setText("beanish blob");
    REQUIRE(waitFor([&] { return !t.bar.prompt().waits(); }));
    REQUIRE(t.chip("unsure"));
    CHECK(t.chip("unsure")->text().contains("perhaps Kidney Tumor · 50 %"));
    t.bar.setText("scapula");
    REQUIRE(waitFor([&] { return !t.bar.prompt().waits(); }));
    REQUIRE(t.chip("refused"));
    CHECK(t.chip("refused")->toolTip().contains("I do not know this"));
    // The same words again, and back to words that were read before.
    t.bar.setText("hepatic blastoma over 10 mm");
    REQUIRE(waitFor([&] { return t.bar.prompt().targets().size() == 1; }));
}

TEST_CASE("Enter right after the last key waits until the words are read, and runs what they were read as")
{
    if (!besideLibTorch)
        return;
    Taught t;
    std::vector<Prompt> asked;
    QObject::connect(&t.bar, &PromptBar::asked, &t.program.window,
                     [&](const Prompt& prompt) { asked.push_back(prompt); });
    t.type("liver, leberfilter");
    QTest::keyClick(t.field, Qt::Key_Return);
    CHECK(asked.empty());
    REQUIRE(waitFor([&] { return asked.size() == 1; }));
    CHECK_FALSE(asked[0].waits());
    REQUIRE(asked[0].parts.size() == 2);
    CHECK(asked[0].parts[1].targets.at(0).classId == 6);
    REQUIRE(waitFor([&] { return !t.program.bench.asking().busy() && t.program.found().size() == 1; }));
    CHECK(t.bar.history().front() == "liver, leberfilter");
    // Once it is read, Enter asks at once.
    QTest::keyClick(t.field, Qt::Key_Return);
    CHECK(asked.size() == 2);
    // What is typed on is another prompt: it is not run before Enter.
    t.type("beanish blob");
    QTest::keyClick(t.field, Qt::Key_Return);
    QTest::keyClicks(t.field, "s");
    REQUIRE(waitFor([&] { return !t.bar.prompt().waits() && t.bar.prompt().text == "beanish blobs"; }));
    CHECK(asked.size() == 2);
    // Unknown words run nothing.
    t.type("scapula");
    QTest::keyClick(t.field, Qt::Key_Return);
    REQUIRE(waitFor([&] { return !t.bar.prompt().waits(); }));
    CHECK(asked.size() == 2);
}

TEST_CASE("a text encoder that cannot be opened is told, and nothing is run for its words")
{
    if (!besideLibTorch)
        return;
    Taught t;
    std::filesystem::remove(t.folder.path() / "taught" / "recognition.safetensors");
    std::vector<Prompt> asked;
    QStringList told;
    QObject::connect(&t.bar, &PromptBar::asked, &t.program.window,
                     [&](const Prompt& prompt) { asked.push_back(prompt); });
    QObject::connect(&t.program.bench.nearest(), &Nearest::failed, &t.program.window,
                     [&](const QString& why) { told << why; });
    t.type("liver, leberfilter");
    QTest::keyClick(t.field, Qt::Key_Return);
    REQUIRE(waitFor([&] { return told.size() == 1; }));
    CHECK(told[0].contains("recognition.safetensors"));
    CHECK(asked.empty());
    CHECK(t.chip("refused"));
    // Asked again, it is tried again.
    QTest::keyClick(t.field, Qt::Key_Return);
    REQUIRE(waitFor([&] { return told.size() == 2; }));
    CHECK(asked.empty());
    t.type("liver");
    QTest::keyClick(t.field, Qt::Key_Return);
    CHECK(asked.size() == 1);
}
