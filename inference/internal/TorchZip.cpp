#include "inference/internal/TorchTensors.h"
#include "inference/internal/ZipFile.h"
#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {

StoredTensors readTorchZip(const std::filesystem::path& file)
{
    const ZipFile zip(file);
    std::string prefix;
    bool isModule = false;
    for (const auto& [name, record] : zip.records()) {
        const std::size_t slash = name.rfind('/');
        const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
        isModule = isModule || name.substr(folder.size()) == "constants.pkl";
        if (name.substr(folder.size()) == "data.pkl")
            prefix = folder;
    }
    if (!zip.has(prefix + "data.pkl"))
        throw Error(ErrorKind::Model, "The file " + file.string() + " is a zip archive but no PyTorch checkpoint.");
    if (zip.has(prefix + "byteorder") && zip.read(prefix + "byteorder", 16) != "little")
        throw Error(ErrorKind::Model, "The checkpoint " + file.string() + " was written on a big-endian machine, which this version does not read.");
    constexpr std::uint64_t largestIndex = 256u << 20;
    const std::string source = file.string();
    // A TorchScript archive holds a program beside its tensors: the program is not looked at.
    const Pickle pickle(zip.read(prefix + "data.pkl", largestIndex), source, isModule ? PickleForm::TorchScript : PickleForm::StateDict);
    const auto bytes = [&](const PickleValue& storage, std::uint64_t size) -> std::optional<std::string> {
        const auto record = zip.records().find(prefix + "data/" + storage.text);
        if (record == zip.records().end() || record->second.size != size)
            return std::nullopt;
        return zip.read(record->first, std::uint64_t(1) << 42);
    };
    const std::uint64_t mostBytes = std::max<std::uint64_t>(64u << 20, 4 * zip.fileSize());
    return isModule ? moduleTensorsOf(pickle.root(), bytes, mostBytes, file) : tensorsOf(pickle.root(), bytes, mostBytes, file);
}

} // namespace hounsfield
