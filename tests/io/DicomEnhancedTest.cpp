// SPDX-License-Identifier: Apache-2.0
#include "tests/io/CompressedSample.h"
#include "tests/io/DicomPhantom.h"
#include "tests/io/DicomTools.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

const std::string enhancedCt = "1.2.840.10008.5.1.4.1.1.2.1";

std::string item(const DicomElements& elements)
{
    const std::string inside = elements.encoded();
    std::string bytes("\xFE\xFF\x00\xE0", 4);
    for (int n = 0; n < 4; ++n)
        bytes += static_cast<char>(inside.size() >> (8 * n) & 0xFF);
    return bytes + inside;
}

/// A sequence of one item that holds one value.
void group(DicomElements& into, std::uint32_t sequence, std::uint32_t tag, const char* vr,
           const std::string& value)
{
    DicomElements inside;
    inside.text(tag, vr, value);
    into.bytes(sequence, "SQ", item(inside));
}

struct Frame {
    int number = 1;
    double zMm = 0;
    std::string intercept = "-1024", stack = "1";
};

/// Frames of 16 x 12 pixels of 2 x 1 mm that hold 10 * row + number.
void writeEnhanced(const fs::path& file, const std::vector<Frame>& frames,
                   const std::function<void(DicomElements&)>& spoil = {})
{
    DicomElements e = DicomSample("1.2.3").elements;
    for (const std::uint32_t tag : {0x00200032u, 0x00200037u, 0x00280030u, 0x00281052u, 0x00281053u})
        e.text(tag, "DS", "");
    e.text(0x00080016, "UI", enhancedCt);
    e.text(0x00080018, "UI", "1.2.3.77");
    e.text(0x00280008, "IS", std::to_string(frames.size()));
    DicomElements shared;
    group(shared, 0x00209116, 0x00200037, "DS", "1\\0\\0\\0\\1\\0");
    group(shared, 0x00289110, 0x00280030, "DS", "1\\2");
    e.bytes(0x52009229, "SQ", item(shared));
    std::string perFrame, pixels;
    for (const Frame& frame : frames) {
        DicomElements one, rescale, content;
        group(one, 0x00209113, 0x00200032, "DS", "-10\\20\\" + decimalString(frame.zMm));
        content.text(0x00209056, "SH", frame.stack);
        one.bytes(0x00209111, "SQ", item(content));
        rescale.text(0x00281052, "DS", frame.intercept);
        rescale.text(0x00281053, "DS", "1");
        rescale.text(0x00281054, "LO", "HU");
        one.bytes(0x00289145, "SQ", item(rescale));
        perFrame += item(one);
        std::vector<int> values;
        for (int row = 0; row < 12; ++row)
            values.insert(values.end(), 16, 10 * row + frame.number);
        pixels += pixelsOf(values);
    }
    e.bytes(0x52009230, "SQ", perFrame);
    e.bytes(0x7FE00010, "OW", pixels);
    if (spoil)
        spoil(e);
    fs::create_directories(file.parent_path());
    writeFile(file, dicomFile(enhancedCt, "1.2.3.77", e));
}

std::vector<Frame> tenFrames()
{
    std::vector<Frame> frames;
    for (int n = 1; n <= 10; ++n)
        frames.push_back({n, 2.5 * n, n == 4 ? "-1000" : "-1024", "1"});
    std::swap(frames[2], frames[7]); // frames need not follow the body
    return frames;
}

void requireTenFrames(const fs::path& path)
{
    CAPTURE(path);
    const Scan scan = read(path);
    const Geometry& g = scan.volume->geometry();
    REQUIRE(g.size() == Index3{16, 12, 10});
    REQUIRE(g.spacingMm() == Vector3{2, 1, 2.5});
    REQUIRE(g.originMm() == Vector3{-10, 20, 2.5});
    for (std::int64_t k = 0; k < 10; ++k)
        REQUIRE(scan.volume->at({9, 7, k}) == 70 + k + 1 - (k == 3 ? 1000 : 1024));
    REQUIRE_FALSE(anyContains(scan.notes, "Rescale"));
    REQUIRE(scan.series.images == 10);
    REQUIRE(scan.series.modality == "CT");
}

} // namespace

