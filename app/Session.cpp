// SPDX-License-Identifier: Apache-2.0
#include "app/Session.h"

#include "app/LesionEdits.h"
#include "volume/MaskSets.h"

#include <QUndoCommand>

#include <algorithm>

namespace hounsfield {

/// From one contents to another; steps with the same number join.
class ContentsCommand final : public QUndoCommand {
public:
    ContentsCommand(Session& session, const QString& what, Contents before, Contents after, int joinAs)
        : QUndoCommand(what), m_session(session), m_before(std::move(before)), m_after(std::move(after)),
          m_join(joinAs)
    {
    }
    void undo() override { m_session.setContents(m_before); }
    void redo() override { m_session.setContents(m_after); }
    int id() const override { return m_join; }
    bool mergeWith(const QUndoCommand* other) override
    {
        m_after = static_cast<const ContentsCommand*>(other)->m_after;
        return true;
    }

private:
    Session& m_session;
    Contents m_before, m_after;
    int m_join;
};

Structure makeStructure(const Finding& finding, const Prompt& prompt, const ModelPack& pack,
                        const Volume& volume, const QString& madeWith, const Progress& stop)
{
    Structure s;
    s.known = classOf(pack, finding.target);
    s.name = QString::fromStdString(s.known.name);
    s.rgb = s.known.rgb;
    if (s.known.isLesion())
        s.source = std::make_shared<const Finding>(finding);
    take(s, measureFinding(finding, s.known, volume, {}, stop));
    s.madeWith = madeWith;
    if (const PromptPart* part = prompt.partOf(finding.target)) {
        s.asked = part->text;
        s.explanation = part->explanation;
        s.guess = part->unsure;
    }
    return s;
}

Session::Session(QObject* parent) : QObject(parent) {}

void Session::open(std::shared_ptr<const Scan> scan)
{
    m_scan = std::move(scan);
    m_undo.clear();
    m_selected = 0;
    m_lesion = -1;
    m_contents = {};
    m_look.reset();
    m_implausible.clear();
    Q_EMIT scanChanged();
    Q_EMIT contentsChanged();
}

void Session::close()
{
    open(nullptr);
}

const Structure* Session::structure(int id) const
{
    const auto found = std::find_if(m_contents.structures.begin(), m_contents.structures.end(),
                                    [&](const Structure& s) { return s.id == id; });
    return found == m_contents.structures.end() ? nullptr : &*found;
}

void Session::change(const QString& what, Contents after, int joinAs)
{
    m_undo.push(new ContentsCommand(*this, what, m_contents, std::move(after), joinAs));
}

void Session::setContents(const Contents& contents)
{
    m_contents = contents;
    if (m_selected != 0 && !structure(m_selected))
        m_selected = 0;
    const Structure* chosen = structure(m_selected);
    if (!chosen || m_lesion >= int(chosen->lesions.size()))
        m_lesion = -1;
    judge();
    Q_EMIT contentsChanged();
}

void Session::judge()
{
    m_implausible.clear();
    if (!m_scan || m_contents.structures.empty())
        return;
    if (!m_look)
        m_look = lookAt(*m_scan->volume);
    std::vector<Measured> measured;
    for (const Structure& s : m_contents.structures)
        measured.push_back({s.finding, s.statistics, s.lesions, s.burdens, {}});
    std::vector<Judged> all;
    for (std::size_t n = 0; n < measured.size(); ++n)
        all.push_back({&m_contents.structures[n].known, &measured[n]});
    for (Implausible& one : plausibility(all, *m_scan, *m_look))
        m_implausible[one.structure < 0 ? 0 : m_contents.structures[std::size_t(one.structure)].id].push_back(
            std::move(one.warning));
}

const std::vector<Warning>& Session::implausible(int id) const
{
    static const std::vector<Warning> none;
    const auto found = m_implausible.find(id);
    return found == m_implausible.end() ? none : found->second;
}

Trust Session::trustOf(const Structure& structure) const
{
    return hounsfield::trustOf(*structure.finding, structure.statistics, structure.lesions,
                               implausible(structure.id), {structure.known.reliability, structure.guess});
}

void Session::addStructures(std::vector<Structure> all, bool joined)
{
    if (all.empty())
        return;
    Contents after = m_contents;
    const QString what = tr("find %1").arg(QString::fromStdString(all.front().known.name));
    int first = 0;
    for (Structure& made : all) {
        const auto old =
            std::find_if(after.structures.begin(), after.structures.end(),
                         [&](const Structure& s) { return s.finding->target.sameAs(made.finding->target); });
        if (old != after.structures.end()) {
            keepRemoved(made, *old, after.structures);
            made.id = old->id;
            made.rgb = old->rgb;
            made.name = old->name;
            made.visible = old->visible;
            if (made.asked.empty()) {
                made.asked = old->asked;
                made.explanation = old->explanation;
                made.guess = old->guess;
            }
            *old = made;
        } else {
            made.id = m_nextId++;
            after.structures.push_back(made);
        }
        first = first ? first : made.id;
    }
    derive(after);
    change(what, std::move(after), joined ? 1000 + first : -1);
}

void Session::rename(int id, const QString& name)
{
    Contents after = m_contents;
    for (Structure& s : after.structures)
        if (s.id == id)
            s.name = name;
    change(tr("rename"), std::move(after));
}

void Session::setColour(int id, const std::array<int, 3>& rgb)
{
    Contents after = m_contents;
    for (Structure& s : after.structures)
        if (s.id == id)
            s.rgb = rgb;
    change(tr("change the colour"), std::move(after));
}

void Session::setVisible(int id, bool visible)
{
    for (Structure& s : m_contents.structures)
        if (s.id == id)
            s.visible = visible;
    Q_EMIT contentsChanged();
}

void Session::remove(int id)
{
    Contents after = m_contents;
    if (std::erase_if(after.structures, [&](const Structure& s) { return s.id == id; }) == 0)
        return;
    derive(after);
    change(tr("delete"), std::move(after));
}

void Session::removeLesion(int id, int lesion, bool notALesion)
{
    const Structure* s = structure(id);
    if (!s || lesion < 0 || lesion >= int(s->lesions.size()))
        return;
    Contents after = m_contents;
    markRemoved(after.structures, id, std::size_t(lesion), notALesion);
    derive(after);
    m_lesion = -1; // the numbers of the others change
    change(notALesion ? tr("mark as not a lesion") : tr("delete a lesion"), std::move(after));
}

void Session::restoreLesion(int id, int removed)
{
    const Structure* s = structure(id);
    if (!s || removed < 0 || removed >= int(s->removed.size()))
        return;
    Contents after = m_contents;
    const auto mask = s->removed[std::size_t(removed)].mask;
    // Another class that marks it has the same, from a session file as a mask of its own.
    for (Structure& one : after.structures)
        std::erase_if(one.removed, [&](const RemovedLesion& gone) { return areEqual(*gone.mask, *mask); });
    derive(after);
    m_lesion = -1;
    change(tr("restore a lesion"), std::move(after));
}

void Session::derive(Contents& contents) const
{
    if (m_scan)
        deriveLesions(contents.structures, *m_scan->volume);
}

void Session::keepMeasurement(Measurement measurement, bool moving)
{
    Contents after = m_contents;
    if (measurement.id == 0) {
        measurement.id = m_nextId++;
        after.measurements.push_back(std::move(measurement));
        change(tr("measure"), std::move(after));
        return;
    }
    const int join = moving ? 100000 + measurement.id : -1;
    for (Measurement& old : after.measurements)
        if (old.id == measurement.id)
            old = measurement;
    change(tr("move a measurement"), std::move(after), join);
}

void Session::removeMeasurement(int id)
{
    Contents after = m_contents;
    std::erase_if(after.measurements, [&](const Measurement& m) { return m.id == id; });
    change(tr("delete a measurement"), std::move(after));
}

void Session::restore(Contents contents)
{
    for (const Structure& s : contents.structures)
        m_nextId = std::max(m_nextId, s.id + 1);
    for (const Measurement& m : contents.measurements)
        m_nextId = std::max(m_nextId, m.id + 1);
    setContents(contents);
    m_undo.clear();
}

void Session::hover(int id)
{
    if (m_hovered == id)
        return;
    m_hovered = id;
    Q_EMIT selectionChanged(m_selected);
}

void Session::select(int id, int lesion)
{
    const Structure* chosen = structure(id);
    m_selected = chosen ? id : 0;
    m_lesion = chosen && lesion >= 0 && lesion < int(chosen->lesions.size()) ? lesion : -1;
    Q_EMIT selectionChanged(m_selected);
}

} // namespace hounsfield
