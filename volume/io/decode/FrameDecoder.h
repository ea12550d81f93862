// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "volume/io/decode/DecodeProtocol.h"

#include <span>

namespace hounsfield::decode {

/// Keeps GDCM from writing to the terminal. Called once, before anything else.
void quietGdcm();

/// Decodes the pixels of one DICOM file by GDCM, with the codecs below it (OpenJPEG, CharLS, libjpeg). These
/// libraries crash on some damaged files, so only hounsfield-decode calls this, and the fuzzer.
/// @param file all bytes of a DICOM file @param pixels takes all frames, row by row, in this machine's byte
/// order @param oneFrame the pixel data were cut down to one frame, and the header still counts them all
/// @return status and format; never throws
Reply decodeFrames(std::span<const char> file, std::span<char> pixels, bool oneFrame = false);

} // namespace hounsfield::decode
