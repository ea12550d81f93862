// SPDX-License-Identifier: Apache-2.0
#include "viewer/VolumeView.h"

#include "viewer/OverlayLayout.h"
#include "viewer/Task.h"
#include "viewer/Theme.h"
#include "viewer/scene/Surface.h"
#include "viewer/scene/VolumeScene.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QOpenGLContext>
#include <QOpenGLExtraFunctions>
#include <QOpenGLFunctions>
#include <QPainter>
#include <QTimer>

#include <vtkCamera.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkNew.h>
#include <vtkOpenGLFramebufferObject.h>
#include <vtkOpenGLState.h>
#include <vtkPolyData.h>
#include <vtkRenderer.h>
#include <vtkRendererCollection.h>

#include <algorithm>
#include <cmath>

namespace hounsfield {

struct VolumeView::Parts {
    VolumeScene scene;
    vtkNew<vtkGenericOpenGLRenderWindow> window;
    QString renderer;
    CropBox crop;
    bool ready = false, stale = true, layersStale = true;
    QPointF last;
    Labels* labels = nullptr;
    Task surfaces;
    QTimer settle; ///< when the hand rests, the fine picture
    QTimer later; ///< a new scan's slices are seen first: making it ready for three dimensions takes a second
};

/// Letters and border over the picture, by Qt's own painter: it shares no state with VTK.
class VolumeView::Labels final : public QWidget {
public:
    explicit Labels(VolumeView& view) : QWidget(&view), m_view(view)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        m_view.drawLabels(painter);
    }

private:
    VolumeView& m_view;
};

VolumeView::VolumeView(ViewState& state, QWidget* parent)
    : QOpenGLWidget(parent), m_state(state), m_parts(std::make_unique<Parts>())
{
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(120, 120);
    setAccessibleName(tr("three dimensions"));
    m_parts->labels = new Labels(*this);
    m_parts->window->AddRenderer(m_parts->scene.renderer());
    m_parts->window->SetMultiSamples(0);
    m_parts->settle.setSingleShot(true);
    m_parts->settle.setInterval(250);
    connect(&m_parts->settle, &QTimer::timeout, this, [this] {
        m_parts->scene.setInteractive(false);
        update();
    });
    m_parts->later.setSingleShot(true);
    m_parts->later.setInterval(100);
    connect(&m_parts->later, &QTimer::timeout, this, [this] { update(); });
    connect(&m_state, &ViewState::scanChanged, this, [this] {
        m_parts->stale = true;
        m_parts->later.start();
        update();
    });
    connect(&m_state, &ViewState::layersChanged, this, [this] {
        m_parts->layersStale = true;
        // Masks come and go in quick succession (a slider, the mouse over rows): coarse at once, fine when it
        // rests.
        m_parts->scene.setInteractive(true);
        m_parts->settle.start();
        update();
    });
}

VolumeView::~VolumeView()
{
    if (context())
        disconnect(context(), nullptr, this, nullptr);
    releaseGraphics();
}

void VolumeView::releaseGraphics()
{
    if (!m_parts->ready)
        return;
    makeCurrent();
    m_parts->window->Finalize();
    m_parts->ready = false;
    doneCurrent();
}

void VolumeView::initializeGL()
{
    connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &VolumeView::releaseGraphics);
    const auto* name = reinterpret_cast<const char*>(context()->functions()->glGetString(GL_RENDERER));
    m_parts->renderer = QString::fromLatin1(name ? name : "");
    m_parts->window->SetReadyForRendering(true);
    m_parts->window->SetOwnContext(0);
    m_parts->window->InitializeFromCurrentContext();
    // Qt makes the context current before it paints: VTK need not, and asking Qt again in mid-render would
    // rebind its framebuffer.
    m_parts->window->SetIsCurrent(true);
    m_parts->window->SetFrameBlitModeToNoBlit();
    m_parts->ready = true;
    m_parts->stale = true;
}

void VolumeView::renew()
{
    if (m_parts->stale) {
        const bool now = !m_state.scan() || !m_parts->later.isActive();
        m_parts->scene.setVolume(now ? m_state.scan() : nullptr, mapperFor(m_parts->renderer.toStdString()));
        m_parts->crop = {};
        m_parts->stale = !now;
        m_parts->layersStale = true;
    }
    if (m_parts->layersStale && !m_parts->stale) {
        showLayers(false);
    }
}

