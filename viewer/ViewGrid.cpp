// SPDX-License-Identifier: Apache-2.0
#include "viewer/ViewGrid.h"

#include <QPainter>
#include <QSplitter>
#include <QVBoxLayout>

namespace hounsfield {

ViewGrid::ViewGrid(ViewState& state, QWidget* parent) : QWidget(parent), m_state(state)
{
    const std::pair<Plane, Layout> planes[] = {{Plane::Axial, Layout::Axial},
                                               {Plane::Coronal, Layout::Coronal},
                                               {Plane::Sagittal, Layout::Sagittal}};
    for (const auto& [plane, layout] : planes) {
        auto* view = new SliceView(state, plane);
        m_slices[std::size_t(plane)] = view;
        const Layout alone = layout;
        connect(view, &SliceView::maximiseAsked, this, [this, alone] { toggle(alone); });
        connect(view, &SliceView::menuAsked, this,
                [this, plane = plane](QPoint at) { Q_EMIT menuAsked(plane, at); });
    }
    m_volume = new VolumeView(state);
    connect(m_volume, &VolumeView::maximiseAsked, this, [this] { toggle(Layout::Volume); });
    m_rows = new QSplitter(Qt::Vertical);
    m_top = new QSplitter(Qt::Horizontal);
    m_bottom = new QSplitter(Qt::Horizontal);
    for (QSplitter* splitter : {m_rows, m_top, m_bottom}) {
        splitter->setHandleWidth(3);
        splitter->setChildrenCollapsible(false);
        connect(splitter, &QSplitter::splitterMoved, this, [this] {
            if (m_state.layout() == Layout::Grid)
                m_borders = {m_rows->sizes(), m_top->sizes(), m_bottom->sizes()};
        });
    }
    m_rows->addWidget(m_top);
    m_rows->addWidget(m_bottom);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(0, 0, 0, 0);
    box->addWidget(m_rows);
    connect(&state, &ViewState::layoutChanged, this, &ViewGrid::arrange);
    arrange();
}

void ViewGrid::toggle(Layout alone)
{
    m_state.setLayout(m_state.layout() == alone ? Layout::Grid : alone);
}

void ViewGrid::arrange()
{
    const Layout layout = m_state.layout();
    const std::array<QWidget*, 4> views{m_slices[0], m_slices[2], m_slices[1], m_volume};
    const bool three = layout == Layout::OneAndThree;
    // One beside three: the axial view on the left, the others in a column on the right.
    m_rows->setOrientation(three ? Qt::Horizontal : Qt::Vertical);
    m_bottom->setOrientation(three ? Qt::Vertical : Qt::Horizontal);
    m_top->addWidget(views[0]);
    if (three)
        m_bottom->insertWidget(0, views[1]);
    else
        m_top->addWidget(views[1]);
    m_bottom->addWidget(views[2]);
    m_bottom->addWidget(views[3]);
    const auto shown = [&](Layout alone) { return layout == Layout::Grid || three || layout == alone; };
    m_slices[0]->setVisible(shown(Layout::Axial));
    m_slices[1]->setVisible(shown(Layout::Coronal));
    m_slices[2]->setVisible(shown(Layout::Sagittal));
    m_volume->setVisible(shown(Layout::Volume));
    m_top->setVisible(three || layout == Layout::Grid || layout == Layout::Axial ||
                      layout == Layout::Sagittal);
    m_bottom->setVisible(three || layout == Layout::Grid || layout == Layout::Coronal ||
                         layout == Layout::Volume);
    if (three) {
        m_rows->setSizes({640, 320});
        m_bottom->setSizes({200, 200, 200});
    } else {
        placeBorders();
    }
}

void ViewGrid::setBorders(const Borders& borders)
{
    m_borders = borders;
    if (m_state.layout() == Layout::Grid)
        placeBorders();
}

void ViewGrid::placeBorders()
{
    const std::array<QSplitter*, 3> splitters{m_rows, m_top, m_bottom};
    for (std::size_t s = 0; s < 3; ++s)
        splitters[s]->setSizes(m_borders[s].size() == 2 ? m_borders[s] : QList<int>{400, 400});
}

QImage ViewGrid::picture(bool withText)
{
    QImage image(size() * devicePixelRatioF(), QImage::Format_RGB32);
    image.setDevicePixelRatio(devicePixelRatioF());
    image.fill(Qt::black);
    QPainter painter(&image);
    for (SliceView* view : m_slices)
        if (view->isVisible())
            painter.drawImage(view->mapTo(this, QPoint(0, 0)), view->picture(withText));
    if (m_volume->isVisible())
        painter.drawImage(m_volume->mapTo(this, QPoint(0, 0)), m_volume->picture());
    return image;
}

} // namespace hounsfield
