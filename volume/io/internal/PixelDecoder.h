// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/internal/DecodeProcess.h"
#include "volume/io/internal/RawImage.h"

#include <memory>

namespace hounsfield {

struct DicomSlice;

/// A file whose pixels cannot be decoded. Its series may do without it, as it does without a missing one.
class UndecodableFile : public Error {
public:
    UndecodableFile(const std::string& message) : Error(ErrorKind::Scan, message) {}
};

/// Decodes compressed pixels in the helper hounsfield-decode, one file after another. Helpers are kept for
/// the next PixelDecoder: starting one costs more than decoding a slice. Used by one thread at a time.
class PixelDecoder {
public:
    PixelDecoder() = default;
    ~PixelDecoder(); ///< hands its helper on
    PixelDecoder(const PixelDecoder&) = delete;
    PixelDecoder& operator=(const PixelDecoder&) = delete;

    struct Frames {
        const char* bytes = nullptr; ///< of all frames that were asked for, valid until the next call
        Component component = Component::Int16;
        int bitsStored = 16; ///< the fewer of what header and decoder say
        int bitsCoded = 0;   ///< of each value in a JPEG, JPEG-LS or JPEG 2000 stream; 0 for other codings
    };
    /// All frames of the slice's file. @throws UndecodableFile with what happened; Error(Scan) where the file
    /// cannot be read, Error(Resources), Cancelled
    Frames decodeAll(const DicomSlice& slice, const Progress& progress);
    /// The slice's own frame, which has an item of its own. @throws as above
    Frames decodeOne(const DicomSlice& slice, const Progress& progress);

    /// Whether a helper was used that the operating system does not restrict.
    bool isUnrestricted() const { return m_process && !m_process->isRestricted(); }

private:
    struct Wanted;
    DecodeProcess::Outcome ask(const Wanted& wanted, std::uint64_t bytes, const Progress& progress);
    Frames decode(const Wanted& wanted, const Progress& progress);
    std::unique_ptr<DecodeProcess> m_process;
};

/// Whether the operating system enforces what the helper may do (seccomp). Starts one where none runs.
bool isDecoderRestricted();

} // namespace hounsfield
