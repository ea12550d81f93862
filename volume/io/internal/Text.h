#pragma once

#include <filesystem>
#include <string>

namespace hounsfield
{

/// A path as UTF-8, for messages.
std::string utf8(const std::filesystem::path& path);
/// A path as UTF-8 in quotation marks, as messages begin.
std::string quoted(const std::filesystem::path& path);
/// A DICOM text value as UTF-8. Known: ISO_IR 6, ISO_IR 100, ISO_IR 144, ISO_IR 192. Of other sets the characters
/// outside ASCII become question marks (PS3.3 C.12.1.1.2).
std::string dicomTextToUtf8(const std::string& bytes, const std::string& specificCharacterSet);
/// A name that is safe as a file name on every system: letters, digits, '.', '-', '_' and what is not ASCII stay; never
/// empty.
std::string safeName(const std::string& name);
/// The file name of a path without its image ending (.nii.gz, .nrrd, ...), safe in file names.
std::string caseNameOf(const std::filesystem::path& file);
/// A number with at most `decimals` digits after the point and no trailing zeros.
std::string plainNumber(double value, int decimals);
/// The file name's ending in lower case; ".nii.gz" counts as one.
std::string endingOf(const std::filesystem::path& file);

} // namespace hounsfield
