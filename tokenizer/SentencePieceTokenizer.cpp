// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/SentencePieceTokenizer.h"

#include "tokenizer/internal/SentencePieceCheck.h"
#include "tokenizer/internal/SentencePieceModule.h"
#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <dlfcn.h>

namespace hounsfield {
namespace fs = std::filesystem;
namespace {

constexpr const char* moduleName = "hounsfield_sentencepiece.so";

/// Where the module may lie, the first that has it.
fs::path modulePath()
{
    std::vector<fs::path> folders;
    std::error_code failed;
    if (const char* named = std::getenv("HOUNSFIELD_PLUGINS"); named && *named) {
        folders = {named};
    } else {
        const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
        folders = {program, program / ".." / "lib" / "hounsfield"};
    }
    for (const fs::path& folder : folders)
        if (fs::exists(folder / moduleName, failed))
            return folder / moduleName;
    throw Error(ErrorKind::Model,
                std::string("This model's words need the module ") + moduleName + ", which is not in " +
                    folders.front().string() +
                    ". Install it beside the program, or name its folder in HOUNSFIELD_PLUGINS.");
}

/// Its own symbols first: the Protocol Buffers inside must not be LibTorch's. AddressSanitizer cannot look
/// into such a module.
int loadingMode()
{
#if defined(__SANITIZE_ADDRESS__)
    if (dlsym(RTLD_DEFAULT, "_ZN6google8protobuf8internal13VerifyVersionEiiPKc"))
        throw Error(
            ErrorKind::Model,
            "A build for AddressSanitizer cannot use sentencepiece beside LibTorch. Use another build.");
    return RTLD_NOW | RTLD_LOCAL;
#else
    return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
}

const HounsfieldSentencePiece& openModule()
{
    const fs::path path = modulePath();
    void* handle = dlopen(path.c_str(), loadingMode());
    if (!handle) {
        const char* why = dlerror();
        throw Error(ErrorKind::Model, "The module " + path.string() + " cannot be used (" +
                                          (why ? why : "no reason given") +
                                          "). Install it again, with libsentencepiece.");
    }
    const auto entry =
        reinterpret_cast<const HounsfieldSentencePiece* (*)()>(dlsym(handle, HounsfieldSentencePiece::entry));
    if (!entry || entry()->version != HounsfieldSentencePiece::currentVersion)
        throw Error(ErrorKind::Model,
                    "The module " + path.string() +
                        " belongs to another version of this program. Install the one that came with it.");
    return *entry();
}

/// Opened once and kept; where it could not be opened the next call tries again.
const HounsfieldSentencePiece& library()
{
    static const HounsfieldSentencePiece& opened = openModule();
    return opened;
}

} // namespace

SentencePieceTokenizer SentencePieceTokenizer::fromFile(const fs::path& file, int contextLength)
{
    requireRegularFile(file, ErrorKind::Model);
    std::ifstream in(file, std::ios::binary);
    if (!in)
        throw Error(ErrorKind::Model, "The vocabulary " + file.string() + " cannot be opened.");
    return fromBytes({std::istreambuf_iterator<char>(in), {}}, contextLength);
}

SentencePieceTokenizer SentencePieceTokenizer::fromBytes(const std::string& bytes, int contextLength)
{
    checkSentencePieceModel(bytes);
    std::array<char, 512> why{};
    SentencePieceTokenizer tokenizer;
    tokenizer.m_model =
        std::shared_ptr<void>(library().open(bytes.data(), bytes.size(), why.data(), why.size()),
                              [](void* model) { library().close(model); });
    if (!tokenizer.m_model)
        throw Error(
            ErrorKind::Model,
            std::string("The tokenizer's vocabulary is not a sentencepiece model that can be used: ") +
                why.data() + ". Get it again.");
    tokenizer.m_contextLength = contextLength;
    tokenizer.m_size = library().size(tokenizer.m_model.get());
    tokenizer.m_start = library().startId(tokenizer.m_model.get());
    tokenizer.m_end = library().endId(tokenizer.m_model.get());
    if (tokenizer.m_start < 0 || tokenizer.m_end < 0 || tokenizer.m_start >= tokenizer.m_size ||
        tokenizer.m_end >= tokenizer.m_size)
        throw Error(ErrorKind::Model, "The sentencepiece model has no <s> and </s>, which begin and end what "
                                      "a text encoder reads. Train it with both.");
    return tokenizer;
}

std::vector<std::int32_t> SentencePieceTokenizer::pieces(const std::string& text) const
{
    std::vector<std::int32_t> ids;
    const auto take = [](void* context, std::int32_t id) {
        static_cast<std::vector<std::int32_t>*>(context)->push_back(id);
    };
    if (!library().encode(m_model.get(), text.data(), text.size(), take, &ids))
        throw Error(ErrorKind::Model,
                    "The sentencepiece model could not split the text \"" + text.substr(0, 60) + "\".");
    return ids;
}

} // namespace hounsfield
