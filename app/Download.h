// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "viewer/Task.h"

#include <QFile>
#include <QUrl>

#include <functional>
#include <vector>

class QNetworkAccessManager;
class QNetworkReply;

namespace hounsfield {

/// A file at a public address, as resources/downloads.json names it.
struct PublicFile {
    QString id, title, file, kind, licence; ///< kind: "checkpoint", "text_encoder", "vocabulary"
    QUrl url;
    qint64 bytes = 0;  ///< about; 0: not known
    QByteArray sha256; ///< hexadecimal; empty: not published
};
std::vector<PublicFile> publicFiles();

/// Fetches one file over HTTPS, by HTTP ranges from where it was cut (RFC 9110, 14 and 13.1.5). The only
/// place of the program that opens a connection, and only where `start` is called: at the click of a person.
///
/// Bytes go to FILE.part with a note FILE.part.json of whose they are (address, ETag). The whole file is
/// compared with its SHA-256 and only then bears its name. Plain HTTP is spoken to this computer alone, for
/// tests.
class Download : public QObject {
    Q_OBJECT
public:
    explicit Download(QObject* parent = nullptr);
    ~Download() override;

    /// @param folder made where it is not there; a file that is whole and right there already is not fetched
    /// again
    void start(const PublicFile& what, const QString& folder);
    void stop(); ///< keeps what is there for the next time
    bool busy() const { return m_busy; }
    void setTimeout(int milliseconds) { m_timeoutMs = milliseconds; } ///< without a byte
    /// For tests: how many bytes a folder's disk has free.
    std::function<qint64(const QString& folder)> freeBytes;
    /// How much of it lies in the folder: the whole file, or its beginning.
    static qint64 bytesThere(const PublicFile& what, const QString& folder, bool& whole);

Q_SIGNALS:
    void progressed(qint64 done, qint64 total); ///< total 0: not known
    void checking();                            ///< all is here, its SHA-256 is computed
    /// @param compared false: nobody has published its hash and it is the first copy here; the hash is kept
    /// for the next
    void finished(QString path, QString sha256, bool compared);
    void failed(QString message); ///< whole sentences; what was kept and what to do
    void stopped();

private:
    void request(const QUrl& url);
    void takeHeaders();
    void takeBytes();
    void replyEnded();
    void follow(const QUrl& to);
    void startAgain(); ///< from the first byte
    void checkWhole(const QString& file);
    void judge(const QString& sha256);
    QString cutConnection(const QNetworkReply& reply) const; ///< whole sentences
    void fail(const QString& message);
    void end();
    bool enoughSpace(qint64 needed);
    QString path() const;

    QNetworkAccessManager* m_net = nullptr;
    QNetworkReply* m_reply = nullptr;
    Task m_hashing;
    PublicFile m_what;
    QString m_folder;
    QFile m_part;
    QByteArray m_etag; ///< of the bytes in the part
    qint64 m_have = 0, m_total = 0;
    int m_timeoutMs = 30000, m_redirects = 0;
    bool m_busy = false, m_stopping = false, m_taking = false, m_restarted = false;
    QString m_checked; ///< the file whose hash is computed
    QString m_problem; ///< why the reply was given up by us
};

} // namespace hounsfield
