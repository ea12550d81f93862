// SPDX-License-Identifier: Apache-2.0
#include "app/train/Outset.h"

#include "inference/PackWriter.h"
#include "inference/training/ClassChoice.h"
#include "volume/Error.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace hounsfield::training {
namespace fs = std::filesystem;

namespace {

void tryToWrite(const fs::path& file)
{
    const fs::path trial = file.string() + ".trial";
    const bool written = static_cast<bool>(std::ofstream(trial, std::ios::binary) << 'x');
    std::error_code failed;
    fs::remove(trial, failed);
    if (!written)
        throw Error(ErrorKind::Resources,
                    "The file " + file.string() +
                        " cannot be written. Is its folder there, and may you write to it?");
}

} // namespace

std::string outFolder(const std::string& typed)
{
    std::string folder = typed;
    while (folder.size() > 1 && folder.back() == '/')
        folder.pop_back();
    return folder;
}

void checkOutset(const std::string& out, const std::string& state)
{
    checkPackPlace(out);
    tryToWrite(out + ".log.csv");
    tryToWrite(state);
}

std::string purposeOf(const TrainerSettings& settings, const InputSettings& input, const DataSets& data,
                      const std::vector<std::string>& further)
{
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << "model: " << (settings.from ? settings.from->weightsSha256 : "random weights")
         << "\nspacing: " << input.spacingMm << " mm\nHounsfield units: " << input.huLow << " to "
         << input.huHigh << "\nwindow: " << settings.roi[0] << " x " << settings.roi[1] << " x "
         << settings.roi[2] << "\nbatch: " << settings.batch << "\npool: " << settings.poolSize
         << "\nseed: " << settings.seed << '\n';
    if (settings.from && settings.from->widths != settings.widths)
        text << "grown to: " << settings.widths.encoder[0] << ' ' << settings.widths.encoder[1] << ' '
             << settings.widths.encoder[2] << ' ' << settings.widths.encoder[3] << '\n';
    if (settings.muon)
        text << "optimizer: muon\n";
    for (const auto& [id, other] : settings.beginsAs)
        text << "class " << id << " begins as: " << other << '\n';
    for (int id = 1; id <= mostClasses; ++id)
        if (settings.emphasised & bitOf(id))
            text << "class " << id << " counts " << emphasis << " times\n";
    for (const std::string& line : further)
        text << line << '\n';
    for (const DataCase& one : data.cases)
        text << "case " << one.name << ": " << (one.validation ? "validation" : "training") << '\n';
    return text.str();
}

std::string outsetNote(std::int64_t step, std::int64_t steps, bool finished, const std::string& state)
{
    if (step == 0)
        return "";
    const std::string at = "step " + std::to_string(step);
    return finished
               ? "Nothing is left to train: " + state + " stands at " + at + " of " + std::to_string(steps) +
                     ". Its model is written again. To train anew on data that has changed, remove it, or "
                     "name another --out.\n"
               : "Going on at " + at + ".\n";
}

} // namespace hounsfield::training
