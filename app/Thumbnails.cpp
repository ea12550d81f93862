// SPDX-License-Identifier: Apache-2.0
#include "app/Thumbnails.h"

#include "viewer/scene/SliceScene.h"

#include <QCryptographicHash>
#include <QDir>
#include <QPixmap>
#include <QSettings>
#include <QStandardPaths>

#include <algorithm>

namespace hounsfield::thumbnails {
namespace {

constexpr int side = 96;
constexpr int usualMb = 50;

QString fileOf(const QString& path, const std::string& series)
{
    const QString name = series.empty() ? path : path + "\n" + QString::fromStdString(series);
    return folder() + "/" +
           QString::fromLatin1(QCryptographicHash::hash(name.toUtf8(), QCryptographicHash::Sha1).toHex()) +
           ".png";
}

/// The oldest go first.
void prune()
{
    qint64 left = qint64(mostMb()) * 1000000;
    for (const QFileInfo& file : QDir(folder()).entryInfoList({"*.png"}, QDir::Files, QDir::Time))
        if ((left -= file.size()) < 0)
            QFile::remove(file.absoluteFilePath());
}

} // namespace

QString folder()
{
    const QString chosen = QSettings().value("cacheFolder").toString();
    return (chosen.isEmpty()
                ? QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + "/hounsfield"
                : chosen) +
           "/thumbnails";
}

int mostMb()
{
    return QSettings().value("cacheMb", usualMb).toInt();
}

void setPlace(const QString& folder, int mostMb)
{
    QSettings().setValue("cacheFolder", folder);
    QSettings().setValue("cacheMb", mostMb);
    prune();
}

void keep(const QString& path, const std::string& series, std::shared_ptr<const Volume> volume)
{
    const Geometry& scan = volume->geometry();
    SliceGrid grid{axesOf(Plane::Axial, patientFrame()), middleMm(scan), 1, side, side};
    const auto across = extentMm(scan, grid.axes.right), down = extentMm(scan, grid.axes.down);
    grid.mmPerPixel = std::max({across[1] - across[0], down[1] - down[0], 1.0}) / side;
    SliceScene scene(volume);
    const Picture& picture = scene.render(grid, {}, {});
    const QImage image(reinterpret_cast<const uchar*>(picture.pixels.data()), picture.width, picture.height,
                       picture.width * 4, QImage::Format_RGB32);
    QDir().mkpath(folder());
    image.save(fileOf(path, {}));
    if (!series.empty())
        image.save(fileOf(path, series));
    prune();
}

QIcon of(const QString& path, const std::string& series)
{
    const QPixmap pixmap(fileOf(path, series));
    return pixmap.isNull() ? QIcon() : iconOf(pixmap);
}

QIcon iconOf(const QPixmap& picture)
{
    QIcon icon;
    for (const QIcon::Mode mode : {QIcon::Normal, QIcon::Active, QIcon::Selected})
        icon.addPixmap(picture, mode);
    return icon;
}

QImage pictureOf(const SliceImage& slice, const std::optional<std::array<double, 2>>& windowLevel)
{
    SliceLook look;
    look.window = windowLevel ? (*windowLevel)[0] : 400;
    look.level = windowLevel ? (*windowLevel)[1] : 40;
    QImage image(slice.columns, slice.rows, QImage::Format_Grayscale8);
    for (int row = 0; row < slice.rows; ++row) {
        uchar* line = image.scanLine(row);
        for (int column = 0; column < slice.columns; ++column)
            line[column] = uchar(
                greyOf(slice.hu[std::size_t(row) * std::size_t(slice.columns) + std::size_t(column)], look));
    }
    const double ratio = slice.rowMm / slice.columnMm;
    return ratio > 0.99 && ratio < 1.01 ? image
                                        : image.scaled(slice.columns, std::max(1, int(slice.rows * ratio)),
                                                       Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

} // namespace hounsfield::thumbnails
