// SPDX-License-Identifier: Apache-2.0
#include "inference/PackStore.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/UnetShapes.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"

#include <cstring>

using namespace hounsfield;
namespace fs = std::filesystem;

namespace {

/// The tensors of a small U-Net, each filled with one value, their keys spelled with a prefix.
StoredTensors smallCheckpoint(const std::string& prefix, bool olderKeys = false)
{
    UnetWidths widths;
    widths.encoder = {16, 16, 32, 32};
    widths.firstConvolution = 8;
    StoredTensors tensors;
    for (const auto& [name, shape] : expectedUnetTensors(widths)) {
        StoredTensor tensor;
        tensor.shape = shape;
        tensor.bytes.resize(static_cast<std::size_t>(tensor.count()) * 4);
        for (std::size_t i = 0; i < tensor.bytes.size(); i += 4) {
            const float value = 0.25f;
            std::memcpy(tensor.bytes.data() + i, &value, 4);
        }
        std::string key = name;
        if (olderKeys && key.rfind("backbone.", 0) == 0)
            key = key.substr(9);
        tensors.emplace(prefix + key, tensor);
    }
    StoredTensor statistic;
    statistic.shape = {1};
    statistic.bytes.assign(4, '\0');
    tensors.emplace(prefix + "backbone.down_tr64.ops.0.bn1.running_mean", statistic);
    return tensors;
}

/// A Swin UNETR as the published file spells it: without "backbone.", with the indices that nobody needs.
StoredTensors swinCheckpoint()
{
    StoredTensors tensors;
    for (const auto& [name, shape] : expectedSwinTensors()) {
        StoredTensor tensor;
        tensor.shape = shape;
        tensor.bytes.assign(static_cast<std::size_t>(tensor.count()) * 4, '\0');
        tensors.emplace("module." + (name.rfind("backbone.", 0) == 0 ? name.substr(9) : name),
                        std::move(tensor));
    }
    StoredTensor index;
    index.type = ElementType::Int64;
    index.shape = {1};
    index.bytes.assign(8, '\0');
    tensors.emplace("module.swinViT.layers1.0.blocks.0.attn.relative_position_index", index);
    return tensors;
}

std::string refusal(const PackStore& store, const fs::path& file, const std::string& name = "mine")
{
    Progress silent;
    try {
        store.import({file, name, {}, {}}, silent);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Model);
        return error.what();
    }
    return "imported";
}

} // namespace

TEST_CASE("a checkpoint becomes a pack that lists, opens, verifies and is removed again, in every spelling "
          "of its keys")
{
    const test::TemporaryFolder folder;
    const PackStore store(folder.path() / "models");
    Progress silent;
    int number = 0;
    for (const bool older : {false, true})
        for (const char* prefix : {"", "module."}) {
            const fs::path file = folder.path() / "my weights.safetensors";
            test::writeFile(file, writeSafetensors(smallCheckpoint(prefix, older), {}));
            const std::string name = number++ == 0 ? "" : "pack" + std::to_string(number);
            const ModelPack pack = store.import({file, name, {}, {}}, silent);
            CHECK(pack.name == (name.empty() ? "my_weights" : name));
            CHECK(pack.widths.encoder[3] == 32);
            CHECK(pack.widths.firstConvolution == 8);
            CHECK(pack.classes.size() == 32);
            verifyPack(pack);
            CHECK(store.open(pack.name).weightsSha256 == pack.weightsSha256);
        }
    CHECK(store.list().size() == 5);
    CHECK(store.open((store.folder() / "pack2").string()).name == "pack2");
    store.remove("pack2");
    CHECK(store.list().size() == 4);
    CHECK_THROWS_AS(store.remove("pack2"), Error);
    CHECK_THROWS_AS(store.remove("small"), Error);
    CHECK_THROWS_AS(store.remove("../models"), Error);
    CHECK_THROWS_AS(store.open(std::string("nothing")), Error);
}

