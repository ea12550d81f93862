// SPDX-License-Identifier: Apache-2.0
#include "tests/support/SentencePiece.h"

#include "tests/support/Paths.h"

#include <cstdlib>
#include <stdexcept>

namespace hounsfield::test {
namespace fs = std::filesystem;

namespace {

const char* corpus = "A computerized tomography of a liver\nA computerized tomography of a kidney tumor\nThe "
                     "renal artery supplies the kidney\nThe portal vein and the splenic vein\n"
                     "The tail of the pancreas lies near the spleen\nA cyst of the left kidney, a tumor of "
                     "the right lung\nthe thoracic duct and the lymph nodes of the neck\n"
                     "Die Leber liegt im rechten Oberbauch\nDie Nierenarterie versorgt die Niere mit "
                     "Blut\nGefäße, Drüsen und Größe der Läsion\n"
                     "Le foie se trouve sous le diaphragme à droite\nL'artère rénale et la rate\nEl hígado y "
                     "el riñón izquierdo\n"
                     "Печень расположена справа\nПочечная артерия и "
                     "селезёнка\n肝臓は右上腹部にあります\n肾动脉和脾脏位于腹部\n";

void run(const std::string& command, const fs::path& said)
{
    if (std::system((command + " > '" + said.string() + "' 2>&1").c_str()) != 0)
        throw std::runtime_error("Is the package sentencepiece installed? " + readFile(said));
}

} // namespace

fs::path trainSentencePiece(const fs::path& folder, const std::string& kind)
{
    const fs::path text = folder / "corpus.txt", prefix = folder / kind;
    std::string sentences;
    for (int repeat = 0; repeat < 5; ++repeat)
        sentences += corpus;
    writeFile(text, sentences);
    run("spm_train --input='" + text.string() + "' --model_prefix='" + prefix.string() + "' --model_type=" +
            kind + " --vocab_size=220 --hard_vocab_limit=false --character_coverage=1.0 --num_threads=1",
        folder / "train.log");
    return prefix.string() + ".model";
}

std::string sentencePieceIds(const fs::path& model, const std::string& line)
{
    const fs::path in = model.string() + ".line.txt", out = model.string() + ".ids.txt";
    writeFile(in, line + "\n");
    run("spm_encode --model='" + model.string() + "' --output_format=id --input='" + in.string() +
            "' --output='" + out.string() + "'",
        model.string() + ".log");
    std::string ids = readFile(out);
    while (!ids.empty() && (ids.back() == '\n' || ids.back() == '\r'))
        ids.pop_back();
    return ids;
}

} // namespace hounsfield::test
