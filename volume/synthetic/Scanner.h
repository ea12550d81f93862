// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/synthetic/Noise.h"
#include "volume/synthetic/Random.h"
#include "volume/synthetic/SyntheticPatient.h"
#include "volume/synthetic/Tissue.h"

namespace hounsfield::synthetic {

/// Slow changes of density at a place: fine ones (marbled fat, a spleen in the arterial phase), and broad
/// ones.
struct Texture {
    float fine = 0, broad = 0;
};

/// HU of the tissues of one patient under one appearance.
class TissueLook {
public:
    TissueLook(const Appearance& appearance, std::uint64_t seed);
    Texture textureAt(Point mm) const
    {
        return {noise(m_fineScale * mm, m_seed), noise(m_broadScale * mm, m_seed + 1)};
    }
    float hu(Tissue tissue, Texture texture) const
    {
        const auto t = static_cast<std::size_t>(tissue);
        return m_hu[t] + m_fine[t] * texture.fine + m_broad[t] * texture.broad;
    }

private:
    TissueHu m_hu, m_fine, m_broad;
    float m_fineScale, m_broadScale;
    std::uint32_t m_seed;
};

/// An appearance as strong as real scans vary.
Appearance drawAppearance(Random& random);

/// What a scanner makes of densities (i fastest): blur, thick slices, streaks, noise; within [-1024, 3071].
std::vector<std::int16_t> scanned(std::vector<float> hu, const Index3& size, const Vector3& spacingMm,
                                  const Appearance& appearance, std::uint64_t seed);
/// The same, in place and not rounded.
void scan(std::vector<float>& hu, const Index3& size, const Vector3& spacingMm, const Appearance& appearance,
          std::uint64_t seed);

} // namespace hounsfield::synthetic
