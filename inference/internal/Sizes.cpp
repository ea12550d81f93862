// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Sizes.h"

#include "inference/internal/Reasons.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>

namespace hounsfield {
namespace {

constexpr double endless = std::numeric_limits<double>::infinity();

struct Measured {
    double value = 0;
    const Meaning* unit = nullptr;
};

/// Reads sizes at one place of a row of items.
class SizeReader {
public:
    explicit SizeReader(const Reading& reading) : m_reading(reading), m_items(reading.items) {}

    std::vector<Item> run()
    {
        for (m_at = 0; m_at < m_items.size();)
            if (!size())
                m_out.push_back(m_items[m_at++]);
        return joined();
    }

private:
    bool is(std::size_t at, const std::vector<Kind>& kinds) const
    {
        return at < m_items.size() && m_items[at].has(kinds);
    }
    static const std::vector<Kind>& dimensions()
    {
        static const std::vector<Kind> kinds{Kind::Diameter, Kind::Volume, Kind::Vague};
        return kinds;
    }

    /// "Tumor größer 2 cm", with "als" left out.
    bool isTersely(std::size_t at) const
    {
        return is(at, {Kind::Vague}) &&
               (m_items[at].meaning->also == Also::More || m_items[at].meaning->also == Also::Less) &&
               is(at + 1, {Kind::Number}) && !m_out.empty() && m_out.back().has({Kind::Thing, Kind::Lesion});
    }

    /// "And under" before a number, as in "over 1 cm and under 3 cm"; after one it is "10 mm and under".
    bool isBoundAgain(std::size_t at) const
    {
        return is(at, {Kind::OrMore, Kind::OrLess}) && is(at + 1, {Kind::Number}) && !m_out.empty() &&
               m_out.back().kind == Kind::Filter && m_reading.words[m_items[at].from].text[0] != 'o' &&
               m_reading.words[m_items[at].from].text != "或";
    }

    /// A number, in digits or words, and the item after it. "A centimeter" is one.
    std::optional<double> number(std::size_t& at)
    {
        while (is(at, {Kind::Of}))
            ++at;
        if (is(at, {Kind::Article, Kind::One}) && is(at + 1, {Kind::Unit}))
            return ++at, 1.0;
        if (!is(at, {Kind::Number}))
            return std::nullopt;
        const Item& item = m_items[at++];
        if (item.meaning)
            return item.meaning->value;
        std::string digits = m_reading.words[item.from].text;
        const std::size_t point = digits.find_first_of(".,");
        if (point != std::string::npos) {
            if (digits.find_first_of(".,", point + 1) != std::string::npos)
                m_problem = "The number \"" + digits + "\" has more than one decimal point.";
            else if (point >= 1 && point <= 3 && digits[0] != '0' && digits.size() - point == 4)
                m_problem = "The number \"" + digits +
                            "\" may mean thousands or thousandths. Write it without the separator.";
            digits[point] = '.';
        }
        double value = 0;
        std::istringstream in(digits);
        in.imbue(std::locale::classic());
        in >> value;
        if (in.fail() || !std::isfinite(value))
            m_problem = "The number \"" + digits.substr(0, 20) + "\" cannot be read.";
        return value;
    }

    Measured measured(std::size_t& at, double value)
    {
        Measured result{value, nullptr};
        if (is(at, {Kind::Unit}))
            result.unit = m_items[at++].meaning;
        return result;
    }

    /// What the word here says of the number after it; Unknown where it says nothing.
    Kind boundAt(std::size_t at) const
    {
        if (is(at, {Kind::More, Kind::Less, Kind::AtLeast, Kind::AtMost, Kind::Between, Kind::To}))
            return m_items[at].kind;
        if (isTersely(at))
            return m_items[at].meaning->also == Also::More ? Kind::More : Kind::Less;
        if (isBoundAgain(at))
            return m_items[at].kind == Kind::OrMore ? Kind::More : Kind::Less;
        return Kind::Unknown;
    }

    bool size()
    {
        std::size_t at = m_at;
        m_problem.clear();
        const Kind* dimension = nullptr;
        while ((is(at, dimensions()) && !isTersely(at)) ||
               (dimension && is(at, {Kind::Of, Kind::Article, Kind::Courtesy, Kind::Lead}))) {
            if (!dimension || is(at, {Kind::Diameter, Kind::Volume}))
                dimension = &m_items[at].kind;
            ++at;
        }
        const std::size_t begin = at;
        const Kind bound = boundAt(at);
        if (bound != Kind::Unknown)
            ++at;
        const std::optional<double> first = number(at);
        if (!first)
            return bound == Kind::Unknown || bound == Kind::To ? false : missingNumber(begin);
        Measured one = measured(at, *first);
        LesionFilter filter;
        if (std::size_t next = at;
            (bound == Kind::Between || bound == Kind::Unknown) && range(next, bound, one, filter))
            at = next;
        else if (!single(at, bound, one, filter))
            return false;
        return finish(begin, at, filter, one, dimension);
    }

