// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Questions.h"

#include "inference/internal/Phrases.h"

#include <algorithm>

namespace hounsfield {
namespace {

using Items = std::vector<Item>;

/// Words such as "how many" and "volume"; "small" and "in volume" are none.
bool asks(const Item& item)
{
    return item.has({Kind::Vague, Kind::Volume}) && item.meaning && item.meaning->also == Also::Asked;
}

bool choosesBySize(const Item& item)
{
    return item.has({Kind::Problem, Kind::Number, Kind::Unit, Kind::More, Kind::Less, Kind::AtLeast,
                     Kind::AtMost, Kind::OrMore, Kind::OrLess, Kind::Between, Kind::Smallest,
                     Kind::Diameter}) ||
           (item.kind == Kind::Vague && !asks(item));
}

bool names(const Item& item)
{
    return item.has({Kind::Thing, Kind::Adjective, Kind::Lesion, Kind::Unknown, Kind::Its, Kind::One});
}

Items withoutFront(Items items)
{
    auto at = std::find_if(items.begin(), items.end(), [](const Item& item) { return !isFrame(item); });
    if (at == items.end() || !asks(*at))
        return items;
    at = items.erase(at);
    while (at != items.end() && (at->kind == Kind::Of || isFrame(*at)))
        at = items.erase(at);
    return items;
}

Items withoutBack(Items items)
{
    const auto last = std::find_if(items.rbegin(), items.rend(), [](const Item& item) {
        return !item.has({Kind::Courtesy, Kind::Lead});
    });
    if (last == items.rend() || !asks(*last) || std::next(last) == items.rend() || !names(*std::next(last)))
        return items;
    items.erase(std::next(last).base());
    return items;
}

Items withoutQuestion(const Items& items)
{
    if (std::none_of(items.begin(), items.end(), asks) || std::none_of(items.begin(), items.end(), names) ||
        std::any_of(items.begin(), items.end(), choosesBySize))
        return items;
    Items rest = withoutBack(withoutFront(items));
    if (std::any_of(rest.begin(), rest.end(), asks))
        return items;
    std::find_if(rest.begin(), rest.end(), names)->asked = true;
    return rest;
}

} // namespace

std::vector<Item> withoutQuestions(const std::vector<Item>& items)
{
    return stretchByStretch(items, [](const Items& phrase, Items& out) {
        const Items rest = withoutQuestion(phrase);
        out.insert(out.end(), rest.begin(), rest.end());
    });
}

} // namespace hounsfield
