// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TorchTensors.h"
#include "volume/Error.h"

#include <algorithm>
#include <bit>

namespace hounsfield {
namespace {

static_assert(std::endian::native == std::endian::little, "storages are read as they lie");

/// Where a storage's numbers lie in the file.
struct Place {
    std::uint64_t offset = 0, bytes = 0;
};

[[noreturn]] void refuse(const ByteSource& source)
{
    throw Error(ErrorKind::Model,
                "The checkpoint " + source.name() +
                    " is damaged or incomplete: its data is missing or of the wrong length. Get it again.");
}

/// The storages lie one after another in the order of their keys, each behind the number of its elements.
class LegacyStorages final : public Storages {
public:
    LegacyStorages(const Pickle& index, const PickleValue& keys, std::uint64_t at,
                   std::shared_ptr<const ByteSource> source)
        : m_source(std::move(source))
    {
        std::map<std::string, const PickleValue*> storages;
        for (const PickleValue& value : index.values())
            if (value.kind == PickleValue::Kind::Storage)
                storages[value.text] = &value;
        for (const PickleValue* key : keys.items) {
            const auto storage = storages.find(key->text);
            if (storage == storages.end())
                refuse(*m_source);
            const std::uint64_t width =
                elementSize(elementTypeOf(storage->second->type).value_or(ElementType::UInt8));
            std::int64_t count = -1;
            m_source->readInto(at, reinterpret_cast<char*>(&count), sizeof count);
            at += 8;
            if (count != storage->second->integer || count < 0 ||
                static_cast<std::uint64_t>(count) > (m_source->size() - at) / width)
                refuse(*m_source);
            m_places[key->text] = {at, static_cast<std::uint64_t>(count) * width};
            at += static_cast<std::uint64_t>(count) * width;
        }
    }
    std::optional<std::uint64_t> size(const std::string& key) const override
    {
        const auto place = m_places.find(key);
        return place == m_places.end() ? std::nullopt : std::optional(place->second.bytes);
    }
    void stream(const std::string& key, std::uint64_t from, std::uint64_t count,
                const ByteSink& sink) const override
    {
        m_source->readBlocks(m_places.at(key).offset + from, count, sink);
    }

private:
    std::shared_ptr<const ByteSource> m_source;
    std::map<std::string, Place> m_places;
};

} // namespace

bool isTorchLegacy(const std::string& head)
{
    return head.compare(0, legacyMagic.size(), legacyMagic) == 0;
}

std::unique_ptr<const Checkpoint> openTorchLegacy(std::shared_ptr<const ByteSource> source)
{
    // The pickles lie first; how long they are is known only once they are read.
    constexpr std::uint64_t largestIndex = 16u << 20;
    const std::string begin = source->read(0, std::min(source->size(), largestIndex));
    const std::string& name = source->name();
    std::size_t at = legacyMagic.size();
    const Pickle version(begin, name, PickleForm::Legacy, at);
    const Pickle system(begin, name, PickleForm::Legacy, at += version.size());
    const Pickle index(begin, name, PickleForm::Legacy, at += system.size());
    const Pickle keys(begin, name, PickleForm::Legacy, at += index.size());
    at += keys.size();
    for (const auto& [key, value] : system.root().entries)
        if (key->text == "little_endian" && value->integer == 0)
            throw Error(ErrorKind::Model,
                        "The checkpoint " + name +
                            " was written on a big-endian machine, which this version does not read.");
    if (keys.root().kind != PickleValue::Kind::List)
        refuse(*source);
    return openTorch(index, PickleForm::Legacy,
                     std::make_unique<const LegacyStorages>(index, keys.root(), at, source), source);
}

} // namespace hounsfield
