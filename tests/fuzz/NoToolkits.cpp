// SPDX-License-Identifier: Apache-2.0
// Stands where the fuzzers have no ITK: the scan front ends where the toolkit would begin.
#include "volume/Error.h"
#include "volume/io/internal/ImageFile.h"

namespace hounsfield {

RawImage readNrrd(const std::filesystem::path&, ImageParts, Progress&)
{
    throw Error(ErrorKind::Scan, "NRRD voxels are read by ITK, which is not in this program.");
}

} // namespace hounsfield
