// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Pickle.h"
#include "inference/internal/TensorFile.h"
#include "inference/internal/TorchTensors.h"
#include "tests/support/Paths.h"
#include "tests/support/catch.h"
#include "volume/Error.h"

#include <nlohmann/json.hpp>

#include <filesystem>

using namespace hounsfield;
namespace fs = std::filesystem;

namespace {

void checkTensors(const StoredTensors& tensors, const nlohmann::json& expected)
{
    REQUIRE(tensors.size() == expected.size());
    for (const auto& [name, truth] : expected.items()) {
        INFO(name);
        REQUIRE(tensors.count(name) == 1);
        const StoredTensor& tensor = tensors.at(name);
        CHECK(elementName(tensor.type) == truth.at("dtype").get<std::string>());
        const auto shape = truth.at("shape").get<std::vector<std::int64_t>>();
        REQUIRE(tensor.shape.size() == shape.size());
        for (std::size_t d = 0; d < shape.size(); ++d)
            CHECK(tensor.shape[d] == shape[d]);
        const std::vector<float> values = tensor.toFloat();
        REQUIRE(values.size() == truth.at("values").size());
        for (std::size_t i = 0; i < values.size(); ++i)
            CHECK(values[i] == static_cast<float>(truth.at("values")[i].get<double>()));
    }
}

std::string refusal(const fs::path& file)
{
    try {
        readCheckpoint(file);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Model);
        return error.what();
    }
    FAIL("it was read");
    return "";
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE(
    "a checkpoint in zip form gives every tensor as it was saved: views, half types, scalars, parameters")
{
    REQUIRE_SHARED(shared);
    const fs::path folder = shared / "reference" / "checkpoints";
    const auto expected = nlohmann::json::parse(test::readFile(folder / "expected.json"));
    checkTensors(readCheckpoint(folder / "zip.pth"), expected);
    checkTensors(readCheckpoint(folder / "legacy.pth"), expected);
    // The other files hold a part of the same tensors.
    for (const char* name : {"bare_state_dict.pth", "state.safetensors"}) {
        INFO(name);
        const StoredTensors tensors = readCheckpoint(folder / name);
        CHECK(tensors.size() >= 3);
        for (const auto& [key, tensor] : tensors) {
            INFO(key);
            const std::string full = expected.contains(key) ? key : "module." + key;
            REQUIRE(expected.contains(full));
            const std::vector<float> values = tensor.toFloat();
            REQUIRE(values.size() == expected[full]["values"].size());
            for (std::size_t i = 0; i < values.size(); ++i)
                CHECK(values[i] == static_cast<float>(expected[full]["values"][i].get<double>()));
        }
    }
}

TEST_CASE("a hostile checkpoint is refused by the name of what it asks for, and nothing is run")
{
    REQUIRE_SHARED(shared);
    const fs::path folder = shared / "reference" / "checkpoints";
    fs::remove("/tmp/pwned");
    CHECK(contains(refusal(folder / "malicious_zip.pth"), "posix.system"));
    INFO(refusal(folder / "malicious_legacy.pth"));
    CHECK(contains(refusal(folder / "malicious_legacy.pth"), "which a file of weights has no need of"));
    CHECK_FALSE(fs::exists("/tmp/pwned"));
}

TEST_CASE("the tensors of a TorchScript archive are read by their paths, and its program is not looked at")
{
    REQUIRE_SHARED(shared);
    const fs::path folder = shared / "reference" / "checkpoints";
    const auto expected = nlohmann::json::parse(test::readFile(folder / "torchscript_expected.json"));
    const StoredTensors tensors = readCheckpoint(folder / "torchscript.pt");
    REQUIRE(tensors.size() == expected.size());
    for (const auto& [name, truth] : expected.items()) {
        INFO(name);
        REQUIRE(tensors.count(name));
        CHECK(tensors.at(name).shape == truth.at("shape").get<std::vector<std::int64_t>>());
        CHECK(tensors.at(name).toFloat() == truth.at("values").get<std::vector<float>>());
    }
    // A module inside itself ends somewhere.
    const Pickle itself(std::string("\x80\x02"
                                    "c__torch__\nM\n)\x81q\x00}X\x01\x00\x00\x00"
                                    "ah\x00sb.",
                                    34),
                        "file", PickleForm::TorchScript);
    CHECK_THROWS_AS(openTorch(itself, PickleForm::TorchScript, nullptr, viewBytes("", "file")), Error);
}

TEST_CASE("truncated files and those that are none are each named for what they are")
{
    REQUIRE_SHARED(shared);
    const fs::path folder = shared / "reference" / "checkpoints";
    CHECK(contains(refusal(folder / "truncated.pth"), "incomplete"));
    CHECK(contains(refusal(folder / "missing.pth"), "cannot be read"));
}

TEST_CASE("a checkpoint with any byte changed or cut anywhere is read as it was or refused, never a crash")
{
    REQUIRE_SHARED(shared);
    const std::string whole = test::readFile(shared / "reference" / "checkpoints" /
                                             GENERATE("zip.pth", "legacy.pth", "torchscript.pt"));
    const test::TemporaryFolder folder;
    const fs::path file = folder.path() / "changed.pth";
    const auto attempt = [&](const std::string& bytes) {
        test::writeFile(file, bytes);
        try {
            readCheckpoint(file);
        } catch (const Error&) {
        }
    };
    for (std::size_t at = 0; at < whole.size(); at += 3) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
        attempt(changed);
        if (at % 60 == 0)
            attempt(whole.substr(0, at));
    }
    SUCCEED();
}

TEST_CASE("the index of a checkpoint may hold only what weights need")
{
    const auto refused = [](const std::string& bytes) {
        try {
            Pickle(bytes, "file");
            return std::string("read");
        } catch (const Error& error) {
            return std::string(error.what());
        }
    };
    CHECK(contains(refused("\x80\x02"
                           "cbuiltins\neval\n."),
                   "builtins.eval"));
    CHECK(contains(refused("\x80\x04\x8c\x02os\x8c\x06system\x93."), "os.system"));
    CHECK(contains(refused("\x80\x02"
                           "i__main__\nX\n."),
                   "instruction"));
    CHECK(contains(refused("\x80\x02}"), "damaged"));
    CHECK(contains(refused("\x80\x02h\x05."), "damaged"));
    CHECK(contains(refused("\x80\x02X\xff\xff\xff\x7f"
                           "abc."),
                   "damaged"));
    // A list that holds itself is only a list.
    CHECK(refused(std::string("\x80\x02]q\x00h\x00"
                              "a.",
                              9)) == "read");
    CHECK(Pickle(std::string("\x80\x02\x8a\x01\xff.", 6), "file").root().integer == -1);
}
