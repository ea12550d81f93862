// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PackBuilder.h"

#include "inference/internal/Sha256.h"

#include <fstream>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

/// A path that ends with a slash names the folder before it.
fs::path withoutSlash(const fs::path& folder)
{
    return folder.has_filename() ? folder : folder.parent_path();
}

fs::path hidden(const fs::path& folder, const std::string& ending)
{
    return folder.parent_path() / ("." + folder.filename().string() + ending);
}

} // namespace

fs::path removedPlace(const fs::path& folder)
{
    return hidden(withoutSlash(folder), ".removed");
}

PackBuilder::PackBuilder(const fs::path& folder)
    : m_folder(withoutSlash(folder)), m_partial(hidden(m_folder, ".partial")), m_listed(m_partial)
{
    std::error_code failed;
    fs::remove_all(m_partial, failed);
    fs::create_directories(m_partial, failed);
    if (failed)
        throw Error(ErrorKind::Resources,
                    "The folder " + m_partial.string() + " cannot be made: " + failed.message() + ".");
}

PackBuilder::~PackBuilder()
{
    std::error_code none;
    fs::remove_all(m_partial, none);
}

void PackBuilder::write(const std::string& name, std::string_view bytes) const
{
    std::ofstream out(place(name), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out)
        throw Error(ErrorKind::Resources, "The model could not be written to " + place(name).string() +
                                              ". Is there space on the disk?");
}

void PackBuilder::add(const std::string& name, std::string_view bytes)
{
    write(name, bytes);
    setHash(name, sha256(bytes));
}

void PackBuilder::take(const std::string& name, const fs::path& from, const std::string& sha256)
{
    std::error_code failed;
    fs::create_hard_link(from, place(name), failed);
    if (failed && !fs::copy_file(from, place(name), failed))
        throw Error(ErrorKind::Resources, "The file " + from.string() + " could not be copied to " +
                                              place(name).string() + ": " + failed.message() + ".");
    setHash(name, sha256);
}

void PackBuilder::finish(const ModelPack& description, Progress& progress)
{
    write("pack.json", packJson(description, {m_hashes.begin(), m_hashes.end()}));
    verifyPack(openPackFolder(m_partial), progress);
    std::error_code failed;
    const fs::path older = removedPlace(m_folder);
    fs::remove_all(older, failed);
    const bool replaced = fs::exists(m_folder, failed);
    if (replaced)
        fs::rename(m_folder, older, failed);
    if (!failed)
        fs::rename(m_partial, m_folder, failed);
    if (failed) {
        std::error_code none;
        if (replaced && !fs::exists(m_folder, none))
            fs::rename(older, m_folder, none);
        throw Error(ErrorKind::Resources,
                    "The model could not be moved to " + m_folder.string() + ": " + failed.message() + ".");
    }
    fs::remove_all(older, failed);
}

} // namespace hounsfield
