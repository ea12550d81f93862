// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Targets.h"

#include "inference/ModelPack.h"
#include "inference/Prompt.h"
#include "inference/internal/PublishedTensors.h"
#include "inference/internal/TextImport.h"
#include "tokenizer/BytePairTokenizer.h"
#include "volume/Error.h"

namespace hounsfield::test {
namespace {

/// Reads every tensor as an import does, and asks what kind of model they are.
template <typename Open> void readWhole(std::string_view bytes, Open&& open)
{
    try {
        const auto file = open(viewBytes(bytes, "file"));
        for (const auto& entry : file->tensors()) {
            const TensorInfo& tensor = entry.second;
            std::uint64_t got = 0;
            file->stream(entry.first, [&](std::string_view block) {
                got += block.size();
                toFloat(tensor.type, block);
            });
            if (got != tensor.byteCount())
                __builtin_trap();
        }
        publishedTensors(*file);
    } catch (const Error&) {
    }
}

void torchZip(std::string_view bytes)
{
    readWhole(bytes, openTorchZip);
}

void torchLegacy(std::string_view bytes)
{
    readWhole(bytes, openTorchLegacy);
}

void safetensors(std::string_view bytes)
{
    readWhole(bytes, openSafetensors);
}

void textEncoder(std::string_view bytes)
{
    try {
        textTensors(*openCheckpoint(viewBytes(bytes, "file")));
    } catch (const Error&) {
    }
}

/// A pack that is nothing but its description.
class Described final : public PackFiles {
public:
    explicit Described(std::string_view text) : m_text(text) {}
    std::string read(const std::string& name) const override
    {
        return name == "pack.json" ? std::string(m_text) : "";
    }
    std::string describe() const override { return "a pack"; }

private:
    std::string_view m_text;
};

void packJsonText(std::string_view bytes)
{
    try {
        const ModelPack pack = openPack(std::make_shared<Described>(bytes));
        // What was read can be written and read again.
        const std::string text = packJson(pack, {pack.sha256.begin(), pack.sha256.end()});
        openPack(std::make_shared<Described>(text));
        verifyPack(pack);
    } catch (const Error&) {
    }
}

void vocabulary(std::string_view bytes)
{
    try {
        const BytePairTokenizer words{std::string(bytes)};
        words.encode("a computerized tomography of a liver");
    } catch (const Error&) {
    }
    try {
        // Not the published list's length, but what it is made of: words in any language through the clean-up
        // and the split.
        static const BytePairTokenizer letters(std::string("heading\n") + [] {
            std::string merges;
            for (int i = 0; i < 48894; ++i)
                merges += "a" + std::to_string(i) + " b\n";
            return merges;
        }());
        letters.encode(std::string(bytes.substr(0, 2000)));
    } catch (const Error&) {
    }
}

void checkParts(const Prompt& read)
{
    bool whole = !read.parts.empty();
    for (const PromptPart& part : read.parts)
        whole = whole && (part.understood() || !part.explanation.empty()) && part.suggestions.size() <= 3;
    if (!whole)
        __builtin_trap();
}

/// Whatever is typed is understood or refused in words; it never throws, and no part is both. The same for
/// whatever a text encoder makes of it, after which nothing is left to be read.
void prompt(std::string_view bytes)
{
    static const PromptResolver refusing(universalClasses()), offering(universalClasses(), ZeroShot::Offered),
        reading(universalClasses(), ZeroShot::Read);
    const std::string text(bytes);
    for (const PromptResolver* resolver : {&refusing, &offering, &reading})
        checkParts(resolver->resolve(text));
    const std::vector<std::vector<int>> meanings{{}, {27}, {2, 3}, {6}, {1, 6, 7, 11}, {26, 32}};
    std::vector<WordsRead> read;
    for (const std::string& words : reading.resolve(text).unread)
        read.push_back(
            {words, meanings[words.size() % meanings.size()], words.size() % 5 == 0, 0.9, {"Liver"}, ""});
    const Prompt told = reading.resolve(text, read);
    checkParts(told);
    if (!told.unread.empty() || told.waits())
        __builtin_trap();
}

} // namespace

const std::vector<FuzzTarget>& fuzzTargets()
{
    static const std::vector<FuzzTarget> targets{{"torch_zip", torchZip},       {"torch_legacy", torchLegacy},
                                                 {"torchscript", torchZip},     {"safetensors", safetensors},
                                                 {"pack_json", packJsonText},   {"vocabulary", vocabulary},
                                                 {"text_encoder", textEncoder}, {"prompt", prompt}};
    return targets;
}

} // namespace hounsfield::test
