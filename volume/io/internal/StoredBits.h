// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/internal/DicomSeries.h"
#include "volume/io/internal/RawImage.h"

namespace hounsfield {

/// Turns the stored cells of a slice into the numbers they stand for (PS3.5 8.1.1). Bits above BitsStored
/// that the header declares as overlay planes are taken away and a missing sign is filled in. Other set bits
/// there belong to the value: a writer that names too few bits, as happens with metal beyond the twelve bits
/// of a scanner.
/// @param cells in this machine's byte order; changed in place, with the component where a value needs a
/// wider one
/// @param bitsStored as the header says, or the decoder where it says fewer
/// @return how many values needed more bits than BitsStored
std::int64_t cleanStoredBits(std::vector<char>& cells, Component& component, const DicomSlice& slice,
                             int bitsStored);

/// Repeats the sign of signed cells in the bits above it. For compressed values of as many bits as are
/// stored: the decoder leaves those above empty.
/// @param bits of each value, the topmost of which is its sign
void extendSign(std::vector<char>& cells, Component component, int bits);

} // namespace hounsfield
