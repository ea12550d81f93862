// SPDX-License-Identifier: Apache-2.0
#include "app/Workbench.h"

#include "app/EngineTexts.h"
#include "app/LesionEdits.h"
#include "app/results/Results.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace hounsfield {
namespace {

QString scanTextOf(const Scan& scan)
{
    QStringList lines;
    if (!scan.series.patientName.empty())
        lines << QString::fromStdString(scan.series.patientName).replace('^', ' ');
    if (!scan.series.description.empty())
        lines << inWindowLanguage(scan.series.description);
    if (scan.series.studyDate.size() == 8)
        lines << QString("%1-%2-%3")
                     .arg(QString::fromStdString(scan.series.studyDate.substr(0, 4)),
                          QString::fromStdString(scan.series.studyDate.substr(4, 2)),
                          QString::fromStdString(scan.series.studyDate.substr(6, 2)));
    if (lines.isEmpty())
        lines << QString::fromStdString(scan.caseName);
    return lines.join('\n');
}

/// A lesion's diameters as they are drawn.
std::vector<Measurement> axesOf(const Lesion& lesion)
{
    const Diameters& d = lesion.diameters;
    const Vector3 right = (1 / std::max(1e-9, d.longest.mm())) * (d.longest.to - d.longest.from),
                  across = d.perpendicular.to - d.perpendicular.from;
    const Vector3 down = (1 / std::max(1e-9, length(across))) * across;
    return {{0,
             MeasurementKind::Bidirectional,
             {right, down, cross(right, down)},
             {d.longest.from, d.longest.to, d.perpendicular.from, d.perpendicular.to},
             {}}};
}

} // namespace

Workbench::Workbench(Asking::Open open, QObject* parent)
    : QObject(parent), m_pack(std::make_shared<const ModelPack>(openEmbeddedPack()))
{
    if (!open)
        open = [pack = m_pack](const Progress& stop) { return Segmenter::open(*pack, {}, stop); };
    m_asking.setModel(std::move(open));
    m_nearest.setPack(m_pack);
    connect(&m_nearest, &Nearest::failed, this, &Workbench::failed);
    connect(&m_opening, &Opening::opened, this, &Workbench::take);
    connect(&m_opening, &Opening::failed, this, [this](const QString& why) {
        m_pending.reset();
        m_tried.clear();
        Q_EMIT failed(why);
    });
    connect(&m_asking, &Asking::found, this, &Workbench::takeFindings);
    connect(&m_asking, &Asking::growing, this, [this](const std::vector<PartialMask>& masks) {
        if (!m_asking.busy())
            return;
        m_growing = masks;
        showLayers();
    });
    connect(&m_asking, &Asking::busyChanged, this, [this](bool busy) {
        if (busy)
            return;
        m_prompting = false;
        m_growing.clear();
        showLayers();
    });
    connect(&m_asking, &Asking::failed, this, [this](const QString& why) {
        Q_EMIT failed(why + "\n" + tr("What was found before is still here."));
    });
    connect(&m_asking, &Asking::stopped, this,
            [this] { Q_EMIT said(tr("Stopped. What was found before is still here.")); });
    connect(&m_session, &Session::contentsChanged, this, [this] {
        showLayers();
        m_view.setMeasurements(m_session.contents().measurements);
        Q_EMIT doubtsChanged();
        if (m_session.scan())
            m_autosave.start();
    });
    connect(&m_session, &Session::selectionChanged, this, &Workbench::showLayers);
    connect(&m_view, &ViewState::measurementMade, this,
            [this](const Measurement& made) { m_session.keepMeasurement(made, false); });
    connect(&m_view, &ViewState::measurementMoved, this,
            [this](const Measurement& moved) { m_session.keepMeasurement(moved, true); });
    m_estimate.setSingleShot(true);
    connect(&m_estimate, &QTimer::timeout, this, [this] {
        if (m_session.scan() && !m_asking.busy())
            m_asking.estimate(m_session.scan()->volume, m_targets);
    });
    connect(&m_asking, &Asking::engineKnown, this, [this](const EngineFacts& facts) {
        m_facts = facts;
        if (m_session.scan() && m_engineNotes != facts.notes) {
            m_engineNotes = facts.notes;
            Q_EMIT doubtsChanged();
        }
        Q_EMIT engineChanged();
    });
    m_autosave.setSingleShot(true);
    m_autosave.setInterval(800);
    connect(&m_autosave, &QTimer::timeout, this, &Workbench::autosave);
}

