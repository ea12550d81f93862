// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/NrrdGrid.h"

#include "volume/Error.h"
#include "volume/NumberText.h"
#include "volume/io/internal/LengthUnit.h"
#include "volume/io/internal/Text.h"

#include <algorithm>
#include <sstream>

namespace hounsfield {
namespace {
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& why)
{
    throw Error(ErrorKind::Scan, quoted(file) + " " + why);
}

const std::string& fieldOf(const NrrdHeader& header, const char* name)
{
    static const std::string none;
    const auto found = header.fields.find(name);
    return found == header.fields.end() ? none : found->second;
}

/// Words divided by blanks; one in quotation marks may hold blanks.
std::vector<std::string> wordsIn(const std::string& text)
{
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == ' ' || text[at] == '\t' || text[at] == '\r') {
            ++at;
        } else if (text[at] == '"') {
            const std::size_t end = std::min(text.find('"', at + 1), text.size());
            words.push_back(text.substr(at + 1, end - at - 1));
            at = end + 1;
        } else {
            const std::size_t end = std::min(text.find_first_of(" \t\r", at), text.size());
            words.push_back(text.substr(at, end - at));
            at = end;
        }
    }
    return words;
}

/// "(1,0,0) none (0,1,0)": one entry an axis.
using Directions = std::vector<std::optional<std::vector<double>>>;

Directions directionsOf(const NrrdHeader& header, const fs::path& file)
{
    const std::string& text = fieldOf(header, "spacedirections");
    Directions all;
    for (std::size_t at = text.find_first_not_of(" \t\r"); at != std::string::npos;
         at = text.find_first_not_of(" \t\r", at)) {
        const std::size_t end = text[at] == '(' ? text.find(')', at) : text.find_first_of(" \t\r(", at);
        const std::string one = text.substr(at, end - at);
        at = std::min(end, text.size());
        if (one[0] != '(') {
            if (asciiLower(one) != "none")
                refuse(file, "is damaged: its place in the patient is not made of numbers. Export it again.");
            all.emplace_back();
            continue;
        }
        if (end == std::string::npos)
            refuse(file,
                   "is damaged: a vector in its header (space directions) does not end. Export it again.");
        ++at;
        all.push_back(nrrdNumbers(one));
    }
    if (!all.empty() && all.size() != header.sizes.size())
        refuse(file, "is damaged: its header has a direction (space directions) for " +
                         std::to_string(all.size()) + " of its " + std::to_string(header.sizes.size()) +
                         " axes. Export it again.");
    return all;
}

/// The three axes that lie in space. Further ones hold a single value.
std::array<std::size_t, 3> spatialAxes(const NrrdHeader& header, const Directions& directions,
                                       const fs::path& file)
{
    const std::vector<std::string> kinds = wordsIn(fieldOf(header, "kinds"));
    std::vector<std::size_t> axes;
    for (std::size_t n = 0; n < header.sizes.size(); ++n) {
        const std::string kind = n < kinds.size() ? asciiLower(kinds[n]) : "";
        const bool lies = directions.empty() ? kind.empty() || kind == "domain" || kind == "space" ||
                                                   kind == "none" || kind == "???"
                                             : directions[n].has_value();
        if (lies)
            axes.push_back(n);
        else if (header.sizes[n] != 1)
            refuse(file, "holds several numbers in every voxel (colour, vectors or a series), not one "
                         "Hounsfield unit. "
                         "Give the CT itself.");
    }
    while (axes.size() > 3 && header.sizes[axes.back()] == 1)
        axes.pop_back();
    if (axes.size() > 3)
        refuse(file, "holds a series of volumes (a fourth dimension, such as time). Save the one volume to "
                     "be read as a "
                     "file of its own.");
    if (axes.size() < 3)
        refuse(file, "is no scan of three dimensions: " + std::to_string(axes.size()) +
                         " of its axes lie in space. Give the whole volume.");
    return {axes[0], axes[1], axes[2]};
}

/// The name of the space: in any case, with blanks, with hyphens or short, as teem takes it.
std::string spaceOf(const NrrdHeader& header)
{
    std::string space = asciiLower(fieldOf(header, "space"));
    std::erase_if(space, [](char c) { return std::string_view(" -\t\r").find(c) != std::string_view::npos; });
    return space;
}

/// Signs that turn a space into LPS.
std::optional<Vector3> signsOf(const NrrdHeader& header)
{
    const std::string space = spaceOf(header);
    if (space == "leftposteriorsuperior" || space == "lps" || space == "leftposteriorsuperiortime" ||
        space == "lpst")
        return Vector3{1, 1, 1};
    if (space == "rightanteriorsuperior" || space == "ras" || space == "rightanteriorsuperiortime" ||
        space == "rast")
        return Vector3{-1, -1, 1};
    if (space == "leftanteriorsuperior" || space == "las" || space == "leftanteriorsuperiortime" ||
        space == "last")
        return Vector3{1, -1, 1};
    return std::nullopt;
}

