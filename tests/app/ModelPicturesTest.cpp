// SPDX-License-Identifier: Apache-2.0
#include "app/DownloadDialog.h"
#include "app/ModelManager.h"
#include "app/Translation.h"
#include "resources/Resources.h"
#include "tests/app/OpenedProgram.h"
#include "viewer/Theme.h"

#include <QCheckBox>
#include <QListView>
#include <QSettings>

using namespace hounsfield;
using namespace hounsfield::test;

// Hidden: run by name to renew docs/screenshots (HOUNSFIELD_SCREENSHOTS names the folder;
// HOUNSFIELD_LANGUAGE=de and HOUNSFIELD_LIGHT=1 show the other forms).
TEST_CASE("models, import, download and words beyond the classes, as pictures", "[.screenshots]")
{
    application();
    if (qEnvironmentVariableIsSet("HOUNSFIELD_LANGUAGE"))
        QCoreApplication::installTranslator(
            new Translation(qEnvironmentVariable("HOUNSFIELD_LANGUAGE"), qApp));
    theme::setLight(qEnvironmentVariableIsSet("HOUNSFIELD_LIGHT"));
    qApp->setStyleSheet(theme::styleSheet());
    const QString folder = qEnvironmentVariable("HOUNSFIELD_SCREENSHOTS", ".");
    // A place that looks the same on every computer that renews the pictures.
    const std::filesystem::path place = std::filesystem::temp_directory_path() / "hounsfield" / "models";
    std::filesystem::remove_all(place.parent_path());
    std::filesystem::create_directories(place / "half_copied");
    qputenv("HOUNSFIELD_MODELS", place.c_str());
    QSettings().remove("modelFolders");
    writeFile(place.parent_path() / "clip_driven_universal_unet.safetensors",
              std::string(resources::find("models/small/weights.safetensors").value()));
    Progress silent;
    PackStore().import(
        {place.parent_path() / "clip_driven_universal_unet.safetensors", "universal_unet", {}, {}}, silent);
    const auto take = [&](QWidget& of, const QString& name) {
        QTest::qWait(400);
        REQUIRE(of.grab().save(folder + "/" + name + ".png"));
    };
    Opened program;
    program.window.resize(1360, 850);
    program.open(Opening::samplePath);
    REQUIRE(waitFor([&] { return program.bench.engineFacts().has_value(); }, 60000));
    const PromptPart known{"liver", {{14, "Liver", {}}}, {}, {}};
    const PromptPart beyond{
        "gastric wall", {{0, "gastric wall", "gastric wall"}}, {}, {}, {"Stomach", "Esophagus"}, true};
    program.window.promptBar().setText("liver and gastric wall");
    program.window.promptBar().showPrompt({"liver and gastric wall", {known, beyond}});
    take(program.window, "zero_shot");
    program.window.showModels();
    auto* manager = program.window.findChild<ModelManager*>();
    REQUIRE(QTest::qWaitForWindowExposed(manager));
    manager->view().setCurrentIndex(manager->list().index(2));
    take(*manager, "models");
    manager->view().setCurrentIndex(manager->list().index(1));
    take(*manager, "models_broken");
    ImportDialog& import = manager->openImport(
        {QString::fromStdString((place.parent_path() / "clip_driven_universal_unet.safetensors").string()),
         {},
         {}},
        true);
    REQUIRE(QTest::qWaitForWindowExposed(&import));
    take(import, "import");
    DownloadDialog& download = manager->openDownload();
    REQUIRE(QTest::qWaitForWindowExposed(&download));
    download.findChild<QCheckBox*>("words")->setChecked(true);
    take(download, "download");
    qunsetenv("HOUNSFIELD_MODELS");
    theme::setLight(false);
}
