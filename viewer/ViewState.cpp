// SPDX-License-Identifier: Apache-2.0
#include "viewer/ViewState.h"

#include <algorithm>
#include <cmath>

namespace hounsfield {
namespace {

struct Preset {
    const char* name;
    double window, level;
};
// Shared conventions, 4.2. The eighth is what the published model sees.
constexpr Preset presets[] = {{QT_TRANSLATE_NOOP("ViewState", "Automatic"), 0, 0},
                              {QT_TRANSLATE_NOOP("ViewState", "Abdomen"), 400, 40},
                              {QT_TRANSLATE_NOOP("ViewState", "Liver"), 150, 90},
                              {QT_TRANSLATE_NOOP("ViewState", "Lung"), 1500, -600},
                              {QT_TRANSLATE_NOOP("ViewState", "Mediastinum"), 350, 40},
                              {QT_TRANSLATE_NOOP("ViewState", "Bone"), 2000, 350},
                              {QT_TRANSLATE_NOOP("ViewState", "Brain"), 80, 40},
                              {QT_TRANSLATE_NOOP("ViewState", "Vessels"), 600, 150},
                              {QT_TRANSLATE_NOOP("ViewState", "Model input"), 425, 37.5},
                              {QT_TRANSLATE_NOOP("ViewState", "From the scan"), 0, 0}};

} // namespace

namespace {

/// How many voxels have each value, of about two million.
struct Histogram {
    std::vector<std::size_t> counts = std::vector<std::size_t>(65536, 0);
    std::size_t total = 0;

