// SPDX-License-Identifier: Apache-2.0
#include "app/train/CaseAnnotation.h"

#include "volume/Error.h"
#include "volume/RegularFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace hounsfield::training {

ClassBits absentClasses(const std::filesystem::path& folder, const std::vector<ModelClass>& classes,
                        std::vector<std::string>* notes)
{
    const std::filesystem::path file = folder / "annotation.json";
    if (!std::filesystem::exists(file))
        return 0;
    requireRegularFile(file, ErrorKind::Scan);
    ClassBits absent = 0;
    try {
        std::ifstream in(file, std::ios::binary);
        const nlohmann::json root = nlohmann::json::parse(in);
        for (const char* list : {"not_in_scan", "no_lesion_seen"})
            for (const std::string& text : root.value(list, std::vector<std::string>{})) {
                const std::string name = text.substr(0, text.find_first_of(" ("));
                const auto known = std::find_if(classes.begin(), classes.end(),
                                                [&](const ModelClass& one) { return one.fileName == name; });
                if (known != classes.end())
                    absent |= bitOf(known->id);
                else if (notes)
                    notes->push_back("The file " + file.string() + " calls \"" + text +
                                     "\" absent, which is no class.");
            }
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorKind::Scan,
                    "The file " + file.string() + " cannot be understood: " + error.what() + ".");
    }
    return absent;
}

} // namespace hounsfield::training
