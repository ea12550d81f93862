// SPDX-License-Identifier: Apache-2.0
#include "app/Download.h"

#include "app/EngineWords.h"
#include "resources/Resources.h"

#include <QCryptographicHash>
#include <QDir>
#include <QHostAddress>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QSaveFile>
#include <QSettings>
#include <QStorageInfo>

namespace hounsfield {
namespace {

/// Encrypted, or to this computer itself.
bool mayAsk(const QUrl& url)
{
    return url.scheme() == "https" || (url.scheme() == "http" && QHostAddress(url.host()).isLoopback());
}

/// A hospital's way out is often a proxy: the system's, but not for this computer itself.
class SystemProxy final : public QNetworkProxyFactory {
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery& query) override
    {
        return QHostAddress(query.url().host()).isLoopback() ? QList<QNetworkProxy>{QNetworkProxy::NoProxy}
                                                             : systemProxyForQuery(query);
    }
};

/// A weak one, or none, does not say that the bytes are the same.
bool isStrong(const QByteArray& etag)
{
    return !etag.isEmpty() && !etag.startsWith("W/");
}

QJsonObject readNote(const QString& part)
{
    QFile file(part + ".json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

void forgetPart(const QString& part)
{
    QFile::remove(part);
    QFile::remove(part + ".json");
}

/// "bytes 100-999/1000": where the piece begins and how long the whole is. @return whether it says so
bool readContentRange(const QByteArray& header, qint64& first, qint64& total)
{
    if (!header.startsWith("bytes "))
        return false;
    const QByteArray range = header.mid(6).trimmed();
    const qsizetype dash = range.indexOf('-'), slash = range.indexOf('/');
    if (slash < 0)
        return false;
    bool firstRead = false, totalRead = false;
    first = dash < 0 ? -1 : range.left(dash).toLongLong(&firstRead);
    total = range.mid(slash + 1).toLongLong(&totalRead);
    return (firstRead || dash < 0) && totalRead;
}

QString keptHashKey(const PublicFile& what)
{
    return "downloads/" + what.id + "/sha256";
}

} // namespace

std::vector<PublicFile> publicFiles()
{
    std::vector<PublicFile> all;
    const auto bytes = resources::find("downloads.json");
    if (!bytes)
        return all;
    for (const QJsonValue& value :
         QJsonDocument::fromJson(QByteArray(bytes->data(), qsizetype(bytes->size())))
             .object()["files"]
             .toArray()) {
        const QJsonObject one = value.toObject();
        all.push_back({one["id"].toString(), one["title"].toString(), one["file"].toString(),
                       one["kind"].toString(), one["licence"].toString(), QUrl(one["url"].toString()),
                       qint64(one["bytes"].toDouble()), one["sha256"].toString().toLatin1()});
    }
    return all;
}

Download::Download(QObject* parent) : QObject(parent), m_net(new QNetworkAccessManager(this))
{
    m_net->setProxyFactory(new SystemProxy);
    freeBytes = [](const QString& folder) { return QStorageInfo(folder).bytesAvailable(); };
    connect(&m_hashing, &Task::failed, this, &Download::fail);
    connect(&m_hashing, &Task::stopped, this, [this] {
        end();
        Q_EMIT stopped();
    });
}

Download::~Download()
{
    if (m_reply)
        m_reply->disconnect(this);
    m_hashing.disconnect(this);
}

QString Download::path() const
{
    return QDir(m_folder).filePath(m_what.file);
}

qint64 Download::bytesThere(const PublicFile& what, const QString& folder, bool& whole)
{
    const QFileInfo file(QDir(folder).filePath(what.file));
    whole = file.isFile();
    return whole ? file.size() : QFileInfo(file.filePath() + ".part").size();
}

void Download::start(const PublicFile& what, const QString& folder)
{
    if (m_busy)
        return;
    m_what = what;
    m_folder = folder;
    m_busy = true;
    m_stopping = m_restarted = false;
    m_redirects = 0;
    m_total = m_have = 0;
    m_etag.clear();
    if (!QDir().mkpath(folder))
        return fail(
            tr("The folder %1 cannot be made. Nothing was fetched; choose another place.").arg(folder));
    m_part.setFileName(path() + ".part");
    if (QFile::exists(path()))
        return checkWhole(path());
    const QJsonObject note = readNote(m_part.fileName());
    // Only bytes that the server can vouch for are gone on with.
    m_etag = note["etag"].toString().toLatin1();
    if (note["url"].toString() != what.url.toString() || !isStrong(m_etag))
        forgetPart(m_part.fileName());
    m_have = QFileInfo(m_part).size();
    if (m_have == 0)
        m_etag.clear();
    // Stopped while it was checked: all of it is there.
    if (m_have > 0 && m_have == qint64(note["bytes"].toDouble()))
        return checkWhole(m_part.fileName());
    if (enoughSpace(what.bytes - m_have))
        request(what.url);
}

void Download::stop()
{
    if (!m_busy)
        return;
    m_stopping = true;
    if (m_reply)
        m_reply->abort();
    else
        m_hashing.stop();
}

bool Download::enoughSpace(qint64 needed)
{
    constexpr qint64 rest = 64 << 20; // so that the system stays alive
    const qint64 there = freeBytes(m_folder);
    if (there < 0 || needed + rest <= there)
        return true;
    const QString problem = tr("The disk has %1 free and %2 more are needed. Nothing more was fetched; make "
                               "room and press Download again.")
                                .arg(bytesInWords(double(there)), bytesInWords(double(needed + rest)));
    m_problem = problem;
    if (m_reply)
        m_reply->abort();
    else
        fail(problem);
    return false;
}

void Download::request(const QUrl& url)
{
    if (!mayAsk(url))
        return fail(tr("The address leads to %1, which is not encrypted. It was not asked.")
                        .arg(url.toDisplayString()));
    QNetworkRequest asked(url);
    // Redirections are looked at first; bytes come as they are; one connection, simple to cut and to go on
    // with.
    asked.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    asked.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    asked.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    asked.setRawHeader("Accept-Encoding", "identity");
    asked.setHeader(QNetworkRequest::UserAgentHeader, "hounsfield");
    asked.setTransferTimeout(m_timeoutMs);
    if (m_have > 0) {
        asked.setRawHeader("Range", "bytes=" + QByteArray::number(m_have) + "-");
        asked.setRawHeader("If-Range", m_etag);
    }
    m_problem.clear();
    m_taking = false;
    m_reply = m_net->get(asked);
    m_reply->setReadBufferSize(4 << 20);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &Download::takeHeaders);
    connect(m_reply, &QNetworkReply::readyRead, this, &Download::takeBytes);
    connect(m_reply, &QNetworkReply::finished, this, &Download::replyEnded);
}

/// Whether the answer goes on with the part or begins the file anew.
void Download::takeHeaders()
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (m_taking || (status != 200 && status != 206))
        return;
    const qint64 length = m_reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
    qint64 first = 0;
    const bool goesOn = status == 206;
    if (goesOn &&
        (!readContentRange(m_reply->rawHeader("Content-Range"), first, m_total) || first != m_have)) {
        m_problem = tr("The server sent another piece than was asked for. What was fetched before is kept; "
                       "try again later.");
        m_reply->abort();
        return;
    }
    if (!goesOn) {
        m_have = 0;
        m_total = length;
    }
    m_etag = m_reply->rawHeader("ETag");
    if (!enoughSpace(m_total - m_have))
        return;
    m_part.close();
    QSaveFile note(m_part.fileName() + ".json");
    const QByteArray told = QJsonDocument(QJsonObject{{"url", m_what.url.toString()},
                                                      {"etag", QString::fromLatin1(m_etag)},
                                                      {"bytes", double(m_total)}})
                                .toJson();
    if (!note.open(QIODevice::WriteOnly) || note.write(told) != told.size() || !note.commit() ||
        !m_part.open(goesOn ? QIODevice::Append : QIODevice::WriteOnly | QIODevice::Truncate)) {
        m_problem = tr("%1 cannot be written. Choose another place or make room.").arg(m_part.fileName());
        m_reply->abort();
        return;
    }
    m_taking = true;
}