double factorOf(const std::string& unit, const fs::path& file)
{
    const auto factor = millimetresOf(unit);
    if (!factor)
        refuse(file, "gives its sizes in a unit this program does not know (" + unit.substr(0, 30) +
                         "). Export it in millimetres (mm).");
    return *factor;
}

/// Millimetres in the unit of each of three axes: of space, or where there are no directions of the grid.
Vector3 factorsOf(const std::vector<std::string>& units, const std::array<std::size_t, 3>& places,
                  const fs::path& file, std::vector<std::string>& notes)
{
    Vector3 factors{1, 1, 1};
    std::string others;
    for (std::size_t n = 0; n < 3; ++n) {
        const std::string unit = places[n] < units.size() ? units[places[n]] : "";
        factors[n] = factorOf(unit, file);
        if (factors[n] != 1 && others.find(unit) == std::string::npos)
            others += (others.empty() ? "" : " and ") + unit;
    }
    if (!others.empty())
        notes.push_back("The file gives its sizes in " + others + "; they were converted to millimetres.");
    return factors;
}

Vector3 originOf(const NrrdHeader& header, const fs::path& file)
{
    const auto origin = nrrdNumbers(fieldOf(header, "spaceorigin"));
    if (!origin || origin->empty())
        return {0, 0, 0};
    if (origin->size() < 3)
        refuse(file, "is damaged: its place in the patient (space origin) does not have three numbers. "
                     "Export it again.");
    return {(*origin)[0], (*origin)[1], (*origin)[2]};
}

/// Spacing and position of an axis whose direction is not said.
struct Axis {
    std::optional<double> step;
    double begin = 0;
    bool assumesCells = false;
};

std::optional<double> valueAt(const NrrdHeader& header, const char* name, std::size_t axis,
                              const fs::path& file)
{
    const auto found = header.fields.find(name);
    if (found == header.fields.end())
        return std::nullopt;
    const auto values = nrrdNumbers(found->second);
    if (!values || values->size() != header.sizes.size())
        refuse(file, "is damaged: its header line " + std::string(name) +
                         " does not have one number for each axis. Export it again.");
    return std::isfinite((*values)[axis]) ? std::optional((*values)[axis]) : std::nullopt;
}

Axis axisOf(const NrrdHeader& header, std::size_t n, const fs::path& file)
{
    Axis axis{valueAt(header, "spacings", n, file), 0, false};
    const auto low = valueAt(header, "axismins", n, file), high = valueAt(header, "axismaxs", n, file);
    const std::string& name =
        header.fields.count("centers") ? fieldOf(header, "centers") : fieldOf(header, "centerings");
    const std::vector<std::string> centres = wordsIn(name);
    const std::string centre = n < centres.size() ? asciiLower(centres[n]) : "";
    const double count = static_cast<double>(header.sizes[n]);
    if (low && high && *low != *high) {
        // From border to border for cells, from centre to centre for nodes.
        const double ofCells = (*high - *low) / count,
                     ofNodes = count > 1 ? (*high - *low) / (count - 1) : ofCells;
        const auto alike = [&](double a) { return std::abs(std::abs(a) - *axis.step) <= 1e-3 * *axis.step; };
        if (axis.step && !(centre != "node" && alike(ofCells)) && !(centre != "cell" && alike(ofNodes)))
            refuse(file, "contradicts itself: its header gives a voxel size of " +
                             plainNumber(*axis.step, 4) + " (spacings) and of " +
                             plainNumber(std::abs(centre == "node" ? ofNodes : ofCells), 4) +
                             " (axis mins and axis maxs). Export it again.");
        axis.assumesCells = !axis.step && centre != "node" && centre != "cell";
        const bool areNodes = centre == "node" || (axis.step && !alike(ofCells));
        axis.step = areNodes ? ofNodes : ofCells;
        axis.begin = *low + (*axis.step == ofCells && centre != "node" ? ofCells / 2 : 0);
    } else if (low) {
        axis.begin = *low;
    }
    return axis;
}

Geometry withoutDirections(const NrrdHeader& header, const std::array<std::size_t, 3>& axes,
                           const Index3& size, const fs::path& file, std::vector<std::string>& notes)
{
    const std::string& units = fieldOf(header, "units");
    const Vector3 factors = factorsOf(wordsIn(units), axes, file, notes);
    const Vector3 signs = signsOf(header).value_or(Vector3{1, 1, 1}), place = originOf(header, file);
    const bool placed = header.fields.count("spaceorigin") > 0;
    Matrix3 matrix{};
    Vector3 origin{};
    bool assumed = false, cells = false;
    for (std::size_t n = 0; n < 3; ++n) {
        const Axis axis = axisOf(header, axes[n], file);
        assumed = assumed || !axis.step;
        cells = cells || axis.assumesCells;
        matrix[n][n] = factors[n] * axis.step.value_or(1);
        origin[n] = factors[n] * (placed ? signs[n] * place[n] : axis.begin);
    }
    if (assumed)
        notes.push_back(
            "The file does not say how large its voxels are; 1 mm was assumed. No volume can be trusted.");
    if (cells)
        notes.push_back("The file gives the ends of its axes but not whether they are borders or centres of "
                        "voxels; borders "
                        "were assumed. Volumes may be wrong by a few per cent.");
    return Geometry(size, origin, matrix);
}

