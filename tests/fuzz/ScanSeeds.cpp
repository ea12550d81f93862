// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/ScanTargets.h"

#include "volume/io/internal/DicomElements.h"

#include <zlib.h>

namespace hounsfield::test {
namespace {

constexpr const char* ct = "1.2.840.10008.5.1.4.1.1.2";

DicomElements sliceAt(int number, double zMm)
{
    DicomElements e;
    e.text(0x00080005, "CS", "\\ISO 2022 IR 87\\ISO 2022 IR 149");
    e.text(0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL");
    e.text(0x00080016, "UI", ct);
    e.text(0x00080018, "UI", "1.2.3." + std::to_string(number));
    e.text(0x00080060, "CS", "CT");
    e.text(0x00100010, "PN", "A=\x1b$B;3ED\x1b(B^\x1b$)C\xfb\xf3");
    e.text(0x00100040, "CS", "F");
    e.text(0x0020000E, "UI", "1.2.3");
    e.text(0x00200012, "IS", std::to_string(number % 2));
    e.text(0x00200013, "IS", std::to_string(number));
    e.text(0x00200032, "DS", "0\\0\\" + decimalString(zMm));
    e.text(0x00200037, "DS", "1\\0\\0\\0\\1\\0");
    e.text(0x00280004, "CS", "MONOCHROME2");
    e.number(0x00280002, "US", 1);
    e.number(0x00280010, "US", 2);
    e.number(0x00280011, "US", 2);
    e.text(0x00280030, "DS", "1\\1");
    e.number(0x00280100, "US", 16);
    e.number(0x00280101, "US", 12);
    e.number(0x00280102, "US", 11);
    e.number(0x00280103, "US", 0);
    e.text(0x00281050, "DS", "40\\300");
    e.text(0x00281051, "DS", "300\\1500");
    e.text(0x00281052, "DS", "-1024");
    e.text(0x00281053, "DS", "1");
    e.bytes(0x7FE00010, "OW", std::string(8, '\1'));
    return e;
}

std::string item(const std::string& inside)
{
    std::string bytes("\xFE\xFF\x00\xE0", 4);
    for (int n = 0; n < 4; ++n)
        bytes += static_cast<char>(inside.size() >> (8 * n) & 0xFF);
    return bytes + inside;
}

std::string within(std::uint32_t sequence, std::uint32_t tag, const std::string& value)
{
    DicomElements inner, outer;
    inner.text(tag, "DS", value);
    outer.bytes(sequence, "SQ", item(inner.encoded()));
    return outer.encoded();
}

std::string enhanced()
{
    DicomElements e = sliceAt(1, 0);
    e.text(0x00280008, "IS", "3");
    e.bytes(0x52009229, "SQ", item(within(0x00289110, 0x00280030, "1\\1")));
    std::string frames;
    for (const char* place : {"0\\0\\0", "0\\0\\2", "0\\0\\4"})
        frames += item(within(0x00209113, 0x00200032, place) + within(0x00289145, 0x00281052, "-1024"));
    e.bytes(0x52009230, "SQ", frames);
    e.bytes(0x7FE00010, "OW", std::string(24, '\1'));
    return dicomFile(ct, "1.2.3.4", e);
}

std::string folderOf(const std::vector<double>& heights)
{
    std::string all;
    int number = 0;
    for (double z : heights) {
        const DicomElements slice = sliceAt(++number, z);
        // Without the preamble's 128 zeros most of the bytes mean something.
        all += (all.empty() ? dicomFile(ct, "1.2", slice) : slice.encoded()) + std::string(nextFile);
    }
    return all;
}

std::string gzip(const std::string& bytes)
{
    std::string packed(compressBound(bytes.size()) + 64, '\0');
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<unsigned>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<unsigned>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string niftiOf(bool second)
{
    std::string bytes(second ? 544 : 352, '\0');
    const auto put = [&](std::size_t place, auto value) {
        bytes.replace(place, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
    };
    put(0, std::int32_t{second ? 540 : 348});
    for (std::size_t n = 0; n < 4; ++n) {
        const std::int16_t count = n == 0 ? 3 : 2;
        second ? put(16 + 8 * n, std::int64_t{count}) : put(40 + 2 * n, count);
        second ? put(104 + 8 * n, 1.0) : put(76 + 4 * n, 1.0f);
    }
    second ? put(12, std::int16_t{4}) : put(70, std::int16_t{4});
    second ? put(168, std::int64_t{544}) : put(108, 352.0f);
    second ? put(344, std::int32_t{1}) : put(252, std::int16_t{1});
    bytes.replace(second ? 4 : 344, 3, second ? "n+2" : "n+1");
    return bytes + std::string(16, '\1');
}

const std::string metaText =
    "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nTransformMatrix = 1 0 "
    "0 0 1 0 0 0 1\n"
    "Offset = 4 5 6\nElementSpacing = 1 2 3\nDimSize = 2 2 2\nElementType = MET_SHORT\n";
const std::string nrrdText =
    "NRRD0004\n# made up\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 2 2\nspace "
    "directions: (1,0,0) (0,1,0) (0,0,2)\n"
    "kinds: domain domain domain\nendian: little\nspace origin: (0,0,0)\nkey:=value\n";

} // namespace

std::vector<std::string> scanSeeds(const std::string& target)
{
    if (target == "scan_dicom")
        return {folderOf({0, 2, 4, 6}), folderOf({0, 2, 4, 8, 10, 12}), folderOf({0, 1, 2, 5, 8, 11}),
                folderOf({0, 0, 2, 2, 4, 4}), enhanced()};
    if (target == "scan_nifti")
        return {niftiOf(false), niftiOf(true), gzip(niftiOf(false)), gzip(niftiOf(true))};
    if (target == "scan_nrrd")
        return {nrrdText + "encoding: raw\n\n" + std::string(16, '\1'),
                nrrdText + "encoding: gzip\n\n" + gzip(std::string(16, '\1')),
                "NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nspacings: 1 1 2\nencoding: raw\nbyte "
                "skip: -1\ndata file: v.nrrd\n"};
    const std::string packed = gzip(std::string(16, '\1'));
    return {metaText + "ElementDataFile = LOCAL\n" + std::string(16, '\1'),
            metaText + "CompressedData = True\nElementDataFile = LOCAL\n" + packed,
            metaText + "HeaderSize = -1\nElementDataFile = v.mha\n"};
}

} // namespace hounsfield::test
