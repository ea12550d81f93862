// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/Prompt.h"

#include <QTimer>
#include <QWidget>

#include <memory>

class QCompleter;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace hounsfield {

class ChipRow;

/// The one door: a field for words, what they were understood as, Ask and Stop, how far it is.
class PromptBar : public QWidget {
    Q_OBJECT
public:
    explicit PromptBar(QWidget* parent = nullptr);

    /// What the model knows, and whether words beyond it can be asked.
    void setPack(const ModelPack& pack);
    const Prompt& prompt() const { return m_prompt; }
    /// What more became known of the prompt, as chips; until the next key. Where it was asked already and
    /// only waited for this, it is asked now.
    void showPrompt(const Prompt& prompt);
    /// The text encoder cannot read the words: what was asked is not run.
    void stopWaiting();
    QString text() const;
    bool hasTypingFocus() const; ///< what is typed now goes into the prompt
    void setText(const QString& text);
    /// As Enter does: now, or as soon as the text encoder has read words beyond the lexicon. Nothing where no
    /// scan is open or nothing is understood.
    void ask();
    void setScanOpen(bool open);
    void setBusy(bool busy);
    void setProgress(const QString& stage, double fraction, double secondsLeft);
    /// @param scarce the memory will not do: amber; Ask stays possible
    void setEstimate(const QString& text, bool scarce = false, const QString& explanation = {});
    void setModelText(const QString& text, const QString& explanation);
    const QStringList& history() const { return m_history; }
    void setHistory(const QStringList& history) { m_history = history; }
    /// What the Tab key reaches from the field: Ask, the list of everything, then this.
    void setTabTo(QWidget* next);

Q_SIGNALS:
    void understood(const hounsfield::Prompt& prompt); ///< a moment after the last key
    void asked(const hounsfield::Prompt& prompt);      ///< Enter or Ask, at least one part understood
    void stopAsked();
    void listAsked();   ///< everything the model knows
    void modelsAsked(); ///< a click on the model's name

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void understand();
    void setCompletion();
    void showChips();
    void addTarget(const PromptPart& part, const Target& target);
    void showPart(const PromptPart& part, int& shown, std::size_t& rest);
    void showSuggestions(const PromptPart& part);

    std::unique_ptr<PromptResolver> m_resolver;
    std::vector<ModelClass> m_classes;
    Prompt m_prompt;
    QLineEdit* m_field = nullptr;
    QPushButton *m_ask = nullptr, *m_stop = nullptr, *m_model = nullptr;
    QLabel *m_estimate = nullptr, *m_stage = nullptr;
    QProgressBar* m_bar = nullptr;
    QToolButton* m_list = nullptr;
    ChipRow* m_chips = nullptr;
    QTimer m_rest;
    QStringList m_history;
    int m_historyAt = -1;
    bool m_scanOpen = false, m_busy = false, m_hasTextEncoder = false;
    bool m_askWhenRead = false; ///< asked while the text encoder still reads some of the words
};

} // namespace hounsfield
