// SPDX-License-Identifier: Apache-2.0
#include "app/Pages.h"

#include "app/LoadingPage.h"
#include "app/SeriesPage.h"
#include "app/StartPage.h"

#include <QSettings>

namespace hounsfield {

Pages::Pages(Workbench& bench, QWidget* work, QWidget* parent)
    : QStackedWidget(parent), m_bench(bench), m_work(work), m_start(new StartPage), m_series(new SeriesPage),
      m_loading(new LoadingPage)
{
    for (QWidget* page : std::initializer_list<QWidget*>{m_start, m_series, m_loading, m_work})
        addWidget(page);
    m_soon.setSingleShot(true);
    m_soon.setInterval(300);
    join();
}

void Pages::join()
{
    Opening& opening = m_bench.opening();
    connect(m_start, &StartPage::openFolderAsked, this, &Pages::openFolderAsked);
    connect(m_start, &StartPage::openFileAsked, this, &Pages::openFileAsked);
    connect(m_start, &StartPage::openAsked, this, [this](const QString& path) { m_bench.open(path); });
    connect(m_series, &SeriesPage::chosen, this,
            [this](const QString& path, const std::string& which) { m_bench.open(path, which); });
    connect(m_series, &SeriesPage::backAsked, this, [this] {
        m_bench.opening().stop();
        showState();
    });
    connect(m_loading, &LoadingPage::stopAsked, this, [this] { m_bench.opening().stop(); });
    connect(&m_soon, &QTimer::timeout, this, [this] { setCurrentWidget(m_loading); });
    connect(&opening, &Opening::busyChanged, this, [this](bool busy) {
        if (busy) {
            m_loading->begin();
            m_soon.start();
            return;
        }
        m_soon.stop();
        if (currentWidget() == m_loading)
            m_choosing ? setCurrentWidget(m_series) : showState();
    });
    connect(&opening, &Opening::progressed, this, [this](const QString& stage, double fraction, double) {
        m_loading->setProgress(stage, fraction);
    });
    connect(&opening, &Opening::reading, m_loading, &LoadingPage::setSeries);
    connect(&opening, &Opening::sliceRead, m_loading, &LoadingPage::setSlice);
    connect(&opening, &Opening::seen, this,
            [this](const QString& path, const std::vector<SeriesInfo>& soFar) {
                if (soFar.size() < 2)
                    return;
                m_soon.stop();
                m_series->showSoFar(path, soFar);
                setCurrentWidget(m_series);
            });
    connect(&opening, &Opening::choiceAsked, this, [this](int best) {
        m_soon.stop();
        m_series->showAll(m_bench.opening().path(), m_bench.opening().series(), best);
        setCurrentWidget(m_series);
        m_choosing = true;
    });
    connect(&opening, &Opening::previewed, this,
            [this](const QString&, int number, const QImage& slice) { m_series->setPreview(number, slice); });
    // One series that cannot be read does not take the choice away.
    connect(&opening, &Opening::failed, this,
            [this] { m_choosing ? setCurrentWidget(m_series) : showState(); });
    connect(&m_bench, &Workbench::opened, this, &Pages::showState);
}

void Pages::showState()
{
    m_choosing = false;
    const bool open = m_bench.session().scan() != nullptr;
    if (!open)
        m_start->show(QSettings().value("recent").toStringList(), m_bench.recovery().left());
    setCurrentWidget(open ? m_work : static_cast<QWidget*>(m_start));
}

} // namespace hounsfield
