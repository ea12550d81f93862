// SPDX-License-Identifier: Apache-2.0
#include "app/LoadingPage.h"

#include "app/EngineTexts.h"
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace hounsfield {

LoadingPage::LoadingPage(QWidget* parent) : QWidget(parent)
{
    m_slice = new QLabel;
    m_slice->setAlignment(Qt::AlignCenter);
    m_slice->setMinimumSize(160, 160);
    m_slice->setMaximumHeight(384);
    m_slice->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_slice->setStyleSheet("background: black;");
    m_slice->setAccessibleName(tr("Slice as it is read"));
    m_title = new QLabel;
    m_text = new QLabel;
    m_text->setObjectName("quiet");
    m_bar = new QProgressBar;
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    auto* stop = new QPushButton(tr("Stop"));
    stop->setToolTip(tr("Stop reading (Esc); what was open before stays"));
    connect(stop, &QPushButton::clicked, this, &LoadingPage::stopAsked);
    auto* line = new QHBoxLayout;
    line->addWidget(m_text, 1);
    line->addWidget(stop);
    auto* column = new QWidget;
    column->setFixedWidth(512);
    auto* box = new QVBoxLayout(column);
    box->setSpacing(10);
    box->addWidget(m_slice, 1);
    box->addWidget(m_title);
    box->addWidget(m_bar);
    box->addLayout(line);
    auto* down = new QVBoxLayout(this);
    down->addStretch(1);
    down->addWidget(column, 8, Qt::AlignHCenter);
    down->addStretch(1);
}

void LoadingPage::begin()
{
    m_series = {};
    m_slice->clear();
    m_title->setText(tr("Opening"));
    m_text->clear();
    m_bar->setValue(0);
}

void LoadingPage::setSeries(const SeriesInfo& series)
{
    m_series = series;
    m_title->setText(inWindowLanguage(series.description.empty() ? series.format : series.description));
}

void LoadingPage::setSlice(const QImage& slice)
{
    m_slice->setPixmap(
        QPixmap::fromImage(slice.scaled(m_slice->size(), Qt::KeepAspectRatio, Qt::SmoothTransformation)));
}

void LoadingPage::setProgress(const QString& stage, double fraction)
{
    m_bar->setValue(int(std::lround(1000 * std::clamp(fraction, 0.0, 1.0))));
    const QString told = inWindowLanguage(stage);
    QString text = told;
    if (m_series.images > 1 && m_series.bytes > 0)
        text = tr("%1: %2 of %3, %4 of %5 MB")
                   .arg(told)
                   .arg(std::llround(fraction * double(m_series.images)))
                   .arg(m_series.images)
                   .arg(fraction * double(m_series.bytes) / 1e6, 0, 'f', 0)
                   .arg(double(m_series.bytes) / 1e6, 0, 'f', 0);
    m_text->setText(text);
}

} // namespace hounsfield
