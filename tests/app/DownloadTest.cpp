// SPDX-License-Identifier: Apache-2.0
#include "app/Download.h"
#include "app/DownloadDialog.h"
#include "tests/app/Helpers.h"
#include "tests/app/LocalServer.h"
#include "tests/support/catch.h"

#include <QCheckBox>
#include <QCryptographicHash>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTest>

using namespace hounsfield;
using namespace hounsfield::test;

namespace {

QByteArray someBytes(int count)
{
    QByteArray bytes(count, '\0');
    for (int i = 0; i < count; ++i)
        bytes[i] = char((unsigned(i) * 7919u) >> 3);
    return bytes;
}

QByteArray hashOf(const QByteArray& bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

/// A file on a server of this computer, and what became of fetching it.
struct Fetched {
    QApplication& program = application(); // before anything of Qt's network
    TemporaryFolder folder;
    LocalServer server;
    Download download;
    PublicFile file;
    QString path, sha256, failure;
    bool compared = false, wasStopped = false;

    Fetched()
    {
        QSettings().remove("downloads");
        server.content = someBytes(3000000);
        file = {"test",
                "A file",
                "weights.pth",
                "checkpoint",
                "CC0",
                QUrl(server.address()),
                0,
                hashOf(server.content)};
        QObject::connect(&download, &Download::finished, &download,
                         [this](const QString& where, const QString& hash, bool same) {
                             path = where;
                             sha256 = hash;
                             compared = same;
                         });
        QObject::connect(&download, &Download::failed, &download,
                         [this](const QString& why) { failure = why; });
        QObject::connect(&download, &Download::stopped, &download, [this] { wasStopped = true; });
    }
    QString inFolder(const char* name) const
    {
        return QString::fromStdString((folder.path() / name).string());
    }
    void start()
    {
        path.clear();
        failure.clear();
        download.start(file, QString::fromStdString(folder.path().string()));
    }
    void run()
    {
        start();
        REQUIRE(waitFor([this] { return !download.busy(); }));
    }
    qint64 partBytes() const { return QFileInfo(inFolder("weights.pth.part")).size(); }
    bool isRight() const
    {
        QFile fetched(path);
        return !path.isEmpty() && fetched.open(QIODevice::ReadOnly) && fetched.readAll() == server.content &&
               !QFile::exists(inFolder("weights.pth.part")) &&
               !QFile::exists(inFolder("weights.pth.part.json"));
    }
};

} // namespace

TEST_CASE("a file is fetched whole, compared with its published hash, and not fetched a second time")
{
    Fetched f;
    f.run();
    CHECK(f.failure.isEmpty());
    CHECK(f.isRight());
    CHECK(f.compared);
    CHECK(f.server.asked.size() == 1);
    CHECK_FALSE(f.server.asked[0].toLower().contains("\r\nrange:"));
    CHECK(f.server.asked[0].toLower().contains("accept-encoding: identity"));
    f.run();
    CHECK(f.isRight());
    CHECK(f.server.asked.size() == 1);
}

TEST_CASE("after a cut the next press goes on from where it was, by the same ETag")
{
    Fetched f;
    f.server.cutAfter = 1000000;
    f.run();
    CHECK(f.failure.contains("cut"));
    CHECK(f.failure.contains("kept"));
    CHECK(f.partBytes() == 1000000);
    CHECK_FALSE(QFile::exists(f.inFolder("weights.pth")));
    f.run();
    CHECK(f.isRight());
    CHECK(f.server.asked[1].contains("Range: bytes=1000000-"));
    CHECK(f.server.asked[1].contains("If-Range: \"one\""));
}

TEST_CASE("a server without ranges begins anew, and so does one whose file has changed or that names no ETag")
{
    Fetched f;
    f.server.cutAfter = 1000000;
    f.run();
    REQUIRE(f.partBytes() == 1000000);
    SECTION("no ranges")
    {
        f.server.ranges = false;
    }
    SECTION("another ETag")
    {
        f.server.etag = "\"two\"";
        f.server.content = someBytes(2000001);
        f.file.sha256 = hashOf(f.server.content);
    }
    SECTION("another address")
    {
        f.file.url = QUrl(f.server.address("/elsewhere"));
    }
    f.run();
    CHECK(f.failure.isEmpty());
    CHECK(f.isRight());
    SECTION("no ETag at all")
    {
        QFile::remove(f.path);
        f.server.etag.clear();
        f.server.cutAfter = 5000;
        f.run();
        CHECK(f.failure.contains("anew"));
        f.run();
        CHECK(f.isRight());
        CHECK_FALSE(f.server.asked.back().toLower().contains("\r\nrange:"));
    }
}

TEST_CASE("a file with the wrong hash is refused and deleted")
{
    Fetched f;
    f.file.sha256 = hashOf("something else");
    f.run();
    CHECK(f.failure.contains("not the published file"));
    CHECK(f.path.isEmpty());
    CHECK_FALSE(QFile::exists(f.inFolder("weights.pth")));
    CHECK_FALSE(QFile::exists(f.inFolder("weights.pth.part")));
}

TEST_CASE("where no hash is published the first one is kept, and a later copy that differs is refused")
{
    Fetched f;
    f.file.sha256.clear();
    f.run();
    CHECK(f.isRight());
    CHECK_FALSE(f.compared);
    CHECK(f.sha256.toLatin1() == hashOf(f.server.content));
    QFile::remove(f.path);
    f.run();
    CHECK(f.compared);
    QFile::remove(f.path);
    f.server.content[5] = char(f.server.content[5] + 1);
    f.run();
    CHECK(f.failure.contains("another file than the first time"));
    CHECK_FALSE(QFile::exists(f.inFolder("weights.pth")));
}

TEST_CASE("a file that is gone, a server in trouble, one that is not there and one that falls silent are "
          "told of in words")
{
    Fetched f;
    SECTION("gone")
    {
        f.server.status = 404;
        f.run();
        CHECK(f.failure.contains("not at its address any more"));
    }
    SECTION("trouble")
    {
        f.server.status = 503;
        f.run();
        CHECK(f.failure.contains("503"));
    }
    SECTION("not there")
    {
        f.server.close();
        f.run();
        CHECK(f.failure.contains("could not be reached"));
    }
    SECTION("silent")
    {
        f.download.setTimeout(300);
        f.server.holdAfter = 1000;
        f.run();
        CHECK(f.failure.contains("nothing came for 0.3 s"));
        CHECK(f.partBytes() == 1000);
    }
    CHECK(f.path.isEmpty());
    CHECK_FALSE(QFile::exists(f.inFolder("weights.pth")));
}

TEST_CASE("stopping keeps what was fetched and the next press goes on")
{
    Fetched f;
    f.server.holdAfter = 1500000;
    f.start();
    REQUIRE(waitFor([&] { return f.partBytes() >= 1000000; }));
    f.download.stop();
    REQUIRE(waitFor([&] { return f.wasStopped; }));
    CHECK_FALSE(f.download.busy());
    const qint64 kept = f.partBytes();
    f.server.holdAfter = -1;
    f.run();
    CHECK(f.isRight());
    CHECK(f.server.asked.back().contains("Range: bytes=" + QByteArray::number(kept) + "-"));
}

TEST_CASE("a redirection is followed on encrypted ways alone")
{
    Fetched f;
    SECTION("to another place of this computer")
    {
        f.server.redirectTo = "/moved";
        f.run();
        CHECK(f.isRight());
    }
    SECTION("to a place that is not encrypted")
    {
        f.server.redirectTo = "http://192.0.2.1/file";
        f.run();
        CHECK(f.failure.contains("not encrypted"));
    }
    SECTION("in a circle")
    {
        f.server.redirectTo = "/file";
        f.run();
        CHECK(f.failure.contains("without end"));
    }
}

TEST_CASE("a disk that is too small is told of before anything is written")
{
    Fetched f;
    f.download.freeBytes = [](const QString&) { return qint64(60) << 20; };
    f.run();
    CHECK(f.failure.contains("disk"));
    CHECK(f.partBytes() == 0);
    CHECK_FALSE(QFile::exists(f.inFolder("weights.pth")));
}

TEST_CASE("every public address is encrypted and names what it is for")
{
    application();
    const auto files = publicFiles();
    CHECK(files.size() == 4);
    for (const PublicFile& file : files) {
        INFO(file.id.toStdString());
        CHECK(file.url.scheme() == "https");
        CHECK(file.url.isValid());
        CHECK((file.kind == "checkpoint" || file.kind == "text_encoder" || file.kind == "vocabulary"));
        CHECK_FALSE(file.licence.isEmpty());
        CHECK((file.sha256.isEmpty() || file.sha256.size() == 64));
    }
}

TEST_CASE(
    "the download begins at one click after the licence, fetches one file after the other and hands them on")
{
    application();
    QSettings().remove("downloads");
    const TemporaryFolder folder;
    LocalServer weights, words, merges;
    weights.content = someBytes(200000);
    words.content = someBytes(100000);
    merges.content = someBytes(5000);
    DownloadDialog dialog(
        {{"unet", "U-Net", "unet.pth", "checkpoint", "CC BY-NC-ND 4.0", QUrl(weights.address()), 200000, {}},
         {"swin", "Swin", "swin.pth", "checkpoint", "CC BY-NC-ND 4.0", QUrl(weights.address()), 0, {}},
         {"clip", "CLIP", "clip.pt", "text_encoder", "MIT", QUrl(words.address()), 0, hashOf(words.content)},
         {"merges", "Merges", "merges.txt", "vocabulary", "MIT", QUrl(merges.address()), 0,
          hashOf(merges.content)}},
        QString::fromStdString(folder.path().string()));
    dialog.show();
    REQUIRE(QTest::qWaitForWindowExposed(&dialog));
    std::optional<ImportFiles> got;
    QObject::connect(&dialog, &DownloadDialog::ready, &dialog,
                     [&](const ImportFiles& files) { got = files; });
    auto* go = dialog.findChild<QPushButton*>("primary");
    CHECK_FALSE(go->isEnabled());
    CHECK(dialog.findChild<QLabel*>("files")->text().contains(weights.address()));
    dialog.findChild<QCheckBox*>("words")->setChecked(true);
    CHECK(dialog.findChild<QLabel*>("files")->text().contains("clip.pt"));
    dialog.findChild<QCheckBox*>("accept")->setChecked(true);
    REQUIRE(go->isEnabled());
    QCoreApplication::processEvents();
    CHECK(weights.asked.empty());
    QTest::mouseClick(go, Qt::LeftButton);
    REQUIRE(waitFor([&] { return got.has_value(); }));
    CHECK(QFileInfo(got->checkpoint).fileName() == "unet.pth");
    CHECK(QFileInfo(got->textEncoder).size() == 100000);
    CHECK(QFileInfo(got->vocabulary).size() == 5000);
    // Of the one without a published hash it is said that it could not be compared.
    bool told = false;
    for (const QLabel* label : dialog.findChildren<QLabel*>())
        told = told || (label->text().contains("could not be compared") &&
                        label->text().contains(QString::fromLatin1(hashOf(weights.content))));
    CHECK(told);
}
