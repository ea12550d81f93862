// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/Vector.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hounsfield {

/// Numbers of a feature map on the processor; sums are float32 with either.
enum class MapType { Float32, BFloat16 };
constexpr std::int64_t sizeOf(MapType type)
{
    return type == MapType::Float32 ? 4 : 2;
}

/// Memory for feature maps, zero at first, in large pages where the system has them: a window touches
/// gigabytes of it.
class MapMemory {
public:
    explicit MapMemory(std::int64_t bytes);
    ~MapMemory();
    MapMemory(const MapMemory&) = delete;
    MapMemory& operator=(const MapMemory&) = delete;
    char* data() const { return m_data; }
    std::int64_t bytes() const { return m_bytes; }

private:
    char* m_data = nullptr;
    std::int64_t m_bytes = 0;
};

/// A view of C x X x Y x Z values of one window in groups of 16 channels (oneDNN's nCdhw16c): group, x, y, z,
/// channel in its group. Groups lie one behind the other, so that maps that are to be concatenated are made
/// side by side and need no copy. Lanes beyond the last channel are zero.
struct FeatureMap {
    static constexpr int lanes = 16;

    char* data = nullptr;
    int channels = 0;
    Index3 size{0, 0, 0};
    MapType type = MapType::Float32;

    int groups() const { return (channels + lanes - 1) / lanes; }
    std::int64_t voxels() const { return size[0] * size[1] * size[2]; }
    std::int64_t bytes() const { return groups() * voxels() * lanes * sizeOf(type); }
    /// Channels [first, first + count), both multiples of 16. @returns a view of the same memory
    FeatureMap part(int first, int count) const
    {
        return {data + first / lanes * voxels() * lanes * sizeOf(type), count, size, type};
    }
};

/// Memory that is taken and given back window after window, so that the system is asked only once.
class MapPool : public std::enable_shared_from_this<MapPool> {
public:
    /// A map of its own; its memory returns to the pool with the last copy of `memory`.
    struct Taken {
        FeatureMap map;
        std::shared_ptr<MapMemory> memory;
    };
    static std::shared_ptr<MapPool> make() { return std::make_shared<MapPool>(); }
    Taken take(int channels, const Index3& size, MapType type);
    /// Gives all that is not in use back to the system.
    void release() { m_free.clear(); }

private:
    std::vector<std::unique_ptr<MapMemory>> m_free;
};

} // namespace hounsfield
