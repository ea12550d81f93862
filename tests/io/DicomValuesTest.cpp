// SPDX-License-Identifier: Apache-2.0
#include "tests/io/CompressedSample.h"
#include "tests/io/DicomTools.h"
#include "tests/io/Samples.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

using Spoil = std::function<void(DicomSample&, int)>;

std::string refusalOf(const Spoil& spoil)
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, spoil);
    const SeriesInfo info = list(folder.path()).front();
    CHECK_FALSE(info.readable);
    CHECK(contains(errorOf([&] { read(folder.path()); }), info.reason));
    return info.reason;
}

Scan scanOf(const Spoil& spoil)
{
    TemporaryFolder folder;
    writeSamples(folder.path(), "1.2.3", 11, spoil);
    return read(folder.path());
}

Spoil text(std::uint32_t tag, const char* vr, const std::string& value)
{
    return [=](DicomSample& s, int) { s.elements.text(tag, vr, value); };
}

/// Stored cells of 16 bits, the first of which are given and the others zero.
Spoil cells(const std::vector<int>& first, int representation, const char* intercept)
{
    return [=](DicomSample& s, int) {
        std::string pixels(2 * 16 * 12, '\0');
        for (std::size_t n = 0; n < first.size(); ++n) {
            pixels[2 * n] = static_cast<char>(first[n] & 0xFF);
            pixels[2 * n + 1] = static_cast<char>(first[n] >> 8 & 0xFF);
        }
        s.elements.bytes(0x7FE00010, "OW", pixels);
        s.elements.number(0x00280103, "US", representation);
        s.elements.text(0x00281052, "DS", intercept);
    };
}

std::vector<std::int16_t> firstOf(const Scan& scan, std::size_t count)
{
    return {scan.volume->voxels().begin(),
            scan.volume->voxels().begin() + static_cast<std::ptrdiff_t>(count)};
}

/// Three slices in lossless JPEG. @param precision bits of each value in the stream
Scan jpegScanOf(const Spoil& spoil, int precision)
{
    TemporaryFolder folder;
    for (int n = 1; n <= 3; ++n) {
        DicomSample sample("1.2.3", n, 2.5 * n);
        spoil(sample, n);
        writeFile(folder.path() / std::to_string(n), jpegFile(sample, precision));
    }
    return read(folder.path());
}

/// Says in a file that it stores twelve bits of each value, where it said sixteen.
void sayTwelveBits(const fs::path& file)
{
    std::string bytes = readFile(file);
    for (const auto& [element, value] : {std::pair(std::string("\x28\0\x01\x01US\x02\0", 8), 12),
                                         std::pair(std::string("\x28\0\x02\x01US\x02\0", 8), 11)}) {
        const std::size_t at = bytes.find(element);
        REQUIRE(at != std::string::npos);
        bytes[at + 8] = static_cast<char>(value);
    }
    writeFile(file, bytes);
}

/// A sequence with one item as it stands in a file: explicit little endian, the value of an element of VR OB.
std::string lookUpTable(std::size_t entries)
{
    DicomElements item;
    item.bytes(0x00283006, "OW", std::string(2 * entries, '\1'));
    const std::string inside = item.encoded();
    std::string bytes("\xfe\xff\x00\xe0", 4);
    for (int n = 0; n < 4; ++n)
        bytes += static_cast<char>(inside.size() >> (8 * n) & 0xFF);
    return bytes + inside;
}

} // namespace

TEST_CASE("a number that is there and cannot be read is refused with its text, not taken for a missing one")
{
    struct Wrong {
        std::uint32_t tag;
        const char *value, *said;
    };
    for (const Wrong& wrong :
         {Wrong{0x00281052, "-1024,0", "RescaleIntercept '-1024,0'"},
          Wrong{0x00281053, "1,0", "RescaleSlope '1,0'"},
          Wrong{0x00281052, "-1024 HU", "RescaleIntercept '-1024 HU'"},
          Wrong{0x00281052, "nan", "RescaleIntercept 'nan'"},
          Wrong{0x00281052, "\\-1024", "RescaleIntercept '\\-1024'"},
          Wrong{0x00281052, "-1024\\0", "RescaleIntercept '-1024\\0'"},
          Wrong{0x00281053, "1e400", "RescaleSlope '1e400'"},
          Wrong{0x00280030, "1,5\\1,5", "PixelSpacing '1,5\\1,5'"},
          Wrong{0x00200032, "-10\\20\\2,5", "ImagePositionPatient '-10\\20\\2,5'"},
          Wrong{0x00200037, "1\\0\\0\\0\\one\\0", "ImageOrientationPatient '1\\0\\0\\0\\one\\0'"},
          Wrong{0x00280008, "1.000,0", "NumberOfFrames '1.000,0'"}}) {
        CAPTURE(wrong.said);
        CHECK(contains(refusalOf(text(wrong.tag, "DS", wrong.value)), wrong.said));
        // One such slice among the others is enough.
        CHECK(contains(refusalOf([&](DicomSample& s, int n) {
                           if (n == 7)
                               s.elements.text(wrong.tag, "DS", wrong.value);
                       }),
                       wrong.said));
    }
}