    /// "and 3 cm", "to 3 cm", "- 3 cm".
    bool range(std::size_t& at, Kind bound, Measured& from, LesionFilter& filter)
    {
        const bool a = is(at, {Kind::Article}) && m_reading.words[m_items[at].from].text == "a" &&
                       is(at + 1, {Kind::Number}); // "1 à 3 cm"
        const bool link =
            a || is(at, {Kind::To}) || (bound == Kind::Between && is(at, {Kind::And, Kind::Of, Kind::In}));
        if (!link)
            return false;
        ++at;
        const std::optional<double> second = number(at);
        if (!second)
            return false;
        const Measured to = measured(at, *second);
        if (!from.unit)
            from.unit = to.unit;
        if (from.unit && to.unit && isVolume(*from.unit) != isVolume(*to.unit))
            m_problem = "A range cannot begin as a diameter and end as a volume.";
        bind(filter, Kind::AtLeast, from);
        bind(filter, Kind::AtMost, to.unit ? to : Measured{to.value, from.unit});
        if (!to.unit)
            from.unit = nullptr;
        return true;
    }

    bool single(std::size_t& at, Kind bound, const Measured& one, LesionFilter& filter)
    {
        if (is(at, {Kind::OrMore, Kind::OrLess}) && (bound == Kind::Unknown))
            bound = m_items[at++].kind == Kind::OrMore ? Kind::AtLeast : Kind::AtMost;
        if (bound == Kind::Unknown && !one.unit)
            return false; // a count: "two largest"
        if (bound == Kind::Unknown && m_problem.empty())
            m_problem = "It does not say whether lesions must be larger or smaller than that: write \"over\" "
                        "or \"under\" before the size.";
        if (bound == Kind::Between && m_problem.empty())
            m_problem = "A range needs two numbers, as in \"between 1 and 3 cm\".";
        bind(filter, bound == Kind::To ? Kind::AtMost : bound, one);
        return true;
    }

    static bool isVolume(const Meaning& unit) { return unit.subject == "ml" || unit.subject == "mm3"; }

    void bind(LesionFilter& filter, Kind bound, const Measured& at)
    {
        if (!at.unit || at.unit->value == 0)
            return;
        const double value = at.value * at.unit->value;
        const bool volume = isVolume(*at.unit);
        double& lowest = volume ? filter.lowestMl : filter.lowestMm;
        double& highest = volume ? filter.highestMl : filter.highestMm;
        if (bound == Kind::More)
            lowest = std::nextafter(value, endless);
        else if (bound == Kind::AtLeast)
            lowest = value;
        else if (bound == Kind::Less)
            highest = std::nextafter(value, -endless);
        else if (bound == Kind::AtMost)
            highest = value;
    }

    /// "The gland above the left kidney": where it lies, for the text encoder to read.
    bool saysWhere(std::size_t at) const
    {
        if (!is(at, {Kind::More, Kind::Less}) || m_items[at].meaning->also != Also::Place)
            return false;
        do
            ++at;
        while (is(at, {Kind::Article, Kind::Left, Kind::Right, Kind::Both}));
        return is(at, {Kind::Thing, Kind::Adjective});
    }

    bool lesionBefore() const
    {
        const auto start = std::find_if(m_out.rbegin(), m_out.rend(), [](const Item& item) {
            return item.has({Kind::Stop, Kind::And, Kind::Or, Kind::Without});
        });
        return std::any_of(m_out.rbegin(), start, [](const Item& item) { return item.kind == Kind::Lesion; });
    }

    bool missingNumber(std::size_t begin)
    {
        if (saysWhere(begin) && !lesionBefore()) {
            m_out.push_back(m_items[begin]);
            m_out.back().kind = Kind::Other;
            m_at = begin + 1;
            return true;
        }
        // "bis" and "à" are also small words; here a bound is left without a number.
        m_out.push_back(
            {Kind::Problem,
             nullptr,
             m_items[begin].from,
             m_items[begin].to,
             {},
             saysWhere(begin)
                 ? "Lesions are chosen by organ, side, size and number, not by what they lie above or below."
                 : "It asks for a size without a number. Write one with its unit, as in \"over 10 mm\"."});
        m_out.back().reason = saysWhere(begin) ? reasons::place : reasons::noNumber;
        m_at = begin + 1;
        return true;
    }