void VolumeView::showLayers(bool wait)
{
    m_parts->layersStale = false;
    const auto layers = m_state.masksShown() ? m_state.layers() : std::vector<MaskLayer>{};
    const auto missing = m_parts->scene.setLayers(layers);
    if (missing.empty())
        return;
    if (wait) {
        for (const auto& mask : missing)
            m_parts->scene.addSurface(mask, surfaceOf(*mask));
        m_parts->scene.setLayers(layers);
        return;
    }
    // A large organ takes half a second: off this thread, the newest masks first of all.
    m_parts->surfaces.start([this, missing](Progress& progress) -> Task::Then {
        std::vector<std::pair<std::shared_ptr<const Mask>, vtkSmartPointer<vtkPolyData>>> made;
        for (const auto& mask : missing) {
            made.emplace_back(mask, surfaceOf(*mask, progress));
        }
        return [this, made] {
            for (const auto& [mask, surface] : made)
                m_parts->scene.addSurface(mask, surface);
            m_parts->layersStale = true;
            update();
        };
    });
}

void VolumeView::resizeGL(int, int)
{
    const QSize pixels = size() * devicePixelRatioF();
    m_parts->window->SetSize(pixels.width(), pixels.height());
}

void VolumeView::paintGL()
{
    if (!m_parts->ready)
        return;
    renew();
    vtkOpenGLState* gl = m_parts->window->GetState();
    gl->Reset();
    gl->Push();
    const QSize pixels = size() * devicePixelRatioF();
    m_parts->window->SetSize(pixels.width(), pixels.height());
    m_parts->scene.renderer()->ResetCameraClippingRange();
    m_parts->window->Render();
    gl->Pop();
    QOpenGLFunctions* f = context()->functions();
    // VTK draws into a framebuffer of its own; it is copied into Qt's, opaque.
    f->glBindFramebuffer(GL_FRAMEBUFFER, defaultFramebufferObject());
    m_parts->window->GetDisplayFramebuffer()->Bind(GL_READ_FRAMEBUFFER);
    f->glBindFramebuffer(GL_DRAW_FRAMEBUFFER, defaultFramebufferObject());
    context()->extraFunctions()->glBlitFramebuffer(0, 0, pixels.width(), pixels.height(), 0, 0,
                                                   pixels.width(), pixels.height(), GL_COLOR_BUFFER_BIT,
                                                   GL_NEAREST);
    f->glBindFramebuffer(GL_FRAMEBUFFER, defaultFramebufferObject());
    f->glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_TRUE);
    f->glClearColor(0, 0, 0, 1);
    f->glClear(GL_COLOR_BUFFER_BIT);
    f->glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    m_parts->labels->resize(size());
    m_parts->labels->update();
}

QImage VolumeView::picture()
{
    m_parts->later.stop();
    makeCurrent();
    renew();
    showLayers(true);
    doneCurrent();
    QImage image = grabFramebuffer();
    image.setDevicePixelRatio(devicePixelRatioF());
    QPainter painter(&image);
    drawLabels(painter);
    return image;
}

void VolumeView::drawLabels(QPainter& painter) const
{
    QColor border = theme::colour("volume");
    border.setAlphaF(hasFocus() ? 1.0f : 0.45f);
    painter.setPen(border);
    painter.drawRect(0, 0, width() - 1, height() - 1);
    if (hasFocus()) {
        painter.setPen(theme::colour("viewText"));
        painter.drawRect(1, 1, width() - 3, height() - 3);
    }
    if (!m_state.scan())
        return;
    // Letters where each side of the patient is now: on the rim, dimmer the more they point away from the
    // screen's plane.
    vtkCamera* camera = m_parts->scene.renderer()->GetActiveCamera();
    const double* forward = camera->GetDirectionOfProjection();
    double up[3];
    camera->GetViewUp(up);
    const Vector3 f{forward[0], forward[1], forward[2]}, u{up[0], up[1], up[2]}, right = cross(f, u);
    const Vector3 trueUp = cross(right, f);
    const QFont plain = painter.font();
    QFont font = plain;
    font.setPixelSize(16);
    font.setBold(true);
    painter.setFont(font);
    static constexpr std::pair<const char*, Vector3> sides[] = {{"L", {1, 0, 0}}, {"R", {-1, 0, 0}},
                                                                {"P", {0, 1, 0}}, {"A", {0, -1, 0}},
                                                                {"H", {0, 0, 1}}, {"F", {0, 0, -1}}};
    struct Letter {
        const char* text;
        double x, y, flat; ///< along the screen; flat: how much of it lies in the screen's plane
    };
    std::vector<Letter> letters;
    for (const auto& [letter, way] : sides) {
        const double x = dot(way, right) / length(right), y = -dot(way, trueUp) / length(trueUp),
                     flat = std::hypot(x, y);
        if (flat >= 0.5)
            letters.push_back({letter, x, y, flat});
    }
    std::stable_sort(letters.begin(), letters.end(),
                     [](const Letter& a, const Letter& b) { return a.flat > b.flat; });
    OverlayLayout layout(QRectF(0, 0, width(), height()));
    for (const auto& [letter, x, y, flat] : letters) {
        const double scale = std::min((0.5 * width() - 18) / std::max(std::abs(x), 1e-6),
                                      (0.5 * height() - 18) / std::max(std::abs(y), 1e-6));
        const QRectF box(0.5 * width() + x * scale - 12, 0.5 * height() + y * scale - 12, 24, 24);
        if (!layout.place({box}))
            continue;
        QColor colour = theme::colour("viewText");
        colour.setAlphaF(float(std::clamp((flat - 0.5) * 2, 0.0, 1.0)));
        painter.setPen(colour);
        painter.drawText(box, Qt::AlignCenter, letter);
    }
    painter.setFont(plain);
    const QRectF name =
        QFontMetricsF(plain, painter.device())
            .boundingRect(QRectF(10, 8, width() - 20, 20), Qt::AlignLeft | Qt::AlignTop, tr("3D"));
    painter.setPen(theme::colour("volume"));
    if (layout.place({name}))
        painter.drawText(name, Qt::AlignLeft | Qt::AlignTop, tr("3D"));
}