Geometry alongDirections(const NrrdHeader& header, const std::array<std::size_t, 3>& axes, const Index3& size,
                         const Directions& directions, const fs::path& file, std::vector<std::string>& notes,
                         Matrix3& asWritten)
{
    const Vector3 factors = factorsOf(wordsIn(fieldOf(header, "spaceunits")), {0, 1, 2}, file, notes);
    for (const std::string& unit : wordsIn(fieldOf(header, "units")))
        if (!header.fields.count("spaceunits") && factorOf(unit, file) != 1)
            refuse(file, "contradicts itself: it gives its axes as directions in space, and the unit " +
                             unit + " for axes without. Export it again, in millimetres.");
    const Vector3 signs = signsOf(header).value_or(Vector3{1, 1, 1}), place = originOf(header, file);
    Matrix3 matrix{};
    Vector3 origin{};
    for (std::size_t row = 0; row < 3; ++row) {
        origin[row] = factors[row] * signs[row] * place[row];
        for (std::size_t n = 0; n < 3; ++n) {
            const std::vector<double>& direction = *directions[axes[n]];
            if (direction.size() < 3 || direction.size() > 4 || (direction.size() == 4 && direction[3] != 0))
                refuse(
                    file,
                    "is damaged: a direction in its header (space directions) is not made of three numbers. "
                    "Export it again.");
            asWritten[row][n] = direction[row];
            matrix[row][n] = factors[row] * signs[row] * direction[row];
        }
    }
    return Geometry(size, origin, matrix);
}

void noteOrientation(const NrrdHeader& header, bool hasDirections, std::vector<std::string>& notes)
{
    if (!hasDirections || !signsOf(header))
        notes.push_back(
            "The file does not say how it lies in the patient: its axes are assumed to follow left, back "
            "and head. Left and right may be exchanged.");
}

bool isNear(const Vector3& a, const Vector3& b)
{
    return length(a - b) <= 1e-6 * (1 + length(a));
}

} // namespace

Geometry nrrdGeometry(const NrrdHeader& header, const fs::path& file, std::vector<std::string>& notes,
                      Matrix3& matrixAsWritten)
{
    const Directions directions = directionsOf(header, file);
    const auto axes = spatialAxes(header, directions, file);
    const Index3 size{header.sizes[axes[0]], header.sizes[axes[1]], header.sizes[axes[2]]};
    try {
        const Geometry geometry = directions.empty() ? withoutDirections(header, axes, size, file, notes)
                                                     : alongDirections(header, axes, size, directions, file,
                                                                       notes, matrixAsWritten);
        noteOrientation(header, !directions.empty(), notes);
        return geometry;
    } catch (const Error& error) {
        if (std::string(error.what()).starts_with(quoted(file)))
            throw;
        refuse(
            file,
            "cannot be placed in the patient: the axes in its header do not span a volume. Export it again.");
    }
}

bool agreesWith(const NrrdHeader& header, const fs::path& file, const Vector3& origin, const Matrix3& matrix)
{
    const Directions directions = directionsOf(header, file);
    const auto axes = spatialAxes(header, directions, file);
    if (directions.empty()) {
        for (std::size_t n = 0; n < 3; ++n) {
            const auto spacing = valueAt(header, "spacings", axes[n], file);
            if (spacing && std::abs(length(column(matrix, static_cast<int>(n))) - *spacing) > 1e-6 * *spacing)
                return false;
        }
        return true;
    }
    const Vector3 place = originOf(header, file), own = signsOf(header).value_or(Vector3{1, 1, 1});
    std::vector<Vector3> readings{own};
    if (own == Vector3{1, -1, 1})
        readings.push_back({-1, 1, 1}); // ITK 5.2.1: NrrdImageIO turns the wrong axis
    if (spaceOf(header).ends_with("time") || spaceOf(header).ends_with("st"))
        readings.push_back({1, 1, 1}); // with time: ITK turns nothing
    return std::any_of(readings.begin(), readings.end(), [&](const Vector3& signs) {
        const auto turned = [&](const std::vector<double>& v) {
            return Vector3{signs[0] * v[0], signs[1] * v[1], signs[2] * v[2]};
        };
        for (std::size_t n = 0; n < 3; ++n)
            if (!isNear(turned(*directions[axes[n]]), column(matrix, static_cast<int>(n))))
                return false;
        return isNear(turned({place[0], place[1], place[2]}), origin);
    });
}

} // namespace hounsfield
