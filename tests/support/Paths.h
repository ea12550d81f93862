// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hounsfield::test {

/// The root of the checkout that the tests were built from.
std::filesystem::path sourceFolder();
/// The folder `shared` beside the checkout (reference numbers, real scans), where it is present.
/// HOUNSFIELD_SHARED overrides the place.
std::optional<std::filesystem::path> shared();
/// A fresh empty folder, removed with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};
std::string readFile(const std::filesystem::path& file);
void writeFile(const std::filesystem::path& file, const std::string& bytes);

} // namespace hounsfield::test

/// Ends the case with a message where the folder `shared` is missing; else defines `name` as its path.
#define REQUIRE_SHARED(name)                                                                                 \
    const auto name##Found = hounsfield::test::shared();                                                     \
    if (!name##Found) {                                                                                      \
        WARN("skipped: the folder `shared` is not beside this checkout");                                    \
        return;                                                                                              \
    }                                                                                                        \
    const std::filesystem::path name = *name##Found
