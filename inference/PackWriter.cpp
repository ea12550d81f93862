#include "inference/PackWriter.h"

#include "inference/internal/PackBuilder.h"

namespace hounsfield {

void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card, const std::filesystem::path& folder)
{
    PackBuilder builder(folder);
    builder.add(description.weightsFile, weightsSafetensors);
    builder.add("card.md", card);
    Progress silent;
    builder.finish(description, silent);
}

} // namespace hounsfield