    explicit Histogram(const Volume& volume)
    {
        const std::size_t every = std::max<std::size_t>(1, volume.voxels().size() / 2000000);
        for (std::size_t v = 0; v < volume.voxels().size(); v += every, ++total)
            ++counts[static_cast<std::size_t>(volume.voxels()[v] + 32768)];
    }
    /// Values up to this one are no longer counted.
    void forget(int upTo)
    {
        for (std::size_t b = 0; b <= static_cast<std::size_t>(upTo + 32768); ++b) {
            total -= counts[b];
            counts[b] = 0;
        }
    }
    double valueAt(double share) const
    {
        std::size_t sum = 0;
        for (std::size_t b = 0; b < counts.size(); ++b)
            if ((sum += counts[b]) > share * double(total))
                return double(b) - 32768;
        return 0;
    }
};

} // namespace

std::array<double, 2> automaticWindow(const Volume& volume)
{
    constexpr int airHu = -300;
    constexpr double enough = 0.01;
    Histogram histogram(volume);
    Histogram body = histogram;
    body.forget(airHu);
    // Where almost all is air, or the values are none of CT, all of them count.
    const bool tissue = double(body.total) > enough * double(histogram.total);
    const Histogram& shown = tissue ? body : histogram;
    const double low = shown.valueAt(0.02), high = shown.valueAt(0.98);
    return {std::max(1.0, high - low), 0.5 * (low + high)};
}

void ViewState::setScan(std::shared_ptr<const Volume> volume,
                        std::optional<std::array<double, 2>> windowLevel, QString scanText)
{
    m_scan = std::move(volume);
    m_scanText = std::move(scanText);
    m_ownWindow = windowLevel;
    m_automatic.reset();
    m_imageNumbers.clear();
    m_layers.clear();
    m_heat = nullptr;
    m_measurements.clear();
    m_drawn.clear();
    m_frame = patientFrame();
    m_roll = {0, 0, 0};
    m_look.slab = {};
    m_zoom = {1, 1, 1};
    m_pan = {};
    if (m_scan) {
        m_crosshair = middleMm(m_scan->geometry());
        if (m_ownWindow) {
            m_look.window = (*m_ownWindow)[0];
            m_look.level = (*m_ownWindow)[1];
        } else {
            m_look.window = presets[1].window;
            m_look.level = presets[1].level;
        }
    }
    Q_EMIT scanChanged();
    Q_EMIT layersChanged();
    Q_EMIT changed();
}

void ViewState::setImageNumbers(std::vector<std::string> numbers)
{
    m_imageNumbers = std::move(numbers);
    Q_EMIT changed();
}

QString ViewState::imageNumber(const Vector3& normal) const
{
    if (!m_scan || m_imageNumbers.empty())
        return {};
    const Matrix3& m = m_scan->geometry().matrix();
    const Vector3 stored = cross(Vector3{m[0][0], m[1][0], m[2][0]}, Vector3{m[0][1], m[1][1], m[2][1]});
    if (std::abs(dot(stored, normal)) < 0.9999 * length(stored) * length(normal))
        return {};
    return imageNumberAt(m_crosshair);
}

QString ViewState::imageNumberAt(const Vector3& mm) const
{
    if (!m_scan)
        return {};
    const auto k = std::llround(m_scan->geometry().toIndex(mm)[2]);
    return k < 0 || k >= static_cast<long long>(m_imageNumbers.size())
               ? QString()
               : QString::fromStdString(m_imageNumbers[std::size_t(k)]);
}

void ViewState::setCrosshair(const Vector3& mm)
{
    if (!m_scan)
        return;
    const Geometry& scan = m_scan->geometry();
    Vector3 at = scan.toIndex(mm);
    for (std::size_t a = 0; a < 3; ++a)
        at[a] = std::clamp(at[a], 0.0, double(scan.size()[a] - 1));
    m_crosshair = scan.toMm(at);
    Q_EMIT changed();
}

void ViewState::scroll(Plane plane, int slices)
{
    if (!m_scan)
        return;
    const Vector3 normal = axes(plane).normal;
    const double step = sliceStepMm(m_scan->geometry(), normal);
    const auto range = extentMm(m_scan->geometry(), normal);
    const double at = dot(m_crosshair, normal), to = std::clamp(at + slices * step, range[0], range[1]);
    // Along the normal alone: in a sheared or oblique scan the crosshair may leave the voxels and come back.
    m_crosshair = m_crosshair + (to - at) * normal;
    Q_EMIT changed();
}

void ViewState::setFrame(const Frame& frame)
{
    setOrientation(frame, {0, 0, 0});
}

void ViewState::setOrientation(const Frame& frame, const std::array<double, 3>& rolls)
{
    m_frame = frame;
    m_roll = rolls;
    Q_EMIT changed();
}

PlaneAxes ViewState::axes(Plane plane) const
{
    return rolled(axesOf(plane, m_frame), m_roll[std::size_t(plane)]);
}

void ViewState::turn(Plane plane, double degrees)
{
    // On the screen y grows downwards; whether that is a right-handed turn about the frame's axis depends on
    // the plane.
    const PlaneAxes own = axesOf(plane, m_frame);
    const double sign = dot(cross(own.right, own.down), own.normal) > 0 ? 1 : -1;
    std::array<double, 3> rolls = m_roll;
    double& roll = rolls[std::size_t(plane)];
    roll = std::remainder(roll - degrees, 360);
    setOrientation(turned(m_frame, plane, sign * degrees), rolls);
}

void ViewState::setLook(const SliceLook& look)
{
    m_look = look;
    Q_EMIT changed();
}

void ViewState::setWindow(double width, double level)
{
    m_look.window = std::clamp(width, 1.0, 20000.0);
    m_look.level = std::clamp(level, -5000.0, 20000.0);
    Q_EMIT changed();
}

void ViewState::applyPreset(int digit)
{
    if (!m_scan || digit < 0 || digit > 9)
        return;
    if (digit == 0 || (digit == 9 && !m_ownWindow)) {
        m_automatic = automaticWindow(*m_scan);
        setWindow((*m_automatic)[0], (*m_automatic)[1]);
    } else if (digit == 9) {
        setWindow((*m_ownWindow)[0], (*m_ownWindow)[1]);
    } else {
        setWindow(presets[digit].window, presets[digit].level);
    }
}

int ViewState::preset() const
{
    const auto shows = [this](double window, double level) {
        return m_look.window == window && m_look.level == level;
    };
    if (m_ownWindow && shows((*m_ownWindow)[0], (*m_ownWindow)[1]))
        return 9;
    for (int digit = 1; digit <= 8; ++digit)
        if (shows(presets[digit].window, presets[digit].level))
            return digit;
    return m_automatic && shows((*m_automatic)[0], (*m_automatic)[1]) ? 0 : -1;
}

QString ViewState::presetName(int digit)
{
    return tr(presets[digit].name);
}

void ViewState::setZoom(Plane plane, double zoom)
{
    m_zoom[std::size_t(plane)] = std::clamp(zoom, 0.1, 60.0);
    Q_EMIT changed();
}

void ViewState::setPan(Plane plane, const Vector3& mm)
{
    m_pan[std::size_t(plane)] = mm;
    Q_EMIT changed();
}

void ViewState::fitAll()
{
    m_zoom = {1, 1, 1};
    m_pan = {};
    Q_EMIT changed();
}

void ViewState::lookAt(const Vector3& mm, const IndexBox& box)
{
    if (!m_scan)
        return;
    const Geometry& scan = m_scan->geometry();
    std::array<Vector3, 8> corners;
    Vector3 middle{0, 0, 0};
    for (std::size_t c = 0; c < 8 && !box.empty(); ++c) {
        Vector3 index;
        for (std::size_t a = 0; a < 3; ++a)
            index[a] = double(c >> a & 1 ? box.end[a] : box.begin[a]) - 0.5;
        corners[c] = scan.toMm(index);
        middle = middle + 0.125 * corners[c];
    }
    for (const Plane plane : {Plane::Axial, Plane::Coronal, Plane::Sagittal}) {
        if (box.empty())
            break;
        const PlaneAxes shown = axes(plane);
        double zoom = 4;
        for (const Vector3& way : {shown.right, shown.down}) {
            double low = 1e30, high = -1e30;
            for (const Vector3& corner : corners) {
                low = std::min(low, dot(corner, way));
                high = std::max(high, dot(corner, way));
            }
            const auto whole = extentMm(scan, way);
            zoom = std::min(zoom, 0.6 * (whole[1] - whole[0]) / std::max(high - low, 1e-6));
        }
        m_zoom[std::size_t(plane)] = std::max(1.0, zoom);
        m_pan[std::size_t(plane)] = zoom > 1 ? middle - middleMm(scan) : Vector3{0, 0, 0};
    }
    setCrosshair(mm);
}

void ViewState::setTool(Tool tool)
{
    m_tool = tool;
    Q_EMIT toolChanged();
    Q_EMIT changed();
}

void ViewState::setLayout(Layout layout)
{
    m_layout = layout;
    Q_EMIT layoutChanged();
}

void ViewState::setTextShown(bool shown)
{
    m_text = shown;
    Q_EMIT changed();
}

void ViewState::setCrosshairShown(bool shown)
{
    m_crosshairShown = shown;
    Q_EMIT changed();
}

void ViewState::setMasksShown(bool shown)
{
    m_masksShown = shown;
    Q_EMIT changed();
    Q_EMIT layersChanged();
}

void ViewState::setLayers(std::vector<MaskLayer> layers)
{
    m_layers = std::move(layers);
    Q_EMIT layersChanged();
    Q_EMIT changed();
}

void ViewState::setHeat(std::shared_ptr<const Volume> thousandths)
{
    m_heat = std::move(thousandths);
    Q_EMIT changed();
}

void ViewState::setMeasurements(std::vector<Measurement> measurements)
{
    m_measurements = std::move(measurements);
    Q_EMIT changed();
}

void ViewState::setDrawn(std::vector<Measurement> drawn)
{
    m_drawn = std::move(drawn);
    Q_EMIT changed();
}

void ViewState::setPointed(const std::optional<Vector3>& mm)
{
    Q_EMIT pointedChanged(mm);
}

} // namespace hounsfield
