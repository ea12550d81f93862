// SPDX-License-Identifier: Apache-2.0
#include "volume/Error.h"
#include "volume/io/internal/DataFile.h"
#include "volume/io/internal/GzipFile.h"
#include "volume/io/internal/ImageFile.h"
#include "volume/io/internal/NiftiHeader.h"
#include "volume/io/internal/RoundedAxes.h"
#include "volume/io/internal/Text.h"

#include <algorithm>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(file) + " " + why);
}

Component componentOf(int datatype, const fs::path& file)
{
    switch (datatype) {
    case 2:
        return Component::UInt8;
    case 4:
        return Component::Int16;
    case 8:
        return Component::Int32;
    case 16:
        return Component::Float32;
    case 64:
        return Component::Float64;
    case 256:
        return Component::Int8;
    case 512:
        return Component::UInt16;
    case 768:
        return Component::UInt32;
    case 1024:
        return Component::Int64;
    case 1280:
        return Component::UInt64;
    case 128:
    case 2304:
        refuse(
            file,
            "is a colour image, not a CT scan: every voxel holds red, green and blue. Give the CT itself.");
    case 32:
    case 1792:
        refuse(file, "holds complex numbers, not Hounsfield units. Give the CT itself.");
    default:
        refuse(file, "stores its voxels in a way this program does not read (NIfTI datatype " +
                         std::to_string(datatype) + "). Convert it to int16 or float32.");
    }
}

Index3 sizeOf(const NiftiHeader& h, const fs::path& file)
{
    const std::int64_t dimensions = h.dim[0];
    if (dimensions < 1 || dimensions > 7)
        refuse(file, "is damaged: its header speaks of " + std::to_string(dimensions) + " dimensions.");
    for (std::size_t n = 4; n <= static_cast<std::size_t>(dimensions); ++n)
        if (h.dim[n] > 1)
            refuse(file, "holds a series of " + std::to_string(h.dim[n]) +
                             " volumes (a fourth dimension, such as time). Save the one volume to be read as "
                             "a file of "
                             "its own.");
    Index3 size{1, 1, 1};
    for (std::size_t n = 0; n < 3 && n < static_cast<std::size_t>(dimensions); ++n) {
        size[n] = h.dim[n + 1];
        if (size[n] < 1 || size[n] > (std::int64_t{1} << 17))
            refuse(file, "is damaged: its header says that it has " + std::to_string(size[n]) +
                             " voxels along one axis.");
    }
    return size;
}

/// Of one unit of the header's xyzt_units; positions without a unit are taken as millimetres.
double millimetresOf(int units)
{
    constexpr int metres = 1, micrometres = 3;
    if (units == metres)
        return 1000;
    return units == micrometres ? 0.001 : 1;
}

void scaleToMm(Affine& affine, int units, std::vector<std::string>& notes)
{
    const double factor = millimetresOf(units);
    if (factor == 1.0)
        return;
    for (auto& row : affine)
        for (double& value : row)
            value *= factor;
    notes.push_back(std::string("The file gives its positions in ") +
                    (units == 1 ? "metres" : "micrometres") + "; they were converted to millimetres.");
}

bool isFinite(const Affine& affine)
{
    return std::all_of(affine.begin(), affine.end(), [](const auto& row) {
        return std::all_of(row.begin(), row.end(), [](double value) { return std::isfinite(value); });
    });
}

void noteDisagreement(const Index3& size, const Affine& sform, const Affine& qform,
                      std::vector<std::string>& notes)
{
    double worst = 0;
    try {
        const Geometry s = Geometry::fromRasAffine(size, sform), q = Geometry::fromRasAffine(size, qform);
        for (int corner = 0; corner < 8; ++corner) {
            const Index3 i{corner & 1 ? size[0] - 1 : 0, corner & 2 ? size[1] - 1 : 0,
                           corner & 4 ? size[2] - 1 : 0};
            worst = std::max(worst, length(s.toMm(i) - q.toMm(i)));
        }
    } catch (const Error&) {
        notes.push_back("The file's second statement of its place in the patient (qform) is unusable; the "
                        "first (sform) is used.");
        return;
    }
    if (worst > 0.1)
        notes.push_back(
            "The file says in two ways where it lies in the patient, and they disagree by up to " +
            plainNumber(worst, 1) + " mm; sform is used, qform is not. Check left and right.");
}

std::string sizesInWords(const Vector3& mm)
{
    return plainNumber(mm[0], 3) + " x " + plainNumber(mm[1], 3) + " x " + plainNumber(mm[2], 3) + " mm";
}

