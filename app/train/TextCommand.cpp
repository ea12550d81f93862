// SPDX-License-Identifier: Apache-2.0
#include "app/train/Commands.h"
#include "app/train/TextScores.h"
#include "inference/training/text/HeldBack.h"
#include "inference/training/text/TextFolder.h"
#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace hounsfield::training {
namespace {

struct Options {
    TextTrainerSettings trainer;
    std::string corpus, out, vocabulary, scoreTable, folder;
    int width = 128, blocks = 2;
    std::vector<double> thresholds; ///< accept and unsure, where they are known
    bool onlyTry = false, wrong = false;
};

void tell(const TextReport& report, std::int64_t steps)
{
    std::printf("step %lld of %lld  loss %.4f  right %.1f %%  temperature %.4f  %.3f s a step\n",
                static_cast<long long>(report.step), static_cast<long long>(steps), report.loss,
                100 * report.right, report.temperature, report.secondsAStep);
    std::fflush(stdout);
}

std::string readBytes(const std::string& file)
{
    requireRegularFile(file, ErrorKind::Usage);
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(
            ErrorKind::Usage,
            "The vocabulary " + file +
                " cannot be read. Make it with resources/text/vocabulary.sh, or name one with --vocabulary.");
    return {std::istreambuf_iterator<char>(in), {}};
}

class TextTraining {
public:
    TextTraining(const Options& options, Progress& progress)
        : m_options(options), m_progress(progress), m_corpus(readTextCorpus(options.corpus)),
          m_parts(ConceptParts::read(std::filesystem::path(options.corpus) / "parts.txt", m_corpus.concepts)),
          m_vocabulary(
              readBytes(options.vocabulary.empty() ? options.out + "/vocabulary.model" : options.vocabulary)),
          m_tokenizer(textTokenizer(m_vocabulary, folderSettings(options.width, options.blocks, 0).context))
    {
        m_settings = folderSettings(options.width, options.blocks, m_tokenizer->vocabularySize());
        for (const std::string& sentence : contradictions(m_corpus))
            std::fprintf(stderr, "%s\n", sentence.c_str());
    }

    /// On a part of the corpus, to see how the rest is read.
    TextThresholds calibrate()
    {
        const HeldBack parts = holdBack(m_corpus, m_options.trainer.seed);
        std::printf("Learning from %zu of %zu phrases, to see how the others are read.\n",
                    parts.learned.phrases.size(), m_corpus.phrases.size());
        const TrainedText trained = learn(parts.learned);
        const std::vector<JudgedPhrase> judged =
            judge(parts.kept,
                  WordEncoder(m_settings, textTokenizer(m_vocabulary, m_settings.context), trained.weights),
                  trained.rows);
        const TextThresholds thresholds = calibrated(judged, m_corpus.languages.size());
        std::printf("Accepted from %.4f, unsure from %.4f. Phrases held back:\n%s", thresholds.accept,
                    thresholds.unsure,
                    scoreTable(judged, trained.rows.concepts, m_corpus.languages, thresholds).c_str());
        if (m_options.wrong)
            std::printf("%s", misread(parts.kept, judged, trained.rows.concepts, thresholds).c_str());
        std::fflush(stdout);
        return thresholds;
    }

    void write(const TextThresholds& thresholds)
    {
        std::printf("Learning from all %zu phrases.\n", m_corpus.phrases.size());
        const TrainedText trained = learn(m_corpus);
        TextDescription description{m_settings,
                                    m_options.trainer.promptTemplate,
                                    m_options.trainer.seed,
                                    m_options.trainer.steps,
                                    {},
                                    trained.rows,
                                    thresholds};
        for (std::size_t n = 0; n < m_corpus.languages.size(); ++n)
            description.lines[m_corpus.languages[n]] =
                static_cast<std::size_t>(std::count_if(
                    m_corpus.phrases.begin(), m_corpus.phrases.end(),
                    [&](const TextPhrase& one) { return one.language == static_cast<int>(n); })) +
                m_corpus.templates[n].size();
        writeTextFolder(m_options.out, description, m_vocabulary, trained.weights);
        std::printf("Wrote the text encoder to %s.\n", m_options.out.c_str());
    }

private:
    TrainedText learn(const TextCorpus& corpus)
    {
        TextTrainerSettings settings = m_options.trainer;
        settings.encoder = m_settings;
        return trainTextEncoder(
            corpus, m_parts, *m_tokenizer, m_vocabulary, settings,
            [&](const TextReport& report) { tell(report, settings.steps); }, m_progress);
    }

