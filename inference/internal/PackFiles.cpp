// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/PackFiles.h"

#include "inference/internal/ByteSource.h"
#include "resources/Resources.h"

namespace hounsfield {
namespace {

class FolderFiles final : public PackFiles {
public:
    explicit FolderFiles(std::filesystem::path folder) : m_folder(std::move(folder)) {}
    std::string read(const std::string& name) const override
    {
        const auto bytes = open(name);
        return bytes->read(0, bytes->size());
    }
    std::shared_ptr<const ByteSource> open(const std::string& name) const override
    {
        std::error_code none;
        if (!std::filesystem::is_regular_file(m_folder / name, none))
            throw Error(ErrorKind::Model, "The model in " + m_folder.string() + " lacks its file " + name +
                                              ". Install it again.");
        return openBytes(m_folder / name);
    }
    std::string describe() const override { return m_folder.string(); }

private:
    std::filesystem::path m_folder;
};

class EmbeddedFiles final : public PackFiles {
public:
    explicit EmbeddedFiles(FindEmbedded find) : m_find(std::move(find)) {}
    std::string read(const std::string& name) const override { return std::string(find(name)); }
    std::shared_ptr<const ByteSource> open(const std::string& name) const override
    {
        return viewBytes(find(name), name);
    }
    std::string describe() const override { return "built in"; }

private:
    std::string_view find(const std::string& name) const
    {
        for (const char* folder : {"models/small/", "models/text/"})
            if (const auto bytes = m_find(folder + name))
                return *bytes;
        throw Error(ErrorKind::Model, "This build has no built-in model (" + name +
                                          " is missing). Import one with: hounsfield-cli model import.");
    }

    FindEmbedded m_find;
};

} // namespace

std::shared_ptr<const ByteSource> PackFiles::open(const std::string& name) const
{
    return keepBytes(read(name), name);
}

bool PackFiles::has(const std::string& name) const
{
    try {
        return open(name) != nullptr;
    } catch (const Error&) {
        return false;
    }
}

std::shared_ptr<const PackFiles> folderFiles(const std::filesystem::path& folder)
{
    return std::make_shared<FolderFiles>(folder);
}

std::shared_ptr<const PackFiles> embeddedFiles(FindEmbedded find)
{
    return std::make_shared<EmbeddedFiles>(find ? std::move(find) : FindEmbedded(resources::find));
}

} // namespace hounsfield
