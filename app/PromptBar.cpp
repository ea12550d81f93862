// SPDX-License-Identifier: Apache-2.0
#include "app/PromptBar.h"

#include "app/ChipRow.h"
#include "app/EngineTexts.h"
#include "app/EngineWords.h"
#include "inference/Completion.h"
#include "inference/TargetNames.h"
#include "inference/Understanding.h"
#include "viewer/Theme.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStringListModel>
#include <QStyle>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace hounsfield {

/// Why the chip of such words has a dashed border.
static QString zeroShotWords(const PromptPart& part)
{
    QStringList nearest;
    for (const std::string& one : part.suggestions)
        nearest << nameInWindowLanguage(one);
    QString words = nearest.isEmpty()
                        ? PromptBar::tr("Not trained on this: the result may be wrong in every way.")
                        : PromptBar::tr("Not trained on this; nearest: %1.").arg(nearest.join(", "));
    return part.explanation.empty() ? words : words + "\n" + inWindowLanguage(part.explanation);
}

/// "“tumors over 5”: no unit". The reason stands in the chip: while typing nobody rests the pointer on it.
static QString refusedWords(const PromptPart& part, bool hasTextEncoder)
{
    QString reason = PromptBar::tr("not understood");
    if (!part.reason.empty())
        reason = phraseInWindowLanguage(part.reason);
    if (!hasTextEncoder && part.reason == "unknown word")
        reason += ", " + PromptBar::tr("this model has no text encoder");
    return PromptBar::tr("“%1”: %2").arg(QString::fromStdString(part.text), reason);
}

PromptBar::PromptBar(QWidget* parent) : QWidget(parent)
{
    setObjectName("panel");
    m_field = new QLineEdit;
    m_field->setObjectName("prompt");
    m_field->setPlaceholderText(tr("What do you want to find?   liver tumor and both kidneys"));
    m_field->setClearButtonEnabled(true);
    m_field->setMaxLength(2000);
    m_field->setAccessibleName(tr("What do you want to find?"));
    m_field->installEventFilter(this);
    m_ask = new QPushButton(tr("Ask"));
    m_ask->setObjectName("primary");
    m_ask->setToolTip(tr("Find this in the scan (Enter)"));
    m_stop = new QPushButton(theme::icon("stop"), tr("Stop"));
    m_stop->setToolTip(tr("Stop looking; what is already found stays (Esc)"));
    m_list = new QToolButton;
    m_list->setIcon(theme::icon("list"));
    m_list->setToolTip(tr("Everything the model knows"));
    m_list->setAccessibleName(m_list->toolTip());
    m_estimate = new QLabel;
    m_estimate->setObjectName("quiet");
    m_model = new QPushButton;
    m_model->setObjectName("model");
    m_model->setCursor(Qt::PointingHandCursor);
    m_stage = new QLabel;
    m_stage->setObjectName("quiet");
    m_bar = new QProgressBar;
    m_bar->setRange(0, 1000);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_chips = new ChipRow;

    auto* first = new QHBoxLayout;
    first->setSpacing(8);
    first->addWidget(m_field, 1);
    first->addWidget(m_list);
    first->addWidget(m_ask);
    first->addWidget(m_stop);
    auto* second = new QHBoxLayout;
    second->setSpacing(12);
    second->addWidget(m_chips, 1);
    for (QWidget* one : std::initializer_list<QWidget*>{m_stage, m_estimate, m_model})
        second->addWidget(one, 0, Qt::AlignTop);
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(16, 8, 16, 6);
    box->setSpacing(6);
    box->addLayout(first);
    box->addLayout(second);
    box->addWidget(m_bar);
    setFocusProxy(m_field);

    m_rest.setSingleShot(true);
    m_rest.setInterval(150);
    connect(&m_rest, &QTimer::timeout, this, &PromptBar::understand);
    connect(m_field, &QLineEdit::textChanged, this, [this] {
        m_askWhenRead = false;
        m_rest.start();
    });
    connect(m_field, &QLineEdit::returnPressed, this, &PromptBar::ask);
    connect(m_ask, &QPushButton::clicked, this, &PromptBar::ask);
    connect(m_stop, &QPushButton::clicked, this, &PromptBar::stopAsked);
    connect(m_list, &QToolButton::clicked, this, &PromptBar::listAsked);
    connect(m_model, &QPushButton::clicked, this, &PromptBar::modelsAsked);
    setBusy(false);
}

