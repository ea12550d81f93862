// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/io/internal/DicomHeader.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

std::vector<fs::path> filesOf(const fs::path& folder, bool recursive, Progress& progress)
{
    std::vector<fs::path> files;
    const auto take = [&](const fs::directory_entry& entry) {
        std::error_code failed;
        if (entry.is_regular_file(failed) && !failed)
            files.push_back(entry.path());
        if (files.size() % 256 == 0)
            progress.step({"looking through the folder", 0, {}});
    };
    std::error_code failed;
    if (recursive) {
        fs::recursive_directory_iterator walk(folder, fs::directory_options::skip_permission_denied, failed);
        for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed))
            take(*walk);
    } else {
        fs::directory_iterator walk(folder, failed);
        for (; !failed && walk != fs::directory_iterator(); walk.increment(failed))
            take(*walk);
    }
    if (failed)
        throw Error(ErrorKind::Scan, "The folder " + quoted(folder) + " cannot be read (" + failed.message() +
                                         "). Check that you may read it.");
    // The order of a directory differs from machine to machine; the numbers of the series must not.
    std::sort(files.begin(), files.end());
    return files;
}

// A person's name may be given in up to three writings, divided by '=': the first is the alphabetic one, the
// second that of the person's own script (PS3.5 6.2.1.2).
std::string nameOfPerson(const std::string& all)
{
    const auto first = all.find('=');
    const std::string alphabetic = all.substr(0, first);
    if (first == std::string::npos || alphabetic.find_first_not_of("^ ") != std::string::npos)
        return alphabetic;
    return all.substr(first + 1, all.find('=', first + 1) - first - 1);
}

void fillInfo(DicomSeries& series, const DicomHeader& h)
{
    SeriesInfo& info = series.info;
    info.uid = h.text(0x0020000E);
    info.studyUid = h.text(0x0020000D);
    info.frameOfReferenceUid = h.text(0x00200052);
    info.modality = h.text(0x00080060);
    info.description = h.utf8Text(0x0008103E);
    info.patientName = nameOfPerson(h.utf8Text(0x00100010));
    info.patientId = h.utf8Text(0x00100020);
    if (const std::string sex = h.text(0x00100040); sex == "M" || sex == "F" || sex == "O")
        info.patientSex = sex;
    info.studyDate = h.text(0x00080020);
    info.format = "DICOM";
    if (const auto width = h.number(0x00281051), level = h.number(0x00281050); width && level && *width >= 1)
        info.windowLevel = {*width, *level};
    series.seriesNumber = static_cast<int>(std::clamp(h.number(0x00200011).value_or(0), -1e9, 1e9));
}

// A slice of zero bytes leaves no trace of its series: it is told of rather than passed over.
bool isEmptyFile(const fs::path& file)
{
    std::error_code failed;
    return fs::file_size(file, failed) == 0 && !failed && !utf8(file.filename()).starts_with(".");
}

bool comesBefore(const DicomSeries& a, const DicomSeries& b)
{
    return a.seriesNumber != b.seriesNumber ? a.seriesNumber < b.seriesNumber : a.info.uid < b.info.uid;
}

/// A patient as files of one series write it, whose programs may differ in capitals and divisions of the
/// name.
std::string patientOf(const DicomHeader& h)
{
    std::string name;
    for (const char c : nameOfPerson(h.utf8Text(0x00100010)))
        if (c != '^' && c != ' ' && c != ',')
            name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return h.text(0x00100020) + "\n" + name;
}

/// Numbers those that share an identifier, and says so where they are of several patients or studies.
void nameParts(std::vector<DicomSeries>& all)
{
    std::map<std::string, std::vector<DicomSeries*>> byUid;
    for (DicomSeries& series : all)
        if (!series.info.uid.empty())
            byUid[series.info.uid].push_back(&series);
    for (auto& [uid, parts] : byUid) {
        const bool mixed = std::any_of(parts.begin(), parts.end(),
                                       [&](const auto* one) { return one->key != parts[0]->key; });
        for (std::size_t n = 0; parts.size() > 1 && n < parts.size(); ++n) {
            parts[n]->info.part = static_cast<int>(n + 1);
            if (mixed)
                parts[n]->notes.push_back(
                    "Images of several patients or studies share one SeriesInstanceUID in this folder. "
                    "They were kept apart and are listed as series of their own.");
        }
    }
}