    const Options& m_options;
    Progress& m_progress;
    TextCorpus m_corpus;
    ConceptParts m_parts;
    std::string m_vocabulary;
    std::unique_ptr<Tokenizer> m_tokenizer;
    TextEncoderSettings m_settings;
};

void scoreFolder(const Options& options)
{
    if (options.folder.empty())
        throw Error(ErrorKind::Usage, "Name the folder of the text encoder behind the table: "
                                      "hounsfield-train text --score TABLE.tsv FOLDER.");
    const TextDescription description = readTextFolder(options.folder);
    const HeldOutTable table = readHeldOut(options.scoreTable, description.rows.concepts);
    const std::vector<JudgedPhrase> judged =
        judge(table.phrases, openWordEncoder(options.folder, description.settings), description.rows);
    std::printf(
        "%s", scoreTable(judged, description.rows.concepts, table.languages, description.thresholds).c_str());
    if (options.wrong)
        std::printf(
            "%s", misread(table.phrases, judged, description.rows.concepts, description.thresholds).c_str());
}

void run(const Options& options, Progress& progress)
{
    if (!options.scoreTable.empty())
        return scoreFolder(options);
    if (options.corpus.empty() || (options.out.empty() && (!options.onlyTry || options.vocabulary.empty())))
        throw Error(ErrorKind::Usage, "Name what to learn from and where to write it: hounsfield-train text "
                                      "--corpus resources/text --out FOLDER.");
    TextTraining training(options, progress);
    const TextThresholds thresholds = options.thresholds.empty()
                                          ? training.calibrate()
                                          : TextThresholds{options.thresholds[0], options.thresholds[1]};
    if (!options.onlyTry)
        training.write(thresholds);
}

} // namespace

std::function<void(Progress&)> addTextCommand(CLI::App& app)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "text", "Train the text encoder on a corpus of phrases, or score one (docs/text-encoder.md)");
    command->add_option("--corpus", options->corpus,
                        "Folder of <language>.tsv and parts.txt, such as resources/text");
    command->add_option("--out", options->out,
                        "Folder to write; its vocabulary.model is used where --vocabulary names none");
    command->add_option("--vocabulary", options->vocabulary,
                        "A sentencepiece model of the corpus (resources/text/vocabulary.sh)");
    command
        ->add_option(
            "--steps", options->trainer.steps,
            "Steps of each of the two trainings: with phrases held back for the thresholds, then with all")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command->add_option("--batch", options->trainer.batch, "Phrases a step")
        ->check(CLI::Range(2, 100000))
        ->capture_default_str();
    command->add_option("--learning-rate", options->trainer.learningRate, "Largest learning rate")
        ->check(CLI::Range(1e-7, 1.0))
        ->capture_default_str();
    command->add_option("--weight-decay", options->trainer.weightDecay, "Weight decay")
        ->check(CLI::Range(0.0, 10.0))
        ->capture_default_str();
    command->add_option("--dropout", options->trainer.dropout, "Share of values left out")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command->add_option("--width", options->width, "Values of a token, a multiple of 64")
        ->check(CLI::IsMember({64, 128, 192, 256, 384, 512}))
        ->capture_default_str();
    command->add_option("--blocks", options->blocks, "Blocks of the transformer")
        ->check(CLI::Range(1, 12))
        ->capture_default_str();
    command->add_option("--seed", options->trainer.seed, "Seed of weights, draws and what is held back")
        ->capture_default_str();
    command->add_option("--threads", options->trainer.threads, "Threads")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    command
        ->add_option(
            "--thresholds", options->thresholds,
            "accept and unsure as an earlier --try told them: then there is one training, with all phrases")
        ->expected(2)
        ->check(CLI::Range(0.0, 1.0));
    command->add_flag("--try", options->onlyTry,
                      "Only tell how phrases that are held back are read; write nothing");
    command->add_option(
        "--score", options->scoreTable,
        "Table of language, concept (or unknown) and phrase to read with the encoder in FOLDER");
    command->add_option("folder", options->folder, "Folder of the text encoder to score");
    command->add_flag("--wrong", options->wrong, "List the phrases that were not read as they are meant");
    return [options](Progress& progress) { run(*options, progress); };
}

} // namespace hounsfield::training
