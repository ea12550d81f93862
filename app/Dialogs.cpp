// SPDX-License-Identifier: Apache-2.0
#include "app/Dialogs.h"

#include "app/EngineTexts.h"
#include "app/ModelManager.h"
#include "app/PromptBar.h"
#include "app/Thumbnails.h"
#include "app/WrappingDelegate.h"
#include "viewer/Theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace hounsfield {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Dialogs", text);
}

void showText(QWidget& parent, const QString& title, const QString& html, const QSize& size)
{
    QDialog dialog(&parent);
    dialog.setWindowTitle(title);
    auto* text = new QTextBrowser;
    text->setHtml(html);
    text->setOpenExternalLinks(false);
    text->setAccessibleName(title);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto* box = new QVBoxLayout(&dialog);
    box->addWidget(text);
    box->addWidget(buttons);
    dialog.resize(size.boundedTo(parent.screen()->availableGeometry().size() - QSize(40, 60)));
    dialog.exec();
}

} // namespace

void showKnownClasses(QWidget& parent, PromptBar& prompt, const ModelPack& pack)
{
    QDialog dialog(&parent);
    dialog.setWindowTitle(tr("Everything the model knows"));
    auto* search = new QLineEdit;
    search->setPlaceholderText(tr("Search"));
    search->setAccessibleName(tr("Search"));
    auto* list = new QListWidget;
    list->setAccessibleName(tr("Everything the model knows"));
    WrappingDelegate::wrapItems(*list);
    const bool english = tr("@language") == "@language";
    for (const ModelClass& known : pack.classes) {
        QStringList synonyms;
        for (const std::string& one : known.synonyms)
            synonyms << QString::fromStdString(one);
        QPixmap swatch(12, 12);
        swatch.fill(QColor(known.rgb[0], known.rgb[1], known.rgb[2]));
        const QString name = QString::fromStdString(known.name), shown = nameInWindowLanguage(name);
        // The other words are English: shown where the window is, found in every language.
        const bool withSynonyms = english && !synonyms.isEmpty();
        const QString text = withSynonyms ? shown + "   —   " + synonyms.join(", ") : shown;
        auto* item = new QListWidgetItem(QIcon(swatch), text);
        item->setData(Qt::UserRole + 1, QString(shown + " " + name + " " + synonyms.join(' ')));
        item->setData(Qt::UserRole, shown);
        list->addItem(item);
    }
    QObject::connect(search, &QLineEdit::textChanged, list, [list](const QString& text) {
        for (int row = 0; row < list->count(); ++row)
            list->item(row)->setHidden(
                !list->item(row)->data(Qt::UserRole + 1).toString().contains(text, Qt::CaseInsensitive));
    });
    const auto take = [&] {
        if (!list->currentItem())
            return;
        const QString name = list->currentItem()->data(Qt::UserRole).toString();
        prompt.setText(prompt.text().trimmed().isEmpty() ? name : prompt.text().trimmed() + ", " + name);
        prompt.setFocus();
        dialog.accept();
    };
    QObject::connect(list, &QListWidget::itemActivated, &dialog, take);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* add = buttons->addButton(tr("Add to the prompt"), QDialogButtonBox::ActionRole);
    QObject::connect(add, &QPushButton::clicked, &dialog, take);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto* box = new QVBoxLayout(&dialog);
    box->addWidget(search);
    box->addWidget(list);
    box->addWidget(buttons);
    dialog.resize(QSize(560, 620).boundedTo(parent.screen()->availableGeometry().size() - QSize(40, 60)));
    dialog.exec();
}

