// SPDX-License-Identifier: Apache-2.0
#include "volume/io/ScanSource.h"

#include "volume/RegularFile.h"
#include "volume/io/internal/DicomHeader.h"
#include "volume/io/internal/DicomKind.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/HounsfieldDoubts.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/Text.h"
#include "volume/io/internal/ZipArchive.h"

#include <algorithm>
#include <set>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

/// The DICOM series that a path leads to.
struct DicomPath {
    fs::path folder;
    std::vector<DicomSeries> series;
    bool archive = false; ///< the folder is what was in one
};

bool isFolder(const fs::path& path)
{
    std::error_code failed;
    const bool exists = fs::exists(path, failed);
    if (failed)
        throw Error(ErrorKind::Scan, quoted(path) + " cannot be reached (" + failed.message() +
                                         "). Check that you may read it.");
    if (!exists)
        throw Error(ErrorKind::Scan, quoted(path) + " does not exist. Check the path.");
    return fs::is_directory(path, failed);
}

DicomPath openFolder(const fs::path& folder, Progress& progress, const ScanSource::Seen& seen)
{
    return {folder, findSeries(folder, true, samePixels, progress, seen)};
}

// The part of a series that holds the file; all its parts where the file was left out of each, as a copy is.
void keepSeriesOf(std::vector<DicomSeries>& all, const std::string& key, const fs::path& file)
{
    std::erase_if(all, [&](const DicomSeries& series) { return series.key != key; });
    const auto holds = [&](const DicomSeries& series) {
        return std::any_of(series.slices.begin(), series.slices.end(),
                           [&](const DicomSlice& slice) { return slice.file.filename() == file.filename(); });
    };
    if (std::any_of(all.begin(), all.end(), holds))
        std::erase_if(all, [&](const DicomSeries& series) { return !holds(series); });
    for (std::size_t n = 0; n < all.size(); ++n)
        all[n].info.number = static_cast<int>(n + 1);
}

DicomPath openDicomFile(const fs::path& file, Progress& progress, const ScanSource::Seen& seen)
{
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    const auto header = DicomHeader::read(file);
    // The directory of a CD stands for what is on it, which lies in folders beside it.
    if (header && isDirectoryOfMedium(*header))
        return openFolder(folder, progress, seen);
    const auto key = header ? seriesKeyOf(*header) : std::nullopt;
    if (!key)
        throw Error(ErrorKind::Scan,
                    quoted(file) +
                        " is not a DICOM image, or it is cut off: it names no series. Copy it again.");
    DicomPath found{folder, findSeries(folder, false, samePixels, progress)};
    keepSeriesOf(found.series, *key, file);
    return found;
}

std::string listOf(const std::vector<DicomSeries>& all)
{
    std::string text;
    for (const DicomSeries& series : all) {
        const SeriesInfo& i = series.info;
        text += "\n  " + std::to_string(i.number) + ": " + (i.modality.empty() ? "?" : i.modality) + ", " +
                std::to_string(i.images) + " images" + (i.description.empty() ? "" : ", " + i.description) +
                (i.readable ? "" : ". " + i.reason);
    }
    return text;
}

const DicomSeries& chosen(const DicomPath& path, const std::string& which)
{
    // Parts of one series share its identifier: the best of them is meant.
    const DicomSeries* found = nullptr;
    for (const DicomSeries& series : path.series)
        if ((series.info.uid == which || keyOf(series.info) == which ||
             std::to_string(series.info.number) == which) &&
            (!found || (series.info.readable && (!found->info.readable || rankOf(series) > rankOf(*found)))))
            found = &series;
    if (found && !found->info.readable)
        throw Error(ErrorKind::Scan, "Series " + which + " in " + quoted(path.folder) + " cannot be read. " +
                                         found->info.reason);
    if (found)
        return *found;
    throw Error(ErrorKind::Scan,
                "There is no series '" + which + "' in " + quoted(path.folder) +
                    ". Give one of these numbers, or a SeriesInstanceUID:" + listOf(path.series));
}

const DicomSeries& best(const DicomPath& path)
{
    const DicomSeries* found = nullptr;
    for (const DicomSeries& series : path.series)
        if (series.info.readable && (!found || rankOf(series) > rankOf(*found)))
            found = &series;
    if (found)
        return *found;
    if (path.series.size() == 1)
        throw Error(ErrorKind::Scan, "The series in " + quoted(path.folder) + " cannot be read. " +
                                         path.series.front().info.reason);
    throw Error(ErrorKind::Scan, "None of the " + std::to_string(path.series.size()) + " series in " +
                                     quoted(path.folder) + " can be read:" + listOf(path.series));
}