void PromptBar::setPack(const ModelPack& pack)
{
    m_classes = pack.classes;
    m_hasTextEncoder = pack.textEncoder.has_value();
    m_resolver = std::make_unique<PromptResolver>(pack.classes, zeroShotOf(pack));
    setCompletion();
    m_prompt = {};
    m_askWhenRead = false;
    understand();
}

bool PromptBar::hasTypingFocus() const
{
    return window()->focusWidget() == m_field;
}

/// Of the last words, in the window's language: the list of completions is made anew with every letter.
void PromptBar::setCompletion()
{
    const QString language = tr("@lexicon");
    const auto completion = std::make_shared<const Completion>(
        m_classes, language == "@lexicon" ? "English" : language.toStdString());
    auto* completer = new QCompleter(m_field);
    auto* words = new QStringListModel(completer);
    completer->setModel(words);
    completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    completer->setMaxVisibleItems(8);
    connect(m_field, &QLineEdit::textEdited, words, [words, completion](const QString& text) {
        QStringList list;
        for (const std::string& one : completion->of(text.toStdString()))
            list << QString::fromStdString(one);
        words->setStringList(list);
    });
    m_field->setCompleter(completer); // the one before is deleted
}

QString PromptBar::text() const
{
    return m_field->text();
}

void PromptBar::setText(const QString& text)
{
    m_field->setText(text);
    m_rest.stop();
    understand();
}

void PromptBar::setScanOpen(bool open)
{
    m_scanOpen = open;
    m_ask->setEnabled(m_scanOpen && (m_prompt.waits() || !m_prompt.targets().empty()));
}

void PromptBar::setBusy(bool busy)
{
    m_busy = busy;
    m_stop->setVisible(busy);
    m_ask->setVisible(!busy);
    m_bar->setVisible(busy);
    m_stage->setVisible(busy);
    m_estimate->setVisible(!busy);
}

void PromptBar::setProgress(const QString& stage, double fraction, double secondsLeft)
{
    m_bar->setValue(int(std::lround(1000 * fraction)));
    const QString told = inWindowLanguage(stage);
    m_stage->setText(secondsLeft > 0.5 ? tr("%1 · %2 left").arg(told, roughTime(secondsLeft)) : told);
}

void PromptBar::setEstimate(const QString& text, bool scarce, const QString& explanation)
{
    m_estimate->setText(text);
    m_estimate->setToolTip(explanation);
    // A long warning takes more lines, not the place of the chips.
    m_estimate->setWordWrap(scarce);
    m_estimate->setMaximumWidth(scarce ? 320 : QWIDGETSIZE_MAX);
    // A style sheet looks at the name only when it is asked to.
    m_estimate->setObjectName(scarce ? "doubt" : "quiet");
    m_estimate->style()->unpolish(m_estimate);
    m_estimate->style()->polish(m_estimate);
}

void PromptBar::setModelText(const QString& text, const QString& explanation)
{
    m_model->setText(text);
    m_model->setToolTip(explanation);
    m_model->setAccessibleName(tr("Model: %1").arg(text));
}

void PromptBar::understand()
{
    if (!m_resolver)
        return;
    const QString text = m_field->text().trimmed();
    // What the text encoder has read stays known: the lexicon alone knows less.
    if (!text.isEmpty() && text.toStdString() == m_prompt.text && m_prompt.unread.empty())
        return;
    showPrompt(text.isEmpty() ? Prompt{} : m_resolver->resolve(text.toStdString()));
}

void PromptBar::showPrompt(const Prompt& prompt)
{
    m_prompt = prompt;
    showChips();
    setScanOpen(m_scanOpen);
    Q_EMIT understood(m_prompt);
    if (m_askWhenRead && !m_prompt.waits())
        ask();
}

void PromptBar::stopWaiting()
{
    m_askWhenRead = false;
    m_prompt = withoutTextEncoder(std::move(m_prompt));
    showChips();
    setScanOpen(m_scanOpen);
}

void PromptBar::setTabTo(QWidget* next)
{
    setTabOrder(m_field, m_ask);
    setTabOrder(m_ask, m_list);
    setTabOrder(m_list, next);
}

