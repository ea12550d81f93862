#include "app/Thumbnails.h"

#include "viewer/scene/SliceScene.h"

#include <QCryptographicHash>
#include <QDir>
#include <QImage>
#include <QPixmap>
#include <QStandardPaths>

namespace hounsfield::thumbnails {
namespace {

constexpr int side = 96;

QString fileOf(const QString& path)
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + "/hounsfield/thumbnails/" + QString::fromLatin1(QCryptographicHash::hash(path.toUtf8(), QCryptographicHash::Sha1).toHex()) + ".png";
}

} // namespace

void keep(const QString& path, std::shared_ptr<const Volume> volume)
{
    const Geometry& scan = volume->geometry();
    SliceGrid grid{axesOf(Plane::Axial, patientFrame()), middleMm(scan), 1, side, side};
    const auto across = extentMm(scan, grid.axes.right), down = extentMm(scan, grid.axes.down);
    grid.mmPerPixel = std::max({across[1] - across[0], down[1] - down[0], 1.0}) / side;
    SliceScene scene(volume);
    const Picture& picture = scene.render(grid, {}, {});
    const QImage image(reinterpret_cast<const uchar*>(picture.pixels.data()), picture.width, picture.height, picture.width * 4, QImage::Format_RGB32);
    QDir().mkpath(QFileInfo(fileOf(path)).path());
    image.save(fileOf(path));
}

QIcon of(const QString& path)
{
    const QPixmap pixmap(fileOf(path));
    return pixmap.isNull() ? QIcon() : QIcon(pixmap);
}

} // namespace hounsfield::thumbnails
