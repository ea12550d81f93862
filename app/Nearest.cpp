#include "app/Nearest.h"

#include "inference/TextEncoder.h"

#include <algorithm>

namespace hounsfield {

struct Nearest::Encoder {
    std::unique_ptr<TextEncoder> open;
};

Nearest::Nearest(QObject* parent) : QObject(parent)
{
    connect(&m_task, &Task::failed, this, &Nearest::failed);
}

Nearest::~Nearest()
{
    m_task.disconnect(this);
}

void Nearest::setPack(std::shared_ptr<const ModelPack> pack)
{
    m_task.stop();
    m_pack = std::move(pack);
    // A job that still runs keeps the old one alive until it has stopped.
    m_encoder = std::make_shared<Encoder>();
    m_asked.clear();
}

void Nearest::explain(const Prompt& prompt)
{
    const bool missing = std::any_of(prompt.parts.begin(), prompt.parts.end(), [](const PromptPart& part) { return part.zeroShot && part.suggestions.empty(); });
    if (!missing || !m_pack || !m_pack->textEncoder || prompt.text == m_asked)
        return;
    m_asked = prompt.text;
    m_task.start([this, asked = prompt, pack = m_pack, encoder = m_encoder](Progress& progress) -> Task::Then {
        Prompt told = asked;
        if (!encoder->open)
            encoder->open = TextEncoder::open(*pack);
        progress.check();
        explainZeroShot(told, *encoder->open);
        return [this, told, encoder] {
            if (encoder == m_encoder)
                Q_EMIT explained(told);
        };
    });
}

} // namespace hounsfield
