// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/NrrdHeader.h"

#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/io/internal/DataFile.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(file) + " " + why);
}

std::string trimmedLower(std::string text)
{
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string::npos
               ? ""
               : asciiLower(text.substr(first, text.find_last_not_of(" \t\r") + 1 - first));
}

/// The `field: value` lines up to the empty one; a name may be written with or without its spaces.
class Fields {
public:
    Fields(const fs::path& path, NrrdHeader& header) : file(path)
    {
        std::ifstream in(path, std::ios::binary);
        std::string line;
        for (int n = 0; n < 2000 && std::getline(in, line) && line.size() < 65536; ++n) {
            if (line.empty() || line == "\r") {
                header.dataBegins = static_cast<std::int64_t>(in.tellg());
                return;
            }
            header.writtenByUs = header.writtenByUs || line == "# Written by Hounsfield";
            const auto colon = line.find(':');
            if (line[0] == '#' || colon == std::string::npos || line.compare(colon, 2, ":=") == 0)
                continue;
            std::string name = trimmedLower(line.substr(0, colon));
            std::erase(name, ' ');
            if (m_values.count(name))
                refuse(path, "is damaged: its header says " + name + " twice.");
            m_values[name] = line.substr(colon + 1);
            // After a list of data files come their names, not fields.
            if (name == "datafile" && trimmedLower(m_values[name]).starts_with("list"))
                return;
        }
        // A header that stands alone need not end with an empty line.
        if (!in.eof())
            refuse(path, "is damaged: its NRRD header does not end. Copy it again.");
        header.dataBegins = -1;
    }
    std::optional<std::string> text(const char* name) const
    {
        const auto found = m_values.find(name);
        return found == m_values.end() ? std::nullopt : std::optional(found->second);
    }
    std::string word(const char* name) const { return trimmedLower(text(name).value_or("")); }
    const std::map<std::string, std::string>& all() const { return m_values; }

    fs::path file;

private:
    std::map<std::string, std::string> m_values;
};

std::int64_t bytesOfType(const std::string& type)
{
    static const std::map<std::string, std::int64_t> known{{"signed char", 1},
                                                           {"int8", 1},
                                                           {"int8_t", 1},
                                                           {"uchar", 1},
                                                           {"unsigned char", 1},
                                                           {"uint8", 1},
                                                           {"uint8_t", 1},
                                                           {"short", 2},
                                                           {"short int", 2},
                                                           {"signed short", 2},
                                                           {"signed short int", 2},
                                                           {"int16", 2},
                                                           {"int16_t", 2},
                                                           {"ushort", 2},
                                                           {"unsigned short", 2},
                                                           {"unsigned short int", 2},
                                                           {"uint16", 2},
                                                           {"uint16_t", 2},
                                                           {"int", 4},
                                                           {"signed int", 4},
                                                           {"int32", 4},
                                                           {"int32_t", 4},
                                                           {"uint", 4},
                                                           {"unsigned int", 4},
                                                           {"uint32", 4},
                                                           {"uint32_t", 4},
                                                           {"longlong", 8},
                                                           {"long long", 8},
                                                           {"long long int", 8},
                                                           {"signed long long", 8},
                                                           {"signed long long int", 8},
                                                           {"int64", 8},
                                                           {"int64_t", 8},
                                                           {"ulonglong", 8},
                                                           {"unsigned long long", 8},
                                                           {"unsigned long long int", 8},
                                                           {"uint64", 8},
                                                           {"uint64_t", 8},
                                                           {"float", 4},
                                                           {"double", 8}};
    const auto found = known.find(type);
    return found == known.end() ? 0 : found->second;
}

std::vector<std::int64_t> sizesOf(const Fields& fields)
{
    const auto dimension = nrrdNumbers(fields.text("dimension").value_or(""));
    const auto sizes = nrrdNumbers(fields.text("sizes").value_or(""));
    if (!dimension || dimension->size() != 1 || !((*dimension)[0] >= 1 && (*dimension)[0] <= 16))
        refuse(fields.file, "is damaged: its header does not say how many dimensions it has. Copy it again.");
    if (!sizes || static_cast<double>(sizes->size()) != (*dimension)[0])
        refuse(fields.file,
               "is damaged: its header does not say how large it is along each of its axes. Copy it again.");
    std::vector<std::int64_t> whole;
    double values = 1;
    for (double size : *sizes) {
        if (!(size >= 1 && size <= 131072) || size != std::floor(size))
            refuse(fields.file, "is damaged: its header says that it has " + plainNumber(size, 3) +
                                    " voxels along one axis.");
        whole.push_back(static_cast<std::int64_t>(size));
        values *= size;
    }
    if (!(values < 1e17))
        refuse(fields.file, "is damaged: its header promises more voxels than any disk holds.");
    return whole;
}

