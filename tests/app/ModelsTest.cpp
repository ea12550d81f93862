// SPDX-License-Identifier: Apache-2.0
#include "app/ModelManager.h"
#include "inference/internal/TextShapes.h"
#include "resources/Resources.h"
#include "tests/app/OpenedProgram.h"
#include "tests/support/Formula.h"
#include "tests/support/TextPack.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QSettings>
#include <QTextBrowser>
#include <QTreeView>

#include <fstream>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

/// The program's own weights as a file: a checkpoint like any other.
fs::path writeCheckpoint(const fs::path& folder)
{
    writeFile(folder / "my_weights.safetensors",
              std::string(resources::find("models/small/weights.safetensors").value()));
    return folder / "my_weights.safetensors";
}

QPushButton* button(const QWidget& in, const QString& text)
{
    for (auto* one : in.findChildren<QPushButton*>())
        if (one->text() == text)
            return one;
    return nullptr;
}

bool says(const QWidget& in, const QString& text)
{
    for (const auto* label : in.findChildren<QLabel*>())
        if (label->isVisible() && label->text().contains(text))
            return true;
    return false;
}

/// A place for models of its own, so that the program's settings and the person's models stay out of it.
struct Place {
    TemporaryFolder folder;
    fs::path models = folder.path() / "models";

    Place()
    {
        application();
        QSettings settings;
        for (const char* key : {"model", "device", "precision", "modelFolders"})
            settings.remove(key);
        qputenv("HOUNSFIELD_MODELS", models.c_str());
    }
    ~Place()
    {
        qunsetenv("HOUNSFIELD_MODELS");
        QSettings().remove("model");
    }
    void install(const std::string& name) const
    {
        Progress silent;
        PackStore().import({writeCheckpoint(folder.path()), name, {}, {}}, silent);
    }
};

} // namespace

TEST_CASE("the list of models holds the embedded one, installed ones, folders of the person, and broken ones "
          "with the reason")
{
    const Place place;
    place.install("mine");
    ModelList list{PackStore()};
    const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::Fatal);
    REQUIRE(list.rowCount() == 2);
    CHECK(list.index(0).data().toString() == "small");
    CHECK(list.index(1).data().toString() == "mine");
    CHECK(list.index(1).data(ModelList::Subtitle).toString().startsWith("U-Net"));
    fs::create_directories(place.models / "broken");
    writeFile(place.models / "broken" / "pack.json", "{");
    fs::copy(place.models / "mine", place.folder.path() / "elsewhere");
    list.addFolder(QString::fromStdString((place.folder.path() / "elsewhere").string()));
    REQUIRE(list.rowCount() == 4);
    CHECK(list.index(1).data(ModelList::Broken).toBool());
    CHECK(list.index(1).data(Qt::ToolTipRole).toString().contains("pack.json"));
    CHECK(list.index(3).data(ModelList::Key).toString() ==
          QString::fromStdString((place.folder.path() / "elsewhere").string()));
    CHECK_THROWS_AS(list.addFolder(QString::fromStdString(place.folder.path().string())), Error);
    list.setInUse(QString::fromStdString((place.models / "mine").string()));
    CHECK(list.index(2).data(ModelList::InUse).toBool());
    CHECK(list.rowInUse() == 2);
    list.forgetFolder(list.index(3).data(ModelList::Key).toString());
    CHECK(list.rowCount() == 3);
    CHECK(fs::exists(place.folder.path() / "elsewhere" / "pack.json"));
}