std::optional<ExportSettings> askExport(QWidget& parent, bool masksThere)
{
    QDialog dialog(&parent);
    dialog.setWindowTitle(tr("Export"));
    QSettings stored;
    auto* folder = new QLineEdit(
        stored.value("exportFolder", QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation))
            .toString());
    folder->setAccessibleName(tr("Folder"));
    auto* choose = new QPushButton(tr("Choose…"));
    QObject::connect(choose, &QPushButton::clicked, &dialog, [&] {
        const QString chosen = QFileDialog::getExistingDirectory(&dialog, tr("Export to"), folder->text());
        if (!chosen.isEmpty())
            folder->setText(chosen);
    });
    auto* masks = new QCheckBox(tr("Masks, one file each, on the scan's exact grid"));
    auto* labels = new QCheckBox(tr("One label map with a table of its labels"));
    auto* numbers = new QCheckBox(tr("Measurements (CSV and JSON)"));
    auto* format = new QComboBox;
    format->addItem("NIfTI (.nii.gz)", "nii.gz");
    format->addItem("NRRD (.nrrd)", "nrrd");
    auto* surfaces = new QComboBox;
    surfaces->addItem(tr("no surfaces"), "");
    surfaces->addItem("STL", "stl");
    surfaces->addItem("OBJ", "obj");
    surfaces->addItem("glTF", "gltf");
    masks->setChecked(masksThere);
    masks->setEnabled(masksThere);
    labels->setEnabled(masksThere);
    surfaces->setEnabled(masksThere);
    numbers->setChecked(true);
    auto* row = new QHBoxLayout;
    row->addWidget(folder, 1);
    row->addWidget(choose);
    auto* form = new QFormLayout;
    form->setSpacing(10);
    form->addRow(tr("Folder"), row);
    form->addRow(QString(), masks);
    form->addRow(QString(), labels);
    form->addRow(tr("Format"), format);
    form->addRow(tr("Surfaces"), surfaces);
    form->addRow(QString(), numbers);
    auto* note = new QLabel(tr("Surfaces are smoothed for the eye; volumes are always those of the masks."));
    note->setObjectName("quiet");
    note->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    QPushButton* go = buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole);
    go->setObjectName("primary");
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto* box = new QVBoxLayout(&dialog);
    box->setContentsMargins(20, 20, 20, 16);
    box->setSpacing(14);
    box->addLayout(form);
    box->addWidget(note);
    box->addWidget(buttons);
    dialog.resize(560, 0);
    if (dialog.exec() != QDialog::Accepted || folder->text().trimmed().isEmpty())
        return std::nullopt;
    stored.setValue("exportFolder", folder->text());
    ExportSettings settings;
    settings.folder = folder->text().toStdU16String();
    settings.masks = masks->isChecked();
    settings.labelMap = labels->isChecked();
    settings.measurements = numbers->isChecked();
    settings.maskFormat = format->currentData().toString().toStdString();
    settings.surfaceFormat = surfaces->currentData().toString().toStdString();
    return settings;
}

void showShortcuts(QWidget& parent)
{
    const std::pair<const char*, const char*> keys[] = {
        {"Ctrl+K", "Type what you want to find"},
        {"Enter", "Ask"},
        {"Esc", "Stop, or drop a measurement being drawn"},
        {"Up, Down in the prompt", "Earlier prompts"},
        {"Wheel, Up, Down, PgUp, PgDn", "Next slice; with Shift five or ten"},
        {"Home, End", "First, last slice"},
        {"Ctrl+wheel, right drag", "Zoom"},
        {"Middle drag, Alt+drag", "Move the picture"},
        {"Shift+move", "Crosshair follows the mouse"},
        {"Ctrl+Alt+drag", "Turn the planes about the crosshair"},
        {"Alt+wheel", "Thickness of the slab"},
        {"Double click", "One view alone, and back"},
        {"1 … 9, 0", "Window presets: abdomen, liver, lung, mediastinum, bone, brain, vessels, model input, "
                     "the scan's own, automatic"},
        {"I", "Invert grey"},
        {"A, S", "Mask fill less, more"},
        {"M", "Masks on and off"},
        {"Y", "Probability of the selected structure"},
        {"X", "Crosshair on and off"},
        {"Space", "Texts on and off"},
        {"W T Z C H", "Tools: window, move, zoom, slices, crosshair"},
        {"D B G E R F P Q", "Measure: distance, axes, angle, ellipse, rectangle, freehand, point, arrow"},
        {"A P L R S I in the 3D view", "Look from that side"},
        {"F7, F9", "Panels on the left and on the right"},
        {"F8", "Warnings"},
        {"F11", "Views only"},
        {"V", "Run through the slices"},
        {"Shift+M", "Show or hide the selected structure"},
        {"Del", "Delete the chosen measurement"},
        {"Ctrl+Z, Ctrl+Y", "Undo, redo"},
        {"Ctrl+O, Ctrl+Shift+O", "Open folder, open file"},
        {"Ctrl+S", "Save the session"},
        {"Ctrl+E", "Export"},
        {"Ctrl+Shift+C", "Copy the views as a picture"}};
    QString html = "<table cellspacing='8'>";
    for (const auto& [key, what] : keys)
        html += QString("<tr><td style='color:%1'>%2</td><td>%3</td></tr>")
                    .arg(theme::colour("accent").name(), tr(key).toHtmlEscaped(), tr(what).toHtmlEscaped());
    showText(parent, tr("Mouse and keys"), html + "</table>", {620, 680});
}

void showAbout(QWidget& parent, const ModelPack& pack, const QString& renderer)
{
    const QString html =
        QString("<h2>Hounsfield %1</h2><p>%2</p><p style='color:%3'><b>%4</b></p><p>%5</p><p>%6</p><p>%7</p>")
            .arg(HOUNSFIELD_VERSION,
                 tr("Open a CT scan, type what you want to find, get it outlined and measured. Nothing "
                    "leaves this computer."),
                 theme::colour("doubt").name(), tr("For research only. Not a medical device."),
                 tr("Model: %1, version %2, licence %3.")
                         .arg(inWindowLanguage(pack.title), QString::fromStdString(pack.version),
                              QString::fromStdString(pack.licence))
                         .toHtmlEscaped() +
                     "<br>" + inWindowLanguage(pack.notice).toHtmlEscaped(),
                 tr("3D is drawn %1.").arg(renderer).toHtmlEscaped(),
                 tr("Licence: Apache-2.0. Built on Qt %1 (LGPL-3.0), VTK and ITK (BSD, Apache-2.0), LibTorch "
                    "(BSD), GDCM (BSD), zlib, libzip (BSD), nlohmann JSON (MIT). The network follows the "
                    "CLIP-Driven Universal Model, Liu et al., ICCV 2023.")
                     .arg(qVersion()));
    showText(parent, tr("About Hounsfield"), html, {560, 420});
}

