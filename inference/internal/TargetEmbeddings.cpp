// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TargetEmbeddings.h"

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace hounsfield {

int TargetEmbeddings::keyOf(const Target& target, const Progress& stop)
{
    if (target.classId != 0)
        return target.classId;
    auto known = std::find_if(m_words.begin(), m_words.end(),
                              [&](const auto& entry) { return entry.first == target.zeroShotText; });
    if (known == m_words.end()) {
        if (!m_encoder)
            m_encoder = TextEncoder::open(m_pack, stop);
        known = m_words.emplace(m_words.end(), target.zeroShotText, m_encoder->encode(target.zeroShotText));
    }
    return -static_cast<int>(known - m_words.begin()) - 1;
}

at::Tensor TargetEmbeddings::of(const std::vector<int>& keys) const
{
    std::vector<at::Tensor> rows;
    for (const int key : keys)
        rows.push_back(key > 0 ? m_network.embeddings({key})[0] : at::tensor(words(key).embedding));
    return at::stack(rows);
}

Marking TargetEmbeddings::marking(int key, const SegmentSettings& settings) const
{
    if (settings.threshold)
        return {*settings.threshold, 0};
    if (const auto own = settings.markings.find(std::max(key, 0)); own != settings.markings.end())
        return own->second;
    return key > 0 ? Marking{m_pack.classById(key).threshold, m_pack.classById(key).peak} : Marking{};
}

void TargetEmbeddings::tell(int key, Finding& finding) const
{
    if (key > 0)
        return;
    const Encoded& encoded = words(key);
    finding.nearest.assign(encoded.nearest.begin(),
                           encoded.nearest.begin() +
                               std::min<std::ptrdiff_t>(3, std::ptrdiff_t(encoded.nearest.size())));
    finding.warnings.push_back(zeroShotExplanation(listed(encoded.nearest)));
    if (encoded.cut)
        finding.warnings.push_back(encoded.cutNote());
}

} // namespace hounsfield
