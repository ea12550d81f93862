#include "inference/internal/TorchTensors.h"

#include "volume/Error.h"

#include <algorithm>
#include <cstring>

namespace hounsfield {
namespace {

using Kind = PickleValue::Kind;

constexpr std::pair<const char*, ElementType> storageTypes[] = {
    {"FloatStorage", ElementType::Float32}, {"DoubleStorage", ElementType::Float64}, {"HalfStorage", ElementType::Float16}, {"BFloat16Storage", ElementType::BFloat16},
    {"LongStorage", ElementType::Int64},    {"IntStorage", ElementType::Int32},      {"ShortStorage", ElementType::Int16},  {"CharStorage", ElementType::Int8},
    {"ByteStorage", ElementType::UInt8},    {"BoolStorage", ElementType::Bool}};

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why)
{
    throw Error(ErrorKind::Model, "The checkpoint " + file.string() + " is damaged: " + why + ". Get it again.");
}

const PickleValue* entry(const PickleValue& dict, const std::string& key)
{
    for (const auto& [name, value] : dict.entries)
        if (name->kind == Kind::Text && name->text == key)
            return value;
    return nullptr;
}

bool holdsTensors(const PickleValue* value)
{
    return value && value->kind == Kind::Dict &&
           std::any_of(value->entries.begin(), value->entries.end(), [](const auto& e) { return e.second->kind == Kind::Tensor; });
}

const PickleValue& stateDict(const PickleValue& root, const std::filesystem::path& file)
{
    if (holdsTensors(&root))
        return root;
    if (root.kind == Kind::Dict)
        for (const char* key : {"net", "state_dict", "model"})
            if (const PickleValue* inner = entry(root, key); holdsTensors(inner))
                return *inner;
    throw Error(ErrorKind::Model, "The checkpoint " + file.string() + " holds no weights under net, state_dict or model. Is it the right file?");
}

/// Row-major copy of a strided view of a storage.
StoredTensor readTensor(const StorageBytes& bytes, const std::string& name, const PickleValue& tensor, const std::filesystem::path& file)
{
    const PickleValue& storage = *tensor.storage;
    const auto known = elementTypeOf(storage.type);
    if (!known || tensor.shape.size() != tensor.strides.size())
        refuse(file, "the tensor " + name + " does not fit together");
    StoredTensor stored;
    stored.type = *known;
    stored.shape = tensor.shape;
    const auto width = static_cast<std::int64_t>(elementSize(stored.type));
    if (storage.integer < 0 || storage.integer > (std::int64_t(1) << 40))
        refuse(file, "the data of the tensor " + name + " is of an impossible length");
    // An empty tensor has strides too, and no data.
    if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end())
        return stored;
    std::int64_t count = 1, last = tensor.integer;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        const std::int64_t n = tensor.shape[d], stride = tensor.strides[d];
        if (count > storage.integer / n || stride > storage.integer)
            refuse(file, "the tensor " + name + " reaches beyond its data");
        count *= n;
        last += (n - 1) * stride;
    }
    if (tensor.integer < 0 || last >= storage.integer)
        refuse(file, "the tensor " + name + " reaches beyond its data");

    const auto found = bytes(storage, static_cast<std::uint64_t>(storage.integer * width));
    if (!found)
        refuse(file, "the data of the tensor " + name + " is missing or of the wrong length");
    const std::string& data = *found;
    stored.bytes.resize(static_cast<std::size_t>(count * width));
    std::vector<std::int64_t> index(tensor.shape.size(), 0);
    std::int64_t from = tensor.integer;
    for (std::int64_t to = 0; to < count; ++to) {
        std::memcpy(stored.bytes.data() + to * width, data.data() + from * width, static_cast<std::size_t>(width));
        for (std::size_t d = index.size(); d-- > 0;) {
            from += tensor.strides[d];
            if (++index[d] < tensor.shape[d])
                break;
            from -= tensor.strides[d] * tensor.shape[d];
            index[d] = 0;
        }
    }
    return stored;
}

/// Adds tensors and keeps their sum within what the file can hold.
class Collector {
public:
    Collector(const StorageBytes& bytes, std::uint64_t mostBytes, const std::filesystem::path& file) : m_bytes(bytes), m_most(mostBytes), m_file(file) {}

    void add(const std::string& name, const PickleValue& tensor)
    {
        StoredTensor stored = readTensor(m_bytes, name.substr(0, 200), tensor, m_file);
        if ((m_total += stored.bytes.size()) > m_most)
            refuse(m_file, "its tensors claim more bytes than it has");
        if (!m_tensors.emplace(name, std::move(stored)).second)
            refuse(m_file, "it names the tensor " + name.substr(0, 200) + " twice");
    }
    void addModule(const std::string& path, const PickleValue& module, int depth)
    {
        // A hostile file can hold a module that holds itself.
        if (depth > 32)
            refuse(m_file, "its modules lie too deep in one another");
        for (const auto& [name, value] : module.entries) {
            if (name->kind != Kind::Text)
                continue;
            const std::string full = path.empty() ? name->text : path + "." + name->text;
            if (value->kind == Kind::Tensor)
                add(full, *value);
            else if (value->kind == Kind::Dict && !value->text.empty())
                addModule(full, *value, depth + 1);
        }
    }
    StoredTensors take() { return std::move(m_tensors); }

private:
    const StorageBytes& m_bytes;
    std::uint64_t m_most, m_total = 0;
    const std::filesystem::path& m_file;
    StoredTensors m_tensors;
};

} // namespace

std::optional<ElementType> elementTypeOf(const std::string& storageClass)
{
    for (const auto& [name, type] : storageTypes)
        if (storageClass == name)
            return type;
    return std::nullopt;
}

StoredTensors tensorsOf(const PickleValue& root, const StorageBytes& bytes, std::uint64_t mostBytes, const std::filesystem::path& file)
{
    // Only the weights are read: the optimizer's two moments for each of them stay where they are.
    Collector collector(bytes, mostBytes, file);
    for (const auto& [name, value] : stateDict(root, file).entries)
        if (name->kind == Kind::Text && value->kind == Kind::Tensor)
            collector.add(name->text, *value);
    return collector.take();
}

StoredTensors moduleTensorsOf(const PickleValue& root, const StorageBytes& bytes, std::uint64_t mostBytes, const std::filesystem::path& file)
{
    if (root.kind != Kind::Dict || root.text.empty())
        refuse(file, "it holds no module");
    Collector collector(bytes, mostBytes, file);
    collector.addModule("", root, 0);
    return collector.take();
}

} // namespace hounsfield
