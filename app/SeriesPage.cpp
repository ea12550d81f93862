// SPDX-License-Identifier: Apache-2.0
#include "app/SeriesPage.h"

#include "app/ElidedLabel.h"
#include "app/EngineTexts.h"
#include "app/Thumbnails.h"
#include "app/WrappingDelegate.h"
#include "viewer/Theme.h"

#include <QDir>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <map>

namespace hounsfield {
namespace {

enum Column { Series, Modality, Images, Size, Spacing, Megabytes };
constexpr int numberRole = Qt::UserRole, keyRole = Qt::UserRole + 1;
constexpr int side = 64;

QString studyText(const SeriesInfo& series)
{
    QStringList parts;
    if (!series.patientName.empty())
        parts << QString::fromStdString(series.patientName).replace('^', ' ');
    if (const QDate day = QDate::fromString(QString::fromStdString(series.studyDate), "yyyyMMdd");
        day.isValid())
        parts << QLocale().toString(day, QLocale::ShortFormat);
    return parts.isEmpty() ? SeriesPage::tr("Study without a name") : parts.join("   ");
}

QPixmap emptyPicture()
{
    QPixmap black(side, side);
    black.fill(Qt::black);
    return black;
}

} // namespace

SeriesPage::SeriesPage(QWidget* parent) : QWidget(parent)
{
    m_title = new QLabel(tr("Which series?"));
    m_title->setObjectName("title");
    m_text = new ElidedLabel(Qt::ElideMiddle);
    m_text->setObjectName("quiet");
    m_tree = new QTreeWidget;
    m_tree->setHeaderLabels(
        {tr("Series"), tr("Modality"), tr("Images"), tr("Size"), tr("Spacing"), tr("MB")});
    m_tree->setIconSize({side, side});
    m_tree->setIndentation(12);
    m_tree->setRootIsDecorated(false);
    m_tree->setItemsExpandable(false);
    m_tree->setAccessibleName(tr("Series of the folder"));
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->header()->setSectionResizeMode(Series, QHeaderView::Stretch);
    WrappingDelegate::wrapColumn(*m_tree, Series);
    m_open = new QPushButton(tr("Open"));
    m_open->setObjectName("primary");
    auto* back = new QPushButton(tr("Back"));
    connect(m_open, &QPushButton::clicked, this, &SeriesPage::choose);
    connect(back, &QPushButton::clicked, this, &SeriesPage::backAsked);
    connect(m_tree, &QTreeWidget::itemActivated, this, &SeriesPage::choose);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* now) {
        m_open->setEnabled(m_complete && now && now->data(0, keyRole).isValid());
    });
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_text, 1);
    buttons->addWidget(back);
    buttons->addWidget(m_open);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(48, 32, 48, 32);
    box->setSpacing(14);
    box->addWidget(m_title);
    box->addWidget(m_tree, 1);
    box->addLayout(buttons);
}

void SeriesPage::fill(const std::vector<SeriesInfo>& all)
{
    m_tree->clear();
    std::map<std::string, QTreeWidgetItem*> studies;
    for (const SeriesInfo& series : all) {
        QTreeWidgetItem*& study =
            studies[series.studyUid + "\n" + series.patientId + "\n" + series.patientName];
        if (!study) {
            study = new QTreeWidgetItem(m_tree, {studyText(series)});
            study->setFirstColumnSpanned(true);
            study->setFlags(Qt::ItemIsEnabled);
            study->setForeground(0, theme::colour("quiet"));
        }
        QString title = QString::fromStdString(series.description.empty()
                                                   ? tr("Series %1").arg(series.number).toStdString()
                                                   : series.description);
        if (!series.readable)
            title += "\n" + inWindowLanguage(series.reason);
        auto* item = new QTreeWidgetItem(
            study, {title, QString::fromStdString(series.modality), QString::number(series.images)});
        item->setData(0, numberRole, series.number);
        item->setIcon(0, thumbnails::iconOf(emptyPicture()));
        item->setToolTip(0, title);
        item->setText(Megabytes, QLocale().toString(double(series.bytes) / 1e6, 'f', 1));
        for (const int column : {Images, Size, Spacing, Megabytes})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        if (!m_complete)
            continue;
        if (series.readable) {
            item->setData(0, keyRole, QString::fromStdString(keyOf(series)));
            item->setText(
                Size, QString("%1 × %2 × %3").arg(series.size[0]).arg(series.size[1]).arg(series.size[2]));
            const auto mm = [](double value) { return QLocale().toString(value, 'f', 2); };
            item->setText(
                Spacing, QString("%1 × %2 × %3 mm")
                             .arg(mm(series.spacingMm[0]), mm(series.spacingMm[1]), mm(series.spacingMm[2])));
        } else {
            for (int column = 0; column <= Megabytes; ++column)
                item->setForeground(column, theme::colour("quiet"));
        }
    }
    m_tree->expandAll();
}

void SeriesPage::showSoFar(const QString& path, const std::vector<SeriesInfo>& series)
{
    m_path = path;
    m_complete = false;
    fill(series);
    std::int64_t images = 0;
    for (const SeriesInfo& one : series)
        images += one.images;
    m_text->setText(tr("Looking through %1: %2 images so far")
                        .arg(QDir::toNativeSeparators(path), QLocale().toString(qlonglong(images))));
    m_open->setEnabled(false);
}

void SeriesPage::showAll(const QString& path, const std::vector<SeriesInfo>& series, int best)
{
    m_path = path;
    m_complete = true;
    fill(series);
    m_text->setText(QDir::toNativeSeparators(path));
    for (QTreeWidgetItemIterator item(m_tree); *item; ++item)
        if ((*item)->data(0, numberRole).toInt() == best)
            m_tree->setCurrentItem(*item);
    // Whoever types a prompt meanwhile goes on typing.
    if (!qobject_cast<QLineEdit*>(window()->focusWidget()))
        m_tree->setFocus();
}

void SeriesPage::setPreview(int number, const QImage& slice)
{
    QPixmap picture = emptyPicture();
    const QPixmap small =
        QPixmap::fromImage(slice.scaled(side, side, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    QPainter(&picture).drawPixmap((side - small.width()) / 2, (side - small.height()) / 2, small);
    for (QTreeWidgetItemIterator item(m_tree); *item; ++item)
        if ((*item)->data(0, numberRole).toInt() == number)
            (*item)->setIcon(0, thumbnails::iconOf(picture));
}

void SeriesPage::choose()
{
    const QTreeWidgetItem* item = m_tree->currentItem();
    if (m_complete && item && item->data(0, keyRole).isValid())
        Q_EMIT chosen(m_path, item->data(0, keyRole).toString().toStdString());
}

} // namespace hounsfield
