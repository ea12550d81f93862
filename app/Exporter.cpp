// SPDX-License-Identifier: Apache-2.0
#include "app/Exporter.h"

#include "app/ByHandTable.h"
#include "app/results/Results.h"
#include "app/results/StagedFiles.h"
#include "inference/ClassTable.h"
#include "viewer/scene/Surface.h"
#include "volume/io/MaskWriter.h"

#include <algorithm>
#include <set>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

Run runOf(const Scan& scan, const ModelPack& pack, const std::vector<const Structure*>& structures,
          const std::vector<std::string>& files)
{
    Run run;
    run.scan = &scan;
    run.pack = &pack;
    run.cleanUp = "standard";
    run.notes = scan.notes;
    if (!pack.notice.empty())
        run.notes.push_back(pack.notice);
    for (std::size_t i = 0; i < structures.size(); ++i) {
        const Structure& s = *structures[i];
        // "small, cpu, fp32"
        const QStringList with = s.madeWith.split(", ");
        run.device = with.value(1).toStdString();
        run.precision = with.value(2).toStdString();
        run.prompt.text += (run.prompt.text.empty() ? "" : "; ") + s.asked;
        Row row;
        row.asked = s.asked;
        row.explanation = s.explanation;
        row.guess = s.guess;
        row.known = s.known;
        row.known.name = s.name.toStdString();
        row.measured = {s.finding, s.statistics, s.lesions, s.burdens, s.warnings, s.listedUnder};
        row.removed = s.removed;
        row.file = files[i];
        if (with.value(0) != QString::fromStdString(pack.name))
            row.measured.warnings.push_back({"Found by the model " + with.value(0).toStdString() +
                                                 ", not by the one named in these results.",
                                             {}});
        run.rows.push_back(std::move(row));
    }
    return run;
}

} // namespace

std::vector<std::string> exportSession(const Scan& scan, const Contents& contents, const ModelPack& pack,
                                       const ExportSettings& settings, Progress& progress)
{
    StagedFiles staged(settings.folder);
    const fs::path& folder = staged.path();
    std::vector<const Structure*> structures;
    for (const Structure& s : contents.structures)
        if (settings.onlyStructure == 0 || settings.onlyStructure == s.id)
            structures.push_back(&s);
    std::vector<std::string> maskFiles;
    std::set<std::string> used;
    std::vector<LabelledMask> labels;
    std::vector<NamedSurface> surfaces;
    for (std::size_t i = 0; i < structures.size(); ++i) {
        const Structure& s = *structures[i];
        progress.step({"writing " + s.name.toStdString(), double(i) / double(structures.size()), {}});
        const std::string name =
            scan.caseName + "_" + uniqueName(s.known.fileName, used) + "." + settings.maskFormat;
        maskFiles.push_back(settings.masks ? name : "");
        if (settings.masks)
            writeMask(s.finding->mask, folder / name, progress);
        labels.push_back({s.known.id, shownName(s.name.toStdString(), s.finding->target), s.known.snomedCode,
                          s.rgb, &s.finding->mask, lateralityOf(s.known), s.finding->threshold});
        if (!settings.surfaceFormat.empty() && !s.finding->mask.empty())
            surfaces.push_back({labels.back().name, s.rgb, surfaceOf(s.finding->mask, progress)});
    }
    const auto tell = [&](const char* stage) { progress.step({stage, 1, {}}); };
    if (settings.labelMap && !labels.empty()) {
        tell("writing the label map");
        numberLabels(labels);
        writeLabelMap(labels, folder / (scan.caseName + "_seg." + settings.maskFormat),
                      folder / (scan.caseName + "_labels.csv"), progress);
    }
    if (!surfaces.empty()) {
        tell("writing the surfaces");
        writeSurfaces(surfaces, folder / (scan.caseName + "_surfaces." + settings.surfaceFormat));
    }
    std::vector<std::string> obsolete;
    if (settings.measurements) {
        tell("writing the measurements");
        Run run = runOf(scan, pack, structures, maskFiles);
        judge(run);
        writeTextFile(measurementsCsv(run), folder / (scan.caseName + "_measurements.csv"));
        writeTextFile(measurementsJson(run), folder / (scan.caseName + "_measurements.json"));
        obsolete = {scan.caseName + "_lesions.csv", scan.caseName + "_by_hand.csv"};
        if (const std::string lesions = lesionsCsv(run); !lesions.empty())
            writeTextFile(lesions, folder / obsolete[0]);
        if (!contents.measurements.empty())
            writeTextFile(byHandCsv(contents.measurements, *scan.volume), folder / obsolete[1]);
    }
    progress.check();
    return staged.takePlace(obsolete);
}

std::vector<std::string> masksOfEarlierExports(const Scan& scan, const ModelPack& pack,
                                               const fs::path& folder,
                                               const std::vector<std::string>& written)
{
    std::vector<std::string> earlier;
    std::error_code failed;
    for (const ModelClass& known : pack.classes)
        for (const char* ending : {".nii.gz", ".nrrd"}) {
            const std::string name = scan.caseName + "_" + known.fileName + ending;
            if (std::count(written.begin(), written.end(), name) == 0 && fs::exists(folder / name, failed))
                earlier.push_back(name);
        }
    return earlier;
}

} // namespace hounsfield
