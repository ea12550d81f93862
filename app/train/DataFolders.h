#pragma once

#include "inference/training/TrainingScan.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hounsfield::training {

/// A labelled scan at full resolution.
struct LabelledScan {
    std::string name;
    std::shared_ptr<const Volume> volume;
    std::vector<Mask> masks;      ///< by class id - 1; empty masks where not annotated
    ClassBits annotated = 0;  ///< bit id-1
};

/// DATA/<case>/ct.nii.gz and DATA/<case>/segmentations/<class>.nii.gz (the layout of AbdomenAtlas). A class is annotated where its
/// file is there. @throws Error(Scan)
std::vector<std::filesystem::path> listCases(const std::filesystem::path& data);
LabelledScan readCase(const std::filesystem::path& folder, const std::vector<ModelClass>& classes);

/// A scan and a label map whose values stand for classes: value -> class id, several of one
/// class too. Values that are not named are not annotated. @throws Error(Scan)
LabelledScan readLabelled(const std::filesystem::path& scan, const std::filesystem::path& labels, const std::map<int, int>& classOfValue,
                          std::size_t classCount);

/// Goes through the cases of folders again and again, in a seeded order.
class FolderSource final : public ScanSource {
public:
    FolderSource(const std::vector<std::filesystem::path>& data, std::vector<ModelClass> classes, const InputSettings& settings,
                 std::uint64_t seed);
    TrainingScan next() override;

private:
    std::vector<std::filesystem::path> m_cases;
    std::vector<ModelClass> m_classes;
    InputSettings m_settings;
    std::mt19937_64 m_random;
};

} // namespace hounsfield::training
