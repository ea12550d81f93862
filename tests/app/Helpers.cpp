// SPDX-License-Identifier: Apache-2.0
#include "tests/app/Helpers.h"

#include "viewer/Theme.h"
#include "volume/io/MaskWriter.h"

#include <QElapsedTimer>
#include <QSettings>
#include <QSurfaceFormat>

#include <algorithm>

namespace hounsfield::test {

QApplication& application()
{
    static TemporaryFolder folder;
    static QApplication* app = [] {
        qputenv("HOUNSFIELD_RECOVERY", (folder.path() / "recovery").c_str());
        qputenv("XDG_CONFIG_HOME", folder.path().c_str());
        QSurfaceFormat format;
        format.setVersion(3, 2);
        format.setProfile(QSurfaceFormat::CoreProfile);
        format.setDepthBufferSize(24);
        format.setSamples(0);
        QSurfaceFormat::setDefaultFormat(format);
        static int argc = 1;
        static char name[] = "hounsfield-test", *argv[] = {name, nullptr};
        auto* made = new QApplication(argc, argv);
        QApplication::setOrganizationName("hounsfield-test");
        theme::apply(*made);
        return made;
    }();
    return *app;
}

bool waitFor(const std::function<bool()>& condition, int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (!condition()) {
        if (timer.elapsed() > milliseconds)
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 20);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}

std::shared_ptr<const Prepared> FakeSegmenter::prepare(std::shared_ptr<const Volume> volume,
                                                       const PrepareSettings& settings, Progress& progress)
{
    m_volume = volume;
    for (int window = 0; window < 4; ++window) {
        progress.step({"looking at the scan", window / 4.0, 4.0 - window});
        if (settings.onPartial)
            settings.onPartial({{settings.watched.front(), Mask(volume->geometry())}});
    }
    return {volume, reinterpret_cast<const Prepared*>(volume.get())};
}

std::vector<Finding> FakeSegmenter::segment(const Prepared&, const std::vector<Target>& targets,
                                            const SegmentSettings& settings, Progress& progress)
{
    std::vector<Finding> findings;
    const Geometry& grid = m_volume->geometry();
    const Vector3 n{double(grid.size()[0]), double(grid.size()[1]), double(grid.size()[2])};
    for (const Target& target : targets) {
        progress.check();
        const auto own = settings.markings.find(target.classId);
        const double threshold =
            settings.threshold.value_or(own == settings.markings.end() ? 0.5 : own->second.threshold);
        // Right of the patient for odd classes, left for even ones.
        const Vector3 centre = grid.toMm(Vector3{(target.classId % 2 ? 0.3 : 0.7) * n[0], 0.5 * n[1],
                                                 (0.3 + 0.01 * target.classId) * n[2]});
        std::vector<std::uint8_t> inside;
        for (std::int64_t k = 0; k < grid.size()[2]; ++k)
            for (std::int64_t j = 0; j < grid.size()[1]; ++j)
                for (std::int64_t i = 0; i < grid.size()[0]; ++i)
                    inside.push_back(length(grid.toMm(Index3{i, j, k}) - centre) < radiusMm(threshold));
        Finding finding{target, Mask::fromGrid(grid, inside), threshold, 0.99, 0.9, 0, 0, {}, nullptr};
        finding.peak = own == settings.markings.end() ? 0 : own->second.peak;
        finding.volumeLowMl = 0.8 * finding.mask.volumeMl();
        finding.volumeHighMl = 1.2 * finding.mask.volumeMl();
        findings.push_back(std::move(finding));
    }
    return findings;
}

Asking::Open fake()
{
    return [](const Progress&) { return std::make_unique<FakeSegmenter>(openEmbeddedPack()); };
}

Mask balls(const Geometry& grid, const std::vector<std::pair<Vector3, double>>& all)
{
    std::vector<std::uint8_t> voxels;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i)
                voxels.push_back(std::any_of(all.begin(), all.end(), [&](const auto& one) {
                    return length(grid.toMm(Index3{i, j, k}) - one.first) <= one.second;
                }));
    return Mask::fromGrid(grid, voxels);
}

std::filesystem::path writeScan(const std::filesystem::path& folder, const std::string& name,
                                double spacingMm)
{
    const auto n = static_cast<std::int64_t>(180 / spacingMm);
    const auto grid = Geometry::fromSpacing({n, n, n}, {-90, -90, -90}, {spacingMm, spacingMm, spacingMm});
    std::vector<std::int16_t> voxels;
    for (std::int64_t k = 0; k < n; ++k)
        for (std::int64_t j = 0; j < n; ++j)
            for (std::int64_t i = 0; i < n; ++i)
                voxels.push_back(length(grid.toMm(Index3{i, j, k})) < 80 ? 40 : -1000);
    writeVolume(Volume(grid, voxels), folder / name);
    return folder / name;
}

} // namespace hounsfield::test