TEST_CASE("blanks, tabs and line ends around a number are trimmed")
{
    const Scan plain = scanOf([](DicomSample&, int) {});
    for (const char* intercept : {"-1024\t", " -1024 ", "-1024\r\n", "-1.024e3", "-1024.0"}) {
        CAPTURE(intercept);
        CHECK(scanOf(text(0x00281052, "DS", intercept)).volume->voxels() == plain.volume->voxels());
    }
    CHECK(scanOf(text(0x00281053, "DS", "+1")).volume->voxels() == plain.volume->voxels());
}

TEST_CASE("slices of a series that do not agree on having a rescale, or on their units, are refused")
{
    for (const std::uint32_t tag : {0x00281052u, 0x00281053u})
        CHECK(contains(refusalOf([tag](DicomSample& s, int n) {
                           if (n > 5)
                               s.elements.text(tag, "DS", "");
                       }),
                       "one lacks Rescale"));
    CHECK(contains(
        refusalOf([](DicomSample& s, int n) { s.elements.text(0x00281054, "LO", n > 5 ? "MGML" : "HU"); }),
        "do not agree on their units"));
}

TEST_CASE(
    "a look-up table for the stored values is refused by its name, short or long, and an empty one is none")
{
    for (const std::size_t entries : {16u, 4096u})
        CHECK(contains(refusalOf([entries](DicomSample& s, int) {
                           s.elements.bytes(0x00283000, "SQ", lookUpTable(entries));
                       }),
                       "ModalityLUTSequence"));
    CHECK(scanOf([](DicomSample& s, int) { s.elements.bytes(0x00283000, "SQ", ""); })
              .volume->geometry()
              .size()[2] == 11);
}

TEST_CASE("metal beyond the bits that a file says it stores keeps its density, and is counted")
{
    // 4224 - 1024 HU; twelve bits of it would be 128 - 1024.
    const Scan scan = scanOf(cells({0x1080, 0x0FFF, 24}, 0, "-1024"));
    CHECK(firstOf(scan, 3) == std::vector<std::int16_t>{3200, 3071, -1000});
    CHECK(anyContains(scan.notes, "11 voxels need more bits than the files say they store"));
    const Scan ordinary = scanOf(cells({0x0FFF, 24}, 0, "-1024"));
    CHECK(firstOf(ordinary, 2) == std::vector<std::int16_t>{3071, -1000});
    CHECK_FALSE(anyContains(ordinary.notes, "need more bits"));
    // A negative number in a file of unsigned ones: padding around the round field of view.
    CHECK(firstOf(scanOf(cells({0xF830}, 0, "0")), 1) == std::vector<std::int16_t>{-2000});
}

TEST_CASE("metal keeps its density in codings that store whole cells, too")
{
    if (!haveTools({"dcmcrle", "dcmconv"}))
        return;
    TemporaryFolder folder;
    writeSamples(folder.path() / "raw", "1.2.3", 3, cells({0x1080, 0x0FFF, 24}, 0, "-1024"));
    for (const auto& [tool, option] :
         {std::pair("dcmcrle", "+ua"), std::pair("dcmconv", "+td"), std::pair("dcmconv", "+tb")}) {
        CAPTURE(tool);
        CAPTURE(option);
        const fs::path coded = folder.path() / (std::string(tool) + option);
        fs::create_directories(coded);
        for (const fs::path& file : filesIn(folder.path() / "raw"))
            REQUIRE(run(tool, {option, file.string(), (coded / file.filename()).string()}));
        const Scan scan = read(coded);
        CHECK(firstOf(scan, 3) == std::vector<std::int16_t>{3200, 3071, -1000});
        CHECK(anyContains(scan.notes, "3 voxels need more bits"));
    }
}

