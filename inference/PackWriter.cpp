#include "inference/PackWriter.h"

#include "inference/internal/Sha256.h"

#include <fstream>

namespace hounsfield {
namespace fs = std::filesystem;

namespace {

void writeBytes(const fs::path& file, const std::string& bytes)
{
    std::ofstream out(file, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush())
        throw Error(ErrorKind::Resources, "The model could not be written to " + file.string() + ". Is there space on the disk?");
}

} // namespace

void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card, const fs::path& folder)
{
    const fs::path partial = folder.string() + ".partial";
    std::error_code failed;
    fs::remove_all(partial, failed);
    fs::create_directories(partial, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "The folder " + partial.string() + " cannot be made: " + failed.message());
    writeBytes(partial / description.weightsFile, weightsSafetensors);
    writeBytes(partial / "card.md", card);
    writeBytes(partial / "pack.json", packJson(description, {{description.weightsFile, sha256(weightsSafetensors)}, {"card.md", sha256(card)}}));
    verifyPack(openPackFolder(partial));
    fs::remove_all(folder, failed);
    fs::rename(partial, folder, failed);
    if (failed)
        throw Error(ErrorKind::Resources, "The model could not be moved to " + folder.string() + ": " + failed.message());
}

} // namespace hounsfield
