#include "inference/training/TrainingState.h"

#include "volume/Error.h"

#include <torch/optim/optimizer.h>
#include <torch/serialize.h>

namespace hounsfield::training {
namespace {

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

void checkWritten(const std::filesystem::path& file, const Weights& weights)
{
    torch::serialize::InputArchive archive;
    archive.load_from(file.string());
    for (const auto& [name, tensor] : weights)
        if (!tensorOf(archive, "weights/" + name).equal(tensor.detach()))
            throw Error(ErrorKind::Resources, "The training state " + file.string() + " does not read back as it was written. Is the disk in order?");
}

void readInto(torch::serialize::InputArchive& archive, const std::filesystem::path& file, const std::string& key, at::Tensor& into)
{
    const at::Tensor value = tensorOf(archive, key);
    if (value.sizes() != into.sizes())
        throw Error(ErrorKind::Model, "The training state " + file.string() + " is of another architecture; name another --state.");
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
    return point;
}

} // namespace

void saveTrainingState(const std::filesystem::path& file, const TrainingPoint& point, const TrainingTensors& tensors)
{
    torch::serialize::OutputArchive archive, optimizer;
    archive.write("step", at::scalar_tensor(point.step, at::kLong));
    archive.write("picked", c10::IValue(static_cast<std::int64_t>(point.picked)));
    archive.write("random", c10::IValue(point.random));
    archive.write("best_dice", c10::IValue(point.bestDice));
    archive.write("best_step", c10::IValue(point.bestStep));
    archive.write("since_best", c10::IValue(point.sinceBest));
    write(archive, "weights/", tensors.weights);
    write(archive, "mean/", tensors.mean);
    write(archive, "best/", tensors.best);
    tensors.optimizer.save(optimizer);
    archive.write("optimizer", optimizer);
    const std::filesystem::path partial = file.string() + ".partial";
    archive.save_to(partial.string());
    checkWritten(partial, tensors.weights);
    std::error_code failed;
    std::filesystem::rename(partial, file, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "The training state could not be moved to " + file.string() + ": " + failed.message() + ".");
}

TrainingPoint loadTrainingState(const std::filesystem::path& file, TrainingTensors tensors)
{
    torch::serialize::InputArchive archive, optimizer;
    const at::NoGradGuard guard;
    try {
        archive.load_from(file.string());
        const TrainingPoint point = readPoint(archive);
        const at::Tensor table = tensors.weights.at("organ_embedding").clone();
        for (auto& [name, tensor] : tensors.weights)
            readInto(archive, file, "weights/" + name, tensor);
        for (auto& [name, tensor] : tensors.mean)
            readInto(archive, file, "mean/" + name, tensor);
        if (!table.equal(tensors.weights.at("organ_embedding")))
            throw Error(ErrorKind::Model, "The training state " + file.string() + " is of other embeddings of the classes; name another --state.");
        if (point.bestDice >= 0) {
            for (const auto& [name, tensor] : tensors.mean)
                tensors.best[name] = tensor.clone();
            for (auto& [name, tensor] : tensors.best)
                readInto(archive, file, "best/" + name, tensor);
        }
        archive.read("optimizer", optimizer);
        tensors.optimizer.load(optimizer);
        return point;
    } catch (const c10::Error&) {
        throw Error(ErrorKind::Model, "The training state " + file.string() + " cannot be read, or is of another architecture; name another --state, or remove it to begin anew.");
    }
}

} // namespace hounsfield::training
