// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TorchTensors.h"
#include "inference/internal/ZipFile.h"
#include "volume/Error.h"

namespace hounsfield {
namespace {

/// Each storage is a record of the archive, by its key.
class ZipStorages final : public Storages {
public:
    ZipStorages(std::unique_ptr<const ZipFile> zip, std::string folder)
        : m_zip(std::move(zip)), m_folder(std::move(folder))
    {
    }
    std::optional<std::uint64_t> size(const std::string& key) const override
    {
        const auto record = m_zip->records().find(m_folder + key);
        return record == m_zip->records().end() ? std::nullopt : std::optional(record->second.size);
    }
    void stream(const std::string& key, std::uint64_t from, std::uint64_t count,
                const ByteSink& sink) const override
    {
        m_zip->stream(m_folder + key, from, count, sink);
    }

private:
    std::unique_ptr<const ZipFile> m_zip;
    std::string m_folder;
};

} // namespace

std::unique_ptr<const Checkpoint> openTorchZip(std::shared_ptr<const ByteSource> source)
{
    auto zip = std::make_unique<const ZipFile>(source);
    std::string prefix;
    bool isModule = false;
    for (const auto& [name, record] : zip->records()) {
        const std::size_t slash = name.rfind('/');
        const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
        isModule = isModule || name.substr(folder.size()) == "constants.pkl";
        if (name.substr(folder.size()) == "data.pkl")
            prefix = folder;
    }
    if (!zip->has(prefix + "data.pkl"))
        throw Error(ErrorKind::Model,
                    "The file " + source->name() + " is a zip archive but no PyTorch checkpoint.");
    if (zip->has(prefix + "byteorder") && zip->read(prefix + "byteorder", 16) != "little")
        throw Error(ErrorKind::Model,
                    "The checkpoint " + source->name() +
                        " was written on a big-endian machine, which this version does not read.");
    constexpr std::uint64_t largestIndex = 64u << 20;
    // A TorchScript archive holds a program beside its tensors: the program is not looked at.
    const PickleForm form = isModule ? PickleForm::TorchScript : PickleForm::StateDict;
    const Pickle index(zip->read(prefix + "data.pkl", largestIndex), source->name(), form);
    return openTorch(index, form, std::make_unique<const ZipStorages>(std::move(zip), prefix + "data/"),
                     source);
}

} // namespace hounsfield