Workbench::~Workbench()
{
    if (m_autosave.isActive())
        autosave();
    m_session.disconnect(this);
    m_view.disconnect(this);
}

std::vector<Doubt> Workbench::doubts() const
{
    std::vector<Doubt> all;
    if (m_session.scan())
        for (const std::string& note : m_session.scan()->notes)
            all.push_back({inWindowLanguage(note), 0, {}});
    for (const QString& note : m_engineNotes)
        all.push_back({inWindowLanguage(note), 0, {}});
    if (!m_pack->notice.empty() && !m_session.contents().structures.empty())
        all.push_back({inWindowLanguage(m_pack->notice), 0, {}});
    for (const Warning& warning : m_session.implausible(0))
        all.push_back({inWindowLanguage(warning.text), 0, warning.placeMm});
    for (const Structure& s : m_session.contents().structures)
        for (const auto* warnings : {&m_session.implausible(s.id), &s.warnings})
            for (const Warning& warning : *warnings)
                all.push_back({tr("%1: %2").arg(nameInWindowLanguage(s.name), inWindowLanguage(warning.text)),
                               s.id, warning.placeMm});
    return all;
}

void Workbench::open(const QString& path, const std::optional<std::string>& series, Opening::Several several)
{
    m_tried.clear();
    const QString full = path == Opening::samplePath ? path : QFileInfo(path).absoluteFilePath();
    try {
        if (path.endsWith(".hounsfield")) {
            m_pending = std::make_shared<StoredSession>(readSession(path));
            const QString scan = m_pending->scanPath;
            if (scan != Opening::samplePath && !QFileInfo::exists(scan)) {
                const QString told = tr("The scan of this session is not at %1 any more. Put it back there "
                                        "and open the session again; the session file is untouched.")
                                         .arg(scan);
                m_pending.reset();
                Q_EMIT failed(told);
                return;
            }
            m_opening.open(scan, m_pending->series(), Opening::Several::TakeBest, measuringPending());
        } else {
            m_pending.reset();
            m_opening.open(full, series, several);
        }
        m_openingPath = m_pending ? m_pending->scanPath : full;
    } catch (const Error& error) {
        m_pending.reset();
        Q_EMIT failed(QString::fromUtf8(error.what()));
    }
}

void Workbench::closeScan()
{
    if (m_autosave.isActive())
        autosave();
    m_recovery.startNew();
    m_asking.stop();
    m_asking.forgetScan();
    m_session.close();
    m_view.setScan(nullptr, {}, {});
}

bool Workbench::openOtherPart(const Scan& scan)
{
    if (m_tried.empty())
        m_parts = m_opening.series();
    m_tried.insert(keyOf(scan.series));
    const auto other = std::find_if(m_parts.begin(), m_parts.end(), [&](const SeriesInfo& one) {
        return one.readable && one.uid == scan.series.uid && !one.uid.empty() &&
               !m_tried.contains(keyOf(one));
    });
    if (other == m_parts.end())
        return false;
    m_opening.open(m_pending->scanPath, keyOf(*other), Opening::Several::TakeBest, measuringPending());
    return true;
}

Opening::Prepare Workbench::measuringPending()
{
    m_notRestored.clear();
    return [this, session = m_pending](const Scan& scan, const QByteArray& hash,
                                       Progress& progress) -> Task::Then {
        if (session->scanHash != hash)
            return {};
        try {
            measureAgain(session->contents.structures, *scan.volume, progress);
        } catch (const Error& error) {
            return [this, why = QString::fromUtf8(error.what())] { m_notRestored = why; };
        }
        return {};
    };
}

