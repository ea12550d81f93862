// SPDX-License-Identifier: Apache-2.0
#include "tests/support/TaughtPack.h"

#include "inference/TextEncoder.h"
#include "tests/support/Paths.h"
#include "tests/support/Recognitions.h"
#include "tests/support/SentencePiece.h"
#include "tests/support/TextPack.h"

#include <cstdlib>

namespace hounsfield::test {

std::filesystem::path writeTaughtPack(const std::filesystem::path& folder, const std::string& name,
                                      const std::vector<TaughtWords>& taught)
{
    setenv("HOUNSFIELD_PLUGINS", HOUNSFIELD_PLUGIN_FOLDER, 1);
    const auto pack = writeTextPack(folder, name, "sentencepiece", readFile(trainSentencePiece(folder)), 400);
    const auto encoder = TextEncoder::open(openPackFolder(pack));
    std::vector<TaughtConcept> concepts;
    for (const TaughtWords& one : taught)
        concepts.push_back({one.classes.empty() ? "other." + one.words : one.classes[0],
                            one.classes,
                            {encoder->encodeAlone(one.words).embedding}});
    addRecognition(pack, writeRecognition(concepts, 1e-4, 0.8, 0.4));
    return pack;
}

} // namespace hounsfield::test
