// SPDX-License-Identifier: Apache-2.0
#include "app/results/Results.h"

#include "app/results/Plausibility.h"

#include <algorithm>

namespace hounsfield {

std::string shownName(const std::string& name, const Target& target)
{
    return target.classId == 0 ? name + " (zero-shot)" : name;
}

void numberLabels(std::vector<LabelledMask>& labels)
{
    // Words beyond the known classes first, so that a known class wins where both are; their numbers follow
    // the last class's.
    std::stable_sort(labels.begin(), labels.end(),
                     [](const LabelledMask& a, const LabelledMask& b) { return a.id < b.id; });
    int last = 32;
    for (const LabelledMask& label : labels)
        last = std::max(last, label.id);
    std::set<int> used{0};
    for (LabelledMask& label : labels)
        if (!used.insert(label.id).second)
            label.id = ++last;
}

static Row rowOf(const Run& run, const Finding& finding)
{
    Row row;
    row.known = classOf(*run.pack, finding.target);
    if (const PromptPart* part = run.prompt.partOf(finding.target)) {
        row.asked = part->text;
        row.explanation = part->explanation;
        row.guess = part->unsure;
    }
    return row;
}

std::vector<Row> makeRows(const Run& run, std::vector<Finding> findings, const std::string& ending,
                          const Progress& stop)
{
    std::vector<Row> rows;
    std::vector<ModelClass> known;
    for (const Finding& finding : findings) {
        rows.push_back(rowOf(run, finding));
        known.push_back(rows.back().known);
    }
    std::vector<Measured> measured;
    if (run.cleanUp == "standard")
        measured = measureFindings(std::move(findings), known, *run.scan->volume, stop);
    else
        for (std::size_t n = 0; n < findings.size(); ++n)
            measured.push_back(measureFinding(std::move(findings[n]), known[n], *run.scan->volume, {}, stop));
    std::set<std::string> used;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        rows[n].measured = std::move(measured[n]);
        rows[n].known.fileName = uniqueName(rows[n].known.fileName, used);
        rows[n].file = run.scan->caseName + "_" + rows[n].known.fileName + "." + ending;
    }
    return rows;
}

std::string uniqueName(const std::string& name, std::set<std::string>& used)
{
    std::string unique = name;
    for (int n = 2; !used.insert(unique).second; ++n)
        unique = name + "_" + std::to_string(n);
    return unique;
}

void judge(Run& run)
{
    std::vector<Judged> all;
    for (const Row& row : run.rows)
        all.push_back({&row.known, &row.measured});
    std::vector<std::vector<Warning>> ofRow(run.rows.size());
    for (Implausible& one : plausibility(all, *run.scan, lookAt(*run.scan->volume)))
        if (one.structure < 0)
            run.notes.push_back(one.warning.text);
        else
            ofRow[std::size_t(one.structure)].push_back(std::move(one.warning));
    if (std::any_of(run.rows.begin(), run.rows.end(),
                    [](const Row& row) { return row.known.id != 0 && !row.known.reliability; }))
        run.notes.push_back("The model " + (run.pack ? run.pack->name + " " : "") +
                            "does not state how reliable it is on real scans: no light is green.");
    for (std::size_t n = 0; n < run.rows.size(); ++n) {
        Measured& m = run.rows[n].measured;
        run.rows[n].trust = trustOf(*m.finding, m.statistics, m.lesions, ofRow[n],
                                    {run.rows[n].known.reliability, run.rows[n].guess});
        m.warnings.insert(m.warnings.end(), ofRow[n].begin(), ofRow[n].end());
    }
}

} // namespace hounsfield
