// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/TorchTensors.h"

#include "volume/Error.h"

#include <algorithm>

namespace hounsfield {
namespace {

using Kind = PickleValue::Kind;

constexpr std::pair<const char*, ElementType> storageTypes[] = {
    {"FloatStorage", ElementType::Float32}, {"DoubleStorage", ElementType::Float64},
    {"HalfStorage", ElementType::Float16},  {"BFloat16Storage", ElementType::BFloat16},
    {"LongStorage", ElementType::Int64},    {"IntStorage", ElementType::Int32},
    {"ShortStorage", ElementType::Int16},   {"CharStorage", ElementType::Int8},
    {"ByteStorage", ElementType::UInt8},    {"BoolStorage", ElementType::Bool}};

[[noreturn]] void refuse(const std::string& file, const std::string& why)
{
    throw Error(ErrorKind::Model, "The checkpoint " + file + " is damaged: " + why + ". Get it again.");
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
           std::any_of(value->entries.begin(), value->entries.end(),
                       [](const auto& e) { return e.second->kind == Kind::Tensor; });
}

const PickleValue& stateDict(const PickleValue& root, const std::string& file)
{
    if (holdsTensors(&root))
        return root;
    if (root.kind == Kind::Dict)
        for (const char* key : {"net", "state_dict", "model"})
            if (const PickleValue* inner = entry(root, key); holdsTensors(inner))
                return *inner;
    throw Error(ErrorKind::Model,
                "The checkpoint " + file +
                    " holds no weights under net, state_dict or model. Is it the right file?");
}

/// A tensor as a view of its storage, in bytes.
struct View {
    std::string storage;
    std::uint64_t from = 0, count = 0; ///< the part of the storage that it touches
    std::vector<std::int64_t> shape,
        strides; ///< of a view that is not contiguous: its lengths and steps, else empty
    std::size_t width = 1;
};

bool isContiguous(const PickleValue& tensor)
{
    std::int64_t expected = 1;
    for (std::size_t d = tensor.shape.size(); d-- > 0;) {
        if (tensor.shape[d] != 1 && tensor.strides[d] != expected)
            return false;
        expected *= tensor.shape[d];
    }
    return true;
}

class TorchCheckpoint final : public Checkpoint {
public:
    /// @param values of the index: no more than a few times as many are gone through
    TorchCheckpoint(std::unique_ptr<const Storages> storages, std::shared_ptr<const ByteSource> source,
                    std::size_t values)
        : Checkpoint(std::move(source)), m_storages(std::move(storages)), m_mostVisits(1000 + 4 * values),
          m_mostBytes(std::max<std::uint64_t>(64u << 20, 4 * m_source->size()))
    {
    }

    void add(const std::string& tensorName, const PickleValue& tensor)
    {
        if (tensorName.size() > longestName || m_tensors.size() >= mostTensors)
            refuse(name(), "it names more tensors than any model has");
        const TensorInfo info = infoOf(tensorName, tensor);
        const View view = viewOf(tensorName, tensor, info);
        if ((m_total += info.byteCount()) > m_mostBytes)
            refuse(name(), "its tensors claim more bytes than it has");
        if (!m_tensors.emplace(tensorName, info).second)
            refuse(name(), "it names the tensor " + tensorName.substr(0, 200) + " twice");
        m_views.emplace(tensorName, view);
    }
    void addModule(const std::string& path, const PickleValue& module, int depth)
    {
        // A hostile file can hold a module that holds itself, or one twice in one that is held twice and so
        // on.
        if (depth > 32 || path.size() > longestName ||
            (m_visited += 1 + module.entries.size()) > m_mostVisits)
            refuse(name(), "its modules lie too deep in one another");
        for (const auto& [key, value] : module.entries) {
            if (key->kind != Kind::Text)
                continue;
            const std::string full = path.empty() ? key->text : path + "." + key->text;
            if (value->kind == Kind::Tensor)
                add(full, *value);
            else if (value->kind == Kind::Dict && !value->text.empty())
                addModule(full, *value, depth + 1);
        }
    }

private:
    static constexpr std::size_t mostTensors = 200000, longestName = 1000;

    TensorInfo infoOf(const std::string& tensorName, const PickleValue& tensor) const
    {
        const auto known = elementTypeOf(tensor.storage->type);
        if (!known || tensor.shape.size() != tensor.strides.size())
            refuse(name(), "the tensor " + tensorName.substr(0, 200) + " does not fit together");
        TensorInfo info;
        info.type = *known;
        info.shape = tensor.shape;
        return info;
    }