TEST_CASE("the model's name beside the prompt opens the models, one is used, checked, damaged, and removed "
          "with the embedded one in its place")
{
    const Place place;
    place.install("mine");
    Opened program;
    auto* chip = program.window.findChild<QPushButton*>("model");
    REQUIRE(chip);
    CHECK(chip->text() == "small · automatic");
    QTest::mouseClick(chip, Qt::LeftButton);
    auto* manager = program.window.findChild<ModelManager*>();
    REQUIRE(manager);
    REQUIRE(QTest::qWaitForWindowExposed(manager));
    CHECK_FALSE(button(*manager, "In use")->isEnabled());
    CHECK_FALSE(button(*manager, "Remove…")->isEnabled());
    manager->view().setCurrentIndex(manager->list().index(1));
    CHECK(manager->findChild<QTextBrowser*>()->toPlainText().contains("Pancreas"));
    QTest::mouseClick(button(*manager, "Use this model"), Qt::LeftButton);
    CHECK(program.bench.pack().name == "mine");
    CHECK(QSettings().value("model").toString() == "mine");
    CHECK(manager->list().rowInUse() == 1);
    CHECK(chip->text() == "U-Net · automatic");

    QTest::mouseClick(button(*manager, "Verify"), Qt::LeftButton);
    REQUIRE(waitFor([&] { return says(*manager, "mine is whole"); }));
    {
        std::fstream weights(place.models / "mine" / "weights.safetensors",
                             std::ios::in | std::ios::out | std::ios::binary);
        weights.seekp(-3, std::ios::end);
        weights.put('\x55');
    }
    QTest::mouseClick(button(*manager, "Verify"), Qt::LeftButton);
    REQUIRE(waitFor([&] { return says(*manager, "is not the one it was made with"); }));

    QTest::mouseClick(button(*manager, "Remove…"), Qt::LeftButton);
    CHECK(says(*manager, "deleted for good"));
    CHECK(fs::exists(place.models / "mine"));
    QTest::mouseClick(button(*manager, "Delete its files"), Qt::LeftButton);
    CHECK_FALSE(fs::exists(place.models / "mine"));
    CHECK(program.bench.pack().name == "small");
    CHECK(manager->list().rowCount() == 1);
    CHECK(says(*manager, "The built-in model is used now"));
}

TEST_CASE("a checkpoint is imported by the dialog: after the licence, verified, listed and offered")
{
    const Place place;
    Workbench bench(fake());
    ModelManager manager(bench);
    manager.show();
    REQUIRE(QTest::qWaitForWindowExposed(&manager));
    ImportDialog& dialog =
        manager.openImport({QString::fromStdString(writeCheckpoint(place.folder.path()).string()), {}, {}});
    REQUIRE(QTest::qWaitForWindowExposed(&dialog));
    QPushButton* go = dialog.findChild<QPushButton*>("primary");
    CHECK(dialog.findChild<QLineEdit*>("name")->text() == "my_weights");
    CHECK_FALSE(go->isEnabled());
    QTest::mouseClick(dialog.findChild<QCheckBox*>("accept"), Qt::LeftButton, {}, {8, 8});
    REQUIRE(go->isEnabled());
    dialog.findChild<QLineEdit*>("name")->setText("no/name");
    CHECK_FALSE(go->isEnabled());
    dialog.findChild<QLineEdit*>("name")->setText("weights");
    dialog.findChild<QLineEdit*>("vocabulary")->setText("/nowhere");
    CHECK(says(dialog, "There is no file /nowhere"));
    dialog.findChild<QLineEdit*>("vocabulary")->clear();
    QTest::mouseClick(go, Qt::LeftButton);
    REQUIRE(waitFor([&] { return manager.list().rowCount() == 2; }));
    CHECK(says(manager, "weights is installed"));
    QTest::mouseClick(button(manager, "Use it now"), Qt::LeftButton);
    CHECK(bench.pack().name == "weights");
}

TEST_CASE("what is no checkpoint is told of in the dialog and leaves nothing behind")
{
    const Place place;
    writeFile(place.folder.path() / "text.pth", "this is no checkpoint");
    ImportDialog dialog{PackStore()};
    dialog.setFiles({QString::fromStdString((place.folder.path() / "text.pth").string()), {}, {}}, true);
    dialog.show();
    REQUIRE(QTest::qWaitForWindowExposed(&dialog));
    QTest::mouseClick(dialog.findChild<QPushButton*>("primary"), Qt::LeftButton);
    REQUIRE(waitFor([&] { return says(dialog, "Nothing was installed"); }));
    CHECK(dialog.isVisible());
    CHECK(PackStore().list().size() == 1);
    CHECK((!fs::exists(place.models) || fs::is_empty(place.models)));
}

