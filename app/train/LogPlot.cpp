// SPDX-License-Identifier: Apache-2.0
#include "app/train/TrainingLog.h"
#include "volume/ClassicLocale.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace hounsfield::training {
namespace {

std::string text(const char* format, ...)
{
    const ClassicLocale numbersAsInC;
    char line[400];
    va_list values;
    va_start(values, format);
    std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    return line;
}

std::string escaped(const std::string& words)
{
    std::string safe;
    for (const char c : words)
        switch (c) {
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '&':
            safe += "&amp;";
            break;
        default:
            safe += c;
        }
    return safe;
}

/// 1, 2 or 5 times a power of ten, so that about five ticks fit.
double tickOf(double range)
{
    const double rough = std::max(range, 1e-9) / 5, power = std::pow(10, std::floor(std::log10(rough)));
    for (const double tick : {1.0, 2.0, 5.0})
        if (rough <= tick * power)
            return tick * power;
    return 10 * power;
}

struct Point {
    double step, value;
};

/// Axes and curves of one quantity over the steps, in a box of the picture.
class Panel {
public:
    Panel(double top, double height, double lastStep, double highest)
        : m_top(top), m_height(height), m_lastStep(std::max(1.0, lastStep)),
          m_highest(std::max(1e-6, highest))
    {
    }

    std::string axes(const std::string& name) const
    {
        std::string out =
            text("<text x='%g' y='%g' class='name'>", left, m_top - 10) + escaped(name) + "</text>\n";
        const double tick = tickOf(m_highest);
        for (double v = 0; v <= m_highest * 1.0001; v += tick)
            out += text("<line x1='%g' x2='%g' y1='%.1f' y2='%.1f' class='grid'/><text x='%g' y='%.1f' "
                        "class='tick end'>%g</text>\n",
                        left, left + width, y(v), y(v), left - 8, y(v) + 4, v);
        const double stepTick = std::max(1.0, tickOf(m_lastStep));
        for (double s = 0; s <= m_lastStep * 1.0001; s += stepTick)
            out +=
                text("<text x='%.1f' y='%g' class='tick middle'>%g</text>\n", x(s), m_top + m_height + 18, s);
        return out;
    }

    std::string curve(const std::vector<Point>& points, const char* kind) const
    {
        if (points.empty())
            return "";
        std::string out = text("<polyline class='%s' points='", kind);
        // More points than pixels say nothing.
        const std::size_t every = std::max<std::size_t>(1, points.size() / 2000);
        for (std::size_t n = 0; n < points.size(); ++n)
            if (n % every == 0 || n + 1 == points.size())
                out += text("%.1f,%.1f ", x(points[n].step), y(points[n].value));
        return out + "'/>\n";
    }

    std::string mark(const Point& point, const std::string& words) const
    {
        const bool right = point.step > 0.7 * m_lastStep;
        return text(
                   "<circle cx='%.1f' cy='%.1f' r='4' class='mark'/><text x='%.1f' y='%.1f' class='said %s'>",
                   x(point.step), y(point.value), x(point.step) + (right ? -8 : 8), y(point.value) - 8,
                   right ? "end" : "") +
               escaped(words) + "</text>\n";
    }

    static constexpr double left = 70, width = 800;

private:
    double x(double step) const { return left + width * step / m_lastStep; }
    double y(double value) const { return m_top + m_height * (1 - std::clamp(value / m_highest, 0.0, 1.05)); }

    double m_top, m_height, m_lastStep, m_highest;
};

/// Each value as the mean of it and what came before, older ones counting less: patches differ so much that a
/// raw loss shows nothing.
std::vector<Point> smoothed(const std::vector<Point>& points)
{
    std::vector<Point> smooth;
    double sum = 0, weight = 0;
    for (const Point& point : points) {
        sum = 0.9 * sum + point.value;
        weight = 0.9 * weight + 1;
        smooth.push_back({point.step, sum / weight});
    }
    return smooth;
}

} // namespace

std::string logPlot(const std::vector<LogRow>& rows, const std::string& title)
{
    std::vector<Point> loss, mean;
    std::vector<std::vector<Point>> classes;
    for (const LogRow& row : rows) {
        loss.push_back({double(row.step), row.loss});
        if (row.meanDice)
            mean.push_back({double(row.step), *row.meanDice});
        classes.resize(std::max(classes.size(), row.dice.size()));
        for (std::size_t c = 0; c < row.dice.size(); ++c)
            if (row.dice[c])
                classes[c].push_back({double(row.step), *row.dice[c]});
    }
    const std::vector<Point> smooth = smoothed(loss);
    double highest = 0;
    for (const Point& point : smooth)
        highest = std::max(highest, point.value);
    const double last = rows.empty() ? 1 : double(rows.back().step);
    const double height = mean.empty() ? 320 : 620;
    std::string out =
        text("<svg xmlns='http://www.w3.org/2000/svg' width='900' height='%g' viewBox='0 0 900 %g'>\n",
             height, height) +
        "<style>text{font-family:sans-serif;fill:#222}.title{font-size:17px;font-weight:bold}.name{font-size:"
        "14px}.tick{font-size:11px;fill:#666}.said{font-size:12px}"
        ".end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#e4e4e4}polyline{fill:none;stroke-"
        "linejoin:round}.raw{stroke:#b9cbe6;stroke-width:1}"
        ".line{stroke:#1f5fae;stroke-width:2.2}.class{stroke:#9aa5b1;stroke-width:0.9;stroke-opacity:0.7}."
        "mark{fill:#1f5fae}</style>\n"
        "<rect width='100%' height='100%' fill='#ffffff'/>\n" +
        text("<text x='%g' y='28' class='title'>", Panel::left) + escaped(title) + "</text>\n";
    const Panel lossPanel(70, 210, last, 1.1 * highest);
    out += lossPanel.axes("Loss of training over steps") + lossPanel.curve(loss, "raw") +
           lossPanel.curve(smooth, "line");
    if (!mean.empty()) {
        const Panel dicePanel(350, 230, last, 1);
        out += dicePanel.axes("Dice on validation scans: mean (bold) and every class");
        for (const auto& curve : classes)
            out += dicePanel.curve(curve, "class");
        const Point best = *std::max_element(
            mean.begin(), mean.end(), [](const Point& a, const Point& b) { return a.value < b.value; });
        out += dicePanel.curve(mean, "line") +
               dicePanel.mark(best, text("best %.3f at step %g", best.value, best.step));
    }
    return out + "</svg>\n";
}

} // namespace hounsfield::training