void Workbench::take(std::shared_ptr<const Scan> scan, const QByteArray& hash)
{
    // A session of an older version names the identifier alone, which parts of a series share; and the parts
    // of a folder may have changed.
    if (m_pending && m_pending->scanHash != hash && openOtherPart(*scan))
        return;
    m_tried.clear();
    if (m_autosave.isActive())
        autosave();
    m_autosave.stop();
    m_asking.stop();
    m_growing.clear();
    m_engineNotes.clear();
    m_recovery.startNew();
    m_scanPath = m_openingPath;
    m_scanHash = hash;
    // The views first: they take their layers from the new session.
    m_view.setScan(scan->volume, scan->series.windowLevel, scanTextOf(*scan));
    m_view.setImageNumbers(scan->instanceNumbers);
    m_session.open(scan);
    m_autosave.stop();
    QString notRestored;
    Q_EMIT bannerAsked("session", {}); // of the scan before
    if (m_pending) {
        const StoredSession stored = std::move(*std::exchange(m_pending, nullptr));
        try {
            if (stored.scanHash != m_scanHash)
                throw Error(ErrorKind::Scan,
                            "The scan at this place is not the one the session was made from: its masks and "
                            "measurements are not shown. The session file is untouched and keeps them. Put "
                            "the scan back and open the session again.");
            if (!m_notRestored.isEmpty())
                throw Error(ErrorKind::Scan, m_notRestored.toStdString());
            m_session.restore(stored.contents);
            viewFromJson(stored.view, m_view);
            m_prompts = stored.prompts;
            Q_EMIT promptsRestored(stored.prompts);
        } catch (const Error& error) {
            notRestored = QString::fromUtf8(error.what());
        }
    }
    // Once the scan is on the screen: the engine would take the processor from it.
    estimateSoon(1500);
    Q_EMIT opened();
    Q_EMIT doubtsChanged();
    // Once it is open: messages of the scan before go then, and this one has to stay.
    if (!notRestored.isEmpty())
        Q_EMIT bannerAsked("session", notRestored);
}

void Workbench::ask(const Prompt& prompt)
{
    if (!m_session.scan())
        return;
    Request request{m_session.scan()->volume, prompt, prompt.targets(), {}, m_view.crosshairMm()};
    m_prompts.prepend(QString::fromStdString(prompt.text));
    m_prompting = true;
    m_asking.ask(request);
}

void Workbench::setThreshold(int structure, double threshold)
{
    const Structure* s = m_session.structure(structure);
    if (!s)
        return;
    // The newest request wins: a slider must not drop a prompt that runs, nor put another model's mask in
    // place of this one's.
    if (m_prompting) {
        Q_EMIT said(tr("The threshold can be changed once the prompt is answered."));
        return;
    }
    if (s->madeWith.section(", ", 0, 0) != QString::fromStdString(m_pack->name)) {
        Q_EMIT said(
            tr("It was found by the model %1. Choose that model in the settings to change the threshold.")
                .arg(s->madeWith.section(", ", 0, 0)));
        return;
    }
    // A peak stays: lower draws the same pieces larger, higher smaller, and what the model is not sure of
    // stays left out.
    m_asking.ask({m_session.scan()->volume,
                  {},
                  {s->finding->target},
                  Marking{threshold, s->finding->peak},
                  m_view.crosshairMm()});
}

void Workbench::takeFindings(const std::vector<Structure>& structures, const Request& request,
                             const QStringList& notes)
{
    if (!m_session.scan() || request.volume != m_session.scan()->volume)
        return;
    m_growing.clear();
    m_engineNotes = notes;
    m_session.addStructures(structures, request.prompt.parts.empty());
    Q_EMIT doubtsChanged();
}

