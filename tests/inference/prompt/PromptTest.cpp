// SPDX-License-Identifier: Apache-2.0
#include "inference/Prompt.h"
#include "inference/internal/Slips.h"
#include "tests/support/catch.h"

#include <set>

using namespace hounsfield;

namespace {

struct Row {
    const char* text;
    std::vector<int> ids; ///< in the order asked for
    int refused;          ///< parts that are not understood
};

const PromptResolver& resolver()
{
    static const PromptResolver one(universalClasses());
    return one;
}

std::string shown(const Prompt& prompt)
{
    std::string text = "\"" + prompt.text + "\":";
    for (const PromptPart& part : prompt.parts)
        text += " [" + part.text + " | " + part.explanation + "]";
    return text;
}

} // namespace

TEST_CASE("what a person types is understood as the structures it names, and the rest is refused")
{
    const std::vector<int> organs{1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                                  14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25};
    const std::vector<Row> rows{
        {"liver", {6}, 0},
        {"LIVER", {6}, 0},
        {"liver, both kidneys and spleen", {6, 2, 3, 1}, 0},
        {"both kidneys", {2, 3}, 0},
        {"kidneys", {2, 3}, 0},
        {"left kidney", {3}, 0},
        {"right kidney", {2}, 0},
        {"L kidney", {3}, 0},
        {"Rt. kidney", {2}, 0},
        {"left and right kidney", {2, 3}, 0},
        {"left kidney and right", {3, 2}, 0},
        {"right kidney and adrenal gland", {2, 12, 13}, 0},
        {"bilateral lungs", {16, 17}, 0},
        {"liver tumor", {27, 29}, 0},
        {"liver tumours", {27, 29}, 0},
        {"tumors in the liver", {27, 29}, 0},
        {"kidney tumor", {26}, 0},
        {"cysts of the kidney", {32}, 0},
        {"liver and kidney tumors", {6, 26}, 0},
        {"portal vein and splenic vein", {10}, 0},
        {"portal vein & splenic vein", {10}, 0},
        {"aorta; IVC", {8, 9}, 0},
        {"aorta\npostcava", {8, 9}, 0},
        {"inferior vena cava", {9}, 0},
        {"superior vena cava", {}, 1},
        {"all organs", organs, 0},
        {"All Tumors", {26, 27, 28, 29, 30, 31}, 0},
        {"femoral heads", {23, 24}, 0},
        {"head of the left femur", {23}, 0},
        {"gallbladder + duodenum", {4, 14}, 0},
        {"gall bladder", {4}, 0},
        {"bladder", {21}, 0},
        {"oesophagus", {5}, 0},
        {"coeliac trunk", {25}, 0},
        {"large bowel, small bowel", {18, 19}, 0},
        {"the pancreas and its tumors", {11, 28}, 0},
        {"please show me the liver", {6}, 0},
        {"is there a kidney tumor?", {26}, 0},
        {"any lung nodule", {30}, 0},
        {"whole liver", {6}, 0},
        // Slips of the finger.
        {"livre", {6}, 0},
        {"spleeen", {1}, 0},
        {"pancraes", {11}, 0},
        {"rigth kidney", {2}, 0},
        {"oesofagus", {5}, 0},
        // What a wrong program would let pass.
        {"brain", {}, 1},
        {"renal artery", {}, 1},
        {"iliac artery", {}, 1},
        {"lift kidney", {}, 1},
        {"kidney left liver", {}, 1},
        {"liver, bicycle and spleen", {6, 1}, 1},
        {"no liver, kidney", {}, 2},
        {"liver, but not the spleen", {6}, 0},
        {"liver without tumor", {6}, 0},
        {"all tumors except the lung tumors", {26, 27, 28, 29, 31}, 0},
        {"lesions over 10 mm", {26, 27, 28, 29, 30, 31}, 0},
        {"lesions > 1,5 cm", {26, 27, 28, 29, 30, 31}, 0},
        {"largest kidney lesion", {26}, 0},
        {"", {}, 1},
        {" , ; ", {}, 1},
        {"please", {}, 1},
        {"肝臓", {}, 1},
        {"liver liver liver", {}, 1},
        {"liver, Liver", {6}, 0},
        {"liver and", {6}, 0},
    };
    for (const Row& row : rows) {
        const Prompt prompt = resolver().resolve(row.text);
        INFO(shown(prompt));
        std::vector<int> ids;
        for (const Target& target : prompt.targets())
            ids.push_back(target.classId);
        int refused = 0;
        for (const PromptPart& part : prompt.parts)
            refused += !part.understood();
        CHECK(ids == row.ids);
        CHECK(refused == row.refused);
        CHECK(prompt.fullyUnderstood() == (row.refused == 0));
    }
}

TEST_CASE("every class is understood by its own name, its file name and each of its synonyms")
{
    for (const ModelClass& known : universalClasses()) {
        std::string fileName = known.fileName;
        for (char& c : fileName)
            c = c == '_' ? ' ' : c;
        std::vector<std::string> names{known.name, fileName};
        names.insert(names.end(), known.synonyms.begin(), known.synonyms.end());
        for (const std::string& name : names) {
            const Prompt prompt = resolver().resolve(name);
            INFO(shown(prompt));
            REQUIRE(prompt.fullyUnderstood());
            std::set<int> ids;
            for (const Target& target : prompt.targets())
                ids.insert(target.classId);
            CHECK(ids.count(known.id) == 1);
            CHECK((ids.size() == 1 || known.id == 27));
        }
    }
}

TEST_CASE("a refused part names the three nearest classes, and a slip or an addition is explained")
{
    const PromptPart stone = resolver().resolve("kidney tumor stone").parts.at(0);
    REQUIRE(stone.suggestions.size() == 3);
    CHECK(stone.suggestions[0] == "Kidney Tumor");
    CHECK(resolver().resolve("gall").parts.at(0).suggestions.at(0) == "Gall Bladder");
    CHECK(resolver().resolve("livre").parts.at(0).explanation == "Read as \"liver\": Liver.");
    CHECK(resolver().resolve("pancras").parts.at(0).explanation == "Read as \"pancreas\": Pancreas.");
    CHECK(resolver().resolve("liver tumor").parts.at(0).explanation.find("class 29") != std::string::npos);
    CHECK(
        resolver().resolve("liver and kidney tumors").parts.at(1).explanation.find("write \"liver tumor\"") !=
        std::string::npos);
    CHECK(resolver().resolve("x, Kidneys ,y").parts.at(1).text == "Kidneys");
}

TEST_CASE("a model that knows fewer classes refuses the others")
{
    std::vector<ModelClass> few = universalClasses();
    few.resize(2); // spleen, right kidney
    const PromptResolver small(few);
    CHECK_FALSE(small.resolve("liver").fullyUnderstood());
    CHECK_FALSE(small.resolve("left kidney").fullyUnderstood());
    CHECK(small.everything().targets().size() == 2);
    CHECK(small.resolve("liver").parts.at(0).suggestions.size() == 2);
}

TEST_CASE("the distance between words counts swaps of neighbours as one edit")
{
    CHECK(editDistance("", "abc") == 3);
    CHECK(editDistance("liver", "livre") == 1);
    CHECK(editDistance("kitten", "sitting") == 3);
    CHECK_FALSE(isSlip("left", "lift"));
    CHECK_FALSE(isSlip("renal", "adrenal"));
}

TEST_CASE("a pasted report of a megabyte is refused at once")
{
    CHECK_FALSE(resolver().resolve(std::string(1 << 20, 'x')).fullyUnderstood());
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += "liver and ";
    CHECK(resolver().resolve(many).targets().size() == 1);
}