void Download::takeBytes()
{
    if (!m_taking)
        return;
    const QByteArray bytes = m_reply->readAll();
    if (m_part.write(bytes) != bytes.size()) {
        m_problem = tr("%1 cannot be written any further: is the disk full? What is there is kept; make room "
                       "and press Download again.")
                        .arg(m_part.fileName());
        m_taking = false;
        m_reply->abort();
        return;
    }
    m_have += bytes.size();
    Q_EMIT progressed(m_have, m_total);
}

void Download::replyEnded()
{
    if (m_taking)
        takeBytes();
    QNetworkReply* reply = std::exchange(m_reply, nullptr);
    reply->deleteLater();
    m_part.close();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QUrl target = reply->attribute(QNetworkRequest::RedirectionTargetAttribute).toUrl();
    if (m_stopping) {
        end();
        Q_EMIT stopped();
    } else if (!m_problem.isEmpty()) {
        fail(m_problem);
    } else if (!target.isEmpty()) {
        follow(reply->url().resolved(target));
    } else if (status == 416 && !m_restarted) {
        // What is there is as long as the file or longer: it cannot be told which, so all is fetched again.
        startAgain();
    } else if (status == 404 || status == 410) {
        fail(tr("The file is not at its address any more (%1). Look for it at its publisher and use Import "
                "files….")
                 .arg(m_what.url.toDisplayString()));
    } else if (status != 0 && status != 200 && status != 206) {
        fail(tr("The server answered %1 for %2. What was fetched before is kept; try again later.")
                 .arg(status)
                 .arg(m_what.url.toDisplayString()));
    } else if (reply->error() != QNetworkReply::NoError || (m_total > 0 && m_have != m_total) || !m_taking) {
        fail(cutConnection(*reply));
    } else {
        checkWhole(m_part.fileName());
    }
}