/// The affine's voxel size and pixdim's are to be one: a program that resampled the image may have changed
/// only one of them.
void noteOtherPixdim(const NiftiHeader& h, const Geometry& geometry, std::vector<std::string>& notes)
{
    const double factor = millimetresOf(h.units);
    const Vector3 used = geometry.spacingMm();
    Vector3 other{};
    bool differs = false;
    for (std::size_t n = 0; n < 3; ++n) {
        other[n] = factor * std::abs(h.pixdim[n + 1]);
        // A pixdim of 0 says nothing.
        if (!std::isfinite(other[n]) || other[n] == 0)
            other[n] = used[n];
        differs = differs || std::abs(other[n] - used[n]) > 1e-3 * used[n];
    }
    if (differs)
        notes.push_back("The file contradicts itself on the size of its voxels: " + sizesInWords(used) +
                        " by its affine (sform), " + sizesInWords(other) +
                        " by pixdim. The affine is used. Volumes and lengths are wrong if pixdim is right: "
                        "check which is.");
}

Geometry geometryOf(const NiftiHeader& h, const fs::path& file, std::vector<std::string>& notes)
{
    const Index3 size = sizeOf(h, file);
    Affine affine{};
    if (h.sformCode > 0) {
        affine = h.sform;
        if (h.qformCode > 0)
            noteDisagreement(size, h.sform, qformAffine(h), notes);
    } else if (h.qformCode > 0) {
        // nifti1.h: pixdim is positive. Of a negative one some readers take the amount, others one
        // millimetre.
        for (std::size_t n = 1; n <= 3; ++n)
            if (!(h.pixdim[n] > 0))
                refuse(file, "is damaged: a voxel size in its header (pixdim) is zero, negative or no "
                             "number. Export it again.");
        affine = qformAffine(h);
    } else {
        // nifti1.h, method 1: voxel sizes alone. The usual reading is that the axes are right, anterior,
        // superior.
        for (std::size_t n = 0; n < 3; ++n)
            affine[n][n] = std::abs(h.pixdim[n + 1]);
        notes.push_back("The file does not say how it lies in the patient (neither sform nor qform): its "
                        "axes are assumed to grow "
                        "to the patient's right, front and head. Left and right may be exchanged.");
    }
    if (!isFinite(affine))
        refuse(file, "is damaged: the affine in its header is not made of finite numbers.");
    Matrix3 written{};
    for (std::size_t row = 0; row < 3; ++row)
        std::copy_n(affine[row].begin(), 3, written[row].begin());
    scaleToMm(affine, h.units, notes);
    try {
        const Geometry asSaid = Geometry::fromRasAffine(size, affine);
        if (h.sformCode > 0)
            noteOtherPixdim(h, asSaid, notes);
        return h.description == writtenByUs ? asSaid : withoutRounding(asSaid, written, notes);
    } catch (const Error&) {
        refuse(
            file,
            "cannot be placed in the patient: the axes in its header do not span a volume (two are parallel, "
            "or a voxel "
            "size is zero). Export it again.");
    }
}

NiftiHeader readHeader(GzipFile& in, const fs::path& file, std::int64_t& got)
{
    std::vector<unsigned char> bytes(niftiHeaderBytes);
    got = in.read(bytes.data(), static_cast<std::int64_t>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(got));
    const auto header = parseNifti(bytes);
    if (!header)
        refuse(file, "is not a NIfTI image: its content does not begin with a NIfTI header. Was another file "
                     "renamed?");
    if (header->separateData)
        refuse(file, "is one half of a pair of NIfTI files (.hdr and .img), which this program does not "
                     "read. Save the scan as "
                     ".nii.gz.");
    if (header->voxelOffset < 0 || header->voxelOffset > 1000000000)
        refuse(file, "is damaged: its header does not say where the voxels begin.");
    return *header;
}

} // namespace

RawImage readNifti(const fs::path& file, ImageParts parts, Progress& progress)
{
    RawImage image;
    image.format = "NIfTI";
    std::int64_t headerBytes = 0;
    NiftiHeader header;
    {
        GzipFile in(file);
        header = readHeader(in, file, headerBytes);
    }
    image.description = header.description;
    image.component = componentOf(header.datatype, file);
    image.geometry = geometryOf(header, file, image.notes);
    // nifti1.h: a slope of 0 means that the stored numbers are the values.
    if (header.slope != 0 && std::isfinite(header.slope) && std::isfinite(header.intercept)) {
        image.slope = header.slope;
        image.intercept = header.intercept;
    }
    if (parts == ImageParts::Header)
        return image;
    GzipFile in(file);
    in.skip(std::max<std::int64_t>(header.voxelOffset, 348));
    image.bytes = in.readAll(image.geometry.voxelCount() * bytesOf(image.component), progress);
    const Index3& size = image.geometry.size();
    checkSurplus(file, in.finish(), size[0] * size[1] * bytesOf(image.component), image.notes);
    if (header.swapped)
        swapBytes(image.bytes, bytesOf(image.component));
    return image;
}

} // namespace hounsfield
