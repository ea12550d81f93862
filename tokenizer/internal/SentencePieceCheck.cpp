// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/internal/SentencePieceCheck.h"

#include "volume/Error.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace hounsfield {
namespace {

[[noreturn]] void refuse(const std::string& why)
{
    throw Error(ErrorKind::Model,
                "The tokenizer's vocabulary is not a whole sentencepiece model: " + why + ". Get it again.");
}

/// One field of a message in the wire format of Protocol Buffers.
struct Field {
    int number = 0;
    int wire = 0; ///< 0 number, 1 eight bytes, 2 bytes, 5 four bytes
    std::uint64_t value = 0;
    std::string_view bytes; ///< of wires 1, 2 and 5
};

class Message {
public:
    explicit Message(std::string_view bytes) : m_rest(bytes) {}

    bool next(Field& field)
    {
        if (m_rest.empty())
            return false;
        const std::uint64_t key = number();
        field.number = static_cast<int>(key >> 3 & 0x1FFFFFFF);
        field.wire = static_cast<int>(key & 7);
        field.value = field.wire == 0 ? number() : 0;
        field.bytes = bytesOf(field.wire);
        if (field.number == 0 || field.wire == 3 || field.wire == 4 || field.wire > 5)
            refuse("a field is of a kind that these files do not have");
        return true;
    }

private:
    std::uint64_t number()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= std::uint64_t(byte & 0x7F) << shift;
            if (byte < 0x80)
                return value;
        }
        refuse("a number is too long");
    }

    /// Of a field that is read whole: one of a length, of 64 bits or of 32 bits.
    std::string_view bytesOf(int wire)
    {
        switch (wire) {
        case 2:
            return take(number());
        case 1:
            return take(8);
        case 5:
            return take(4);
        default:
            return {};
        }
    }

    std::string_view take(std::uint64_t count)
    {
        if (count > m_rest.size())
            refuse("it is cut off");
        const std::string_view taken = m_rest.substr(0, count);
        m_rest.remove_prefix(count);
        return taken;
    }

    std::string_view m_rest;
};

void checkPiece(std::string_view bytes)
{
    Message message(bytes);
    Field field;
    bool named = false;
    while (message.next(field)) {
        if (field.number == 1) {
            named = field.wire == 2 && !field.bytes.empty();
            if (!named || field.bytes.size() > 4096 || field.bytes.find('\0') != std::string_view::npos)
                refuse("a piece of it is no text");
        } else if (field.number == 2) {
            float score = 0;
            if (field.wire != 5)
                refuse("a score is no number");
            std::memcpy(&score, field.bytes.data(), sizeof score);
            if (!std::isfinite(score))
                refuse("a score is not finite");
        } else if (field.number == 3 && (field.wire != 0 || field.value < 1 || field.value > 6)) {
            refuse("a piece is of an unknown kind");
        }
    }
    if (!named)
        refuse("a piece of it is empty");
}

/// The trie of character replacements is a double array (Aoe 1989): a step goes from a unit to its base, XOR
/// the next byte. All that can be reached must lie inside, and every leaf must name a text that ends.
class TrieCheck {
public:
    explicit TrieCheck(std::string_view charsMap)
    {
        std::uint32_t size = 0;
        if (charsMap.size() < sizeof size)
            refuse("its table of characters is cut off");
        std::memcpy(&size, charsMap.data(), sizeof size);
        charsMap.remove_prefix(sizeof size);
        if (size == 0 || size % sizeof(std::uint32_t) || size >= charsMap.size() || size > (64u << 20) ||
            charsMap.back() != '\0')
            refuse("its table of characters is damaged");
        m_units.resize(size / sizeof(std::uint32_t));
        std::memcpy(m_units.data(), charsMap.data(), size);
        m_texts = charsMap.size() - size;
        m_seen.resize(m_units.size());
        walk();
    }

private:
    void walk()
    {
        std::vector<std::size_t> waiting{enter(0)};
        while (!waiting.empty()) {
            const std::size_t base = waiting.back();
            waiting.pop_back();
            if (m_seen[base])
                continue;
            m_seen[base] = true;
            for (std::size_t byte = 0; byte < 256; ++byte) {
                const std::size_t at = base ^ byte;
                if (at >= m_units.size())
                    refuse("its table of characters leads outside");
                // A unit belongs to this step only where it is labelled with the byte; the sign bit marks a
                // leaf.
                if ((m_units[at] & 0x800000FFu) == byte)
                    waiting.push_back(enter(at));
            }
        }
    }

    /// The base that a unit leads to, its leaf looked at.
    std::size_t enter(std::size_t at)
    {
        const std::uint32_t unit = m_units[at];
        const std::size_t base = at ^ (static_cast<std::size_t>(unit >> 10) << ((unit & (1u << 9)) >> 6));
        if (base >= m_units.size())
            refuse("its table of characters leads outside");
        if (unit >> 8 & 1 && (m_units[base] & 0x7FFFFFFFu) >= m_texts)
            refuse("its table of characters names a text that is not there");
        return base;
    }

    std::vector<std::uint32_t> m_units;
    std::vector<bool> m_seen;
    std::size_t m_texts = 0;
};

void checkNormaliser(std::string_view bytes)
{
    constexpr int charsMap = 2;
    Message message(bytes);
    Field field;
    while (message.next(field))
        if (field.number == charsMap && !field.bytes.empty())
            TrieCheck check(field.bytes);
}

} // namespace

void checkSentencePieceModel(const std::string& bytes)
{
    constexpr int piece = 1, trainer = 2, normaliser = 3, denormaliser = 5;
    constexpr std::size_t most = 1 << 20;
    std::size_t pieces = 0;
    Message message(bytes);
    Field field;
    while (message.next(field)) {
        if (field.number >= piece && field.number <= denormaliser && field.wire != 2)
            refuse("a part of it is of another kind");
        if (field.number == piece) {
            checkPiece(field.bytes);
            ++pieces;
        } else if (field.number == normaliser || field.number == denormaliser) {
            checkNormaliser(field.bytes);
        } else if (field.number == trainer) {
            Message inner(field.bytes);
            for (Field one; inner.next(one);)
                continue;
        }
    }
    if (pieces == 0 || pieces > most)
        refuse("it holds " + std::to_string(pieces) + " pieces");
}

} // namespace hounsfield