void Download::follow(const QUrl& to)
{
    if (++m_redirects > 5)
        return fail(tr("The server sends from one address to the next without end. Try again later."));
    request(to);
}

void Download::startAgain()
{
    m_restarted = true;
    forgetPart(m_part.fileName());
    m_have = 0;
    m_etag.clear();
    request(m_what.url);
}

QString Download::cutConnection(const QNetworkReply& reply) const
{
    QString why = reply.errorString();
    if (reply.error() == QNetworkReply::OperationCanceledError)
        why = tr("nothing came for %1 s").arg(m_timeoutMs / 1000.0);
    const QString have = bytesInWords(double(m_have));
    if (m_have == 0)
        return tr("%1 could not be reached (%2). Is this computer on the internet? Files fetched elsewhere "
                  "can be brought in with Import files….")
            .arg(m_what.url.host(), why);
    if (isStrong(m_etag))
        return tr("The connection was cut after %1 (%2). They are kept: press Download again to go on from "
                  "there.")
            .arg(have, why);
    return tr("The connection was cut after %1 (%2). This server cannot go on from there: press Download "
              "again to fetch it anew.")
        .arg(have, why);
}

void Download::checkWhole(const QString& whole)
{
    m_checked = whole;
    Q_EMIT checking();
    m_hashing.start([this, name = whole](Progress& progress) -> Task::Then {
        QFile file(name);
        if (!file.open(QIODevice::ReadOnly))
            throw Error(ErrorKind::Resources, "The file " + name.toStdString() + " cannot be read.");
        QCryptographicHash hash(QCryptographicHash::Sha256);
        while (!file.atEnd()) {
            progress.check();
            hash.addData(file.read(4 << 20));
        }
        return [this, hex = QString::fromLatin1(hash.result().toHex())] { judge(hex); };
    });
}

void Download::judge(const QString& sha256)
{
    QSettings settings;
    const bool published = !m_what.sha256.isEmpty();
    const QString kept = settings.value(keptHashKey(m_what)).toString();
    const QString expected = published ? QString::fromLatin1(m_what.sha256) : kept;
    if (!expected.isEmpty() && expected != sha256) {
        QFile::remove(m_checked);
        QFile::remove(m_part.fileName() + ".json");
        return fail(published ? tr("What came is not the published file: its SHA-256 is %1 and should be %2. "
                                   "It was deleted; nothing was installed.")
                                    .arg(sha256, expected)
                              : tr("What came is another file than the first time: its SHA-256 is %1 and was "
                                   "%2. It was deleted. Where its publisher has replaced it, fetch it from "
                                   "there and use Import files….")
                                    .arg(sha256, expected));
    }
    if (m_checked != path() && !QFile::rename(m_checked, path()))
        return fail(tr("%1 cannot be written. Choose another place or make room.").arg(path()));
    QFile::remove(m_part.fileName() + ".json");
    if (expected.isEmpty())
        settings.setValue(keptHashKey(m_what), sha256);
    end();
    Q_EMIT finished(path(), sha256, !expected.isEmpty());
}

void Download::end()
{
    m_busy = false;
    m_part.close();
}

void Download::fail(const QString& message)
{
    end();
    Q_EMIT failed(message);
}

} // namespace hounsfield
