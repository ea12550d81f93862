// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Prompt.h"
#include "inference/Recognition.h"
#include "inference/TextEncoder.h"

#include <map>
#include <memory>
#include <string>

namespace hounsfield {

/// What a prompt means to one model: by the lexicon at once, and for words beyond it by the model's text
/// encoder, which is opened when the first such words come and then kept. The same for the command line, a
/// batch and the window.
class Understanding {
public:
    explicit Understanding(const ModelPack& pack);
    ~Understanding();
    /// All of it. Words beyond the lexicon become known classes, a guess that says so, or are refused, where
    /// the model has a Recognition; where it has a text encoder alone they are zero-shot, with the nearest
    /// classes. @throws Error(Model) for a text encoder that cannot be opened, Cancelled where `stop` asks
    /// for it while it is being opened
    Prompt read(const std::string& text, const Progress& stop = Progress());
    /// Every class of the model.
    Prompt everything() const { return m_resolver.everything(); }

private:
    void open(const Progress& stop);
    const WordsRead& readWords(const std::string& words);
    void explainZeroShot(Prompt& prompt) const;

    ModelPack m_pack;
    PromptResolver m_resolver;
    std::unique_ptr<TextEncoder> m_encoder;
    std::unique_ptr<Recognition> m_recognition;
    std::map<std::string, WordsRead> m_read; ///< the same words are read once
};

/// What is left of a prompt where its text encoder cannot be opened: the parts that wait for it are refused
/// and say so. Its list of unread words stays: asked again, they are tried again.
Prompt withoutTextEncoder(Prompt prompt);

} // namespace hounsfield