TEST_CASE("an enhanced CT of many frames is read frame by frame: places, Hounsfield units, order")
{
    TemporaryFolder folder;
    writeEnhanced(folder.path() / "e" / "enhanced.dcm", tenFrames());
    requireTenFrames(folder.path() / "e");
    requireTenFrames(folder.path() / "e" / "enhanced.dcm");
}

TEST_CASE("an enhanced CT is read in every coding that DCMTK writes it in")
{
    if (!haveTools({"dcmconv", "dcmcrle", "dcmcjpeg", "dcmcjpls"}))
        return;
    TemporaryFolder folder;
    const fs::path plain = folder.path() / "plain" / "e";
    writeEnhanced(plain, tenFrames());
    int n = 0;
    for (const std::vector<std::string>& how : std::vector<std::vector<std::string>>{{"dcmconv", "+te", "-e"},
                                                                                     {"dcmconv", "+te", "+e"},
                                                                                     {"dcmconv", "+ti", "-e"},
                                                                                     {"dcmconv", "+ti", "+e"},
                                                                                     {"dcmconv", "+tb"},
                                                                                     {"dcmconv", "+td"},
                                                                                     {"dcmcrle"},
                                                                                     {"dcmcjpeg", "+e1"},
                                                                                     {"dcmcjpls", "+el"}}) {
        CAPTURE(how);
        const fs::path to = folder.path() / std::to_string(++n);
        fs::create_directories(to);
        std::vector<std::string> arguments(how.begin() + 1, how.end());
        arguments.push_back(plain.string());
        arguments.push_back((to / "e").string());
        REQUIRE(run(how.front(), arguments));
        requireTenFrames(to);
    }
}

namespace {

/// The pixels of one frame, 16 x 12 of 16 bits.
std::string frameOf(const std::string& pixels, int n)
{
    constexpr std::size_t bytes = 16 * 12 * 2;
    return pixels.substr(static_cast<std::size_t>(n) * bytes, bytes);
}

} // namespace

TEST_CASE("a frame whose pixels cannot be decoded costs itself, not the enhanced CT it is part of")
{
    TemporaryFolder folder;
    const fs::path file = folder.path() / "e";
    writeEnhanced(file, tenFrames());
    const std::string plain = readFile(file), pixels = plain.substr(plain.size() - 10 * 16 * 12 * 2);
    // Segments that crash the decoder, by frame; the third frame of the file is the eighth along the body.
    const auto coded = [&](const std::function<std::uint32_t(int)>& segments) {
        std::vector<std::string> fragments;
        for (int n = 0; n < 10; ++n)
            fragments.push_back(rleFragment(frameOf(pixels, n), segments(n)));
        writeFile(file, withFragments(plain, "1.2.840.10008.1.2.5", fragments));
    };
    coded([](int) { return 2u; });
    requireTenFrames(file);
    coded([](int n) { return n == 2 ? 0u : 2u; });
    const Scan scan = read(file);
    REQUIRE(scan.volume->geometry().size() == Index3{16, 12, 10});
    CHECK(scan.madeUpSlices == std::vector<std::int64_t>{7});
    for (const std::int64_t k : {0, 2, 6, 8, 9})
        CHECK(scan.volume->at({9, 7, k}) == 70 + k + 1 - 1024);
    INFO(scan.notes.front());
    CHECK(contains(scan.notes.front(), "1 of 10 slices cannot be decoded"));
    CHECK(contains(scan.notes.front(), "(frame 3) cannot be decoded: the decoder crashed (SIGFPE)"));
    // More than one in ten is no volume.
    coded([](int n) { return n == 2 || n == 5 ? 0u : 2u; });
    CHECK(contains(errorOf([&] { read(file); }), "cannot be decoded: the decoder crashed"));
}

