// SPDX-License-Identifier: Apache-2.0
#include "app/cli/WorkerMessages.h"

#include <nlohmann/json.hpp>

namespace hounsfield::cli {

using json = nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, scan, series, folder, prompts)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Answer, what, kind, writing, message, found, notFound, understood, device,
                                   precision, measurements, lesions, seriesNumber, seriesKey, description,
                                   studyDate, choice)

namespace {

std::string dumped(const json& what)
{
    return what.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace

std::string lineOf(const Asked& asked)
{
    return dumped({{"prompts", asked.prompts},
                   {"all", asked.all},
                   {"model", asked.model},
                   {"device", asked.device},
                   {"precision", asked.precision},
                   {"clean_up", asked.cleanUp},
                   {"format", asked.format},
                   {"overlap", asked.overlap},
                   {"threshold", asked.threshold ? json(*asked.threshold) : json(nullptr)},
                   {"label_map", asked.labelMap},
                   {"left_out", asked.leftOut},
                   {"threads", asked.threads}});
}

Asked askedFrom(const std::string& line)
{
    const json read = json::parse(line);
    Asked asked;
    read.at("prompts").get_to(asked.prompts);
    read.at("all").get_to(asked.all);
    read.at("model").get_to(asked.model);
    read.at("device").get_to(asked.device);
    read.at("precision").get_to(asked.precision);
    read.at("clean_up").get_to(asked.cleanUp);
    read.at("format").get_to(asked.format);
    read.at("overlap").get_to(asked.overlap);
    if (!read.at("threshold").is_null())
        asked.threshold = read.at("threshold").get<double>();
    read.at("label_map").get_to(asked.labelMap);
    read.at("left_out").get_to(asked.leftOut);
    read.at("threads").get_to(asked.threads);
    return asked;
}

std::string lineOf(const Order& order)
{
    return dumped(order);
}

std::string lineOf(const Answer& answer)
{
    return dumped(answer);
}

Order orderFrom(const std::string& line)
{
    return json::parse(line).get<Order>();
}

Answer answerFrom(const std::string& line)
{
    return json::parse(line).get<Answer>();
}

} // namespace hounsfield::cli