void PromptBar::showChips()
{
    m_chips->clear();
    if (m_prompt.parts.empty()) {
        for (const QString& example :
             {tr("liver, both kidneys and spleen"), tr("liver tumor"), tr("all organs")})
            connect(m_chips->addLink(example), &QPushButton::clicked, this, [this, example] {
                setText(example);
                m_field->setFocus();
            });
        m_chips->fit();
        return;
    }
    int shown = 0;
    std::size_t rest = 0;
    // First what is not understood: below three lines the row scrolls, and nobody scrolls to a refusal.
    for (const bool understood : {false, true})
        for (const PromptPart& part : m_prompt.parts)
            if (understood == (part.understood() || part.pending))
                showPart(part, shown, rest);
    if (rest > 0)
        m_chips->addChip(tr("and %1 more").arg(rest), theme::colour("quiet"), {}, ChipRow::Kind::Known);
    m_chips->fit();
}

void PromptBar::showPart(const PromptPart& part, int& shown, std::size_t& rest)
{
    constexpr int most = 8;
    const QString why = inWindowLanguage(part.explanation);
    if (part.pending)
        return m_chips->addChip(tr("reading “%1” …").arg(QString::fromStdString(part.text)),
                                theme::colour("quiet"), why, ChipRow::Kind::Reading);
    if (!part.understood()) {
        const QString text = refusedWords(part, m_hasTextEncoder);
        m_chips->addChip(text, theme::colour("error"), why, ChipRow::Kind::Refused);
    }
    for (const Target& target : part.targets) {
        if (shown++ >= most) {
            ++rest;
            continue;
        }
        addTarget(part, target);
    }
    showSuggestions(part);
}

void PromptBar::addTarget(const PromptPart& part, const Target& target)
{
    QString name = nameInWindowLanguage(target.name);
    if (const std::string choice = partOf(target, m_classes); !choice.empty())
        name += ", " + phraseInWindowLanguage(choice);
    if (target.classId == 0)
        return m_chips->addChip(name, theme::colour("quiet"), zeroShotWords(part), ChipRow::Kind::ZeroShot);
    const auto known = std::find_if(m_classes.begin(), m_classes.end(),
                                    [&](const ModelClass& c) { return c.id == target.classId; });
    const QColor colour = known == m_classes.end() ? theme::colour("quiet")
                                                   : QColor(known->rgb[0], known->rgb[1], known->rgb[2]);
    if (part.confidence > 0)
        name = (part.unsure ? tr("perhaps %1 · %2 %") : tr("%1 · %2 %"))
                   .arg(name, QString::number(percentOf(part.confidence)));
    m_chips->addChip(name, colour, inWindowLanguage(part.explanation),
                     part.unsure ? ChipRow::Kind::Unsure : ChipRow::Kind::Known);
}

void PromptBar::showSuggestions(const PromptPart& part)
{
    for (const std::string& known : part.suggestions) {
        const QString near = nameInWindowLanguage(known);
        QPushButton* link = m_chips->addLink(near + "?");
        link->setToolTip(tr("Ask for this instead"));
        connect(link, &QPushButton::clicked, this, [this, near, typed = part.text] {
            QString text = m_field->text();
            text.replace(QString::fromStdString(typed), near, Qt::CaseInsensitive);
            setText(text);
            m_field->setFocus();
        });
    }
}

void PromptBar::ask()
{
    m_rest.stop();
    understand();
    m_askWhenRead = m_scanOpen && m_prompt.waits();
    if (!m_scanOpen || m_askWhenRead || m_prompt.targets().empty())
        return;
    m_history.removeAll(m_field->text());
    m_history.prepend(m_field->text());
    m_history = m_history.mid(0, 50);
    m_historyAt = -1;
    Q_EMIT asked(m_prompt);
}

bool PromptBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool older = key->key() == Qt::Key_Up, newer = key->key() == Qt::Key_Down;
        if ((older || newer) && !m_history.isEmpty()) {
            m_historyAt = std::clamp(m_historyAt + (older ? 1 : -1), -1, int(m_history.size()) - 1);
            m_field->setText(m_historyAt < 0 ? QString() : m_history[m_historyAt]);
            return true;
        }
        if (key->key() == Qt::Key_Escape && m_busy) {
            Q_EMIT stopAsked();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace hounsfield
