// SPDX-License-Identifier: Apache-2.0
#include "app/train/TrainingLog.h"

#include "volume/ClassicLocale.h"
#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/io/MaskWriter.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace hounsfield::training {
namespace {

constexpr std::size_t firstClassColumn = 5;

std::string number(double value, const char* format)
{
    const ClassicLocale numbersAsInC;
    char text[40];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

/// The cells of a line of our own making: no quotes in it.
std::vector<std::string> cells(const std::string& line)
{
    std::vector<std::string> found(1);
    for (const char c : line)
        if (c == ',')
            found.emplace_back();
        else
            found.back() += c;
    return found;
}

std::optional<double> value(const std::string& cell)
{
    return numberFrom(cell);
}

} // namespace

TrainingLog::TrainingLog(std::filesystem::path file, std::vector<ModelClass> classes, std::int64_t step)
    : m_file(std::move(file)), m_classes(std::move(classes))
{
    readRows(step);
    std::string kept = heading();
    for (const LogRow& row : m_rows)
        kept += textOf(row);
    writeTextFile(kept, m_file);
    m_out.open(m_file, std::ios::binary | std::ios::app);
}

void TrainingLog::readRows(std::int64_t step)
{
    std::ifstream in(m_file, std::ios::binary);
    std::string line;
    if (step == 0 || !std::getline(in, line) || line + "\n" != heading())
        return;
    while (std::getline(in, line)) {
        const std::vector<std::string> found = cells(line);
        // A kill may have left half a line.
        if (in.eof() || found.size() != firstClassColumn + m_classes.size())
            break;
        LogRow row{std::atoll(found[0].c_str()),
                   value(found[1]).value_or(0),
                   value(found[2]).value_or(0),
                   value(found[3]).value_or(0),
                   value(found[4]),
                   {}};
        for (std::size_t c = firstClassColumn; c < found.size(); ++c)
            row.dice.push_back(value(found[c]));
        if (row.step <= step && (m_rows.empty() || row.step > m_rows.back().step))
            m_rows.push_back(row);
    }
}

std::string TrainingLog::heading() const
{
    std::string line = "step,loss,learning_rate,seconds_a_step,validation_dice";
    for (const ModelClass& known : m_classes)
        line += "," + known.fileName;
    return line + "\n";
}

std::string TrainingLog::textOf(const LogRow& row) const
{
    std::string line = std::to_string(row.step) + "," + number(row.loss, "%.6f") + "," +
                       number(row.learningRate, "%.3e") + "," + number(row.secondsAStep, "%.4f") + ",";
    line += row.meanDice ? number(*row.meanDice, "%.5f") : "";
    for (std::size_t c = 0; c < m_classes.size(); ++c)
        line += "," + (c < row.dice.size() && row.dice[c] ? number(*row.dice[c], "%.5f") : "");
    return line + "\n";
}

void TrainingLog::add(const TrainingReport& report)
{
    LogRow row{report.step, report.loss, report.learningRate, report.secondsAStep, {}, {}};
    if (report.validation) {
        row.meanDice = report.validation->meanDice;
        for (const ModelClass& known : m_classes) {
            const auto c = static_cast<std::size_t>(known.id - 1);
            row.dice.push_back(c < report.validation->dice.size() ? report.validation->dice[c]
                                                                  : std::nullopt);
        }
    }
    m_rows.push_back(row);
    m_out << textOf(row) << std::flush;
    if (!m_out)
        throw Error(ErrorKind::Resources,
                    "The log " + m_file.string() + " cannot be written. Is there space on the disk?");
    if (report.validation)
        draw();
}

const LogRow* TrainingLog::validated(std::int64_t step) const
{
    for (const LogRow& row : m_rows)
        if (row.step == step && row.meanDice)
            return &row;
    return nullptr;
}

void tell(const TrainingReport& report, std::int64_t steps)
{
    std::printf("step %lld of %lld  loss %.4f  %.2f s a step  %zu scans", static_cast<long long>(report.step),
                static_cast<long long>(steps), report.loss, report.secondsAStep, report.scans);
    if (report.validation)
        std::printf("  validation Dice %.4f%s", report.validation->meanDice,
                    report.validation->best ? " (best so far)" : "");
    std::printf("\n");
    std::fflush(stdout);
}

void TrainingLog::draw() const
{
    std::filesystem::path plot = m_file;
    plot.replace_extension(".svg");
    writeTextFile(logPlot(m_rows, plot.stem().stem().string()), plot);
}

} // namespace hounsfield::training