TEST_CASE("metal keeps its density in lossless JPEG of sixteen bits, where the header says twelve")
{
    const Scan scan = jpegScanOf(cells({0x1080, 0x0FFF, 24}, 0, "-1024"), 16);
    CHECK(firstOf(scan, 3) == std::vector<std::int16_t>{3200, 3071, -1000});
    CHECK(anyContains(scan.notes, "3 voxels need more bits than the files say they store"));
    const Scan ordinary = jpegScanOf(cells({0x0FFF, 24}, 0, "-1024"), 12);
    CHECK(firstOf(ordinary, 2) == std::vector<std::int16_t>{3071, -1000});
    CHECK_FALSE(anyContains(ordinary.notes, "need more bits"));
    // With an overlay plane in bit 12, which the header declares.
    const Scan overlay = jpegScanOf(
        [](DicomSample& s, int n) {
            cells({0x1018, 24}, 0, "-1024")(s, n);
            s.elements.number(0x60020100, "US", 16);
            s.elements.number(0x60020102, "US", 12);
        },
        16);
    CHECK(firstOf(overlay, 2) == std::vector<std::int16_t>{-1000, -1000});
}

TEST_CASE("signed values in lossless JPEG keep their sign, in a stream of twelve bits and of sixteen")
{
    // Twelve bits leave none but the topmost for the sign, also below air: padding of -2000.
    for (const char* intercept : {"0", "-1024"}) {
        const int offset = intercept[0] == '0' ? 0 : -1024;
        const Scan twelve = jpegScanOf(cells({-1000, 100, -2000}, 1, intercept), 12);
        CHECK(firstOf(twelve, 3) == std::vector<std::int16_t>{static_cast<std::int16_t>(-1000 + offset),
                                                              static_cast<std::int16_t>(100 + offset),
                                                              static_cast<std::int16_t>(-2000 + offset)});
        CHECK_FALSE(anyContains(twelve.notes, "need more bits"));
    }
    CHECK(firstOf(jpegScanOf(cells({-1000, 100}, 1, "0"), 16), 2) == std::vector<std::int16_t>{-1000, 100});
    const Scan metal = jpegScanOf(cells({-1000, 3000}, 1, "0"), 16);
    CHECK(firstOf(metal, 2) == std::vector<std::int16_t>{-1000, 3000});
    CHECK(anyContains(metal.notes, "3 voxels need more bits"));
}

TEST_CASE("signed values in a stream of fewer bits than the header says are refused, not read unsigned")
{
    const auto sixteenStored = [](DicomSample& s, int n) {
        cells({-1000, 100, 2000}, 1, "0")(s, n);
        s.elements.number(0x00280101, "US", 16);
        s.elements.number(0x00280102, "US", 15);
    };
    CHECK(contains(errorOf([&] { jpegScanOf(sixteenStored, 12); }), "stores its grey values in a way"));
}

TEST_CASE("metal keeps its density in every lossless coding whose stream holds it, and is counted")
{
    if (!haveTools({"gdcmconv", "dcmcjpeg", "dcmcjpls", "dcmcrle"}))
        return;
    TemporaryFolder folder;
    writeSamples(folder.path() / "raw", "1.2.3", 3, [](DicomSample& s, int n) {
        cells({0x1080, 0x0FFF, 24}, 0, "-1024")(s, n);
        s.elements.number(0x00280101, "US", 16);
        s.elements.number(0x00280102, "US", 15);
    });
    int coding = 0;
    for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{{"gdcmconv", "--jpeg"},
                                                                                     {"gdcmconv", "--jpegls"},
                                                                                     {"gdcmconv", "--j2k"},
                                                                                     {"gdcmconv", "--rle"},
                                                                                     {"dcmcjpeg", "+e1"},
                                                                                     {"dcmcjpeg", "+el"},
                                                                                     {"dcmcjpls", "+el"},
                                                                                     {"dcmcrle"}}) {
        CAPTURE(how);
        const fs::path coded = folder.path() / std::to_string(++coding);
        fs::create_directories(coded);
        for (const fs::path& file : filesIn(folder.path() / "raw")) {
            std::vector<std::string> arguments(how.begin() + 1, how.end());
            arguments.push_back(file.string());
            arguments.push_back((coded / file.filename()).string());
            REQUIRE(run(how.front(), arguments));
            sayTwelveBits(coded / file.filename());
        }
        const Scan scan = read(coded);
        CHECK(firstOf(scan, 3) == std::vector<std::int16_t>{3200, 3071, -1000});
        CHECK(anyContains(scan.notes, "3 voxels need more bits"));
    }
}

TEST_CASE("signed values keep their sign, whether it is written in full or not, and metal beyond twelve bits "
          "its density")
{
    // Written in full, or in twelve bits only.
    CHECK(firstOf(scanOf(cells({0xFC18, 100}, 1, "0")), 2) == std::vector<std::int16_t>{-1000, 100});
    CHECK(firstOf(scanOf(cells({0x0C18, 100}, 1, "0")), 2) == std::vector<std::int16_t>{-1000, 100});
    // Beside numbers whose sign is written in full, and where a negative one would lie below air, 3000 is
    // 3000.
    for (const auto& [spoil, expected] :
         {std::pair(cells({0xFC18, 3000}, 1, "0"), std::vector<std::int16_t>{-1000, 3000}),
          std::pair(cells({24, 3000}, 1, "-1024"), std::vector<std::int16_t>{-1000, 1976})}) {
        const Scan scan = scanOf(spoil);
        CHECK(firstOf(scan, 2) == expected);
        CHECK(anyContains(scan.notes, "11 voxels need more bits"));
    }
}