std::vector<std::string> choiceNotes(const DicomPath& path, const DicomSeries& taken)
{
    std::vector<std::string> notes;
    for (const DicomSeries& other : path.series)
        if (!other.info.readable && other.info.modality == "CT" && !other.localizer &&
            other.info.images > taken.info.images)
            notes.push_back("Series " + std::to_string(other.info.number) + " has more images (" +
                            std::to_string(other.info.images) + ") but cannot be read, so series " +
                            std::to_string(taken.info.number) + " was taken. " + other.info.reason);
    return notes;
}

/// A person and a day as a note names them: "Adams Anna, 2024-01-02".
std::string studyInWords(const SeriesInfo& info)
{
    std::string name = info.patientName.empty() ? info.patientId : info.patientName;
    std::replace(name.begin(), name.end(), '^', ' ');
    const std::string& day = info.studyDate;
    const std::string date =
        day.size() == 8 ? day.substr(0, 4) + "-" + day.substr(4, 2) + "-" + day.substr(6) : "";
    return (name.empty() ? "a patient without a name" : name) +
           (date.empty() ? ", without a date" : ", " + date);
}

/// Names the study that was taken where the path holds several; empty where it holds one.
std::string studiesNote(const DicomPath& path, const SeriesInfo& taken)
{
    constexpr std::size_t most = 5;
    std::set<std::pair<std::string, std::string>> patients;
    std::set<std::string> studies{studyInWords(taken)};
    std::vector<std::string> others;
    for (const DicomSeries& series : path.series) {
        if (series.info.modality != "CT" || series.localizer)
            continue;
        patients.insert({series.info.patientId, series.info.patientName});
        if (const std::string words = studyInWords(series.info); studies.insert(words).second)
            others.push_back(words);
    }
    if (patients.size() < 2 && others.empty())
        return "";
    std::string text =
        (path.archive ? "The archive holds scans of " : "The folder holds scans of ") +
        (patients.size() > 1 ? std::to_string(patients.size()) + " patients" : "several dates") +
        ". This is " + studyInWords(taken) + " (series " + std::to_string(taken.number) +
        (taken.description.empty() ? "" : ", " + taken.description) + ").";
    for (std::size_t n = 0; n < others.size() && n < most; ++n)
        text += (n == 0 ? " Also there: " : "; ") + others[n];
    if (others.size() > most)
        text += "; and " + std::to_string(others.size() - most) + " more";
    return text + (others.empty() ? " Two patients there have the same name." : ".");
}

std::string caseNameOf(const DicomPath& path, const DicomSeries& series)
{
    std::error_code failed;
    fs::path folder = fs::weakly_canonical(path.folder, failed);
    if (!folder.has_filename())
        folder = folder.parent_path();
    std::string name = utf8(folder.filename());
    const auto readable =
        std::count_if(path.series.begin(), path.series.end(), [](const auto& s) { return s.info.readable; });
    if (readable > 1)
        name += "_series" + std::to_string(series.info.number);
    return safeName(name);
}

const DicomSeries& taken(const DicomPath& path, const std::optional<std::string>& which)
{
    return which ? chosen(path, *which) : best(path);
}

std::vector<std::string> instanceNumbersOf(const DicomSeries& series)
{
    std::vector<std::string> numbers;
    for (const GridSlice& g : series.grid)
        numbers.push_back(g.weight > 0 ? "" : series.slices[g.below].instanceNumber);
    if (series.grid.empty())
        for (const DicomSlice& s : series.slices)
            numbers.push_back(s.instanceNumber);
    return numbers;
}

Scan readDicom(const DicomPath& path, const fs::path& source, const std::optional<std::string>& which,
               Progress& progress, const ScanSource::SliceRead& sliceRead)
{
    DicomSeries series = taken(path, which);
    Scan scan;
    std::vector<std::string> met;
    scan.volume = readSeries(series, met, progress, sliceRead);
    scan.series = series.info;
    scan.source = source;
    scan.caseName = caseNameOf(path, series);
    scan.notes = series.notes;
    if (!which)
        for (auto& note : choiceNotes(path, series))
            scan.notes.push_back(std::move(note));
    scan.choice = studiesNote(path, series.info);
    if (!scan.choice.empty())
        scan.notes.insert(scan.notes.begin(), scan.choice);
    scan.instanceNumbers = instanceNumbersOf(series);
    for (std::size_t k = 0; k < series.grid.size(); ++k)
        if (series.grid[k].weight > 0)
            scan.madeUpSlices.push_back(static_cast<std::int64_t>(k));
    scan.notes.insert(scan.notes.end(), met.begin(), met.end());
    return scan;
}

SeriesInfo infoOf(const RawImage& image)
{
    SeriesInfo info;
    info.number = 1;
    info.format = image.format;
    info.description = image.description;
    info.size = image.geometry.size();
    info.images = info.size[2];
    info.spacingMm = image.geometry.spacingMm();
    return info;
}