TEST_CASE("a frame of lossless JPEG that is damaged costs itself, the first one too")
{
    TemporaryFolder folder;
    const fs::path file = folder.path() / "e";
    writeEnhanced(file, tenFrames());
    const std::string plain = readFile(file), pixels = plain.substr(plain.size() - 10 * 16 * 12 * 2);
    for (const int damaged : {-1, 0, 4, 9}) {
        CAPTURE(damaged);
        std::vector<std::string> fragments;
        for (int n = 0; n < 10; ++n) {
            fragments.push_back(jpegFragment(frameOf(pixels, n), 16, 12, 16));
            if (n == damaged)
                fragments.back().replace(0, 24, 24, '\x11');
        }
        writeFile(file, withFragments(plain, "1.2.840.10008.1.2.4.70", fragments));
        if (damaged < 0) {
            requireTenFrames(file);
            continue;
        }
        const Scan scan = read(file);
        CHECK(contains(scan.notes.front(), "1 of 10 slices cannot be decoded"));
        CHECK(contains(scan.notes.front(), "(frame " + std::to_string(damaged + 1) + ") cannot be decoded"));
        // The outermost slices are cut off, those between are filled in.
        const std::int64_t cut = damaged == 0 ? 1 : 0;
        CHECK(scan.volume->geometry().size()[2] == (damaged == 4 ? 10 : 9));
        CHECK(scan.volume->at({9, 7, 1 - cut}) == 70 + 2 - 1024);
        CHECK(scan.volume->at({9, 7, 8 - cut}) == 70 + 9 - 1024);
    }
}

TEST_CASE("an enhanced CT with a frame missing is filled and said, two stacks at one place are two series")
{
    TemporaryFolder folder;
    auto frames = tenFrames();
    frames.erase(frames.begin() + 4);
    writeEnhanced(folder.path() / "missing" / "e", frames);
    const Scan scan = read(folder.path() / "missing");
    REQUIRE(scan.volume->geometry().size()[2] == 10);
    REQUIRE(anyContains(scan.notes, "at z = 12.5 mm"));
    for (int n = 1; n <= 10; ++n)
        frames.push_back({n + 100, 2.5 * n, "-1024", "2"});
    writeEnhanced(folder.path() / "two" / "e", frames);
    const auto all = list(folder.path() / "two");
    REQUIRE(all.size() == 2);
    REQUIRE(contains(all[1].description, "stack 2"));
    REQUIRE(read(folder.path() / "two", "2").volume->at({0, 0, 0}) == 101 - 1024);
}

TEST_CASE("an enhanced CT whose frames are not described, too few or cut off is refused with what to do")
{
    const auto refusal = [](const std::function<void(DicomElements&)>& spoil) {
        TemporaryFolder folder;
        writeEnhanced(folder.path() / "e", tenFrames(), spoil);
        return errorOf([&] { read(folder.path()); });
    };
    const std::string undescribed = "does not say of each where it lies. Export it as a classic CT series";
    REQUIRE(contains(refusal([](DicomElements& e) { e.text(0x00280008, "IS", "11"); }), undescribed));
    REQUIRE(contains(refusal([](DicomElements& e) { e.bytes(0x52009230, "SQ", ""); }), undescribed));
    REQUIRE(contains(
        refusal([](DicomElements& e) { e.bytes(0x7FE00010, "OW", std::string(16 * 12 * 2 * 9, '\0')); }),
        "is damaged: its header promises 3840 bytes of image, and it holds 3456"));
    TemporaryFolder folder;
    writeEnhanced(folder.path() / "e", tenFrames());
    const std::string whole = readFile(folder.path() / "e");
    for (std::size_t keep = 300; keep < whole.size(); keep += 41) {
        writeFile(folder.path() / "e", whole.substr(0, keep));
        const std::string said = errorOf([&] { read(folder.path()); });
        CAPTURE(keep, said);
        REQUIRE_FALSE(said.empty());
    }
}