/// Tells what was found so far, now and then: whoever listens draws it.
class SoFar {
public:
    explicit SoFar(const ScanSource::Seen& seen) : m_seen(seen) {}
    void tell(const std::map<std::string, DicomSeries>& byKey)
    {
        const auto now = std::chrono::steady_clock::now();
        if (!m_seen || now - m_last < std::chrono::milliseconds(250))
            return;
        m_last = now;
        std::vector<SeriesInfo> infos;
        for (const auto& [key, series] : byKey) {
            infos.push_back(series.info);
            infos.back().images = static_cast<std::int64_t>(series.slices.size());
            infos.back().number = static_cast<int>(infos.size());
        }
        m_seen(infos);
    }

private:
    const ScanSource::Seen& m_seen;
    std::chrono::steady_clock::time_point m_last = std::chrono::steady_clock::now();
};

} // namespace

std::optional<std::string> seriesKeyOf(const DicomHeader& header)
{
    std::string series = header.text(0x0020000E);
    if (series.empty() && !header.damage().empty())
        return std::nullopt;
    if (series.empty())
        series = "series " + header.text(0x00200011) + " " + header.text(0x0008103E);
    return series + "\n" + header.text(0x0020000D) + "\n" + patientOf(header);
}

std::vector<DicomSeries> findSeries(const fs::path& folder, bool recursive, const SamePicture& samePicture,
                                    Progress& progress, const ScanSource::Seen& seen)
{
    const std::vector<fs::path> files = filesOf(folder, recursive, progress);
    std::map<std::string, DicomSeries> byKey;
    std::vector<fs::path> broken;
    int directories = 0;
    SoFar soFar(seen);
    for (std::size_t n = 0; n < files.size(); ++n) {
        progress.step(
            {"looking through the folder", static_cast<double>(n) / static_cast<double>(files.size()), {}});
        const auto header = DicomHeader::read(files[n]);
        if (!header) {
            if (isEmptyFile(files[n]))
                broken.push_back(files[n]);
            continue;
        }
        if (isDirectoryOfMedium(*header)) {
            ++directories;
            continue;
        }
        const auto key = seriesKeyOf(*header);
        if (!key) {
            broken.push_back(files[n]);
            continue;
        }
        DicomSeries& series = byKey[*key];
        series.key = *key;
        if (series.slices.empty())
            fillInfo(series, *header);
        for (DicomSlice& slice : slicesOf(*header, files[n]))
            series.slices.push_back(std::move(slice));
        series.info.bytes += series.slices.back().fileBytes;
        soFar.tell(byKey);
    }
    if (byKey.empty() && !broken.empty())
        throw Error(ErrorKind::Scan, "The DICOM files in " + quoted(folder) +
                                         " are empty, cut off or not yours to read, for example " +
                                         quoted(broken.front().filename()) + ". Copy them again.");
    if (byKey.empty() && directories > 0)
        throw Error(ErrorKind::Scan,
                    "The DICOMDIR in " + quoted(folder) +
                        " is a list of images, and none of them lies beside it. Copy the whole CD or "
                        "folder, with the folders that the DICOMDIR names.");
    if (byKey.empty())
        throw Error(ErrorKind::Scan, "There are no DICOM images in the folder " + quoted(folder) + " (" +
                                         std::to_string(files.size()) +
                                         " files were looked at). Give the folder of a DICOM "
                                         "series, or a .nii, .nii.gz, .nrrd or .mha file itself.");
    std::vector<DicomSeries> all;
    for (auto& [key, series] : byKey)
        for (DicomSeries& part : separated(std::move(series)))
            all.push_back(std::move(part));
    std::stable_sort(all.begin(), all.end(), comesBefore);
    nameParts(all);
    for (std::size_t n = 0; n < all.size(); ++n) {
        progress.step({"looking through the folder", 1, {}});
        all[n].info.number = static_cast<int>(n + 1);
        examine(all[n], samePicture);
        if (!broken.empty())
            all[n].notes.push_back(std::to_string(broken.size()) +
                                   " files in the folder are empty, cut off or cannot be opened, for "
                                   "example " +
                                   quoted(broken.front().filename()) +
                                   "; slices may be missing at the ends of the scan.");
    }
    return all;
}

} // namespace hounsfield
