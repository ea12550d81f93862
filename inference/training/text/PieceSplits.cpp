// SPDX-License-Identifier: Apache-2.0
#include "inference/training/text/PieceSplits.h"

#include "volume/Error.h"

#include <string_view>
#include <unordered_map>

namespace hounsfield::training {
namespace {

/// As much of the Protocol Buffers' wire form as a list of pieces needs.
class Fields {
public:
    explicit Fields(std::string_view bytes) : m_bytes(bytes) {}
    bool atEnd() const { return m_at >= m_bytes.size(); }

    /// @returns the bytes of a field of length form, nothing of others
    std::string_view next(std::uint64_t& number)
    {
        const std::uint64_t key = varint();
        number = key >> 3;
        switch (key & 7) {
        case 0:
            varint();
            return {};
        case 1:
            return take(8), std::string_view{};
        case 2:
            return take(varint());
        case 5:
            return take(4), std::string_view{};
        }
        refuse();
    }

private:
    [[noreturn]] static void refuse()
    {
        throw Error(ErrorKind::Model,
                    "The vocabulary is no sentencepiece model. Make it with resources/text/vocabulary.sh.");
    }

    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= std::uint64_t(byte & 127) << shift;
            if (byte < 128)
                return value;
        }
        refuse();
    }

    std::string_view take(std::uint64_t count)
    {
        if (count > m_bytes.size() - m_at)
            refuse();
        const std::string_view part = m_bytes.substr(m_at, count);
        m_at += count;
        return part;
    }

    std::string_view m_bytes;
    std::size_t m_at = 0;
};

/// ModelProto.pieces is field 1, its text again field 1.
std::vector<std::string> piecesOf(const std::string& vocabulary)
{
    std::vector<std::string> pieces;
    std::uint64_t number = 0;
    for (Fields model(vocabulary); !model.atEnd();) {
        const std::string_view entry = model.next(number);
        if (number != 1)
            continue;
        pieces.emplace_back();
        for (Fields piece(entry); !piece.atEnd();) {
            const std::string_view text = piece.next(number);
            if (number == 1)
                pieces.back() = text;
        }
    }
    return pieces;
}

} // namespace

PieceSplits::PieceSplits(const std::string& vocabulary)
{
    const std::vector<std::string> pieces = piecesOf(vocabulary);
    std::unordered_map<std::string, std::int32_t> ids;
    for (std::size_t n = 0; n < pieces.size(); ++n)
        ids.emplace(pieces[n], static_cast<std::int32_t>(n));
    m_splits.resize(pieces.size());
    for (std::size_t n = 0; n < pieces.size(); ++n) {
        if (pieces[n].starts_with('<'))
            continue;
        for (std::size_t at = 1; at < pieces[n].size(); ++at) {
            const auto head = ids.find(pieces[n].substr(0, at)), tail = ids.find(pieces[n].substr(at));
            if (head != ids.end() && tail != ids.end())
                m_splits[n].emplace_back(head->second, tail->second);
        }
    }
}

void PieceSplits::cutInto(std::vector<std::int32_t>& result, std::int32_t id, double probability,
                          Dice& dice) const
{
    const auto& ways = of(id);
    if (ways.empty() || !dice.chance(probability)) {
        result.push_back(id);
        return;
    }
    const auto [head, tail] = dice.oneOf(ways);
    cutInto(result, head, probability, dice);
    cutInto(result, tail, probability, dice);
}

std::vector<std::int32_t> PieceSplits::cut(const std::vector<std::int32_t>& ids, double probability,
                                           Dice& dice) const
{
    std::vector<std::int32_t> result;
    for (const std::int32_t id : ids)
        cutInto(result, id, probability, dice);
    return result;
}

} // namespace hounsfield::training
