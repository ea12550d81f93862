// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace hounsfield {

/// A path as UTF-8, for messages.
std::string utf8(const std::filesystem::path& path);
/// A path as UTF-8 in quotation marks, as messages begin.
std::string quoted(const std::filesystem::path& path);
/// Whether bytes are well-formed enough to be taken for UTF-8.
bool isUtf8(const std::string& text);
/// A DICOM text value as UTF-8 by its SpecificCharacterSet, one or several values divided by backslashes
/// (PS3.3 C.12.1.1.2), with the escape sequences of ISO 2022 (PS3.5 6.1.2). What the set does not know
/// becomes a question mark.
std::string dicomTextToUtf8(const std::string& bytes, const std::string& specificCharacterSet);
/// A name that is safe as a file name on every system: letters, digits, '.', '-', '_' and what is not ASCII
/// stay; never empty.
std::string safeName(const std::string& name);
/// The file name of a path without its image ending (.nii.gz, .nrrd, ...), safe in file names.
std::string caseNameOf(const std::filesystem::path& file);
/// A number with at most `decimals` digits after the point and no trailing zeros.
std::string plainNumber(double value, int decimals);
/// The file name's ending in lower case; ".nii.gz" counts as one.
std::string endingOf(const std::filesystem::path& file);

} // namespace hounsfield
