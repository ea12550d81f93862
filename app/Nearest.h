#pragma once

#include "inference/Prompt.h"
#include "viewer/Task.h"

#include <QString>

namespace hounsfield {

class TextEncoder;

/// Tells of words beyond the classes which classes are nearest, off the GUI thread: the pack's text encoder is opened the first time such
/// words are typed, and kept until another model is chosen.
class Nearest : public QObject {
    Q_OBJECT
public:
    explicit Nearest(QObject* parent = nullptr);
    ~Nearest() override;

    void setPack(std::shared_ptr<const ModelPack> pack);
    /// Asks for what is missing in a prompt; nothing where nothing is, or the pack has no text encoder.
    void explain(const Prompt& prompt);

Q_SIGNALS:
    void explained(hounsfield::Prompt prompt);
    void failed(QString message);

private:
    /// Lives on the worker thread alone.
    struct Encoder;
    std::shared_ptr<const ModelPack> m_pack;
    std::shared_ptr<Encoder> m_encoder;
    std::string m_asked; ///< the text that was asked for last: once is enough
    Task m_task;
};

} // namespace hounsfield