TEST_CASE("an import that is stopped leaves nothing behind")
{
    const Place place;
    ImportDialog dialog{PackStore()};
    dialog.setFiles({QString::fromStdString(writeCheckpoint(place.folder.path()).string()), {}, {}}, true);
    dialog.show();
    REQUIRE(QTest::qWaitForWindowExposed(&dialog));
    QTest::mouseClick(dialog.findChild<QPushButton*>("primary"), Qt::LeftButton);
    QTest::mouseClick(button(dialog, "Stop"), Qt::LeftButton);
    REQUIRE(waitFor([&] { return !dialog.busy() && says(dialog, "Stopped. Nothing was installed."); }));
    CHECK(PackStore().list().size() == 1);
}

TEST_CASE("the chip tells pack, device and precision in plain words, chosen and in effect")
{
    const ModelPack small = openEmbeddedPack();
    ModelPack published = small;
    published.title = "CLIP-Driven Universal Model, Swin UNETR";
    CHECK(chipInWords(small, {}, {}) == "small · automatic");
    CHECK(chipInWords(small, {"cpu", "bf16"}, {}) == "small · processor, bf16");
    CHECK(chipInWords(published, {}, EngineFacts{"cuda:0", Precision::Fp16, {}}) ==
          "Swin UNETR · graphics card, fp16");
    CHECK(chipExplained(small, {}, EngineFacts{"cpu", Precision::Fp32, {"This processor has no bf16."}})
              .contains("This processor has no bf16."));
    CHECK(chipExplained(small, {},
                        EngineFacts{"cpu", Precision::Bf16, {}, "Computed in bf16: 2.0 times as fast here."})
              .contains("2.0 times as fast"));
    CHECK(madeWithInWords("small, cpu, fp32") == "small, processor, fp32");
}