    View viewOf(const std::string& tensorName, const PickleValue& tensor, const TensorInfo& info) const
    {
        const std::string spoken = tensorName.substr(0, 200);
        const std::int64_t elements = tensor.storage->integer;
        if (elements < 0 || elements > (std::int64_t(1) << 40))
            refuse(name(), "the data of the tensor " + spoken + " is of an impossible length");
        // An empty tensor has strides too, and no data.
        if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end())
            return {};
        std::int64_t count = 1, last = tensor.integer;
        bool fits = tensor.integer >= 0 && tensor.integer < elements;
        for (std::size_t d = 0; fits && d < tensor.shape.size(); ++d) {
            const std::int64_t n = tensor.shape[d], stride = tensor.strides[d];
            fits = count <= elements / n && stride <= elements;
            if (fits) {
                count *= n;
                last += (n - 1) * stride;
                fits = last < elements;
            }
        }
        if (!fits)
            refuse(name(), "the tensor " + spoken + " reaches beyond its data");
        const std::size_t width = elementSize(info.type);
        if (m_storages->size(tensor.storage->text) != static_cast<std::uint64_t>(elements) * width)
            refuse(name(), "the data of the tensor " + spoken + " is missing or of the wrong length");
        View view{tensor.storage->text,
                  static_cast<std::uint64_t>(tensor.integer) * width,
                  static_cast<std::uint64_t>(last - tensor.integer + 1) * width,
                  {},
                  {},
                  width};
        if (!isContiguous(tensor)) {
            view.shape = tensor.shape;
            view.strides = tensor.strides;
            if (view.count > m_mostBytes)
                refuse(name(), "the data of the tensor " + spoken + " is larger than the file");
        }
        return view;
    }

    void streamBytes(const std::string& tensor, const ByteSink& sink) const override
    {
        const View& view = m_views.at(tensor);
        if (view.count == 0)
            return;
        if (view.strides.empty())
            return m_storages->stream(view.storage, view.from, view.count, sink);
        std::string part;
        part.reserve(static_cast<std::size_t>(view.count));
        m_storages->stream(view.storage, view.from, view.count,
                           [&](std::string_view block) { part += block; });
        gather(view, m_tensors.at(tensor).count(), part, sink);
    }

    /// Row-major order out of a strided view.
    static void gather(const View& view, std::int64_t count, const std::string& part, const ByteSink& sink)
    {
        std::string block;
        std::vector<std::int64_t> index(view.shape.size(), 0);
        std::int64_t from = 0;
        const auto width = static_cast<std::int64_t>(view.width);
        for (std::int64_t i = 0; i < count; ++i) {
            block.append(part, static_cast<std::size_t>(from * width), view.width);
            if (block.size() >= ByteSource::blockBytes) {
                sink(block);
                block.clear();
            }
            for (std::size_t d = index.size(); d-- > 0;) {
                from += view.strides[d];
                if (++index[d] < view.shape[d])
                    break;
                from -= view.strides[d] * view.shape[d];
                index[d] = 0;
            }
        }
        if (!block.empty())
            sink(block);
    }

    std::unique_ptr<const Storages> m_storages;
    std::size_t m_mostVisits, m_visited = 0;
    std::uint64_t m_mostBytes, m_total = 0;
    std::map<std::string, View> m_views;
};

} // namespace

std::optional<ElementType> elementTypeOf(const std::string& storageClass)
{
    for (const auto& [name, type] : storageTypes)
        if (storageClass == name)
            return type;
    return std::nullopt;
}

std::unique_ptr<const Checkpoint> openTorch(const Pickle& index, PickleForm form,
                                            std::unique_ptr<const Storages> storages,
                                            std::shared_ptr<const ByteSource> source)
{
    const std::string file = source->name();
    auto checkpoint =
        std::make_unique<TorchCheckpoint>(std::move(storages), std::move(source), index.values().size());
    if (form == PickleForm::TorchScript) {
        if (index.root().kind != Kind::Dict || index.root().text.empty())
            refuse(file, "it holds no module");
        checkpoint->addModule("", index.root(), 0);
    } else {
        // Only the weights are listed: the optimizer's two moments for each of them stay where they are.
        for (const auto& [name, value] : stateDict(index.root(), file).entries)
            if (name->kind == Kind::Text && value->kind == Kind::Tensor)
                checkpoint->add(name->text, *value);
    }
    return checkpoint;
}

} // namespace hounsfield
