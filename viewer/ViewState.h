// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/scene/Measurement.h"
#include "viewer/scene/SliceScene.h"

#include <QObject>

#include <optional>

namespace hounsfield {

/// What the left button does.
enum class Tool {
    Window,
    Pan,
    Zoom,
    Scroll,
    Crosshair,
    Distance,
    Angle,
    Bidirectional,
    Ellipse,
    Rectangle,
    Freehand,
    Arrow,
    Probe
};
/// Whose habits the mouse follows (shared conventions, 4.1). The middle button pans in all of them.
enum class MouseProfile { Pacs, Slicer, ItkSnap };
enum class Layout { Grid, Axial, Coronal, Sagittal, Volume, OneAndThree };

/// How the open scan is looked at: the one truth that all views draw from. Views change it and repaint when
/// it says so; no view calls another.
class ViewState : public QObject {
    Q_OBJECT
public:
    explicit ViewState(QObject* parent = nullptr) : QObject(parent) {}

    void setScan(std::shared_ptr<const Volume> volume, std::optional<std::array<double, 2>> windowLevel,
                 QString scanText);
    const std::shared_ptr<const Volume>& scan() const { return m_scan; }
    const QString& scanText() const { return m_scanText; }
    /// What the scanner numbered the stored slices with (InstanceNumber), by k; empty where there is none. Of
    /// the scan that is set.
    void setImageNumbers(std::vector<std::string> numbers);
    /// The number of the stored slice at the crosshair, as PACS show it; empty where views across `normal`
    /// show no stored slices.
    QString imageNumber(const Vector3& normal) const;
    /// The number of the stored slice that a place lies in; empty outside the scan and where there is none.
    QString imageNumberAt(const Vector3& mm) const;

    const Vector3& crosshairMm() const { return m_crosshair; }
    void setCrosshair(const Vector3& mm); ///< clamped to the scan
    void scroll(Plane plane, int slices);
    const Frame& frame() const { return m_frame; }
    void setFrame(const Frame& frame); ///< every view upright in it
    /// How the picture of each plane is rolled against its frame, degrees, from `right` towards `down`.
    const std::array<double, 3>& rolls() const { return m_roll; }
    void setOrientation(const Frame& frame, const std::array<double, 3>& rolls);
    /// How a plane lies on the screen now: the frame's axes, rolled.
    PlaneAxes axes(Plane plane) const;
    /// Turns the other two planes about the normal of `plane`, whose own picture stands still, as in 3D
    /// Slicer, OHIF and Horos.
    /// @param degrees on the screen, clockwise
    void turn(Plane plane, double degrees);
    const SliceLook& look() const { return m_look; }
    void setLook(const SliceLook& look);
    void setWindow(double width, double level);
    /// Presets of the digit keys: 0 from the voxels, 9 the scan's own; 1 to 8 abdomen ... model input.
    void applyPreset(int digit);
    static QString presetName(int digit);
    /// The digit of the preset that is shown now, 0 for the automatic one once it was chosen, 9 for the
    /// scan's own window; -1: another one, set by hand.
    int preset() const;

    double zoom(Plane plane) const { return m_zoom[std::size_t(plane)]; } ///< 1: the scan fits the view
    void setZoom(Plane plane, double zoom);
    const Vector3& panMm(Plane plane) const
    {
        return m_pan[std::size_t(plane)];
    } ///< from the scan's middle to the view's, LPS
    void setPan(Plane plane, const Vector3& mm);
    void fitAll();
    /// Goes to a place and frames a box of voxels about it in every plane: a small one fills six tenths of
    /// the view, at most four times enlarged. An empty box: only goes there.
    void lookAt(const Vector3& mm, const IndexBox& box);

    Tool tool() const { return m_tool; }
    void setTool(Tool tool);
    MouseProfile mouseProfile() const { return m_profile; }
    void setMouseProfile(MouseProfile profile) { m_profile = profile; }
    Layout layout() const { return m_layout; }
    void setLayout(Layout layout);
    bool textShown() const { return m_text; }
    void setTextShown(bool shown);
    bool crosshairShown() const { return m_crosshairShown; }
    void setCrosshairShown(bool shown);
    bool masksShown() const { return m_masksShown; }
    void setMasksShown(bool shown);

    const std::vector<MaskLayer>& layers() const { return m_layers; }
    void setLayers(std::vector<MaskLayer> layers);
    /// The probability that is shown as colour, in thousandths; null: none.
    const std::shared_ptr<const Volume>& heat() const { return m_heat; }
    void setHeat(std::shared_ptr<const Volume> thousandths);
    const std::vector<Measurement>& measurements() const { return m_measurements; }
    void setMeasurements(std::vector<Measurement> measurements);
    /// Lines that the program draws itself, such as a lesion's diameters: shown like measurements, not to be
    /// moved.
    const std::vector<Measurement>& drawn() const { return m_drawn; }
    void setDrawn(std::vector<Measurement> drawn);
    void setPointed(const std::optional<Vector3>& mm); ///< the place under the mouse

Q_SIGNALS:
    void changed();       ///< anything that slices show
    void layersChanged(); ///< masks, for the view that makes surfaces of them
    void scanChanged();
    void layoutChanged();
    void toolChanged();
    void pointedChanged(std::optional<hounsfield::Vector3> mm);
    void measurementMade(hounsfield::Measurement measurement);  ///< by hand in a view; the session keeps it
    void measurementMoved(hounsfield::Measurement measurement); ///< one of measurements(), by its id

private:
    std::shared_ptr<const Volume> m_scan;
    QString m_scanText;
    std::optional<std::array<double, 2>> m_ownWindow, m_automatic; ///< m_automatic: once it was asked for
    std::vector<std::string> m_imageNumbers;
    Vector3 m_crosshair{0, 0, 0};
    Frame m_frame = patientFrame();
    std::array<double, 3> m_roll{0, 0, 0}; ///< by plane
    SliceLook m_look;
    std::array<double, 3> m_zoom{1, 1, 1};
    std::array<Vector3, 3> m_pan{};
    Tool m_tool = Tool::Window;
    MouseProfile m_profile = MouseProfile::Pacs;
    Layout m_layout = Layout::Grid;
    bool m_text = true, m_crosshairShown = true, m_masksShown = true;
    std::vector<MaskLayer> m_layers;
    std::shared_ptr<const Volume> m_heat;
    std::vector<Measurement> m_measurements, m_drawn;
};

/// Width and level that show the body: from the 2nd to the 98th percent of what is denser than -300 HU, so
/// that neither the air around nor metal counts. Of a scan with next to nothing of that, of all its voxels.
std::array<double, 2> automaticWindow(const Volume& volume);

} // namespace hounsfield
