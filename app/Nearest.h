// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Prompt.h"
#include "viewer/Task.h"

#include <QString>

namespace hounsfield {

/// Has words beyond the lexicon read by the pack's text encoder, off the GUI thread: it is opened the first
/// time such words are typed, and kept until another model is chosen.
class Nearest : public QObject {
    Q_OBJECT
public:
    explicit Nearest(QObject* parent = nullptr);
    ~Nearest() override;

    void setPack(std::shared_ptr<const ModelPack> pack);
    /// Asks for what a prompt has unread; nothing where it has nothing, or is being asked for.
    void explain(const Prompt& prompt);

Q_SIGNALS:
    void explained(hounsfield::Prompt prompt);
    void failed(QString message);

private:
    /// Lives on the worker thread alone.
    struct Reader;
    std::shared_ptr<const ModelPack> m_pack;
    std::shared_ptr<Reader> m_reader;
    std::string m_asked; ///< the text that was asked for last
    Task m_task;
};

} // namespace hounsfield