void showSettings(QWidget& parent, Workbench& bench)
{
    QDialog dialog(&parent);
    dialog.setWindowTitle(tr("Settings"));
    QSettings stored;
    auto* models = new ModelList(PackStore(), &dialog);
    models->setInUse(QString::fromStdString(bench.pack().files->describe()));
    auto* model = new QComboBox;
    model->setModel(models);
    model->setCurrentIndex(std::max(0, models->rowInUse()));
    auto* device = new QComboBox;
    device->addItem(tr("Automatic"), "auto");
    device->addItem(tr("Processor"), "cpu");
    device->addItem(tr("First graphics card"), "cuda:0");
    device->setCurrentIndex(std::max(0, device->findData(bench.engineChoice().device)));
    auto* precision = new QComboBox;
    precision->setToolTip(tr("fp32 is exact; bf16 and fp16 are faster where the machine computes with them, "
                             "and differ in the last digits"));
    precision->addItem(tr("Automatic"), "auto");
    precision->addItem("fp32", "fp32");
    precision->addItem("bf16", "bf16");
    precision->addItem(tr("fp16 (graphics card)"), "fp16");
    precision->setCurrentIndex(std::max(0, precision->findData(bench.engineChoice().precision)));
    auto* mouse = new QComboBox;
    mouse->addItems({tr("PACS workstation"), tr("3D Slicer"), tr("ITK-SNAP")});
    mouse->setCurrentIndex(int(bench.view().mouseProfile()));
    auto* colours = new QComboBox;
    colours->addItems({tr("Dark"), tr("Light")});
    colours->setCurrentIndex(theme::isLight() ? 1 : 0);
    auto* language = new QComboBox;
    language->addItem(tr("As the system"), "");
    language->addItem("English", "en");
    language->addItem("Deutsch", "de");
    language->addItem("中文", "zh");
    language->setCurrentIndex(std::max(0, language->findData(stored.value("language").toString())));
    auto* cache = new QLineEdit(stored.value("cacheFolder").toString());
    cache->setPlaceholderText(tr("the system's place for caches"));
    cache->setToolTip(tr("Where small pictures of recent scans are kept. Empty: the system's place"));
    auto* cacheMb = new QSpinBox;
    cacheMb->setRange(0, 100000);
    cacheMb->setSuffix(tr(" MB"));
    cacheMb->setValue(thumbnails::mostMb());
    auto* form = new QFormLayout;
    form->setSpacing(10);
    form->addRow(tr("Model"), model);
    form->addRow(tr("Compute on"), device);
    form->addRow(tr("Precision"), precision);
    form->addRow(tr("Mouse as in"), mouse);
    form->addRow(tr("Colours (after a restart)"), colours);
    form->addRow(tr("Language (after a restart)"), language);
    form->addRow(tr("Cache folder"), cache);
    form->addRow(tr("Cache up to"), cacheMb);
    auto* where =
        new QLabel(tr("Installed models: %1").arg(QString::fromStdString(PackStore().folder().string())));
    where->setObjectName("quiet");
    where->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    auto* box = new QVBoxLayout(&dialog);
    box->setContentsMargins(20, 20, 20, 16);
    box->setSpacing(14);
    box->addLayout(form);
    box->addWidget(where);
    box->addWidget(buttons);
    dialog.resize(480, 0);
    if (dialog.exec() != QDialog::Accepted)
        return;
    stored.setValue("mouse", mouse->currentIndex());
    stored.setValue("light", colours->currentIndex() == 1);
    stored.setValue("language", language->currentData());
    thumbnails::setPlace(cache->text().trimmed(), cacheMb->value());
    bench.view().setMouseProfile(MouseProfile(mouse->currentIndex()));
    const EngineChoice now{device->currentData().toString(), precision->currentData().toString()};
    // The same again would only forget what the model has seen of the scan.
    if (model->currentIndex() == models->rowInUse() && now.device == bench.engineChoice().device &&
        now.precision == bench.engineChoice().precision)
        return;
    try {
        chooseModel(bench, model->currentData(ModelList::Key).toString(), now);
    } catch (const Error& error) {
        Q_EMIT bench.failed(QString::fromUtf8(error.what()));
    }
}

} // namespace hounsfield