    bool finish(std::size_t begin, std::size_t at, const LesionFilter& filter, const Measured& one,
                const Kind* dimension)
    {
        while ((is(at, dimensions()) && !isTersely(at)) ||
               (is(at, {Kind::In, Kind::Of, Kind::Article}) &&
                is(at + 1, {Kind::Diameter, Kind::Volume, Kind::Vague}))) {
            if (is(at, {Kind::Diameter, Kind::Volume}))
                dimension = &m_items[at].kind;
            ++at;
        }
        const bool volume = one.unit && isVolume(*one.unit);
        if (!one.unit && m_problem.empty())
            m_problem = "The size has no unit. Write mm or cm for the longest diameter, ml for the volume.";
        else if (one.unit && one.unit->value == 0 && m_problem.empty())
            m_problem = "Sizes are understood in mm, cm, ml and mm3, not in \"" +
                        m_reading.typed(m_items[begin].from, m_items[at - 1].to) + "\".";
        if (dimension && *dimension == Kind::Diameter && volume)
            m_problem = "A diameter is measured in mm or cm, not in ml.";
        if (dimension && *dimension == Kind::Volume && one.unit && one.unit->value > 0 && !volume)
            m_problem = "A volume is measured in ml, not in mm or cm.";
        while (!m_out.empty() && m_out.back().has({Kind::With, Kind::Of, Kind::In, Kind::Article,
                                                   Kind::Diameter, Kind::Volume, Kind::Vague}))
            m_out.pop_back(); // "with a diameter of"
        m_out.push_back({m_problem.empty() ? Kind::Filter : Kind::Problem, nullptr, m_items[m_at].from,
                         m_items[at - 1].to, filter, m_problem});
        if (!m_problem.empty())
            m_out.back().reason = !one.unit || one.unit->value == 0 ? reasons::noUnit : reasons::sizeUnclear;
        m_at = at;
        return true;
    }

    static Item both(const Item& a, const Item& b, bool either)
    {
        Item one = a;
        one.to = b.to;
        one.filter.lowestMm = std::max(a.filter.lowestMm, b.filter.lowestMm);
        one.filter.highestMm = std::min(a.filter.highestMm, b.filter.highestMm);
        one.filter.lowestMl = std::max(a.filter.lowestMl, b.filter.lowestMl);
        one.filter.highestMl = std::min(a.filter.highestMl, b.filter.highestMl);
        if (either) {
            one.kind = Kind::Problem;
            one.reason = reasons::sizeUnclear;
            one.problem = "It asks for either of two sizes. Ask for each in a part of its own.";
        }
        return one;
    }

    /// "over 1 cm and under 3 cm" as one filter; what no lesion can be as a problem.
    std::vector<Item> joined()
    {
        std::vector<Item> all;
        for (std::size_t i = 0; i < m_out.size(); ++i) {
            if (m_out[i].kind == Kind::Filter && !all.empty()) {
                const bool linked = all.back().has({Kind::And, Kind::Or, Kind::With, Kind::But}) &&
                                    all.size() > 1 && all[all.size() - 2].kind == Kind::Filter;
                if (linked || all.back().kind == Kind::Filter) {
                    const bool either = all.back().kind == Kind::Or;
                    if (linked)
                        all.pop_back();
                    all.back() = both(all.back(), m_out[i], either);
                    continue;
                }
            }
            all.push_back(m_out[i]);
        }
        for (Item& item : all) {
            const LesionFilter& f = item.filter;
            if (item.kind == Kind::Filter && (f.lowestMm > f.highestMm || f.lowestMl > f.highestMl ||
                                              f.highestMm <= 0 || f.highestMl <= 0)) {
                item.kind = Kind::Problem;
                item.reason = reasons::contradiction;
                item.problem = "It contradicts itself: nothing can be of that size.";
            }
        }
        return all;
    }

    const Reading& m_reading;
    const std::vector<Item>& m_items;
    std::vector<Item> m_out;
    std::size_t m_at = 0;
    std::string m_problem;
};

std::string shown(double value)
{
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out << std::round(value * 1e6) / 1e6 + 0.0;
    return out.str();
}

/// "larger than 10 mm", "at least 10 mm", "between 10 and 30 mm". Bounds are inclusive: a strict one lies
/// just beside the number.
std::string rangeWords(double lowest, double highest, const std::string& unit)
{
    const auto round = [](double value) { return std::abs(value - std::round(value * 1e6) / 1e6) == 0; };
    const std::string low = (round(lowest) ? "at least " : "more than ") + shown(lowest) + " " + unit,
                      high = (round(highest) ? "at most " : "less than ") + shown(highest) + " " + unit;
    if (lowest > 0 && highest < endless)
        return low + " and " + high;
    if (lowest > 0)
        return low;
    return highest < endless ? high : "";
}

} // namespace

std::vector<Item> gatherSizes(const Reading& reading)
{
    return SizeReader(reading).run();
}

std::string sizeWords(const LesionFilter& filter)
{
    const std::string mm = rangeWords(filter.lowestMm, filter.highestMm, "mm"),
                      ml = rangeWords(filter.lowestMl, filter.highestMl, "ml");
    return (mm.empty() ? "" : "of " + mm + " in their longest axial diameter") +
           (mm.empty() || ml.empty() ? "" : ", ") + (ml.empty() ? "" : "of " + ml + " in volume");
}

} // namespace hounsfield
