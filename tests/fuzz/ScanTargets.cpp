// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/ScanTargets.h"

#include "volume/Error.h"
#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/NrrdHeader.h"

#include <fstream>
#include <memory>

#include <stdlib.h>

namespace hounsfield::test {
namespace {
namespace fs = std::filesystem;

/// A folder in memory for files as the readers want them; removed with the process.
class Scratch {
public:
    Scratch()
    {
        std::string place = (fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
                            "hounsfield-fuzz-XXXXXX";
        if (!mkdtemp(place.data()))
            __builtin_trap();
        m_folder = place;
    }
    ~Scratch()
    {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    fs::path write(const std::string& name, std::string_view bytes) const
    {
        std::ofstream(m_folder / name, std::ios::binary)
            .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return m_folder / name;
    }
    const fs::path& folder() const { return m_folder; }
    void empty() const
    {
        for (const auto& entry : fs::directory_iterator(m_folder))
            fs::remove(entry.path());
    }

private:
    fs::path m_folder;
};

const Scratch& scratch()
{
    static const Scratch one;
    return one;
}

/// Runs a reader; an Error is an answer, anything else that is thrown ends the fuzzer.
template <typename Read> void answered(Read&& read)
{
    try {
        read();
    } catch (const Error& error) {
        // A sentence for the person, and no address of this machine's memory or a blank.
        if (std::string_view(error.what()).size() < 20)
            __builtin_trap();
    }
}

void checkImage(const RawImage& image)
{
    if (static_cast<std::int64_t>(image.bytes.size()) !=
        image.geometry.voxelCount() * bytesOf(image.component))
        __builtin_trap();
    std::vector<std::int16_t> hu(static_cast<std::size_t>(image.geometry.voxelCount()));
    toHu(image.bytes.data(), image.component, image.geometry.voxelCount(), image.slope, image.intercept,
         hu.data());
}

void nifti(std::string_view bytes)
{
    const fs::path file = scratch().write("v.nii.gz", bytes);
    Progress silent;
    answered([&] { formatOf(file); });
    answered([&] { checkImage(readNifti(file, ImageParts::All, silent)); });
}

void meta(std::string_view bytes)
{
    const fs::path file = scratch().write("v.mha", bytes);
    Progress silent;
    answered([&] { checkImage(readMetaImage(file, ImageParts::All, silent)); });
}

void nrrd(std::string_view bytes)
{
    const fs::path file = scratch().write("v.nrrd", bytes);
    answered([&] {
        std::vector<std::string> notes;
        const NrrdHeader header = readNrrdHeader(file);
        checkNrrdData(header, file, notes);
    });
}

void checkSeries(const DicomSeries& series)
{
    if (!series.info.readable) {
        if (series.info.reason.size() < 20)
            __builtin_trap();
        return;
    }
    if (!series.geometry || series.geometry->size() != series.info.size)
        __builtin_trap();
    for (const GridSlice& slice : series.grid)
        if (slice.below >= series.slices.size() ||
            (slice.weight != 0 && slice.below + 1 >= series.slices.size()) ||
            !(slice.weight >= 0 && slice.weight < 1))
            __builtin_trap();
}

/// Several files of one folder, one after another.
void dicom(std::string_view bytes)
{
    scratch().empty();
    Progress silent;
    for (int n = 0; n < 12 && !bytes.empty(); ++n) {
        const std::size_t end = bytes.find(nextFile);
        scratch().write("f" + std::to_string(n), bytes.substr(0, end));
        bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + nextFile.size());
    }
    answered([&] {
        const auto same = [](const DicomSlice& a, const DicomSlice& b) {
            return a.file.string() < b.file.string();
        };
        for (const DicomSeries& series : findSeries(scratch().folder(), true, same, silent))
            checkSeries(series);
    });
    scratch().empty();
}

} // namespace

const std::vector<FuzzTarget>& fuzzTargets()
{
    static const std::vector<FuzzTarget> targets{
        {"scan_dicom", dicom}, {"scan_nifti", nifti}, {"scan_nrrd", nrrd}, {"scan_meta", meta}};
    return targets;
}

} // namespace hounsfield::test
