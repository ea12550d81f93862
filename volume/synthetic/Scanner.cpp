// SPDX-License-Identifier: Apache-2.0
#include "volume/synthetic/Scanner.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace hounsfield::synthetic {
namespace {

std::vector<float> gaussian(double sigmaVoxels)
{
    const int tail = static_cast<int>(std::ceil(2.5 * sigmaVoxels));
    std::vector<float> kernel;
    float sum = 0;
    for (int i = -tail; i <= tail; ++i) {
        kernel.push_back(static_cast<float>(std::exp(-0.5 * i * i / (sigmaVoxels * sigmaVoxels))));
        sum += kernel.back();
    }
    for (float& k : kernel)
        k /= sum;
    return kernel;
}

/// Blurs along one axis; the border's value goes on beyond it.
void blur(std::vector<float>& image, const Index3& size, int axis, const std::vector<float>& kernel)
{
    const std::int64_t strides[] = {1, size[0], size[0] * size[1]}, stride = strides[axis], n = size[axis];
    const auto tail = static_cast<std::int64_t>(kernel.size() / 2);
    if (tail == 0)
        return;
    // Rows of neighbours go together: along the first axis one voxel, along the others whole rows.
    const std::int64_t width = axis == 0 ? 1 : stride, outer = size[0] * size[1] * size[2] / (n * width);
    std::vector<float> line(static_cast<std::size_t>((n + 2 * tail) * width));
    for (std::int64_t o = 0; o < outer; ++o) {
        float* const first = image.data() + o * n * width;
        for (std::int64_t i = -tail; i < n + tail; ++i)
            std::copy_n(first + std::clamp<std::int64_t>(i, 0, n - 1) * width, width,
                        line.data() + (i + tail) * width);
        for (std::int64_t i = 0; i < n; ++i) {
            float* const to = first + i * width;
            std::fill_n(to, width, 0.0f);
            for (std::size_t t = 0; t < kernel.size(); ++t) {
                const float* const from = line.data() + (i + std::int64_t(t)) * width;
                const float k = kernel[t];
                for (std::int64_t w = 0; w < width; ++w)
                    to[w] += k * from[w];
            }
        }
    }
}

/// Bright and dark rays through a point of the slice, as from a prosthesis or arms at the sides.
void addStreaks(std::vector<float>& hu, const Index3& size, const Vector3& spacingMm, double strengthHu,
                Random& random)
{
    const auto seed = static_cast<std::uint32_t>(random.bits());
    const double fromX = random.between(0, double(size[0])), fromY = random.between(0, double(size[1])),
                 middle = random.between(0, double(size[2])), tall = random.between(15, 60) / spacingMm[2];
    std::size_t v = 0;
    for (std::int64_t k = 0; k < size[2]; ++k) {
        const double far = (double(k) - middle) / tall;
        const auto here = static_cast<float>(strengthHu * std::exp(-far * far));
        for (std::int64_t j = 0; j < size[1]; ++j)
            for (std::int64_t i = 0; i < size[0]; ++i, ++v) {
                const float x = float((double(i) - fromX) * spacingMm[0]),
                            y = float((double(j) - fromY) * spacingMm[1]);
                if (here > 0.5f && hu[v] > -900)
                    hu[v] += here * noise({14 * std::atan2(y, x), 0, float(k) * 0.3f}, seed) *
                             std::min(1.0f, 60 / (20 + std::hypot(x, y)));
            }
    }
}

/// Breath while slices are taken: each is the mean of the body as it was before and after it moved forwards
/// or back, some slices more than others.
void addMotion(std::vector<float>& hu, const Index3& size, const Vector3& spacingMm, double motionMm,
               Random& random)
{
    const double wavelengthMm = random.between(25, 90), phase = random.between(0, 6.283);
    std::vector<float> column(static_cast<std::size_t>(size[1]));
    for (std::int64_t k = 0; k < size[2]; ++k) {
        const double voxels = motionMm / spacingMm[1] *
                              (0.5 + 0.5 * std::sin(phase + 6.283 * double(k) * spacingMm[2] / wavelengthMm));
        const auto whole = static_cast<std::int64_t>(voxels);
        const auto part = static_cast<float>(voxels - double(whole));
        for (std::int64_t i = 0; i < size[0]; ++i) {
            float* const from = hu.data() + k * size[0] * size[1] + i;
            for (std::int64_t j = 0; j < size[1]; ++j)
                column[static_cast<std::size_t>(j)] = from[j * size[0]];
            const auto at = [&](std::int64_t j) {
                return column[static_cast<std::size_t>(std::min(j, size[1] - 1))];
            };
            for (std::int64_t j = 0; j < size[1]; ++j)
                from[j * size[0]] = 0.5f * (at(j) + (1 - part) * at(j + whole) + part * at(j + whole + 1));
        }
    }
}

/// Weights of a slice's thickness along k: even over it.
std::vector<float> sliceKernel(double voxels)
{
    const int tail = static_cast<int>(std::ceil((voxels - 1) / 2));
    std::vector<float> kernel;
    float sum = 0;
    for (int i = -tail; i <= tail; ++i) {
        kernel.push_back(static_cast<float>(std::clamp(voxels / 2 - std::abs(i) + 0.5, 0.0, 1.0)));
        sum += kernel.back();
    }
    for (float& k : kernel)
        k /= sum;
    return kernel;
}

double rootOfSquares(const std::vector<float>& kernel)
{
    double squares = 0;
    for (float k : kernel)
        squares += double(k) * k;
    return std::sqrt(squares);
}

bool isBlood(Tissue tissue)
{
    return tissue == Tissue::Heart || tissue == Tissue::Artery || tissue == Tissue::Vein ||
           tissue == Tissue::PortalVein || tissue == Tissue::HepaticVessel;
}

bool isGas(Tissue tissue)
{
    return tissue == Tissue::Air || tissue == Tissue::Gas;
}

/// What a growth is told from by its density: moved at random, it moves with that; otherwise half of the
/// windows would say that a tumor is anything but what surrounds it, or nothing that can be seen. Itself
/// where it stands alone: fluid stays fluid. Nothing for what is no growth. (Bright tumors grow in kidneys
/// too: one density is theirs in a patient, and it goes with the liver's.)
std::optional<Tissue> surroundings(Tissue tissue)
{
    switch (tissue) {
    case Tissue::LiverTumor:
    case Tissue::BrightTumor:
        return Tissue::Liver;
    case Tissue::KidneyTumor:
        return Tissue::KidneyCortex;
    case Tissue::PancreasTumor:
        return Tissue::Pancreas;
    case Tissue::ColonTumor:
        return Tissue::BowelWall;
    case Tissue::LungTumor:
    case Tissue::Necrosis:
    case Tissue::CystFluid:
        return tissue;
    default:
        return std::nullopt;
    }
}
constexpr double ownMove = 0.3;      ///< of a growth beside its surroundings
constexpr double bloodTexture = 0.4; ///< it flows: smoother than organs

} // namespace

