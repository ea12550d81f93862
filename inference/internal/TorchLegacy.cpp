#include "inference/internal/TorchTensors.h"
#include "volume/Error.h"

#include <bit>
#include <cstring>
#include <fstream>

namespace hounsfield {
namespace {

static_assert(std::endian::native == std::endian::little, "storages are read as they lie");

/// Where a storage's numbers lie in the file.
struct Place {
    std::uint64_t offset = 0, bytes = 0;
};

[[noreturn]] void refuse(const std::filesystem::path& file)
{
    throw Error(ErrorKind::Model, "The checkpoint " + file.string() + " is damaged or incomplete: its data is missing or of the wrong length. Get it again.");
}

/// The storages lie one after another in the order of their keys, each behind the number of its elements.
std::map<std::string, Place> placesOf(const Pickle& index, const PickleValue& keys, std::uint64_t at, std::ifstream& in, std::uint64_t fileSize, const std::filesystem::path& file)
{
    std::map<std::string, const PickleValue*> storages;
    for (const PickleValue& value : index.values())
        if (value.kind == PickleValue::Kind::Storage)
            storages[value.text] = &value;
    std::map<std::string, Place> places;
    for (const PickleValue* key : keys.items) {
        const auto storage = storages.find(key->text);
        if (storage == storages.end())
            refuse(file);
        const std::uint64_t width = elementSize(elementTypeOf(storage->second->type).value_or(ElementType::UInt8));
        std::int64_t count = -1;
        in.seekg(static_cast<std::streamoff>(at));
        in.read(reinterpret_cast<char*>(&count), sizeof count);
        if (!in || count != storage->second->integer || count < 0 || static_cast<std::uint64_t>(count) > fileSize / width || at + 8 + static_cast<std::uint64_t>(count) * width > fileSize)
            refuse(file);
        places[key->text] = {at + 8, static_cast<std::uint64_t>(count) * width};
        at += 8 + places[key->text].bytes;
    }
    return places;
}

} // namespace

bool isTorchLegacy(const std::string& head)
{
    return head.compare(0, legacyMagic.size(), legacyMagic) == 0;
}

StoredTensors readTorchLegacy(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::error_code failed;
    const std::uint64_t fileSize = std::filesystem::file_size(file, failed);
    // The pickles lie first; the numbers behind them are read tensor by tensor, never the whole file.
    constexpr std::uint64_t largestIndex = 64u << 20;
    std::string begin(static_cast<std::size_t>(std::min(fileSize, largestIndex)), '\0');
    if (failed || !in.read(begin.data(), static_cast<std::streamsize>(begin.size())))
        refuse(file);
    const std::string source = file.string();
    std::size_t at = legacyMagic.size();
    const Pickle version(begin, source, PickleForm::Legacy, at);
    const Pickle system(begin, source, PickleForm::Legacy, at += version.size());
    const Pickle index(begin, source, PickleForm::Legacy, at += system.size());
    const Pickle keys(begin, source, PickleForm::Legacy, at += index.size());
    at += keys.size();
    for (const auto& [name, value] : system.root().entries)
        if (name->text == "little_endian" && value->integer == 0)
            throw Error(ErrorKind::Model, "The checkpoint " + source + " was written on a big-endian machine, which this version does not read.");
    if (keys.root().kind != PickleValue::Kind::List)
        refuse(file);
    const auto places = placesOf(index, keys.root(), at, in, fileSize, file);
    const auto bytes = [&](const PickleValue& storage, std::uint64_t size) -> std::optional<std::string> {
        const auto place = places.find(storage.text);
        if (place == places.end() || place->second.bytes != size)
            return std::nullopt;
        std::string data(size, '\0');
        in.clear();
        in.seekg(static_cast<std::streamoff>(place->second.offset));
        if (!in.read(data.data(), static_cast<std::streamsize>(size)))
            return std::nullopt;
        return data;
    };
    return tensorsOf(index.root(), bytes, std::max<std::uint64_t>(64u << 20, 4 * fileSize), file);
}

} // namespace hounsfield
