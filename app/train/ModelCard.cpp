// SPDX-License-Identifier: Apache-2.0
#include "app/train/ModelCard.h"

#include "app/train/ClassNames.h"
#include "volume/NumberText.h"

#include <algorithm>
#include <set>

namespace hounsfield::training {
namespace {

std::string figure(double value)
{
    return fixedText(value, 3);
}

std::string figures(const CardFacts& facts)
{
    if (!facts.validation || !facts.validation->meanDice)
        return "No scans were kept for validation, so nothing is known of how well it does. Measure it: "
               "`hounsfield-train evaluate --model <this pack> --data <held-out scans>`.\n";
    std::string table = "Dice on the validation scans at the published step, on the model's grid and without "
                        "clean-up. These scans chose the published step, so figures on scans "
                        "that were never used will be a little lower: `hounsfield-train evaluate`.\n\n| "
                        "class | Dice |\n|---|---|\n";
    for (std::size_t c = 0; c < facts.pack.classes.size() && c < facts.validation->dice.size(); ++c)
        if (facts.validation->dice[c])
            table += "| " + facts.pack.classes[c].name + " | " + figure(*facts.validation->dice[c]) + " |\n";
    return table + "| **mean** | " + figure(*facts.validation->meanDice) + " |\n";
}

bool hasMask(const DataSet& set, const std::filesystem::path& folder, const ModelClass& known)
{
    const std::filesystem::path file = std::filesystem::path("segmentations") / (known.fileName + ".nii.gz");
    return std::filesystem::exists(folder / file) ||
           (!set.annotations.empty() && std::filesystem::exists(set.annotations / folder.filename() / file));
}

} // namespace

std::vector<CardSet> cardSets(const DataSets& data, ClassBits& seen)
{
    std::vector<CardSet> sets;
    for (std::size_t s = 0; s < data.sets.size(); ++s) {
        const DataSet& set = data.sets[s];
        CardSet row{set.name, 0, 0, {}, false};
        ClassBits classes = set.annotated.value_or(0);
        for (const auto& [value, id] : set.classOfValue)
            classes |= set.annotated ? 0 : bitOf(id);
        for (const DataCase& one : data.cases) {
            if (one.set != s)
                continue;
            ++(one.validation ? row.validation : row.trained);
            for (const ModelClass& known : data.classes)
                if (!set.annotated && !one.validation && hasMask(set, one.folder, known))
                    classes |= bitOf(known.id);
        }
        row.annotated = namesOf(classes, data.classes);
        seen |= classes;
        sets.push_back(row);
    }
    return sets;
}

std::string modelCard(const CardFacts& facts)
{
    const ClassBits unseen = allOf(facts.pack.classes) & ~facts.seen;
    std::string card = "# " + facts.pack.title +
                       "\n\n**For research only. It is no medical device and must not be used for diagnosis "
                       "or treatment.** Look at every outline before you use it.\n\n";
    if (!facts.pack.notice.empty())
        card += facts.pack.notice + "\n\n";
    card += "## What it is\n\nA " +
            std::string(facts.pack.architecture == "unet" ? "U-Net" : facts.pack.architecture) +
            " whose head is made from an embedding of each class (CLIP-Driven Universal Model, Liu et al. "
            "2023). It sees CT at " +
            figure(facts.pack.input.spacingMm) + " mm. Embeddings of classes: " + facts.embeddings +
            ". Made by hounsfield-train " + facts.version + ".\n\n";
    card +=
        "## Data\n\n| set | cases trained on | validation cases | annotated classes |\n|---|---|---|---|\n";
    for (const CardSet& set : facts.sets)
        card += "| " + set.name + " | " + (set.madeUp ? "made up as needed" : std::to_string(set.trained)) +
                " | " + std::to_string(set.validation) + " | " + set.annotated + " |\n";
    if (!facts.sets.empty() &&
        std::all_of(facts.sets.begin(), facts.sets.end(), [](const CardSet& set) { return set.madeUp; }))
        card += "\nNo scan of a patient was trained on" +
                std::string(facts.from.empty() ? "" : " here (the model it began with may have seen some)") +
                ".\n";
    for (const std::string& problem : facts.broken)
        card += "\nNot used: " + problem;
    card += std::string(facts.broken.empty() ? "" : "\n") + "\n## Training\n\n" +
            (facts.from.empty() ? "From random weights" : "From the model " + facts.from) + ", " +
            std::to_string(facts.steps) + " steps" +
            (facts.stoppedEarly ? " (ended early: validation no longer got better)" : "") +
            "; the weights of step " + std::to_string(facts.publishedStep) + " are published. " +
            facts.method + " Seed " + std::to_string(facts.seed) + ".\n\n";
    card += "## Figures\n\n" + figures(facts) + "\n";
    card += "## What it has not seen\n\n";
    if (facts.leftOut)
        card += "Left out of training on purpose: " + namesOf(facts.leftOut, facts.pack.classes) + ".\n\n";
    card += "Classes that no scan taught it" +
            std::string(facts.from.empty() ? "" : " here (the model it began with may know them)") + ": " +
            namesOf(unseen, facts.pack.classes) + ".\n\n";
    card += "It knows only scans like those above: other scanners, phases of contrast, parts of the body, "
            "ages and diseases were not checked. Children, implants and scans after surgery need a check of "
            "their own.\n";
    return card;
}

} // namespace hounsfield::training
