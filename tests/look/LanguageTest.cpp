// SPDX-License-Identifier: Apache-2.0
#include "app/EngineTexts.h"
#include "inference/Prompt.h"
#include "resources/Resources.h"
#include "tests/look/Walk.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QLabel>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTextBrowser>
#include <QToolButton>
#include <nlohmann/json.hpp>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

QSet<QString> wordsOf(const QString& text)
{
    static const QRegularExpression word("[A-Za-z]{3,}");
    QSet<QString> all;
    for (auto found = word.globalMatch(text); found.hasNext();)
        all << found.next().captured().toLower();
    return all;
}

/// Words of one column of all translations.
QSet<QString> wordsOf(const char* language, bool english)
{
    QSet<QString> all;
    const auto own =
        nlohmann::json::parse(*resources::find(std::string("translations/") + language + ".json"));
    for (const auto& [source, translated] : own.items())
        all += wordsOf(QString::fromStdString(english ? source : translated.get<std::string>()));
    std::size_t column = std::string(language) == "de" ? 1 : 2;
    if (english)
        column = 0;
    for (const char* file : {"translations/engine.json", "translations/names.json"})
        for (const auto& row : nlohmann::json::parse(*resources::find(file)))
            all += wordsOf(QString::fromStdString(row.at(column).get<std::string>()));
    return all;
}

void take(const QAbstractItemModel& model, const QModelIndex& parent, QStringList& texts)
{
    for (int row = 0; row < model.rowCount(parent); ++row)
        for (int column = 0; column < model.columnCount(parent); ++column) {
            const QModelIndex index = model.index(row, column, parent);
            for (const int role : {int(Qt::DisplayRole), int(Qt::ToolTipRole), int(Qt::AccessibleTextRole)})
                texts << index.data(role).toString();
            if (column == 0)
                take(model, index, texts);
        }
}

void take(const QMenu& menu, QStringList& texts)
{
    for (const QAction* action : menu.actions()) {
        texts << action->text() << action->shortcut().toString(QKeySequence::NativeText);
        if (action->menu())
            take(*action->menu(), texts);
    }
}

QStringList textsOf(QWidget& top)
{
    QStringList texts{top.windowTitle()};
    for (QWidget* w : top.findChildren<QWidget*>()) {
        if (w->window() != &top)
            continue;
        texts << w->toolTip() << w->accessibleName() << w->accessibleDescription();
        if (const auto* label = qobject_cast<QLabel*>(w))
            texts << label->text();
        if (const auto* button = qobject_cast<QAbstractButton*>(w))
            texts << button->text();
        if (const auto* field = qobject_cast<QLineEdit*>(w); field && field->objectName() != "prompt")
            texts << field->placeholderText();
        if (const auto* combo = qobject_cast<QComboBox*>(w))
            for (int n = 0; n < combo->count(); ++n)
                texts << combo->itemText(n);
        if (const auto* view = qobject_cast<QAbstractItemView*>(w); view && view->model()) {
            take(*view->model(), {}, texts);
            for (int column = 0; column < view->model()->columnCount(); ++column)
                texts << view->model()->headerData(column, Qt::Horizontal).toString();
        }
        if (const auto* browser = qobject_cast<QTextBrowser*>(w))
            // A model's card is its document, in the language of its author.
            texts << browser->toPlainText().section(QCoreApplication::translate("ModelList", "Model card"), 0,
                                                    0);
    }
    if (auto* bar = top.findChild<QMenuBar*>())
        for (const QAction* action : bar->actions()) {
            texts << action->text();
            if (action->menu())
                take(*action->menu(), texts);
        }
    return texts;
}

/// What is not the program's own to translate: names of formats, products and files, what a person typed,
/// licences.
bool kept(const QString& text)
{
    static const QRegularExpression names("fall\\.nii|fall\\b|eine-sehr|ABD "
                                          "3\\.0|IM0001|Muster|CT-[A-Z]|llvmpipe|hounsfield|Hounsfield|"
                                          "Apache|CLIP|ViT|Creative Commons|https?:|\\.pth|Universal Model");
    return text.contains(names) && text.size() < 60;
}

QString cleaned(QString text)
{
    static const QRegularExpression html("<[^>]*>"), typed("“[^”]*”|„[^“]*“|'[^']*'|\"[^\"]*\""),
        paths("[^\\s]*/[^\\s]*"),
        products("Hounsfield|hounsfield-\\w+|3D Slicer|ITK-SNAP|CT-[\\w-]+|Universal Model|CLIP-Driven");
    static const QRegularExpression files("\\S*nii\\S*|liver tumor(?=</span>)|&quot;[^&]*&quot;");
    text.replace("&nbsp;", " ").remove(files);
    return text.remove(html).remove(typed).remove(paths).remove(products).remove('&');
}