void checkOnly(const fs::path& file, const std::optional<std::string>& which)
{
    if (which && *which != "1")
        throw Error(ErrorKind::Scan, "There is no series '" + *which + "' in " + quoted(file) +
                                         ": the file holds one scan, number 1.");
}

Scan readImage(const fs::path& file, FileFormat format, Progress& progress)
{
    RawImage image = readImageFile(file, format, ImageParts::All, progress);
    Scan scan;
    scan.series = infoOf(image);
    scan.source = file;
    scan.caseName = hounsfield::caseNameOf(file);
    scan.notes = std::move(image.notes);
    try {
        const std::int64_t count = image.geometry.voxelCount();
        std::vector<std::int16_t> hu(static_cast<std::size_t>(count));
        noteConversion(
            toHu(image.bytes.data(), image.component, count, image.slope, image.intercept, hu.data()),
            scan.notes);
        image.bytes = {};
        scan.volume = std::make_shared<const Volume>(image.geometry, std::move(hu));
    } catch (const std::bad_alloc&) {
        throw Error(ErrorKind::Resources,
                    "There is not enough memory to read " + quoted(file) + ". Close other programs.");
    }
    return scan;
}

/// What an archive holds, but never a second archive: such a chain need not end.
fs::path insideOf(const UnpackedZip& unpacked, const fs::path& archive)
{
    const fs::path inside = unpacked.path();
    if (isZipArchive(inside))
        throw Error(ErrorKind::Scan,
                    quoted(archive) + " holds another ZIP archive. Unpack it and open what is inside.");
    if (!fs::is_directory(inside))
        return inside;
    const std::vector<fs::path> images = imageFilesIn(inside);
    if (images.size() > 1)
        throw Error(ErrorKind::Scan, quoted(archive) + " holds " + std::to_string(images.size()) +
                                         " scans (" + utf8(images[0].filename()) + ", " +
                                         utf8(images[1].filename()) + (images.size() > 2 ? ", ..." : "") +
                                         "). Unpack it and open the one you want.");
    return images.size() == 1 ? images.front() : inside;
}

} // namespace

struct ScanSource::Found {
    std::optional<UnpackedZip> unpacked;
    fs::path path; ///< inside of the archive, where there is one
    FileFormat format = FileFormat::Dicom;
    std::optional<DicomPath> dicom;
};

ScanSource::ScanSource(fs::path path, Progress& progress, const Seen& seen)
    : m_path(std::move(path)), m_found(std::make_unique<Found>())
{
    m_found->path = m_path;
    requireRegularFile(m_path, ErrorKind::Scan);
    if (isZipArchive(m_path)) {
        m_found->unpacked.emplace(m_path, progress);
        m_found->path = insideOf(*m_found->unpacked, m_path);
    }
    const bool folder = isFolder(m_found->path);
    m_found->format = folder ? FileFormat::Dicom : formatOf(m_found->path);
    if (m_found->format != FileFormat::Dicom) {
        m_series = {infoOf(readImageFile(m_found->path, m_found->format, ImageParts::Header, progress))};
        std::error_code failed;
        m_series[0].bytes = static_cast<std::int64_t>(fs::file_size(m_found->path, failed));
        return;
    }
    m_found->dicom =
        folder ? openFolder(m_found->path, progress, seen) : openDicomFile(m_found->path, progress, seen);
    m_found->dicom->archive = m_found->unpacked.has_value();
    for (const DicomSeries& series : m_found->dicom->series)
        m_series.push_back(series.info);
}

ScanSource::~ScanSource() = default;

const SeriesInfo& ScanSource::chosen(const std::optional<std::string>& which) const
{
    if (!m_found->dicom) {
        checkOnly(m_path, which);
        return m_series[0];
    }
    return taken(*m_found->dicom, which).info;
}

Scan ScanSource::read(const std::optional<std::string>& which, Progress& progress,
                      const SliceRead& sliceRead) const
{
    Scan scan;
    if (m_found->dicom) {
        scan = readDicom(*m_found->dicom, m_found->path, which, progress, sliceRead);
    } else {
        checkOnly(m_path, which);
        scan = readImage(m_found->path, m_found->format, progress);
    }
    if (m_found->unpacked) {
        scan.source = m_path;
        scan.caseName = hounsfield::caseNameOf(m_path);
    }
    noteDoubtfulGrid(scan.volume->geometry(), scan.notes);
    noteDoubtfulValues(*scan.volume, scan.notes);
    return scan;
}

std::optional<SliceImage> ScanSource::middleSlice(int number) const
{
    if (!m_found->dicom)
        return std::nullopt;
    for (const DicomSeries& series : m_found->dicom->series)
        if (series.info.number == number && series.info.readable)
            return readOneSlice(series, series.slices.size() / 2);
    return std::nullopt;
}

} // namespace hounsfield
