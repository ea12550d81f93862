// SPDX-License-Identifier: Apache-2.0
#include "volume/io/internal/StoredBits.h"

#include <cstring>
#include <limits>
#include <type_traits>

namespace hounsfield {
namespace {

/// The cells of a slice as numbers of one type.
template <typename Number> class Cells {
public:
    using Unsigned = std::make_unsigned_t<Number>;

    Cells(std::vector<char>& bytes, const DicomSlice& slice, int bitsStored)
        : m_bytes(bytes), m_slice(slice), m_count(bytes.size() / sizeof(Number)),
          m_beyond(static_cast<Unsigned>(~Unsigned{0} << bitsStored)),
          m_top(static_cast<Unsigned>(Unsigned{1} << (bitsStored - 1))),
          m_overlays(static_cast<Unsigned>(slice.overlayBits) & m_beyond)
    {
    }

    std::int64_t clean(Component& component)
    {
        look();
        if (!m_any)
            return 0;
        if constexpr (std::is_signed_v<Number>)
            m_positive = m_extended || readsBelowAir();
        if (m_overlays == 0 && m_odd == 0 && (m_signless == 0 || m_positive) && std::is_signed_v<Number>)
            return static_cast<std::int64_t>(m_signless);
        return widen(component);
    }

private:
    Unsigned cell(std::size_t n) const
    {
        Unsigned value;
        std::memcpy(&value, m_bytes.data() + n * sizeof value, sizeof value);
        return value;
    }
    /// Whether the bits above BitsStored repeat the sign.
    bool extendsSign(Unsigned value) const { return (value & m_top) != 0 && (value & m_beyond) == m_beyond; }

    void look()
    {
        for (std::size_t n = 0; n < m_count; ++n) {
            const Unsigned value = cell(n);
            const bool sign = std::is_signed_v<Number> && (value & m_top) != 0;
            if (!sign && (value & m_beyond) == 0)
                continue;
            m_any = true;
            if (sign && (value & m_beyond) == 0)
                ++m_signless;
            else if (sign && extendsSign(value))
                m_extended = true;
            else
                ++m_odd;
        }
        // Numbers with their sign written in full are as they should be.
        m_any = m_signless > 0 || m_odd > 0;
    }
    /// Where the sign is missing, every such value is negative; below air there is nothing in a CT.
    bool readsBelowAir() const { return m_slice.intercept.value_or(0) - m_slice.slope.value_or(1) < -1024; }

    std::int64_t valueOf(Unsigned value, std::int64_t& beyond) const
    {
        const auto low = static_cast<Unsigned>(value & ~m_beyond);
        const std::int64_t negative =
            static_cast<std::int64_t>(low) - 2 * static_cast<std::int64_t>(std::uint64_t{m_top});
        if constexpr (std::is_signed_v<Number>) {
            // An overlay has written over the sign.
            if (m_overlays != 0)
                return low & m_top ? negative : static_cast<std::int64_t>(low);
            if ((value & m_beyond) == 0 && (value & m_top) && !m_positive)
                return negative;
            beyond += !extendsSign(value) && (value & (m_beyond | m_top)) != 0;
            return static_cast<std::int64_t>(static_cast<Number>(value));
        }
        const auto without = static_cast<Unsigned>(value & ~m_overlays);
        if ((without & m_beyond) == 0)
            return static_cast<std::int64_t>(without);
        ++beyond;
        return m_overlays == 0 && extendsSign(value) ? negative : static_cast<std::int64_t>(without);
    }
    std::int64_t widen(Component& component)
    {
        std::int64_t beyond = 0;
        std::vector<char> wide(m_count * sizeof(std::int64_t));
        for (std::size_t n = 0; n < m_count; ++n) {
            const std::int64_t value = valueOf(cell(n), beyond);
            std::memcpy(wide.data() + n * sizeof value, &value, sizeof value);
        }
        m_bytes = std::move(wide);
        component = Component::Int64;
        return beyond;
    }

    std::vector<char>& m_bytes;
    const DicomSlice& m_slice;
    std::size_t m_count;
    Unsigned m_beyond, m_top, m_overlays;
    std::size_t m_signless = 0; ///< the sign bit is set and those above it are not
    std::size_t m_odd = 0;      ///< other bits set above BitsStored
    bool m_any = false, m_extended = false;
    bool m_positive = false; ///< values of m_signless are positive ones that need one bit more
};

template <typename Number> void extendSignAs(std::vector<char>& cells, int bits)
{
    const int unused = static_cast<int>(8 * sizeof(Number)) - bits;
    if (bits < 1 || unused < 1)
        return;
    for (std::size_t n = 0; n + sizeof(Number) <= cells.size(); n += sizeof(Number)) {
        std::make_unsigned_t<Number> value;
        std::memcpy(&value, cells.data() + n, sizeof value);
        const auto top = static_cast<std::make_unsigned_t<Number>>(value << unused);
        const auto extended = static_cast<Number>(static_cast<Number>(top) >> unused);
        std::memcpy(cells.data() + n, &extended, sizeof extended);
    }
}

template <typename Number> std::int64_t cleanedAs(std::vector<char>& cells, Component& component,
                                                  const DicomSlice& slice, int bitsStored)
{
    if (bitsStored < 1 || bitsStored >= static_cast<int>(8 * sizeof(Number)))
        return 0;
    return Cells<Number>(cells, slice, bitsStored).clean(component);
}

} // namespace

std::int64_t cleanStoredBits(std::vector<char>& cells, Component& component, const DicomSlice& slice,
                             int bitsStored)
{
    switch (component) {
    case Component::UInt8:
        return cleanedAs<std::uint8_t>(cells, component, slice, bitsStored);
    case Component::Int8:
        return cleanedAs<std::int8_t>(cells, component, slice, bitsStored);
    case Component::UInt16:
        return cleanedAs<std::uint16_t>(cells, component, slice, bitsStored);
    case Component::Int16:
        return cleanedAs<std::int16_t>(cells, component, slice, bitsStored);
    case Component::UInt32:
        return cleanedAs<std::uint32_t>(cells, component, slice, bitsStored);
    default:
        return cleanedAs<std::int32_t>(cells, component, slice, bitsStored);
    }
}

void extendSign(std::vector<char>& cells, Component component, int bits)
{
    if (component == Component::Int8)
        extendSignAs<std::int8_t>(cells, bits);
    else if (component == Component::Int16)
        extendSignAs<std::int16_t>(cells, bits);
    else if (component == Component::Int32)
        extendSignAs<std::int32_t>(cells, bits);
}

} // namespace hounsfield