/// English words in the running window.
QStringList untranslated(const char* language)
{
    const Language spoken(language);
    const bool chinese = std::string(language) == "zh";
    const QSet<QString> own = wordsOf(language, false), english = wordsOf(language, true) - own;
    // Names that stand in every language, beyond those that a translation itself uses.
    const QSet<QString> names{
        "aaa",      "sentencepiece", "bone",     "cardiac",  "chest",       "contrast", "enhanced",
        "vessels",  "coronary",      "arteries", "liver",    "vasculature", "lung",     "mip",
        "muscle",   "pulmonary",     "soft",     "tissue",   "fat",         "air",      "ray",
        "deutsch",  "english",       "nrrd",     "nifti",    "stl",         "obj",      "gltf",
        "nii",      "bfloat",        "unet",     "net",      "small",       "apache",   "muster",
        "eva",      "abd",           "fall",     "auto",     "fp32",        "llvmpipe", "liu",
        "iccv",     "torch",         "libtorch", "gdcm",     "zlib",        "libzip",   "json",
        "nlohmann", "vtk",           "itk",      "lgpl",     "bsd",         "mit",      "ijk",
        "xyzzy",    "frobnicated",   "pancras",  "shoulder", "html",        "hfs",      "cpu",
        "swin",     "unetr"};
    QStringList found;
    walkThrough({1366, 736}, [&](QWidget& shown, const std::string& state) {
        for (const QString& text : textsOf(shown)) {
            QSet<QString> words = wordsOf(cleaned(text));
            words -= names;
            if (chinese)
                words -= own;
            else
                words &= english;
            if (!words.isEmpty() && !kept(text))
                found << QString::fromStdString(state) + ": " + text.left(160) + "   <" +
                             QStringList(words.values()).join(' ') + ">";
        }
    });
    found.removeDuplicates();
    return found;
}

} // namespace

TEST_CASE(
    "no English word is left in the German window: menus, pages, dialogs, lists, messages, names and keys")
{
    const QStringList left = untranslated("de");
    INFO(left.join("\n").toStdString());
    CHECK(left.isEmpty());
}

TEST_CASE(
    "no English word is left in the Chinese window: menus, pages, dialogs, lists, messages, names and keys")
{
    const QStringList left = untranslated("zh");
    INFO(left.join("\n").toStdString());
    CHECK(left.isEmpty());
}

TEST_CASE("every class is called by its name in German and Chinese, and the prompt understands that name")
{
    const ModelPack pack = openEmbeddedPack();
    const PromptResolver resolver(pack.classes);
    for (const char* language : {"de", "zh"}) {
        const Language spoken(language);
        for (const ModelClass& known : pack.classes) {
            const QString name = nameInWindowLanguage(known.name);
            INFO(known.name << ": " << name.toStdString());
            if (known.name != "Aorta" && known.name != "Duodenum")
                CHECK(name.toStdString() != known.name);
            const auto targets = resolver.resolve(name.toStdString()).targets();
            // A tumor of the liver is asked for with the class of its vessels, which marks them as well.
            CHECK(std::any_of(targets.begin(), targets.end(),
                              [&](const Target& target) { return target.classId == known.id; }));
            CHECK(targets.size() <= 2);
        }
    }
}

TEST_CASE("messages of the engine are shown in the window's language with their numbers, names and lists")
{
    const std::string scan =
        "The slices lie 7.50 mm apart (more than 5 mm): small structures are missed and volumes are coarse.";
    const std::string host =
        "A lesion of 3.2 mL lies outside the outline of the organ (Left Kidney), its centre 12 mm away.";
    const std::string clean =
        "Left out by the clean-up: 2 specks (0.1 mL), 1 piece on the other side (3.2 mL).";
    const std::string two = "'a.b' is empty (zero bytes). Copy it again.";
    const std::string unknown = "Something that no list has. Copy it again.";
    CHECK(inWindowLanguage(scan).toStdString() == scan);
    {
        const Language german("de");
        CHECK(inWindowLanguage(scan) == "Die Schichten liegen 7,50 mm auseinander (über 5 mm): Kleine "
                                        "Strukturen fehlen, Volumina sind grob.");
        CHECK(inWindowLanguage(host) == "Ein Herd von 3,2 ml liegt außerhalb des Organumrisses (Linke "
                                        "Niere), seine Mitte 12 mm entfernt.");
        CHECK(
            inWindowLanguage(clean) ==
            "Von der Bereinigung weggelassen: 2 Fleckchen (0,1 mL), 1 Stück auf der anderen Seite (3,2 mL).");
        CHECK(inWindowLanguage(two) == "'a.b' ist leer (null Bytes). Bitte erneut kopieren.");
        CHECK(inWindowLanguage(unknown) == "Something that no list has. Bitte erneut kopieren.");
        CHECK(phraseInWindowLanguage("over 10 mm, in the Left Kidney, the largest") ==
              "über 10 mm, in: Linke Niere, größter");
        CHECK(nameInWindowLanguage(QString("My own name")) == "My own name");
    }
    {
        const Language chinese("zh");
        CHECK(inWindowLanguage(two) == "'a.b' 为空（零字节）。 请重新复制。");
    }
}

TEST_CASE("a sentence of the engine has the same places for numbers in every language")
{
    for (const auto& row : nlohmann::json::parse(*resources::find("translations/engine.json"))) {
        REQUIRE(row.size() == 3);
        for (const char* place : {"%1", "%2", "%3", "%4", "%5"})
            for (std::size_t column : {1u, 2u}) {
                INFO(row.at(column));
                CHECK((row.at(0).get<std::string>().find(place) == std::string::npos) ==
                      (row.at(column).get<std::string>().find(place) == std::string::npos));
            }
    }
}

TEST_CASE("keys are called as on a German keyboard, and the same keys do the same")
{
    const Language german("de");
    Opened program;
    QStringList shown;
    for (const QAction* action : program.window.findChildren<QAction*>())
        shown << action->shortcut().toString(QKeySequence::NativeText);
    CHECK(shown.contains("Strg+S"));
    CHECK(shown.contains("Strg+Umschalt+O"));
    CHECK(shown.contains("Leertaste"));
    CHECK(shown.contains("Entf"));
    for (const QAction* action : program.window.findChildren<QAction*>())
        CHECK_FALSE(action->shortcut().toString(QKeySequence::NativeText).contains("Ctrl"));
}
