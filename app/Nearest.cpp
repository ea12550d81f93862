// SPDX-License-Identifier: Apache-2.0
#include "app/Nearest.h"

#include "inference/Understanding.h"

namespace hounsfield {

struct Nearest::Reader {
    std::unique_ptr<Understanding> open;
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
    m_reader = std::make_shared<Reader>();
    m_asked.clear();
}

void Nearest::explain(const Prompt& prompt)
{
    if (prompt.unread.empty() || !m_pack || (m_task.busy() && prompt.text == m_asked))
        return;
    m_asked = prompt.text;
    m_task.start(
        [this, text = prompt.text, pack = m_pack, reader = m_reader](Progress& progress) -> Task::Then {
            if (!reader->open)
                reader->open = std::make_unique<Understanding>(*pack);
            progress.check();
            return [this, told = reader->open->read(text, progress), reader] {
                if (reader == m_reader)
                    Q_EMIT explained(told);
            };
        });
}

} // namespace hounsfield