TEST_CASE("an estimate names time and memory, and says where the memory will not do")
{
    const Estimate estimate{8, 38, 6'000'000'000};
    CHECK(estimateInWords(estimate, {}).text == "about 40 s, 6.0 GB");
    CHECK_FALSE(estimateInWords(estimate, 8'000'000'000).scarce);
    const EstimateWords scarce = estimateInWords(estimate, 4'000'000'000);
    CHECK(scarce.scarce);
    CHECK(scarce.text == "about 40 s, needs about 6.0 GB; this computer has 4.0 GB free");
    CHECK(availableMemory("MemTotal: 100 kB\nMemFree: 5 kB\nMemAvailable:    2048 kB\n") == 2048 * 1024);
    CHECK_FALSE(availableMemory("MemTotal: 100 kB\n"));
}

TEST_CASE("the engine's device, precision and notes show once a scan is open, and the estimate follows the "
          "number of targets")
{
    const TemporaryFolder folder;
    Opened program;
    auto* chip = program.window.findChild<QPushButton*>("model");
    program.open(writeScan(folder.path()));
    std::vector<std::size_t> windows;
    QObject::connect(&program.bench.asking(), &Asking::estimated, &program.window,
                     [&](const Estimate& e) { windows.push_back(std::size_t(e.windows)); });
    REQUIRE(waitFor([&] { return chip->text() == "small · processor, fp32"; }));
    REQUIRE(waitFor([&] { return windows.size() == 1; }));
    program.window.promptBar().setText("liver, spleen");
    REQUIRE(waitFor([&] { return windows.size() == 2; }));
    program.bench.setModel({}, "cpu", "fp32");
    CHECK(program.bench.engineChoice().precision == "fp32");
    CHECK_FALSE(program.bench.engineFacts());
}

TEST_CASE(
    "words that the model was not trained on get a dashed chip with the nearest classes, and a slanted row")
{
    const TemporaryFolder folder;
    Opened program;
    program.open(writeScan(folder.path()));
    PromptPart part{"renal cyst wall", {{0, "renal cyst wall", "renal cyst wall"}}, "", "", {"Kidney Cyst"}};
    part.zeroShot = true;
    Prompt prompt{"renal cyst wall", {part}};
    program.window.promptBar().showPrompt(prompt);
    auto* dashed = program.window.findChild<QLabel*>("zeroShot");
    REQUIRE(dashed);
    CHECK(dashed->styleSheet().contains("dashed"));
    CHECK(dashed->toolTip().contains("nearest: Kidney Cyst"));
    program.bench.ask(prompt);
    REQUIRE(waitFor([&] { return !program.bench.asking().busy() && program.found().size() == 1; }));
    CHECK(program.found()[0].zeroShot());
    const QModelIndex row = program.window.foundPanel().tree().model()->index(0, 0);
    CHECK(row.data(Qt::FontRole).value<QFont>().italic());
    // Other words are another thing, the same words the same.
    part.targets[0].zeroShotText = "gut";
    program.bench.ask({"gut", {part}});
    REQUIRE(waitFor([&] { return program.found().size() == 2; }));
    program.bench.ask(prompt);
    REQUIRE(waitFor([&] { return !program.bench.asking().busy(); }));
    CHECK(program.found().size() == 2);
    const QString session = QString::fromStdString((folder.path() / "mine.hounsfield").string());
    program.bench.saveSession(session, {});
    program.open(session.toStdString());
    REQUIRE(program.found().size() == 2);
    CHECK(program.found()[0].finding->target.zeroShotText == "renal cyst wall");
}

TEST_CASE("words beyond the classes are offered where the pack has a text encoder, and the nearest classes "
          "follow a moment later")
{
    REQUIRE_SHARED(shared);
    const Place place;
    const auto pack = writeTextPack(place.folder.path(), "pairs", "byte_pair",
                                    readFile(shared / "reference" / "bpe_simple_vocab_16e6.txt.gz"), 49408);
    Opened program;
    PromptBar& bar = program.window.promptBar();
    bar.setText("renal artery");
    CHECK(bar.prompt().targets().empty());
    CHECK_FALSE(program.window.findChild<QLabel*>("zeroShot"));
    program.bench.setModel(QString::fromStdString(pack.string()), "cpu");
    REQUIRE(bar.prompt().parts.size() == 1);
    CHECK(bar.prompt().parts[0].zeroShot);
    REQUIRE(waitFor([&] { return bar.prompt().parts[0].suggestions.size() == 3; }));
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    auto* dashed = program.window.findChild<QLabel*>("zeroShot");
    REQUIRE(dashed);
    CHECK(dashed->toolTip().contains(QString::fromStdString(bar.prompt().parts[0].suggestions[0])));
}

TEST_CASE("a model that is there gets a text encoder by the dialog, and words beyond its classes can be "
          "asked at once")
{
    REQUIRE_SHARED(shared);
    const Place place;
    place.install("mine");
    TextEncoderSettings narrow;
    narrow.width = 64;
    narrow.heads = 1;
    narrow.blocks = 2;
    const fs::path weights = place.folder.path() / "clip.safetensors",
                   vocabulary = shared / "reference" / "bpe_simple_vocab_16e6.txt.gz";
    writeFile(weights, writeSafetensors(formulaWeights(expectedTextTensors(narrow)), {}));
    Workbench bench(fake());
    bench.setModel("mine", "cpu");
    ModelManager manager(bench);
    manager.show();
    REQUIRE(QTest::qWaitForWindowExposed(&manager));
    ImportDialog& dialog = manager.openTextEncoder("mine");
    REQUIRE(QTest::qWaitForWindowExposed(&dialog));
    QPushButton* go = dialog.findChild<QPushButton*>("primary");
    CHECK_FALSE(go->isEnabled());
    dialog.findChild<QLineEdit*>("textEncoder")->setText(QString::fromStdString(weights.string()));
    CHECK_FALSE(go->isEnabled());
    dialog.findChild<QLineEdit*>("vocabulary")->setText(QString::fromStdString(vocabulary.string()));
    REQUIRE(go->isEnabled());
    QTest::mouseClick(go, Qt::LeftButton);
    REQUIRE(waitFor([&] { return says(manager, "mine has a text encoder now"); }));
    CHECK(bench.pack().textEncoder);
    CHECK(manager.list().rowInUse() == 1);
}
