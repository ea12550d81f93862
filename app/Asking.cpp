// SPDX-License-Identifier: Apache-2.0
#include "app/Asking.h"

#include <chrono>

namespace hounsfield {

struct Asking::Engine {
    Open open;
    std::unique_ptr<Segmenter> segmenter;
    std::shared_ptr<const Volume> seen;
    std::shared_ptr<const Prepared> prepared;
    double secondsPerTarget = 0; ///< of the last answer, once the scan had been seen
    Estimate estimated;          ///< last told; no windows: none yet

    Segmenter& ready(const Progress& stop)
    {
        if (!segmenter)
            segmenter = open(stop);
        return *segmenter;
    }
    EngineFacts facts() const
    {
        EngineFacts all{QString::fromStdString(segmenter->deviceName()),
                        segmenter->precision(),
                        {},
                        QString::fromStdString(segmenter->precisionReason())};
        for (const std::string& note : segmenter->notes())
            all.notes << QString::fromStdString(note);
        return all;
    }
};

namespace {

constexpr double overlap = 0.5;

} // namespace

Asking::Asking(QObject* parent) : QObject(parent)
{
    connect(&m_task, &Task::busyChanged, this, [this](bool busy) {
        if (m_asked)
            Q_EMIT busyChanged(busy);
        if (!busy)
            m_asked = false;
    });
    connect(&m_task, &Task::progressed, this, [this](const QString& stage, double fraction, double left) {
        if (m_asked)
            Q_EMIT progressed(stage, fraction, left);
    });
    connect(&m_task, &Task::failed, this, &Asking::failed);
    connect(&m_task, &Task::stopped, this, &Asking::stopped);
}

Asking::~Asking() = default;

void Asking::setModel(Open open)
{
    m_task.stop();
    // A job that still runs keeps the old engine alive until it has stopped.
    m_engine = std::make_shared<Engine>();
    m_engine->open = std::move(open);
}

void Asking::forgetScan()
{
    m_task.stop();
    m_task.start([engine = m_engine](Progress&) -> Task::Then {
        engine->seen = nullptr;
        engine->prepared = nullptr;
        return {};
    });
}

void Asking::ask(const Request& request)
{
    const bool was = busy();
    m_asked = true;
    if (m_task.busy() && !was)
        Q_EMIT busyChanged(true);
    m_task.start([this, engine = m_engine, request](Progress& progress) -> Task::Then {
        Segmenter& segmenter = engine->ready(progress);
        if (engine->seen != request.volume || !engine->prepared) {
            engine->prepared = nullptr;
            PrepareSettings settings{overlap, request.focusMm, request.targets, {}};
            settings.onPartial = [this](const std::vector<PartialMask>& masks) {
                QMetaObject::invokeMethod(
                    this, [this, masks] { Q_EMIT growing(masks); }, Qt::QueuedConnection);
            };
            engine->prepared = segmenter.prepare(request.volume, settings, progress);
            engine->seen = request.volume;
        }
        SegmentSettings settings;
        // Of that class alone: the organ that a tumor lies in stays as it is.
        if (request.marking)
            for (const Target& target : request.targets)
                settings.markings[target.classId] = *request.marking;
        const auto begin = std::chrono::steady_clock::now();
        auto findings = segmenter.segment(*engine->prepared, request.targets, settings, progress);
        const QString madeWith = QString("%1, %2, %3")
                                     .arg(QString::fromStdString(segmenter.pack().name),
                                          QString::fromStdString(segmenter.deviceName()),
                                          QString::fromStdString(nameOf(segmenter.precision())));
        engine->secondsPerTarget =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() /
            double(std::max<std::size_t>(1, request.targets.size()));
        engine->estimated.seconds = engine->secondsPerTarget * double(request.targets.size());
        const EngineFacts facts = engine->facts();
        // Measured here, not on the GUI thread: a large mask takes its time.
        std::vector<Structure> structures;
        for (const Finding& finding : findings) {
            progress.step({"measuring", double(structures.size()) / double(findings.size()), {}});
            structures.push_back(makeStructure(finding, request.prompt, segmenter.pack(), *request.volume,
                                               madeWith, progress));
        }
        return [this, structures = std::move(structures), request, engine, facts, again = engine->estimated] {
            tellEngine(engine, facts);
            if (engine == m_engine && again.windows > 0)
                Q_EMIT estimated(again);
            Q_EMIT found(structures, request, facts.notes);
        };
    });
}

void Asking::estimate(std::shared_ptr<const Volume> volume, std::size_t targets)
{
    if (busy())
        return;
    m_task.start([this, engine = m_engine, volume, targets](Progress& progress) -> Task::Then {
        if (engine->seen != volume)
            engine->seen = nullptr, engine->prepared = nullptr;
        Estimate estimate = engine->ready(progress).estimate(*volume, targets, overlap, progress);
        if (engine->prepared)
            estimate.seconds = engine->secondsPerTarget * double(targets);
        engine->estimated = estimate;
        return [this, engine, estimate, facts = engine->facts()] {
            tellEngine(engine, facts);
            if (engine == m_engine)
                Q_EMIT estimated(estimate);
        };
    });
}

void Asking::tellEngine(const std::shared_ptr<Engine>& engine, const EngineFacts& facts)
{
    if (engine == m_engine)
        Q_EMIT engineKnown(facts);
}

} // namespace hounsfield
