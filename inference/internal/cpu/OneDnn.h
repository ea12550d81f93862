// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/cpu/Blocked.h"

#include <oneapi/dnnl/dnnl.hpp>

namespace hounsfield {

dnnl::engine& processor();
/// Whether the library may use AVX-512 here.
bool hasAvx512();
dnnl::memory::data_type typeOf(MapType type);
/// Says what to do about a failure of the library. @throws Error(Resources)
[[noreturn]] void refuse(const dnnl::error& error);

/// One side of a convolution: a map of ours (groups of 16 channels, or a single plain channel) as the
/// library's fast loops take it. With AVX-512 that is as it lies. Without, they take channels last, which one
/// group is already and several are copied to and fro for: else a convolution runs in the library's reference
/// loops, thousands of times slower.
class MapSide {
public:
    /// Which of the two scratch maps a copy is kept in: sides that are in use at once need different ones.
    enum class Scratch { First, Second };
    /// @param channels 1 or a multiple of 16
    MapSide(int channels, const Index3& size, MapType type, Scratch scratch);
    const dnnl::memory::desc& desc() const { return m_theirs; }
    /// The map's values, for reading.
    dnnl::memory read(const dnnl::stream& stream, const FeatureMap& map) const;
    /// Where to write, and then to bring what was written into the map.
    dnnl::memory target(const FeatureMap& map) const;
    void bring(const dnnl::stream& stream, dnnl::memory& written, const FeatureMap& map) const;

private:
    char* scratch() const;
    dnnl::memory::desc m_ours, m_theirs;
    Scratch m_scratch;
    bool m_copied = false;
    dnnl::reorder m_there, m_back;
};

} // namespace hounsfield