void Workbench::showLayers()
{
    std::vector<MaskLayer> layers;
    const int selected =
        m_session.structure(m_session.hovered()) ? m_session.hovered() : m_session.selected();
    // Organs first: a tumor is drawn over the organ that it lies in.
    for (const bool lesions : {false, true})
        for (const Structure& s : m_session.contents().structures)
            if (s.visible && !s.finding->mask.empty() && s.known.isLesion() == lesions)
                layers.push_back({s.mask(), s.rgb, selected == 0 || selected == s.id ? 1.0 : 0.5});
    for (const PartialMask& growing : m_growing) {
        // Told before another model was chosen: it may not know this class.
        const bool known = growing.target.classId == 0 ||
                           std::any_of(m_pack->classes.begin(), m_pack->classes.end(),
                                       [&](const ModelClass& c) { return c.id == growing.target.classId; });
        if (known && !growing.mask.empty())
            layers.push_back({std::make_shared<const Mask>(growing.mask),
                              classOf(*m_pack, growing.target).rgb, 0.8, true});
    }
    m_view.setLayers(std::move(layers));
    const Structure* chosen = m_session.structure(m_session.selected());
    m_view.setDrawn(chosen && m_session.selectedLesion() >= 0
                        ? axesOf(chosen->lesions[std::size_t(m_session.selectedLesion())])
                        : std::vector<Measurement>{});
    const auto heat = m_heatShown && chosen ? chosen->finding->probability : nullptr;
    if (heat != m_view.heat())
        m_view.setHeat(heat);
}

void Workbench::giveBack(int structure)
{
    const Structure* s = m_session.structure(structure);
    if (!s || !s->finding->leftOut)
        return;
    m_session.addStructures({withLeftOut(*s, *m_session.scan()->volume)}, false);
    Q_EMIT said(tr("Given back. Undo takes it away again."));
}

void Workbench::setHeatShown(bool shown)
{
    m_heatShown = shown;
    showLayers();
    if (!shown)
        return;
    const Structure* chosen = m_session.structure(m_session.selected());
    if (!chosen)
        Q_EMIT said(tr("Click a row of what was found to see its probability."));
    else if (!chosen->finding->probability)
        Q_EMIT said(tr("Its probability is not kept in the session. Ask for it again to see it."));
}

StoredSession Workbench::stored(const QStringList& prompts) const
{
    return {m_scanPath,
            QString::fromStdString(m_session.scan()->series.uid),
            m_scanHash,
            m_session.contents(),
            viewToJson(m_view),
            prompts,
            m_scanPath == Opening::samplePath ? std::string() : keyOf(m_session.scan()->series)};
}

void Workbench::saveSession(const QString& file, const QStringList& prompts)
{
    writeSession(stored(prompts), file);
    Q_EMIT said(tr("Saved to %1.").arg(QDir::toNativeSeparators(file)));
}

void Workbench::keepNow()
{
    if (m_autosave.isActive())
        autosave();
}

void Workbench::autosave()
{
    m_autosave.stop();
    if (!m_session.scan())
        return;
    try {
        if (m_session.contents().structures.empty() && m_session.contents().measurements.empty())
            m_recovery.forgetOwn();
        else
            writeSession(stored(m_prompts), m_recovery.file());
    } catch (const Error& error) {
        Q_EMIT failed(tr("Work is not being kept for recovery: %1").arg(QString::fromUtf8(error.what())));
    }
}

void Workbench::expectTargets(std::size_t targets)
{
    targets = targets == 0 ? 4 : targets;
    if (targets == m_targets)
        return;
    m_targets = targets;
    if (!m_estimate.isActive())
        estimateSoon(400);
}

void Workbench::estimateSoon(int milliseconds)
{
    if (m_session.scan())
        m_estimate.start(milliseconds);
}

void Workbench::setModel(const QString& nameOrFolder, const QString& device, const QString& precision)
{
    auto pack = std::make_shared<const ModelPack>(
        PackStore().open(nameOrFolder.isEmpty() ? std::nullopt : std::optional(nameOrFolder.toStdString())));
    EngineSettings settings;
    m_choice = {device.isEmpty() ? "auto" : device, precision.isEmpty() ? "auto" : precision};
    settings.device = m_choice.device.toStdString();
    for (const Precision one : {Precision::Fp32, Precision::Bf16, Precision::Fp16})
        if (m_choice.precision.toStdString() == nameOf(one))
            settings.precision = one;
    m_pack = pack;
    m_facts.reset();
    m_engineNotes.clear();
    m_nearest.setPack(pack);
    m_asking.setModel(
        [pack, settings](const Progress& stop) { return Segmenter::open(*pack, settings, stop); });
    Q_EMIT modelChanged();
    Q_EMIT engineChanged();
    Q_EMIT doubtsChanged();
    estimateSoon(200);
}

} // namespace hounsfield
