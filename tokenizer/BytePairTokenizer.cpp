// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/BytePairTokenizer.h"

#include "tokenizer/CleanText.h"
#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <zlib.h>

#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>

namespace hounsfield {
namespace {

constexpr int mergeCount = 48894;
constexpr const char* wordEnd = "</w>";

std::string utf8Of(int character)
{
    if (character < 0x80)
        return std::string(1, static_cast<char>(character));
    return {static_cast<char>(0xC0 | character >> 6), static_cast<char>(0x80 | (character & 0x3F))};
}

bool standsForItself(int byte)
{
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

/// Every byte as one printable character, and the bytes in the order of the vocabulary: those that stand for
/// themselves first.
struct ByteTable {
    std::array<std::string, 256> character;
    std::vector<int> order;

    ByteTable()
    {
        for (const bool own : {true, false})
            for (int byte = 0, next = 0x100; byte < 256; ++byte)
                if (standsForItself(byte) == own) {
                    character[std::size_t(byte)] = utf8Of(own ? byte : next++);
                    order.push_back(byte);
                }
    }
};

const ByteTable& byteTable()
{
    static const ByteTable table;
    return table;
}

enum class Kind { Space, Letter, Number, Other };

struct Character {
    Kind kind = Kind::Space;
    std::size_t bytes = 1;
};

Kind kindOf(UChar32 c)
{
    const std::uint32_t mask = U_GET_GC_MASK(c);
    if (u_isUWhiteSpace(c))
        return Kind::Space;
    if (mask & U_GC_L_MASK)
        return Kind::Letter;
    return mask & U_GC_N_MASK ? Kind::Number : Kind::Other;
}

Character characterAt(const std::string& text, std::size_t at)
{
    std::int32_t next = 0;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data() + at, next, static_cast<std::int32_t>(text.size() - at), c);
    return {kindOf(c), static_cast<std::size_t>(next)};
}

/// How long the piece is that begins here: a contraction, letters, one digit, or whatever else is not space.
std::size_t pieceLength(const std::string& text, std::size_t at)
{
    for (const char* contraction : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
        if (text.compare(at, std::char_traits<char>::length(contraction), contraction) == 0)
            return std::char_traits<char>::length(contraction);
    const Character first = characterAt(text, at);
    std::size_t length = first.bytes;
    if (first.kind == Kind::Letter || first.kind == Kind::Other)
        for (Character next;
             at + length < text.size() && (next = characterAt(text, at + length)).kind == first.kind;)
            length += next.bytes;
    return length;
}

std::string readAll(const std::filesystem::path& file)
{
    requireRegularFile(file, ErrorKind::Model);
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorKind::Model, "The vocabulary " + file.string() + " cannot be opened.");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Plain text stays as it is; of gzip the text inside.
std::string unpacked(const std::string& bytes)
{
    if (!bytes.starts_with("\x1f\x8b"))
        return bytes;
    constexpr std::size_t most = 16u << 20;
    constexpr int gzip = 16 + MAX_WBITS;
    z_stream stream{};
    std::string text;
    std::array<char, 65536> block;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    int state = inflateInit2(&stream, gzip);
    while (state == Z_OK && text.size() < most) {
        stream.next_out = reinterpret_cast<Bytef*>(block.data());
        stream.avail_out = static_cast<uInt>(block.size());
        state = inflate(&stream, Z_NO_FLUSH);
        text.append(block.data(), block.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END)
        throw Error(ErrorKind::Model, "The vocabulary is damaged or too large. Get it again.");
    return text;
}

} // namespace

BytePairTokenizer::BytePairTokenizer(const std::string& merges, int contextLength)
    : m_contextLength(contextLength)
{
    std::int32_t id = 0;
    for (const char* ending : {"", wordEnd})
        for (const int byte : byteTable().order)
            m_ids.emplace(byteTable().character[std::size_t(byte)] + ending, id++);
    std::istringstream lines(merges);
    std::string line;
    std::getline(lines, line);
    for (int rank = 0; rank < mergeCount; ++rank) {
        if (!std::getline(lines, line))
            throw Error(ErrorKind::Model, "The vocabulary is cut off: it holds " + std::to_string(rank) +
                                              " merges of " + std::to_string(mergeCount) + ".");
        const std::size_t space = line.find(' ');
        if (space == std::string::npos || space == 0 || space + 1 == line.size())
            throw Error(ErrorKind::Model, "The vocabulary is not CLIP's list of merges: its line " +
                                              std::to_string(rank + 2) + " holds no pair.");
        m_ranks.emplace(line, rank);
        m_ids.emplace(line.substr(0, space) + line.substr(space + 1), id++);
    }
}

BytePairTokenizer BytePairTokenizer::fromFile(const std::filesystem::path& file)
{
    return fromBytes(readAll(file));
}

BytePairTokenizer BytePairTokenizer::fromBytes(const std::string& bytes, int contextLength)
{
    return BytePairTokenizer(unpacked(bytes), contextLength);
}

void BytePairTokenizer::addWord(const std::string& bytes, std::vector<std::int32_t>& ids) const
{
    std::vector<std::string> parts;
    for (const char byte : bytes)
        parts.push_back(byteTable().character[static_cast<unsigned char>(byte)]);
    parts.back() += wordEnd;
    while (parts.size() > 1) {
        std::int32_t best = std::numeric_limits<std::int32_t>::max();
        std::string left, right;
        for (std::size_t p = 0; p + 1 < parts.size(); ++p)
            if (const auto found = m_ranks.find(parts[p] + " " + parts[p + 1]);
                found != m_ranks.end() && found->second < best) {
                best = found->second;
                left = parts[p];
                right = parts[p + 1];
            }
        if (left.empty())
            break;
        std::vector<std::string> joined;
        for (std::size_t p = 0; p < parts.size(); ++p)
            if (p + 1 < parts.size() && parts[p] == left && parts[p + 1] == right)
                joined.push_back(left + parts[++p]);
            else
                joined.push_back(parts[p]);
        parts = std::move(joined);
    }
    for (const std::string& part : parts)
        ids.push_back(m_ids.at(part));
}

std::vector<std::int32_t> BytePairTokenizer::pieces(const std::string& text) const
{
    static const std::pair<std::string, std::int32_t> specials[] = {{"<|startoftext|>", start},
                                                                    {"<|endoftext|>", end}};
    const std::string clean = cleanText(text);
    std::vector<std::int32_t> ids;
    for (std::size_t at = 0; at < clean.size();) {
        bool special = false;
        for (const auto& [name, id] : specials)
            if (clean.compare(at, name.size(), name) == 0) {
                ids.push_back(id);
                at += name.size();
                special = true;
                break;
            }
        if (special)
            continue;
        const Character first = characterAt(clean, at);
        if (first.kind == Kind::Space) {
            at += first.bytes;
            continue;
        }
        const std::size_t length = pieceLength(clean, at);
        addWord(clean.substr(at, length), ids);
        at += length;
    }
    return ids;
}

} // namespace hounsfield