void checkPlace(const Fields& fields)
{
    const auto spacings = nrrdNumbers(fields.text("spacings").value_or(""));
    // teem writes "nan" for an axis without a spacing, such as the one of colours; a scan has none of these.
    if (!spacings || std::any_of(spacings->begin(), spacings->end(),
                                 [](double s) { return !(s > 0) || !std::isfinite(s); }))
        refuse(fields.file,
               "is damaged: a voxel size in its header is zero, negative or no number. Export it again.");
    for (const char* name : {"spacedirections", "spaceorigin"}) {
        const auto values = nrrdNumbers(fields.text(name).value_or(""));
        if (!values ||
            std::any_of(values->begin(), values->end(), [](double v) { return !std::isfinite(v); }))
            refuse(fields.file,
                   "is damaged: its place in the patient is not made of numbers. Export it again.");
    }
}

void findData(const Fields& fields, NrrdHeader& header)
{
    const auto named = fields.text("datafile");
    if (!named) {
        if (header.dataBegins < 0)
            refuse(fields.file, "is cut off: there are no voxels after its header. Copy it again.");
        header.dataFile = fields.file;
        return;
    }
    const auto first = named->find_first_not_of(" \t");
    std::string name = first == std::string::npos ? "" : named->substr(first);
    name.erase(name.find_last_not_of(" \t\r") + 1);
    if (name.empty() || trimmedLower(name).starts_with("list") || name.find('%') != std::string::npos)
        refuse(
            fields.file,
            "keeps its slices in many files, which this program does not read. Save the scan as one file.");
    header.dataFile = dataFileOf(fields.file, name);
    header.dataBegins = 0;
}

} // namespace

std::int64_t NrrdHeader::bytes() const
{
    std::int64_t count = bytesPerValue;
    for (std::int64_t size : sizes)
        count *= size;
    return count;
}

std::optional<std::vector<double>> nrrdNumbers(std::string text)
{
    for (char& c : text)
        if (c == '(' || c == ')' || c == ',' || c == '\r' || c == '"')
            c = ' ';
    std::vector<double> values;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (word == "none")
            continue;
        const auto value = numberFrom(word);
        if (!value || values.size() > 200)
            return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

NrrdHeader readNrrdHeader(const fs::path& file)
{
    NrrdHeader header;
    const Fields fields(file, header);
    header.sizes = sizesOf(fields);
    checkPlace(fields);
    header.bytesPerValue = bytesOfType(fields.word("type"));
    header.encoding = fields.word("encoding");
    header.skips = fields.text("byteskip") || fields.text("lineskip");
    findData(fields, header);
    header.fields = fields.all();
    return header;
}

void checkNrrdData(const NrrdHeader& header, const fs::path& file, std::vector<std::string>& notes)
{
    std::error_code failed;
    const auto size = static_cast<std::int64_t>(fs::file_size(header.dataFile, failed));
    if (failed)
        refuse(file, "names a data file that cannot be opened. Copy both files.");
    const std::int64_t there = std::max<std::int64_t>(size - header.dataBegins, 0), promised = header.bytes();
    const bool gzip = header.encoding == "gzip" || header.encoding == "gz";
    const bool raw = header.encoding == "raw";
    if (!raw && !gzip)
        refuse(file, "packs its voxels in a way this program does not read (encoding " +
                         header.encoding.substr(0, 20) + "). Save it with the encoding raw or gzip.");
    // Gzip packs at most 1032 to 1 (zlib's technical notes).
    if ((raw && promised > there) || (gzip && promised / 1032 > there))
        refuse(file, "is cut off or damaged: its header promises " + std::to_string(promised) +
                         " bytes of voxels, more than its " + std::to_string(there) +
                         " bytes can hold. Copy it again.");
    if (raw && !header.skips && header.sizes.size() >= 2)
        checkSurplus(file, there - promised, header.sizes[0] * header.sizes[1] * header.bytesPerValue, notes);
    checkMemory(file, promised + promised / std::max<std::int64_t>(header.bytesPerValue, 1) * 2);
}

} // namespace hounsfield
