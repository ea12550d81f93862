#include "volume/synthetic/Scanner.h"

#include <algorithm>
#include <cmath>

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
    const std::int64_t stride = axis == 0 ? 1 : axis == 1 ? size[0] : size[0] * size[1], n = size[axis];
    const auto tail = static_cast<std::int64_t>(kernel.size() / 2);
    if (tail == 0)
        return;
    std::vector<float> line(static_cast<std::size_t>(n + 2 * tail));
    const std::int64_t lines = size[0] * size[1] * size[2] / n;
    for (std::int64_t l = 0; l < lines; ++l) {
        const std::int64_t first = axis == 0 ? l * n : axis == 1 ? (l / size[0]) * size[0] * size[1] + l % size[0] : l;
        for (std::int64_t i = -tail; i < n + tail; ++i)
            line[static_cast<std::size_t>(i + tail)] = image[static_cast<std::size_t>(first + std::clamp<std::int64_t>(i, 0, n - 1) * stride)];
        for (std::int64_t i = 0; i < n; ++i) {
            float sum = 0;
            for (std::size_t t = 0; t < kernel.size(); ++t)
                sum += kernel[t] * line[static_cast<std::size_t>(i) + t];
            image[static_cast<std::size_t>(first + i * stride)] = sum;
        }
    }
}

/// Slow changes of density within an organ: a few waves, in HU.
struct Texture {
    std::array<Vector3, 4> direction;
    std::array<double, 4> phase;
    double strengthHu;

    Texture(Random& random, double strength) : strengthHu(strength)
    {
        for (std::size_t i = 0; i < 4; ++i) {
            const double k = 2 * 3.14159265 / random.between(14, 60);
            direction[i] = {k * random.between(-1, 1), k * random.between(-1, 1), k * random.between(-1, 1)};
            phase[i] = random.between(0, 6.28);
        }
    }
    float at(const Vector3& mm) const
    {
        float sum = 0;
        for (std::size_t i = 0; i < 4; ++i)
            sum += std::sin(static_cast<float>(dot(direction[i], mm) + phase[i]));
        return sum * static_cast<float>(strengthHu) * 0.5f;
    }
};

} // namespace

std::vector<std::int16_t> scanned(const Geometry& grid, const std::vector<Tissue>& tissues, const Appearance& appearance, std::uint64_t seed)
{
    Random random(seed ^ 0x5CA77E12u);
    const TissueHu hu = tissueHu(appearance.contrast, seed);
    const Texture texture(random, random.between(1, 7));
    std::array<std::vector<float>, 3> kernels;
    double kept = 1; // how much of white noise's deviation the blur leaves
    for (int a = 0; a < 3; ++a) {
        kernels[static_cast<std::size_t>(a)] = gaussian(std::max(0.15, appearance.blurMm / grid.spacingMm()[a]));
        double squares = 0;
        for (float k : kernels[static_cast<std::size_t>(a)])
            squares += double(k) * k;
        kept *= std::sqrt(squares);
    }
    const auto noise = static_cast<float>(appearance.noiseHu / kept * std::sqrt(12.0 / 4));
    std::vector<float> image(tissues.size());
    std::size_t v = 0;
    for (std::int64_t k = 0; k < grid.size()[2]; ++k)
        for (std::int64_t j = 0; j < grid.size()[1]; ++j)
            for (std::int64_t i = 0; i < grid.size()[0]; ++i, ++v) {
                // Four 16-bit uniforms of one draw: near enough to a normal, and fast.
                const std::uint64_t bits = random.bits();
                const float sum = static_cast<float>((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)) / 65536.0f - 2;
                const Tissue tissue = tissues[v];
                const bool flat = tissue == Tissue::Air || tissue == Tissue::Gas;
                image[v] = hu[static_cast<std::size_t>(tissue)] + noise * sum + (flat ? 0 : texture.at(grid.toMm(Index3{i, j, k})));
            }
    for (int a = 0; a < 3; ++a)
        blur(image, grid.size(), a, kernels[static_cast<std::size_t>(a)]);
    std::vector<std::int16_t> voxels(image.size());
    std::transform(image.begin(), image.end(), voxels.begin(),
                   [](float value) { return static_cast<std::int16_t>(std::lround(std::clamp(value, -1024.0f, 3071.0f))); });
    return voxels;
}

} // namespace hounsfield::synthetic
