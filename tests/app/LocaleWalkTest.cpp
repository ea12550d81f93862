// SPDX-License-Identifier: Apache-2.0
#include "app/Exporter.h"
#include "app/Translation.h"
#include "tests/app/OpenedProgram.h"
#include "tests/support/CsvCells.h"
#include "tests/support/Locales.h"
#include "volume/io/MaskWriter.h"

#include <QLocale>

#include <map>

using namespace hounsfield;
using namespace hounsfield::test;
namespace fs = std::filesystem;

namespace {

using Files = std::map<std::string, std::string>;

/// The whole window in a language, as main sets it up, and besides the process in its locale, which main
/// would have taken back.
class Language {
public:
    explicit Language(const std::string& name) : m_foreign(name), there(m_foreign.there)
    {
        QLocale::setDefault(QLocale(QString::fromStdString(name.substr(0, 5))));
        m_translation = std::make_unique<Translation>(QString::fromStdString(name.substr(0, 2)), nullptr);
        QCoreApplication::installTranslator(m_translation.get());
    }
    ~Language()
    {
        QCoreApplication::removeTranslator(m_translation.get());
        QLocale::setDefault(QLocale::c());
    }
    Language(const Language&) = delete;
    Language& operator=(const Language&) = delete;

private:
    ForeignLocale m_foreign;
    std::unique_ptr<Translation> m_translation;

public:
    const bool there;
};

void readInto(Files& files, const fs::path& folder, const std::string& prefix)
{
    for (const auto& entry : fs::directory_iterator(folder))
        files[prefix + entry.path().filename().string()] = readFile(entry.path());
}

Files exported(Opened& program, const fs::path& folder, const std::string& prefix)
{
    Files files;
    for (const char* surface : {"stl", "obj"}) {
        ExportSettings settings;
        settings.folder = folder / "out";
        settings.labelMap = true;
        settings.maskFormat = std::string(surface) == "stl" ? "nrrd" : "nii.gz";
        settings.surfaceFormat = surface;
        Progress silent;
        exportSession(*program.bench.session().scan(), program.bench.session().contents(),
                      program.bench.pack(), settings, silent);
    }
    readInto(files, folder / "out", prefix);
    fs::remove_all(folder / "out");
    return files;
}

/// Opens every scan, asks, measures by hand, exports, saves the session, opens that and exports again.
/// @return the bytes of every file
Files walk(const fs::path& folder)
{
    Files files;
    Opened program;
    for (const char* name : {"scan.nrrd", "scan.nii.gz", "dicom"}) {
        INFO(name);
        program.open(folder / name);
        program.ask("liver, liver tumors over 2.5 mm, both kidneys");
        REQUIRE(program.found().size() >= 4);
        ViewState& view = program.bench.view();
        view.setCrosshair({5.25, 6.5, 7.75});
        // Not by the mouse: the size of a view follows the length of the words beside it.
        Measurement line;
        line.plane = view.axes(Plane::Axial);
        line.pointsMm = {{5.25, 6.5, 7.75}, {35.75, 12.5, 7.75}};
        Q_EMIT view.measurementMade(line);
        REQUIRE(program.bench.session().contents().measurements.size() == 1);
        const Files first = exported(program, folder, std::string(name) + "/");
        const fs::path session = folder / "mine.hounsfield";
        program.bench.saveSession(QString::fromStdString(session.string()), {"liver"});
        files[std::string(name) + ".hounsfield"] = readFile(session);
        program.open(session);
        REQUIRE(program.found().size() >= 4);
        CHECK((exported(program, folder, std::string(name) + "/") == first));
        fs::remove(session);
        files.insert(first.begin(), first.end());
    }
    return files;
}

} // namespace

TEST_CASE("the whole walk through the window leaves the same bytes in every file under every locale, and "
          "rows as long "
          "as their header")
{
    application();
    const TemporaryFolder folder;
    const auto grid = Geometry::fromSpacing({28, 28, 28}, {-90.125, -90.5, -90.75}, {6.5, 6.5, 6.5});
    std::vector<std::int16_t> hu;
    for (std::int64_t n = 0; n < grid.voxelCount(); ++n)
        hu.push_back(length(grid.toMm(Index3{n % 28, n / 28 % 28, n / 784})) < 80
                         ? static_cast<std::int16_t>(40 + n % 7)
                         : -1000);
    const Volume volume(grid, hu);
    writeVolume(volume, folder.path() / "scan.nrrd");
    writeVolume(volume, folder.path() / "scan.nii.gz");
    writeDicomSeries(volume, {"A^B", "1", "test"}, folder.path() / "dicom");
    const Files expected = walk(folder.path());
    CHECK(expected.size() > 40);
    CHECK(checkedTables(expected) >= 3 * 4);
    for (const std::string& name : foreignLocales()) {
        CAPTURE(name);
        const Language language(name);
        if (!language.there)
            continue;
        const Files files = walk(folder.path());
        CHECK(files.size() == expected.size());
        for (const auto& [file, bytes] : expected) {
            CAPTURE(file);
            CHECK((files.count(file) && files.at(file) == bytes));
        }
    }
}
