// SPDX-License-Identifier: Apache-2.0
// The one table of colours and codes: neighbours can be told apart, by people with colour blindness too.
#include "inference/ClassTable.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

using namespace hounsfield;

namespace {

using Triple = std::array<double, 3>;

/// Structures that touch or lie in each other, each pair once.
const std::map<std::string, std::vector<std::string>>& touching()
{
    static const std::map<std::string, std::vector<std::string>> all{
        {"Spleen",
         {"Left Kidney", "Liver", "Stomach", "Portal Vein and Splenic Vein", "Pancreas", "Left Adrenal Gland",
          "Left Lung", "Colon"}},
        {"Right Kidney",
         {"Left Kidney", "Liver", "Postcava", "Right Adrenal Gland", "Duodenum", "Colon", "Intestine",
          "Kidney Tumor", "Liver Tumor", "Kidney Cyst"}},
        {"Left Kidney",
         {"Stomach", "Aorta", "Portal Vein and Splenic Vein", "Pancreas", "Left Adrenal Gland", "Colon",
          "Intestine", "Kidney Tumor", "Kidney Cyst"}},
        {"Gall Bladder", {"Liver", "Pancreas", "Duodenum", "Colon", "Liver Tumor"}},
        {"Esophagus", {"Liver", "Stomach", "Aorta", "Right Lung", "Left Lung"}},
        {"Liver",
         {"Stomach", "Postcava", "Portal Vein and Splenic Vein", "Pancreas", "Right Adrenal Gland",
          "Duodenum", "Hepatic Vessel", "Right Lung", "Left Lung", "Colon", "Liver Tumor",
          "Hepatic Vessel Tumor"}},
        {"Stomach",
         {"Portal Vein and Splenic Vein", "Pancreas", "Left Adrenal Gland", "Duodenum", "Left Lung", "Colon",
          "Intestine", "Celiac Trunk", "Pancreas Tumor"}},
        {"Aorta",
         {"Postcava", "Portal Vein and Splenic Vein", "Pancreas", "Left Adrenal Gland", "Duodenum",
          "Left Lung", "Intestine", "Celiac Trunk"}},
        {"Postcava",
         {"Portal Vein and Splenic Vein", "Pancreas", "Right Adrenal Gland", "Duodenum", "Hepatic Vessel",
          "Right Lung", "Celiac Trunk"}},
        {"Portal Vein and Splenic Vein",
         {"Pancreas", "Hepatic Vessel", "Celiac Trunk", "Liver Tumor", "Pancreas Tumor"}},
        {"Pancreas",
         {"Left Adrenal Gland", "Duodenum", "Colon", "Intestine", "Celiac Trunk", "Pancreas Tumor"}},
        {"Right Adrenal Gland", {"Left Adrenal Gland", "Kidney Tumor"}},
        {"Left Adrenal Gland", {"Kidney Tumor"}},
        {"Duodenum", {"Colon", "Intestine", "Pancreas Tumor"}},
        {"Hepatic Vessel", {"Liver Tumor", "Hepatic Vessel Tumor"}},
        {"Right Lung", {"Left Lung", "Lung Tumor"}},
        {"Left Lung", {"Lung Tumor"}},
        {"Colon", {"Intestine", "Rectum", "Bladder", "Colon Tumor"}},
        {"Intestine", {"Rectum", "Bladder", "Colon Tumor"}},
        {"Rectum", {"Bladder", "Prostate", "Colon Tumor"}},
        {"Bladder", {"Prostate", "Left Head of Femur", "Right Head of Femur"}},
        {"Left Head of Femur", {"Right Head of Femur"}},
        {"Kidney Tumor", {"Kidney Cyst"}},
        {"Liver Tumor", {"Hepatic Vessel Tumor"}},
    };
    return all;
}

Triple linear(const std::array<int, 3>& rgb)
{
    Triple light{};
    for (std::size_t c = 0; c < 3; ++c) {
        const double v = rgb[c] / 255.0;
        light[c] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    }
    return light;
}

Triple times(const std::array<Triple, 3>& m, const Triple& v)
{
    Triple out{};
    for (std::size_t r = 0; r < 3; ++r)
        out[r] = m[r][0] * v[0] + m[r][1] * v[1] + m[r][2] * v[2];
    return out;
}

/// CIE L*a*b* under D65.
Triple labOf(const Triple& light)
{
    const Triple xyz = times({{{0.4124564, 0.3575761, 0.1804375},
                               {0.2126729, 0.7151522, 0.0721750},
                               {0.0193339, 0.1191920, 0.9503041}}},
                             light);
    const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
    const double x = f(xyz[0] / 0.95047), y = f(xyz[1]), z = f(xyz[2] / 1.08883);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

/// Machado, Oliveira & Fernandes 2009, severity 1.
Triple seenBy(const std::array<Triple, 3>& sight, const Triple& light)
{
    Triple seen = times(sight, light);
    for (double& v : seen)
        v = std::clamp(v, 0.0, 1.0);
    return seen;
}
constexpr std::array<Triple, 3> protanopia{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr std::array<Triple, 3> deuteranopia{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};

constexpr double pi = 3.14159265358979323846;
double radians(double degrees)
{
    return degrees * pi / 180;
}

/// CIEDE2000 (Sharma, Wu & Dalal 2005).
double difference(const Triple& one, const Triple& two)
{
    const double seventh = std::pow(25.0, 7),
                 cm = std::pow(0.5 * (std::hypot(one[1], one[2]) + std::hypot(two[1], two[2])), 7);
    const double g = 1 + 0.5 * (1 - std::sqrt(cm / (cm + seventh)));
    const double a1 = one[1] * g, a2 = two[1] * g, c1 = std::hypot(a1, one[2]), c2 = std::hypot(a2, two[2]);
    const auto hue = [](double b, double a) { return std::fmod(std::atan2(b, a) * 180 / pi + 360, 360); };
    const double h1 = hue(one[2], a1), h2 = hue(two[2], a2);
    double dh = h2 - h1, hm = h1 + h2;
    if (std::abs(dh) > 180) {
        dh += dh > 0 ? -360 : 360;
        hm += hm < 360 ? 360 : -360;
    }
    hm /= 2;
    const double dL = two[0] - one[0], dC = c2 - c1, dH = 2 * std::sqrt(c1 * c2) * std::sin(radians(dh / 2)),
                 lm = (one[0] + two[0]) / 2, c = (c1 + c2) / 2;
    const double t = 1 - 0.17 * std::cos(radians(hm - 30)) + 0.24 * std::cos(radians(2 * hm)) +
                     0.32 * std::cos(radians(3 * hm + 6)) - 0.2 * std::cos(radians(4 * hm - 63));
    const double sl = 1 + 0.015 * (lm - 50) * (lm - 50) / std::sqrt(20 + (lm - 50) * (lm - 50)),
                 sc = 1 + 0.045 * c, sh = 1 + 0.015 * c * t;
    const double rc = 2 * std::sqrt(std::pow(c, 7) / (std::pow(c, 7) + seventh)),
                 rt = -std::sin(radians(60 * std::exp(-std::pow((hm - 275) / 25, 2)))) * rc;
    return std::sqrt(std::pow(dL / sl, 2) + std::pow(dC / sc, 2) + std::pow(dH / sh, 2) +
                     rt * dC / sc * dH / sh);
}

const ModelClass& named(const std::vector<ModelClass>& all, const std::string& name)
{
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const ModelClass& one) { return one.name == name; });
    REQUIRE(found != all.end());
    return *found;
}

/// The last digit of an SCTID checks the others (Verhoeff).
bool isSnomedId(const std::string& id)
{
    static constexpr int turns[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
                                         {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
                                         {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                         {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
    // In the dihedral group of ten: 0 to 4 turn, 5 to 9 turn and mirror.
    const auto product = [](int a, int b) {
        const int turn = a < 5 ? a + b : a - b + 5;
        const bool mirrored = (a < 5) != (b < 5);
        return (mirrored ? 5 : 0) + turn % 5;
    };
    int check = 0;
    for (std::size_t n = 0; n < id.size(); ++n)
        check = product(check, turns[n % 8][id[id.size() - 1 - n] - '0']);
    return id.size() >= 6 && check == 0;
}

} // namespace

TEST_CASE("the difference of two colours is that of the published examples")
{
    CHECK(difference({50, 2.6772, -79.7751}, {50, 0, -82.7485}) == Approx(2.0425).margin(1e-4));
    CHECK(difference({50, 2.5, 0}, {73, 25, -18}) == Approx(27.1492).margin(1e-4));
    CHECK(difference({2.0776, 0.0795, -1.135}, {0.9033, -0.0636, -0.5514}) == Approx(0.9082).margin(1e-4));
}

TEST_CASE(
    "structures that touch have colours that people can tell apart, also with deuteranopia and protanopia")
{
    const std::vector<ModelClass> classes = universalClasses();
    int pairs = 0;
    for (const auto& [name, others] : touching())
        for (const std::string& other : others) {
            ++pairs;
            const Triple a = linear(named(classes, name).rgb), b = linear(named(classes, other).rgb);
            INFO(name << " and " << other);
            CHECK(difference(labOf(a), labOf(b)) >= 20);
            for (const auto& sight : {protanopia, deuteranopia})
                CHECK(difference(labOf(seenBy(sight, a)), labOf(seenBy(sight, b))) >= 10);
        }
    CHECK(pairs > 100);
    // Of every pair of organs, and of every tumor and the organs that it lies in.
    for (const ModelClass& known : classes)
        for (const int host : known.hosts) {
            const Triple a = linear(known.rgb), b = linear(classes[std::size_t(host - 1)].rgb);
            INFO(known.name << " in " << classes[std::size_t(host - 1)].name);
            CHECK(difference(labOf(a), labOf(b)) >= 20);
        }
}

TEST_CASE("every colour stands out from grey, which is what the scan is drawn in")
{
    for (const ModelClass& known : universalClasses()) {
        const Triple lab = labOf(linear(known.rgb));
        INFO(known.name);
        CHECK(std::hypot(lab[1], lab[2]) > 18);
        CHECK(lab[0] > 35);
    }
}

TEST_CASE("colours and codes come from one table: the built-in model has those of resources/classes.json")
{
    for (const ModelClass& known : openEmbeddedPack().classes) {
        const ModelClass& table = named(universalClasses(), known.name);
        INFO(known.name);
        CHECK(known.rgb == table.rgb);
        CHECK(known.snomedCode == table.snomedCode);
    }
}

TEST_CASE("paired structures have their side and, where SNOMED CT has one, the code of that side, and every "
          "code is well formed")
{
    std::map<std::string, std::set<std::string>> sides;
    for (const ModelClass& known : universalClasses()) {
        INFO(known.name);
        CHECK(isSnomedId(known.snomedCode));
        std::string side;
        if (known.name.rfind("Left ", 0) == 0)
            side = "left";
        else if (known.name.rfind("Right ", 0) == 0)
            side = "right";
        CHECK(lateralityOf(known) == side);
        if (!side.empty())
            sides[known.name.substr(side.size() + 1)].insert(known.snomedCode);
    }
    CHECK(sides.size() == 4);
    CHECK(sides["Kidney"] == std::set<std::string>{"18639004", "9846003"});
    CHECK(sides["Lung"] == std::set<std::string>{"3341006", "44029006"});
    CHECK(sides["Adrenal Gland"] == std::set<std::string>{"12003004", "29392005"});
    CHECK(sides["Head of Femur"] == std::set<std::string>{"2812003"});
    ModelClass added;
    added.name = "Left Ear";
    added.fileName = "left_ear";
    CHECK_FALSE(classEntry(added));
}
