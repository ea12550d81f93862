#include "inference/PackWriter.h"

#include "inference/internal/PackBuilder.h"

namespace hounsfield {

void writePack(const ModelPack& description, const std::string& weightsSafetensors, const std::string& card, const std::filesystem::path& folder)
{
    PackBuilder builder(folder);
    builder.add(description.weightsFile, weightsSafetensors);
    builder.add("card.md", card);
    if (description.textEncoder)
        for (const std::string& name : filesOf(*description.textEncoder))
            builder.add(name, description.files->read(name));
    Progress silent;
    builder.finish(description, silent);
}

} // namespace hounsfield
