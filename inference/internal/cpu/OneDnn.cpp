// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/cpu/OneDnn.h"

#include "volume/Error.h"

#include <array>

namespace hounsfield {

using Tag = dnnl::memory::format_tag;

bool hasAvx512()
{
    const auto isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core || isa == dnnl::cpu_isa::avx512_core_vnni ||
           isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
}

dnnl::engine& processor()
{
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

dnnl::memory::data_type typeOf(MapType type)
{
    return type == MapType::Float32 ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
}

void refuse(const dnnl::error& error)
{
    if (error.status == dnnl_out_of_memory)
        throw Error(ErrorKind::Resources,
                    "There is not enough memory for the model. Close other programs or use a smaller model.");
    throw Error(ErrorKind::Resources, std::string("This processor cannot run the model in this precision (") +
                                          error.what() +
                                          "). Use float32 (--precision fp32; in training --fp32).");
}

MapSide::MapSide(int channels, const Index3& size, MapType type, Scratch scratch) : m_scratch(scratch)
{
    const dnnl::memory::dims dims{1, channels, size[0], size[1], size[2]};
    // A single group and a single channel lie alike in either order: which name they go by decides which
    // loops are found.
    const Tag blocked = channels == 1 ? Tag::ncdhw : Tag::nCdhw16c;
    m_copied = channels > FeatureMap::lanes && !hasAvx512();
    m_ours = {dims, typeOf(type), hasAvx512() || m_copied ? blocked : Tag::ndhwc};
    m_theirs = m_copied ? dnnl::memory::desc(dims, typeOf(type), Tag::ndhwc) : m_ours;
    if (m_copied) {
        m_there = dnnl::reorder(dnnl::reorder::primitive_desc(processor(), m_ours, processor(), m_theirs));
        m_back = dnnl::reorder(dnnl::reorder::primitive_desc(processor(), m_theirs, processor(), m_ours));
    }
}

char* MapSide::scratch() const
{
    // Of a thread, not of a convolution: all of a network's share them.
    thread_local std::array<std::unique_ptr<MapMemory>, 2> kept;
    auto& memory = kept[m_scratch == Scratch::First ? 0 : 1];
    const auto bytes = std::int64_t(m_theirs.get_size());
    if (!memory || memory->bytes() < bytes) {
        memory.reset();
        memory = std::make_unique<MapMemory>(bytes);
    }
    return memory->data();
}

dnnl::memory MapSide::read(const dnnl::stream& stream, const FeatureMap& map) const
{
    dnnl::memory ours(m_ours, processor(), map.data);
    if (!m_copied)
        return ours;
    dnnl::memory theirs(m_theirs, processor(), scratch());
    m_there.execute(stream, ours, theirs);
    return theirs;
}

dnnl::memory MapSide::target(const FeatureMap& map) const
{
    return m_copied ? dnnl::memory(m_theirs, processor(), scratch())
                    : dnnl::memory(m_ours, processor(), map.data);
}

void MapSide::bring(const dnnl::stream& stream, dnnl::memory& written, const FeatureMap& map) const
{
    if (!m_copied)
        return;
    dnnl::memory ours(m_ours, processor(), map.data);
    m_back.execute(stream, written, ours);
}

} // namespace hounsfield
