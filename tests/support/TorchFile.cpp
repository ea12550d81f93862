// SPDX-License-Identifier: Apache-2.0
#include "tests/support/TorchFile.h"

#include <zlib.h>

#include <fstream>
#include <vector>

namespace hounsfield::test {
namespace {

std::string little(std::uint64_t value, int width)
{
    std::string bytes;
    for (int i = 0; i < width; ++i)
        bytes += static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
}

/// A zip archive of stored records (PKWARE APPNOTE 6.3); its sizes are known before the bytes come.
class ZipWriter {
public:
    explicit ZipWriter(const std::filesystem::path& file) : m_out(file, std::ios::binary) {}

    void add(const std::string& name, std::uint64_t size,
             const std::function<void(const std::function<void(std::string_view)>&)>& bytes)
    {
        const auto at = static_cast<std::uint64_t>(m_out.tellp());
        const std::string sizes = little(size, 4) + little(size, 4) + little(name.size(), 2);
        const auto header = [&](std::uint32_t crc) {
            return little(0, 2) + little(0, 2) + little(0, 4) + little(crc, 4) + sizes + little(0, 2);
        };
        m_out << "PK\3\4" << little(20, 2) << header(0) << name;
        uLong crc = 0;
        bytes([&](std::string_view block) {
            crc = crc32_z(crc, reinterpret_cast<const Bytef*>(block.data()), block.size());
            m_out.write(block.data(), static_cast<std::streamsize>(block.size()));
        });
        const auto end = m_out.tellp();
        m_out.seekp(static_cast<std::streamoff>(at + 14));
        m_out << little(crc, 4);
        m_out.seekp(end);
        m_directory += "PK\1\2" + little(20, 2) + little(20, 2) + header(static_cast<std::uint32_t>(crc)) +
                       std::string(10, '\0') + little(at, 4) + name;
        ++m_count;
    }
    void add(const std::string& name, const std::string& bytes)
    {
        add(name, bytes.size(), [&](const auto& write) { write(bytes); });
    }
    void finish()
    {
        const auto at = static_cast<std::uint64_t>(m_out.tellp());
        m_out << m_directory << "PK\5\6" << little(0, 4) << little(m_count, 2) << little(m_count, 2)
              << little(m_directory.size(), 4) << little(at, 4) << little(0, 2);
    }

private:
    std::ofstream m_out;
    std::string m_directory;
    std::uint64_t m_count = 0;
};

std::string text(const std::string& value)
{
    return "X" + little(value.size(), 4) + value;
}

std::string number(std::int64_t value)
{
    return std::string("\x8a\x08", 2) + little(static_cast<std::uint64_t>(value), 8);
}

/// torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())
std::string tensorPickle(const TensorInfo& tensor, int key)
{
    const char* storage = "FloatStorage";
    if (tensor.type == ElementType::Float16)
        storage = "HalfStorage";
    else if (tensor.type == ElementType::Int64)
        storage = "LongStorage";
    std::string shape, strides;
    std::int64_t step = tensor.count();
    for (std::int64_t n : tensor.shape) {
        shape += number(n);
        strides += number(step /= n);
    }
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + storage + "\n" +
           text(std::to_string(key)) + text("cuda:0") + number(tensor.count()) + "tQ" + number(0) + "(" +
           shape + "t(" + strides + "t\x89" + "ccollections\nOrderedDict\n)RtR";
}

/// A module's attributes by their paths, each module an object of its own class.
std::string modulePickle(const std::vector<std::pair<std::string, std::string>>& tensors,
                         const std::string& prefix)
{
    std::string pickle = "c__torch__\nModule\n)\x81}(";
    std::string inner;
    for (const auto& [name, bytes] : tensors) {
        if (name.rfind(prefix, 0) != 0)
            continue;
        const std::size_t dot = name.find('.', prefix.size());
        const std::string part = name.substr(prefix.size(), dot - prefix.size());
        if (dot == std::string::npos)
            pickle += text(part) + bytes;
        else if (part != inner)
            pickle += text(part) + modulePickle(tensors, prefix + part + ".");
        inner = dot == std::string::npos ? "" : part;
    }
    return pickle + "ub";
}

} // namespace

void writeTorchZip(const std::filesystem::path& file, const TensorInfos& tensors, int moments,
                   const Fill& fill)
{
    std::string net, state;
    int key = 0;
    std::vector<std::pair<std::string, const TensorInfo*>> records;
    for (const auto& [name, tensor] : tensors) {
        net += text(name) + tensorPickle(tensor, key++);
        records.emplace_back(name, &tensor);
    }
    for (int moment = 0; moment < moments; ++moment)
        for (const auto& [name, tensor] : tensors) {
            state += text(name + std::to_string(moment)) + tensorPickle(tensor, key++);
            records.emplace_back(name, &tensor);
        }
    ZipWriter zip(file);
    zip.add("archive/data.pkl", "\x80\x02}(" + text("net") + "ccollections\nOrderedDict\n)R(" + net + "u" +
                                    text("optimizer") + "}" + text("state") + "}(" + state + "us" +
                                    text("epoch") + number(1) + "u.");
    for (std::size_t k = 0; k < records.size(); ++k)
        zip.add("archive/data/" + std::to_string(k), records[k].second->byteCount(),
                [&](const auto& write) { fill(records[k].first, *records[k].second, write); });
    zip.add("archive/version", "3\n");
    zip.finish();
}

void writeTorchScript(const std::filesystem::path& file, const StoredTensors& tensors)
{
    std::vector<std::pair<std::string, std::string>> pickles;
    for (const auto& [name, tensor] : tensors)
        pickles.emplace_back(name, tensorPickle(tensor, static_cast<int>(pickles.size())));
    ZipWriter zip(file);
    zip.add("archive/data.pkl", "\x80\x02" + modulePickle(pickles, "") + ".");
    int key = 0;
    for (const auto& entry : tensors)
        zip.add("archive/data/" + std::to_string(key++), entry.second.bytes);
    zip.add("archive/constants.pkl", std::string("\x80\x02).", 4));
    zip.finish();
}

} // namespace hounsfield::test
