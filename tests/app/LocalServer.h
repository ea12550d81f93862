// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <vector>

namespace hounsfield::test {

/// A web server on this computer with one file: as well or as badly behaved as a test wants it.
class LocalServer : public QTcpServer {
public:
    QByteArray content, etag = "\"one\"";
    bool ranges = true;            ///< whether it goes on from the middle
    int status = 200;              ///< another: an answer without the file
    qint64 cutAfter = -1;          ///< bytes of the next answer, then the connection drops
    qint64 holdAfter = -1;         ///< bytes of an answer, then nothing more comes
    QByteArray redirectTo;         ///< of "/file"; anything else is answered with the file
    std::vector<QByteArray> asked; ///< the heads of the requests

    LocalServer()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket* socket = nextPendingConnection())
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { hear(*socket); });
        });
    }
    QString address(const QString& path = "/file") const
    {
        return QString("http://127.0.0.1:%1%2").arg(serverPort()).arg(path);
    }

private:
    void hear(QTcpSocket& socket)
    {
        const QByteArray head = socket.property("head").toByteArray() + socket.readAll();
        socket.setProperty("head", head);
        if (!head.endsWith("\r\n\r\n"))
            return;
        socket.setProperty("head", QByteArray());
        asked.push_back(head);
        answer(socket, head);
    }
    static QByteArray field(const QByteArray& head, const QByteArray& name)
    {
        for (const QByteArray& line : head.split('\n'))
            if (line.toLower().startsWith(name.toLower() + ":"))
                return line.mid(name.size() + 1).trimmed();
        return {};
    }
    void answer(QTcpSocket& socket, const QByteArray& head)
    {
        if (!redirectTo.isEmpty() && head.startsWith("GET /file ")) {
            socket.write("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + redirectTo + "\r\n\r\n");
            return;
        }
        if (status != 200) {
            socket.write("HTTP/1.1 " + QByteArray::number(status) + " No\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        qint64 from = 0;
        const QByteArray range = field(head, "Range");
        if (ranges && range.startsWith("bytes=") && field(head, "If-Range") == etag)
            from = range.mid(6, range.size() - 7).toLongLong();
        QByteArray told = from > 0
                              ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                                    QByteArray::number(from) + "-" + QByteArray::number(content.size() - 1) +
                                    "/" + QByteArray::number(content.size()) + "\r\n"
                              : QByteArray("HTTP/1.1 200 OK\r\n");
        if (!etag.isEmpty())
            told += "ETag: " + etag + "\r\n";
        told += "Content-Length: " + QByteArray::number(content.size() - from) + "\r\n\r\n";
        socket.write(told);
        const qint64 most = cutAfter >= 0 ? cutAfter : holdAfter;
        socket.write(content.mid(from, most));
        if (std::exchange(cutAfter, -1) >= 0)
            socket.disconnectFromHost();
    }
};

} // namespace hounsfield::test
