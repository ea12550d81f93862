// SPDX-License-Identifier: Apache-2.0
#include "tests/train/Sets.h"

#include "inference/PackWriter.h"
#include "inference/training/ClassEmbeddings.h"
#include "tests/support/Paths.h"
#include "tests/train/Boxes.h"
#include "volume/Volume.h"
#include "volume/io/MaskWriter.h"

#include <array>
#include <cstdio>

#include <sys/wait.h>

namespace hounsfield::test {
namespace fs = std::filesystem;

const Geometry& boxGrid()
{
    static const Geometry grid = Geometry::fromSpacing({32, 32, 32}, {0, 0, 0}, {4, 4, 4});
    return grid;
}

Mask boxMask(const Index3& begin, std::int64_t side)
{
    const Index3 end{begin[0] + side, begin[1] + side, begin[2] + side};
    return Mask::fromBox(boxGrid(), {begin, end},
                         std::vector<std::uint8_t>(std::size_t(side * side * side), 1));
}

void writeCase(const fs::path& folder, const BoxCase& one, const std::vector<std::string>& files)
{
    std::vector<std::int16_t> hu(std::size_t(boxGrid().voxelCount()), -80);
    forEachVoxel(boxMask(one.at), [&](const Index3& i) { hu[std::size_t(boxGrid().offset(i))] = 200; });
    forEachVoxel(boxMask({one.at[0] + 8, one.at[1] + 8, one.at[2] + 8}),
                 [&](const Index3& i) { hu[std::size_t(boxGrid().offset(i))] = -1000; });
    fs::create_directories(folder / one.name / "segmentations");
    writeVolume(Volume(boxGrid(), hu), folder / one.name / "ct.nii.gz");
    for (const std::string& file : files)
        writeMask(boxMask(one.at), folder / one.name / "segmentations" / (file + ".nii.gz"));
}

ModelPack tinyPack(const fs::path& folder)
{
    const training::TrainerSettings settings = tinySettings(0);
    ModelPack pack;
    pack.name = "tiny";
    pack.title = "tiny";
    pack.version = "1";
    pack.licence = "Apache-2.0";
    pack.source = "a test";
    pack.architecture = "unet";
    pack.widths = settings.widths;
    pack.input = {4, -175, 250, {16, 16, 16}};
    pack.promptTemplate = "A computerized tomography of a {}";
    pack.classes = universalClasses();
    pack.weightsFile = "weights.safetensors";
    const training::Trainer fresh(settings, training::classEmbeddings("concept", pack.classes),
                                  folder.string() + ".no state");
    writePack(pack, fresh.weightsSafetensors(), "A test.\n", folder);
    return openPackFolder(folder);
}

Said runTrainer(const std::string& words, const std::string& before)
{
    const std::string command =
        "OMP_WAIT_POLICY=passive " + before + " " + quoted(HOUNSFIELD_TRAIN) + " " + words + " 2>&1";
    Said said;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        said.output.append(buffer.data(), got);
    const int status = pclose(pipe);
    said.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return said;
}

std::string quoted(const fs::path& path)
{
    return "'" + path.string() + "'";
}

} // namespace hounsfield::test
