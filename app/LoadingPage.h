// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/ScanReader.h"

#include <QImage>
#include <QWidget>

class QLabel;
class QProgressBar;

namespace hounsfield {

/// What is seen while a scan is being read: its slices as they come, what is read and how much of it, and a
/// way to stop.
class LoadingPage : public QWidget {
    Q_OBJECT
public:
    explicit LoadingPage(QWidget* parent = nullptr);
    void begin();
    void setSeries(const SeriesInfo& series);
    void setSlice(const QImage& slice);
    void setProgress(const QString& stage, double fraction);

Q_SIGNALS:
    void stopAsked();

private:
    QLabel *m_slice = nullptr, *m_title = nullptr, *m_text = nullptr;
    QProgressBar* m_bar = nullptr;
    SeriesInfo m_series;
};

} // namespace hounsfield