namespace {

/// How much stronger than others a tissue's fine texture is.
double fineTexture(Tissue tissue)
{
    if (tissue == Tissue::Fat)
        return 1.8;
    return tissue == Tissue::Marrow || tissue == Tissue::Lung ? 5 : 1;
}

} // namespace

TissueLook::TissueLook(const Appearance& appearance, std::uint64_t seed)
{
    Random random(seed ^ 0x5CA77E12u);
    m_seed = static_cast<std::uint32_t>(random.bits());
    m_fineScale = static_cast<float>(1 / random.between(3, 9));
    m_broadScale = static_cast<float>(1 / random.between(14, 45));
    m_hu = tissueHu(appearance.contrast, seed);
    std::array<double, tissueCount> moved{};
    for (int t = 0; t < tissueCount; ++t) {
        const auto n = static_cast<std::size_t>(t);
        const auto tissue = static_cast<Tissue>(t);
        double strength = isGas(tissue) ? 0 : appearance.textureHu;
        if (isBlood(tissue))
            strength *= bloodTexture;
        if (!isGas(tissue) && tissue != Tissue::Lung)
            moved[n] = appearance.randomHu * random.normal(0, 1);
        m_fine[n] = static_cast<float>(strength * random.between(0.2, 1.3) * fineTexture(tissue));
        m_broad[n] = static_cast<float>(
            strength * random.between(0.3, 1.6) *
            (tissue == Tissue::BowelContent || tissue == Tissue::StomachContent || tissue == Tissue::BowelWall
                 ? 3
                 : 1));
    }
    for (std::size_t n = 0; n < moved.size(); ++n) {
        const auto tissue = static_cast<Tissue>(n);
        const auto around = surroundings(tissue);
        const double own = around ? ownMove * moved[n] : moved[n],
                     shared = around && *around != tissue ? moved[static_cast<std::size_t>(*around)] : 0;
        m_hu[n] += static_cast<float>(own + shared);
    }
}

