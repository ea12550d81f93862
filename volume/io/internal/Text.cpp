#include "volume/io/internal/Text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace hounsfield
{
namespace
{

void appendUtf8(std::string& text, std::uint32_t code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

bool isUtf8(const std::string& text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t more = lead < 0x80                   ? 0
                                 : lead >= 0xF0 && lead < 0xF8 ? 3
                                 : lead >= 0xE0                ? 2
                                 : lead >= 0xC2                ? 1
                                                               : 9;
        if (more == 9 || lead >= 0xF8 || i + more >= text.size() + (more == 0))
            return false;
        for (std::size_t k = 1; k <= more; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

// ISO 8859-5: the Cyrillic letters lie in one run with three exceptions.
std::uint32_t cyrillic(unsigned char byte)
{
    if (byte < 0xA1 || byte == 0xAD)
        return byte;
    if (byte == 0xF0)
        return 0x2116;
    if (byte == 0xFD)
        return 0xA7;
    return 0x401u + byte - 0xA1u;
}

std::string lowerAscii(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

} // namespace

std::string utf8(const std::filesystem::path& path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

std::string quoted(const std::filesystem::path& path)
{
    return "'" + utf8(path) + "'";
}

std::string dicomTextToUtf8(const std::string& bytes, const std::string& characterSet)
{
    const bool ascii = std::none_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) || c == 0x1B; });
    if (ascii)
        return bytes;
    if (isUtf8(bytes) && (characterSet.empty() || characterSet == "ISO_IR 192" || characterSet == "ISO_IR 6"))
        return bytes;
    const bool latin1 = characterSet.empty() || characterSet == "ISO_IR 100" || characterSet == "ISO 2022 IR 100";
    const bool cyrillicSet = characterSet == "ISO_IR 144" || characterSet == "ISO 2022 IR 144";
    std::string text;
    for (char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            appendUtf8(text, byte >= 0x20 ? byte : '?');
        else
            appendUtf8(text, latin1 ? byte : cyrillicSet ? cyrillic(byte) : '?');
    }
    return text;
}

std::string safeName(const std::string& name)
{
    std::string safe;
    for (char c : name) {
        const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                          c == '-' || c == '_' || (c & 0x80);
        safe += keep ? c : '_';
    }
    if (safe.size() > 100) {
        safe.resize(100);
        // Never cut within a character of several bytes.
        while (!safe.empty() && !isUtf8(safe))
            safe.pop_back();
    }
    const auto first = safe.find_first_not_of(".-_");
    safe = first == std::string::npos ? std::string() : safe.substr(first);
    while (!safe.empty() && (safe.back() == '.' || safe.back() == '_'))
        safe.pop_back();
    return safe.empty() ? "scan" : safe;
}

std::string endingOf(const std::filesystem::path& file)
{
    const std::string name = lowerAscii(utf8(file.filename()));
    if (name.ends_with(".nii.gz"))
        return ".nii.gz";
    return lowerAscii(utf8(file.extension()));
}

std::string caseNameOf(const std::filesystem::path& file)
{
    std::string name = utf8(file.filename());
    const std::string ending = endingOf(file);
    for (const char* known : {".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".dcm", ".gz"})
        if (ending == known) {
            name.resize(name.size() - ending.size());
            break;
        }
    return safeName(name);
}

std::string plainNumber(double value, int decimals)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    std::string number = text;
    if (number.find('.') != std::string::npos) {
        number.erase(number.find_last_not_of('0') + 1);
        if (number.back() == '.')
            number.pop_back();
    }
    return number == "-0" ? "0" : number;
}

} // namespace hounsfield