TEST_CASE("the published Swin UNETR is imported from its older spelling of keys")
{
    const test::TemporaryFolder folder;
    const PackStore store(folder.path() / "models");
    Progress silent;
    test::writeFile(folder.path() / "a.safetensors", writeSafetensors(swinCheckpoint(), {}));
    const ModelPack pack = store.import({folder.path() / "a.safetensors", "swin", {}, {}}, silent);
    CHECK(pack.architecture == "swin_unetr");
    CHECK(pack.widths.encoder[0] == 48);
    CHECK(pack.title.find("Swin UNETR") != std::string::npos);
    CHECK(store.open(std::string("swin")).architecture == "swin_unetr");
}

TEST_CASE("a changed weight in an installed pack is found by verify")
{
    const test::TemporaryFolder folder;
    const PackStore store(folder.path() / "models");
    Progress silent;
    test::writeFile(folder.path() / "a.safetensors", writeSafetensors(smallCheckpoint("module."), {}));
    const ModelPack pack = store.import({folder.path() / "a.safetensors", "mine", {}, {}}, silent);
    const fs::path weights = store.folder() / "mine" / pack.weightsFile;
    std::string bytes = test::readFile(weights);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    test::writeFile(weights, bytes);
    CHECK_THROWS_AS(verifyPack(store.open(std::string("mine"))), Error);
}

TEST_CASE(
    "a checkpoint that is not the model it should be is refused by the tensor at fault, and no pack is left")
{
    const test::TemporaryFolder folder;
    const PackStore store(folder.path() / "models");
    const fs::path file = folder.path() / "a.safetensors";
    const auto attempt = [&](const StoredTensors& tensors) {
        test::writeFile(file, writeSafetensors(tensors, {}));
        return refusal(store, file);
    };
    StoredTensors tensors = smallCheckpoint("");
    tensors.erase("controller.weight");
    CHECK(attempt(tensors).find("controller.weight") != std::string::npos);
    tensors = smallCheckpoint("");
    tensors.at("GAP.3.weight").shape = {32, 256, 1, 1, 1};
    CHECK(attempt(tensors).find("GAP.3.weight") != std::string::npos);
    tensors = smallCheckpoint("");
    tensors["something.else"] = tensors.at("controller.bias");
    CHECK(attempt(tensors).find("something.else") != std::string::npos);
    tensors = smallCheckpoint("");
    const float nothing = NAN;
    std::memcpy(tensors.at("controller.bias").bytes.data(), &nothing, 4);
    CHECK(attempt(tensors).find("controller.bias") != std::string::npos);
    tensors = smallCheckpoint("module.");
    tensors["module.swinViT.patch_embed.proj.weight"] = tensors.at("module.controller.bias");
    CHECK(attempt(tensors).find("feature size") != std::string::npos);
    tensors = swinCheckpoint();
    tensors.erase("module.swinViT.layers3.0.downsample.reduction.weight");
    INFO(attempt(tensors));
    CHECK(attempt(tensors).find("backbone.swinViT.layers3.0.downsample.reduction.weight") !=
          std::string::npos);
    CHECK(store.list().size() == 1);

    CHECK(attempt(smallCheckpoint("")) == "imported");
    CHECK(attempt(smallCheckpoint("")).find("installed already") != std::string::npos);
    CHECK(refusal(store, file, "../escape").find("cannot be called") != std::string::npos);
    CHECK(refusal(store, file, "small").find("cannot be called") != std::string::npos);
}

TEST_CASE("the environment chooses where models are installed")
{
    const test::TemporaryFolder folder;
    setenv("HOUNSFIELD_MODELS", folder.path().c_str(), 1);
    CHECK(PackStore().folder() == folder.path());
    unsetenv("HOUNSFIELD_MODELS");
    setenv("XDG_DATA_HOME", folder.path().c_str(), 1);
    CHECK(PackStore().folder() == folder.path() / "hounsfield" / "models");
    unsetenv("XDG_DATA_HOME");
}