Appearance drawAppearance(Random& random)
{
    Appearance a;
    a.noiseHu = random.between(3, 24);
    a.blurMm = random.between(0.4, 1.3);
    a.sliceMm = random.chance(0.5) ? 0 : random.between(1, 6);
    const double phase = random.unit();
    if (phase < 0.25)
        a.contrast = random.between(0, 0.15);
    else if (phase < 0.75)
        a.contrast = random.between(0.5, 1.25);
    else
        a.contrast = random.between(1.25, 2);
    a.textureHu = random.between(1, 8);
    a.streakHu = random.chance(0.12) ? random.between(15, 90) : 0;
    a.motionMm = random.chance(0.12) ? random.between(2, 8) : 0;
    return a;
}

void scan(std::vector<float>& hu, const Index3& size, const Vector3& spacingMm, const Appearance& appearance,
          std::uint64_t seed)
{
    Random random(seed ^ 0x0153u);
    if (appearance.streakHu > 0)
        addStreaks(hu, size, spacingMm, appearance.streakHu, random);
    if (appearance.motionMm > 0)
        addMotion(hu, size, spacingMm, appearance.motionMm, random);
    std::vector<std::vector<float>> kernels;
    double kept = 1; // how much of white noise's deviation the blur leaves
    for (int a = 0; a < 3; ++a) {
        kernels.push_back(gaussian(std::max(0.15, appearance.blurMm / spacingMm[a])));
        kept *= rootOfSquares(kernels.back());
    }
    const std::vector<float> slice = sliceKernel(std::max(1.0, appearance.sliceMm / spacingMm[2]));
    kept *= rootOfSquares(slice);
    const auto strength = static_cast<float>(appearance.noiseHu / kept * std::sqrt(12.0 / 4));
    for (float& value : hu) {
        // Four 16-bit uniforms of one draw: near enough to a normal, and fast.
        const std::uint64_t bits = random.bits();
        value += strength * (static_cast<float>((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) +
                                                (bits >> 32 & 0xFFFF) + (bits >> 48)) /
                                 65536.0f -
                             2);
    }
    for (int a = 0; a < 3; ++a)
        blur(hu, size, a, kernels[static_cast<std::size_t>(a)]);
    blur(hu, size, 2, slice);
}

std::vector<std::int16_t> scanned(std::vector<float> hu, const Index3& size, const Vector3& spacingMm,
                                  const Appearance& appearance, std::uint64_t seed)
{
    scan(hu, size, spacingMm, appearance, seed);
    std::vector<std::int16_t> voxels(hu.size());
    std::transform(hu.begin(), hu.end(), voxels.begin(), [](float value) {
        return static_cast<std::int16_t>(std::lround(std::clamp(value, -1024.0f, 3071.0f)));
    });
    return voxels;
}

} // namespace hounsfield::synthetic