TEST_CASE("an overlay plane in the pixels is taken away where the header declares it")
{
    const Scan scan = scanOf([](DicomSample& s, int n) {
        cells({0x1018, 0x2018}, 0, "-1024")(s, n);
        s.elements.number(0x60020100, "US", 16);
        s.elements.number(0x60020102, "US", 12);
    });
    CHECK(firstOf(scan, 2) ==
          std::vector<std::int16_t>{-1000, 7192}); // bit 13 is no overlay: 8192 + 24 - 1024
    CHECK(anyContains(scan.notes, "11 voxels need more bits"));
}

TEST_CASE("a coding that is not read is named with its identifier and with what to export instead")
{
    for (const auto& [syntax, name] : std::vector<std::pair<std::string, std::string>>{
             {"1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000, lossless"},
             {"1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000, lossless, RPCL"},
             {"1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000"},
             {"1.2.840.10008.1.2.4.110", "JPEG XL"},
             {"1.2.840.10008.1.2.4.102", "video"},
             {"1.2.3.4.5", ""}}) {
        CAPTURE(syntax);
        TemporaryFolder folder;
        writeSamples(folder.path(), "1.2.3", 3);
        for (const fs::path& file : filesIn(folder.path())) {
            std::string bytes = readFile(file);
            std::string uid = syntax + std::string(syntax.size() % 2, '\0');
            const auto at = bytes.find(std::string("UI\x14\0", 4) + "1.2.840.10008.1.2.1");
            REQUIRE(at != std::string::npos);
            bytes.replace(at, 4 + 20, std::string("UI") + static_cast<char>(uid.size()) + '\0' + uid);
            writeFile(file, bytes);
        }
        const std::string said = errorOf([&] { read(folder.path()); });
        CHECK(contains(said, (name.empty() ? "(" : "(" + name + ", ") + "transfer syntax " + syntax + ")"));
        CHECK(contains(said, "Export the series uncompressed"));
        CHECK_FALSE(contains(said, "Fetch the series again"));
    }
}

TEST_CASE("the shared values and codings that went wrong are read rightly or refused by name")
{
    REQUIRE_SHARED(shared);
    const fs::path cases = shared / "cases";
    if (!fs::exists(cases / "values")) {
        WARN("skipped: shared/cases is not there");
        return;
    }
    const auto refusal = [&](const char* name) { return errorOf([&] { read(cases / name); }); };
    CHECK(contains(refusal("values/intercept_comma"), "RescaleIntercept '-1024,0'"));
    CHECK(contains(refusal("values/intercept_comma_some"), "RescaleIntercept '-1024,0'"));
    CHECK(contains(refusal("values/spacing_comma"), "PixelSpacing '1,5\\1,5'"));
    CHECK(contains(refusal("values/lut_only"), "ModalityLUTSequence"));
    CHECK(contains(refusal("codings/htj2k_201"),
                   "High-Throughput JPEG 2000, lossless, transfer syntax 1.2.840.10008.1.2.4.201"));
    const Scan tab = read(cases / "values" / "intercept_tab");
    CHECK_FALSE(anyContains(tab.notes, "RescaleIntercept is missing"));
    CHECK(*std::min_element(tab.volume->voxels().begin(), tab.volume->voxels().end()) == -1000);
    const Scan metal = read(cases / "values" / "metal");
    CHECK(*std::max_element(metal.volume->voxels().begin(), metal.volume->voxels().end()) == 3200);
    CHECK(anyContains(metal.notes, "need more bits"));
    if (!haveTools({"gdcmconv", "dcmcjpeg"}))
        return;
    for (const auto& [tool, option] : {std::pair("gdcmconv", "--jpeg"), std::pair("dcmcjpeg", "+e1")}) {
        CAPTURE(tool);
        TemporaryFolder coded;
        for (const fs::path& file : filesIn(cases / "values" / "metal"))
            REQUIRE(run(tool, {option, file.string(), (coded.path() / file.filename()).string()}));
        const Scan jpeg = read(coded.path());
        CHECK(jpeg.volume->voxels() == metal.volume->voxels());
        CHECK(anyContains(jpeg.notes, "need more bits"));
    }
}
