// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/internal/SentencePieceModule.h"

#include <sentencepiece_processor.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace {

using sentencepiece::SentencePieceProcessor;

const SentencePieceProcessor& of(const void* model)
{
    return *static_cast<const SentencePieceProcessor*>(model);
}

/// No exception may cross the border of the module: it would meet another C++ runtime's idea of the library's
/// types.
void* open(const char* bytes, std::size_t size, char* why, std::size_t room)
{
    try {
        auto processor = std::make_unique<SentencePieceProcessor>();
        const auto status = processor->LoadFromSerializedProto({bytes, size});
        if (status.ok())
            return processor.release();
        std::snprintf(why, room, "%s", status.ToString().c_str());
    } catch (const std::exception& error) {
        std::snprintf(why, room, "%s", error.what());
    } catch (...) {
        std::snprintf(why, room, "an unknown failure");
    }
    return nullptr;
}

void close(void* model)
{
    delete static_cast<SentencePieceProcessor*>(model);
}

int size(const void* model)
{
    return of(model).GetPieceSize();
}

int startId(const void* model)
{
    return of(model).bos_id();
}

int endId(const void* model)
{
    return of(model).eos_id();
}

bool encode(const void* model, const char* text, std::size_t length, void (*take)(void*, std::int32_t),
            void* context)
{
    try {
        std::vector<int> ids;
        if (!of(model).Encode({text, length}, &ids).ok())
            return false;
        for (const int id : ids)
            take(context, id);
        return true;
    } catch (...) {
        return false;
    }
}

constexpr HounsfieldSentencePiece table{
    HounsfieldSentencePiece::currentVersion, open, close, size, startId, endId, encode};

} // namespace

extern "C" __attribute__((visibility("default"))) const HounsfieldSentencePiece* hounsfieldSentencePiece()
{
    return &table;
}