QStringList VolumeView::presets()
{
    QStringList names;
    for (const std::string& name : volumePresets())
        names << QString::fromStdString(name);
    return names;
}

void VolumeView::setPreset(const QString& name)
{
    m_parts->scene.setPreset(name.toStdString());
    update();
}

void VolumeView::setVolumeOpacity(double opacity)
{
    m_parts->scene.setVolumeOpacity(opacity);
    update();
}

void VolumeView::lookFrom(char letter)
{
    m_parts->scene.lookFrom(letter);
    update();
}

void VolumeView::setCropEnd(int axis, double low, double high)
{
    m_parts->crop.low[std::size_t(axis)] = low;
    m_parts->crop.high[std::size_t(axis)] = high;
    m_parts->scene.setCrop(m_parts->crop);
    update();
}

QString VolumeView::mapperText() const
{
    return mapperFor(m_parts->renderer.toStdString()) == VolumeMapper::Processor
               ? tr("on the processor (%1)").arg(m_parts->renderer)
               : tr("on the graphics card (%1)").arg(m_parts->renderer);
}

void VolumeView::mousePressEvent(QMouseEvent* event)
{
    m_parts->last = event->position();
}

void VolumeView::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() == Qt::NoButton || !m_state.scan())
        return;
    const QPointF by = event->position() - m_parts->last;
    m_parts->last = event->position();
    vtkCamera* camera = m_parts->scene.renderer()->GetActiveCamera();
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    if (event->buttons() & Qt::MiddleButton || (event->buttons() & Qt::LeftButton && shift)) {
        const double mmPerPixel = 2 * camera->GetDistance() *
                                  std::tan(camera->GetViewAngle() * 3.14159265 / 360) / std::max(1, height());
        double up[3], forward[3];
        camera->OrthogonalizeViewUp();
        camera->GetViewUp(up);
        camera->GetDirectionOfProjection(forward);
        const Vector3 u{up[0], up[1], up[2]}, right = cross({forward[0], forward[1], forward[2]}, u),
                                              move = mmPerPixel * (by.y() * u - by.x() * right);
        double focus[3], at[3];
        camera->GetFocalPoint(focus);
        camera->GetPosition(at);
        camera->SetFocalPoint(focus[0] + move[0], focus[1] + move[1], focus[2] + move[2]);
        camera->SetPosition(at[0] + move[0], at[1] + move[1], at[2] + move[2]);
    } else if (event->buttons() & Qt::RightButton) {
        camera->Dolly(std::exp(-by.y() / 150));
    } else {
        camera->Azimuth(-by.x() * 0.5);
        camera->Elevation(by.y() * 0.5);
        camera->OrthogonalizeViewUp();
    }
    m_parts->scene.setInteractive(true);
    m_parts->settle.start();
    update();
}

void VolumeView::mouseReleaseEvent(QMouseEvent*)
{
    m_parts->settle.start();
}

void VolumeView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        Q_EMIT maximiseAsked();
}

void VolumeView::wheelEvent(QWheelEvent* event)
{
    m_parts->scene.renderer()->GetActiveCamera()->Dolly(std::exp(event->angleDelta().y() / 120.0 * 0.12));
    m_parts->scene.setInteractive(true);
    m_parts->settle.start();
    update();
    event->accept();
}

void VolumeView::keyPressEvent(QKeyEvent* event)
{
    const QString text = event->text().toUpper();
    if (text.size() == 1 && event->modifiers() == Qt::NoModifier && QString("APLRSI").contains(text))
        lookFrom(text[0].toLatin1());
    else
        QOpenGLWidget::keyPressEvent(event);
}

} // namespace hounsfield
