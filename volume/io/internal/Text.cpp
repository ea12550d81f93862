// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/Text.h"

#include "volume/NumberText.h"

#include <optional>

namespace hounsfield {
std::string utf8(const std::filesystem::path& path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

std::string quoted(const std::filesystem::path& path)
{
    return "'" + utf8(path) + "'";
}

/// How many bytes of a UTF-8 character follow its first; nothing where it is no first byte.
std::optional<std::size_t> bytesAfter(unsigned char lead)
{
    if (lead < 0x80)
        return 0;
    if (lead < 0xC2 || lead >= 0xF8)
        return std::nullopt;
    if (lead >= 0xF0)
        return 3;
    return lead >= 0xE0 ? 2 : 1;
}

bool isUtf8(const std::string& text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::optional<std::size_t> following = bytesAfter(lead);
        if (!following || i + *following >= text.size())
            return false;
        const std::size_t more = *following;
        for (std::size_t k = 1; k <= more; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

std::string safeName(const std::string& name)
{
    std::string safe;
    for (char c : name) {
        const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == '_' || (c & 0x80);
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
    const std::string name = asciiLower(utf8(file.filename()));
    if (name.ends_with(".nii.gz"))
        return ".nii.gz";
    return asciiLower(utf8(file.extension()));
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
    std::string number = fixedText(value, decimals);
    if (number.find('.') != std::string::npos) {
        number.erase(number.find_last_not_of('0') + 1);
        if (number.back() == '.')
            number.pop_back();
    }
    return number == "-0" ? "0" : number;
}

} // namespace hounsfield
