#include "app/Session.h"

#include "app/results/Results.h"

#include <QUndoCommand>

#include <algorithm>

namespace hounsfield {

/// From one contents to another; steps with the same number join.
class ContentsCommand final : public QUndoCommand {
public:
    ContentsCommand(Session& session, const QString& what, Contents before, Contents after, int joinAs)
        : QUndoCommand(what), m_session(session), m_before(std::move(before)), m_after(std::move(after)), m_join(joinAs)
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

Structure makeStructure(const Finding& finding, const Prompt& prompt, const ModelPack& pack, const Volume& volume, const QString& madeWith)
{
    Structure s;
    s.known = classOf(pack, finding.target);
    s.name = QString::fromStdString(s.known.name);
    s.rgb = s.known.rgb;
    Measured measured = measureFinding(finding, s.known, volume);
    s.finding = std::move(measured.finding);
    s.statistics = measured.statistics;
    s.lesions = std::move(measured.lesions);
    s.burdens = std::move(measured.burdens);
    s.warnings = std::move(measured.warnings);
    s.madeWith = madeWith;
    if (const PromptPart* part = prompt.partOf(finding.target)) {
        s.asked = part->text;
        s.explanation = part->explanation;
    }
    return s;
}

Session::Session(QObject* parent) : QObject(parent) {}

void Session::open(std::shared_ptr<const Scan> scan)
{
    m_scan = std::move(scan);
    m_undo.clear();
    m_selected = 0;
    m_contents = {};
    Q_EMIT scanChanged();
    Q_EMIT contentsChanged();
}

void Session::close()
{
    open(nullptr);
}

const Structure* Session::structure(int id) const
{
    const auto found = std::find_if(m_contents.structures.begin(), m_contents.structures.end(), [&](const Structure& s) { return s.id == id; });
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
    Q_EMIT contentsChanged();
}

void Session::addStructures(std::vector<Structure> all, bool joined)
{
    if (all.empty())
        return;
    Contents after = m_contents;
    const QString what = tr("find %1").arg(QString::fromStdString(all.front().known.name));
    int first = 0;
    for (Structure& made : all) {
        const auto old = std::find_if(after.structures.begin(), after.structures.end(), [&](const Structure& s) { return s.finding->target.sameAs(made.finding->target); });
        if (old != after.structures.end()) {
            made.id = old->id;
            made.rgb = old->rgb;
            made.name = old->name;
            made.visible = old->visible;
            if (made.asked.empty()) {
                made.asked = old->asked;
                made.explanation = old->explanation;
            }
            *old = made;
        } else {
            made.id = m_nextId++;
            after.structures.push_back(made);
        }
        first = first ? first : made.id;
    }
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
    std::erase_if(after.structures, [&](const Structure& s) { return s.id == id; });
    change(tr("delete"), std::move(after));
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

void Session::select(int id)
{
    m_selected = structure(id) ? id : 0;
    Q_EMIT selectionChanged(m_selected);
}

} // namespace hounsfield
