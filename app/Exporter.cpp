#include "app/Exporter.h"

#include "app/ByHandTable.h"
#include "app/results/Results.h"
#include "inference/ClassTable.h"
#include "viewer/scene/Surface.h"
#include "volume/io/MaskWriter.h"

#include <set>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

/// Its class's file name; a second of the same class gets a number.
std::string fileNameOf(const Structure& structure, std::set<std::string>& used)
{
    std::string name = structure.known.fileName;
    for (int n = 2; !used.insert(name).second; ++n)
        name = structure.known.fileName + "_" + std::to_string(n);
    return name;
}

Run runOf(const Scan& scan, const ModelPack& pack, const std::vector<const Structure*>& structures, const std::vector<std::string>& files)
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
            row.measured.warnings.push_back({"Found by the model " + with.value(0).toStdString() + ", not by the one named in these results.", {}});
        run.rows.push_back(std::move(row));
    }
    return run;
}

} // namespace

std::vector<std::string> exportSession(const Scan& scan, const Contents& contents, const ModelPack& pack, const ExportSettings& settings, Progress& progress)
{
    std::error_code failed;
    fs::create_directories(settings.folder, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "The folder " + settings.folder.string() + " cannot be made: " + failed.message() + ".");
    std::vector<const Structure*> structures;
    for (const Structure& s : contents.structures)
        if (settings.onlyStructure == 0 || settings.onlyStructure == s.id)
            structures.push_back(&s);
    std::vector<std::string> written, maskFiles;
    std::set<std::string> used;
    std::vector<LabelledMask> labels;
    std::vector<NamedSurface> surfaces;
    for (std::size_t i = 0; i < structures.size(); ++i) {
        const Structure& s = *structures[i];
        progress.step({"writing " + s.name.toStdString(), double(i) / double(structures.size()), {}});
        const std::string name = scan.caseName + "_" + fileNameOf(s, used) + "." + settings.maskFormat;
        maskFiles.push_back(settings.masks ? name : "");
        if (settings.masks) {
            writeMask(s.finding->mask, settings.folder / name);
            written.push_back(name);
        }
        labels.push_back({s.known.id, shownName(s.name.toStdString(), s.finding->target), s.known.snomedCode, s.rgb, &s.finding->mask, lateralityOf(s.known), s.finding->threshold});
        progress.check();
        if (!settings.surfaceFormat.empty() && !s.finding->mask.empty())
            surfaces.push_back({labels.back().name, s.rgb, surfaceOf(s.finding->mask)});
    }
    const auto tell = [&](const char* stage) { progress.step({stage, 1, {}}); };
    if (settings.labelMap && !labels.empty()) {
        tell("writing the label map");
        numberLabels(labels);
        const std::string image = scan.caseName + "_seg." + settings.maskFormat, table = scan.caseName + "_labels.csv";
        writeLabelMap(labels, settings.folder / image, settings.folder / table);
        written.insert(written.end(), {image, table});
    }
    if (!surfaces.empty()) {
        tell("writing the surfaces");
        const std::string name = scan.caseName + "_surfaces." + settings.surfaceFormat;
        writeSurfaces(surfaces, settings.folder / name);
        written.push_back(name);
    }
    if (settings.measurements) {
        tell("writing the measurements");
        Run run = runOf(scan, pack, structures, maskFiles);
        judge(run);
        writeTextFile(measurementsCsv(run), settings.folder / (scan.caseName + "_measurements.csv"));
        writeTextFile(measurementsJson(run), settings.folder / (scan.caseName + "_measurements.json"));
        written.insert(written.end(), {scan.caseName + "_measurements.csv", scan.caseName + "_measurements.json"});
        if (const std::string lesions = lesionsCsv(run); !lesions.empty()) {
            writeTextFile(lesions, settings.folder / (scan.caseName + "_lesions.csv"));
            written.push_back(scan.caseName + "_lesions.csv");
        }
        if (!contents.measurements.empty()) {
            writeTextFile(byHandCsv(contents.measurements, *scan.volume), settings.folder / (scan.caseName + "_by_hand.csv"));
            written.push_back(scan.caseName + "_by_hand.csv");
        }
    }
    return written;
}

} // namespace hounsfield
