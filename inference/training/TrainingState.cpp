// SPDX-License-Identifier: Apache-2.0
#include "inference/training/TrainingState.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"
#include "volume/Shutdown.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <vector>

#include <torch/optim/optimizer.h>
#include <torch/serialize.h>

#if !defined(_WIN32)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace hounsfield::training {
namespace {

/// A file or a folder of the system's cache onto the disk: without, a power cut may leave a renamed file
/// empty. On Windows that is left to the system.
bool flushedToDisk(const std::filesystem::path& path)
{
#if defined(_WIN32)
    (void)path;
    return true;
#else
    const int file = ::open(path.c_str(), O_RDONLY);
    if (file < 0)
        return false;
    // Some network folders know no such order: that is no reason to end a training.
    const bool done = ::fsync(file) == 0 || errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
    ::close(file);
    return done;
#endif
}

void write(torch::serialize::OutputArchive& archive, const std::string& prefix, const Weights& tensors)
{
    for (const auto& [name, tensor] : tensors)
        archive.write(prefix + name, tensor.detach());
}

/// A fresh tensor each time: reading into a defined one changes what shares its memory.
at::Tensor tensorOf(torch::serialize::InputArchive& archive, const std::string& key)
{
    at::Tensor value;
    archive.read(key, value);
    return value;
}

void readInto(torch::serialize::InputArchive& archive, const std::filesystem::path& file,
              const std::string& key, at::Tensor& into)
{
    const at::Tensor value = tensorOf(archive, key);
    if (value.sizes() != into.sizes())
        throw Error(ErrorKind::Model, "The training state " + file.string() +
                                          " is of another architecture; name another --state.");
    into.copy_(value);
}

std::int64_t number(torch::serialize::InputArchive& archive, const std::string& key, std::int64_t otherwise)
{
    c10::IValue value;
    return archive.try_read(key, value) ? value.toInt() : otherwise;
}

TrainingPoint readPoint(torch::serialize::InputArchive& archive)
{
    TrainingPoint point;
    point.step = tensorOf(archive, "step").item<std::int64_t>();
    c10::IValue value;
    if (archive.try_read("random", value))
        point.random = value.toStringRef();
    if (archive.try_read("best_dice", value))
        point.bestDice = value.toDouble();
    point.picked = static_cast<std::uint64_t>(number(archive, "picked", 0));
    point.bestStep = number(archive, "best_step", 0);
    point.sinceBest = number(archive, "since_best", 0);
    if (archive.try_read("purpose", value))
        point.purpose = value.toStringRef();
    return point;
}

std::vector<std::string> linesOf(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

/// The first line of one that the other does not have; empty where there is none.
std::string firstBeyond(const std::vector<std::string>& lines, const std::vector<std::string>& others)
{
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
        return std::find(others.begin(), others.end(), line) == others.end();
    });
    return found == lines.end() ? "" : *found;
}

} // namespace

void checkPurpose(const std::filesystem::path& state, const std::string& begun, const std::string& asked)
{
    if (begun.empty() || begun == asked)
        return;
    const std::vector<std::string> then = linesOf(begun), now = linesOf(asked);
    const std::string was = firstBeyond(then, now), is = firstBeyond(now, then);
    throw Error(ErrorKind::Model, "The training state " + state.string() +
                                      " is of another training. It was begun with " +
                                      (was.empty() ? "less" : "\"" + was + "\"") + ", and now " +
                                      (is.empty() ? "that is missing" : "\"" + is + "\" is asked") +
                                      ". Name another --state, or remove it to begin anew.");
}

void writeStateFile(const std::filesystem::path& file, const std::string& bytes)
{
    const std::filesystem::path partial = file.string() + ".partial";
    const TemporaryPath listed(partial);
    std::ofstream out(partial, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    std::error_code failed;
    if (!out || !flushedToDisk(partial))
        throw Error(ErrorKind::Resources, "The training state could not be written to " + partial.string() +
                                              ". Is the folder there, and space on the disk?");
    std::ostringstream back;
    back << std::ifstream(partial, std::ios::binary).rdbuf();
    if (back.str() != bytes)
        throw Error(ErrorKind::Resources, "The training state " + partial.string() +
                                              " does not read back as it was written. Is the disk in order?");
    std::filesystem::rename(partial, file, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "The training state could not be moved to " + file.string() + ": " +
                                              failed.message() + ".");
    flushedToDisk(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."));
}

void saveTrainingState(const std::filesystem::path& file, const TrainingPoint& point,
                       const TrainingTensors& tensors)
{
    torch::serialize::OutputArchive archive, optimizer;
    archive.write("step", at::scalar_tensor(point.step, at::kLong));
    archive.write("picked", c10::IValue(static_cast<std::int64_t>(point.picked)));
    archive.write("random", c10::IValue(point.random));
    archive.write("best_dice", c10::IValue(point.bestDice));
    archive.write("best_step", c10::IValue(point.bestStep));
    archive.write("since_best", c10::IValue(point.sinceBest));
    archive.write("purpose", c10::IValue(point.purpose));
    write(archive, "weights/", tensors.weights);
    write(archive, "mean/", tensors.mean);
    write(archive, "best/", tensors.best);
    write(archive, "momentum/", tensors.momentum);
    tensors.optimizer.save(optimizer);
    archive.write("optimizer", optimizer);
    std::string bytes;
    archive.save_to([&](const void* data, std::size_t size) {
        bytes.append(static_cast<const char*>(data), size);
        return size;
    });
    writeStateFile(file, bytes);
}

TrainingPoint loadTrainingState(const std::filesystem::path& file, const std::string& purpose,
                                TrainingTensors tensors)
{
    requireRegularFile(file, ErrorKind::Model);
    torch::serialize::InputArchive archive, optimizer;
    const at::NoGradGuard guard;
    try {
        archive.load_from(file.string());
        const TrainingPoint point = readPoint(archive);
        checkPurpose(file, point.purpose, purpose);
        const at::Tensor table = tensors.weights.at("organ_embedding").clone();
        for (auto& [name, tensor] : tensors.weights)
            readInto(archive, file, "weights/" + name, tensor);
        for (auto& [name, tensor] : tensors.mean)
            readInto(archive, file, "mean/" + name, tensor);
        if (!table.equal(tensors.weights.at("organ_embedding")))
            throw Error(ErrorKind::Model,
                        "The training state " + file.string() +
                            " is of other embeddings of the classes; name another --state.");
        if (point.bestDice >= 0) {
            for (const auto& [name, tensor] : tensors.mean)
                tensors.best[name] = tensor.clone();
            for (auto& [name, tensor] : tensors.best)
                readInto(archive, file, "best/" + name, tensor);
        }
        for (auto& [name, tensor] : tensors.momentum)
            readInto(archive, file, "momentum/" + name, tensor);
        archive.read("optimizer", optimizer);
        tensors.optimizer.load(optimizer);
        return point;
    } catch (const c10::Error&) {
        throw Error(ErrorKind::Model, "The training state " + file.string() +
                                          " cannot be read, or is of another architecture; name another "
                                          "--state, or remove it to begin anew.");
    }
}

} // namespace hounsfield::training
