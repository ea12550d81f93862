#include "inference/internal/Pickle.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/ZipFile.h"
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
StoredTensor readTensor(const ZipFile& zip, const std::string& prefix, const std::string& name, const PickleValue& tensor, const std::filesystem::path& file)
{
    const PickleValue& storage = *tensor.storage;
    const auto known = std::find_if(std::begin(storageTypes), std::end(storageTypes), [&](const auto& t) { return storage.type == t.first; });
    if (known == std::end(storageTypes) || tensor.shape.size() != tensor.strides.size())
        refuse(file, "the tensor " + name + " does not fit together");
    StoredTensor stored;
    stored.type = known->second;
    stored.shape = tensor.shape;
    const auto width = static_cast<std::int64_t>(elementSize(stored.type));
    const auto record = zip.records().find(prefix + "data/" + storage.text);
    if (record == zip.records().end() || storage.integer < 0 || storage.integer > (std::int64_t(1) << 40) ||
        record->second.size != static_cast<std::uint64_t>(storage.integer * width))
        refuse(file, "the data of the tensor " + name + " is missing or of the wrong length");

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

    const std::string data = zip.read(record->first, std::uint64_t(1) << 42);
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

} // namespace

StoredTensors readTorchZip(const std::filesystem::path& file)
{
    const ZipFile zip(file);
    std::string prefix;
    for (const auto& [name, record] : zip.records()) {
        const std::size_t slash = name.rfind('/');
        const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
        if (name.substr(folder.size()) == "constants.pkl")
            throw Error(ErrorKind::Model, "The file " + file.string() + " is a TorchScript program, which this version does not read. Nothing in it was run. "
                                          "Name the checkpoint with the weights alone (.pth or .safetensors).");
        if (name.substr(folder.size()) == "data.pkl")
            prefix = folder;
    }
    if (!zip.has(prefix + "data.pkl"))
        throw Error(ErrorKind::Model, "The file " + file.string() + " is a zip archive but no PyTorch checkpoint.");
    if (zip.has(prefix + "byteorder") && zip.read(prefix + "byteorder", 16) != "little")
        throw Error(ErrorKind::Model, "The checkpoint " + file.string() + " was written on a big-endian machine, which this version does not read.");
    constexpr std::uint64_t largestIndex = 256u << 20;
    const std::string source = file.string();
    const Pickle pickle(zip.read(prefix + "data.pkl", largestIndex), source);

    // Only the weights are read: the optimizer's two moments for each of them stay where they are.
    StoredTensors tensors;
    std::uint64_t total = 0;
    const std::uint64_t mostBytes = std::max<std::uint64_t>(64u << 20, 4 * zip.fileSize());
    for (const auto& [name, value] : stateDict(pickle.root(), file).entries) {
        if (name->kind != Kind::Text || value->kind != Kind::Tensor)
            continue;
        StoredTensor tensor = readTensor(zip, prefix, name->text.substr(0, 200), *value, file);
        if ((total += tensor.bytes.size()) > mostBytes)
            refuse(file, "its tensors claim more bytes than it has");
        if (!tensors.emplace(name->text, std::move(tensor)).second)
            refuse(file, "it names the tensor " + name->text.substr(0, 200) + " twice");
    }
    return tensors;
}

} // namespace hounsfield
