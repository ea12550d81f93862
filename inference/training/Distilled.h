// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/training/TrainingScan.h"

#include <map>
#include <memory>
#include <string>

namespace hounsfield::training {

/// Scans whose classes that nobody annotated are labelled by a model that knows them: what a model forgets
/// when it is taught on scans of a new class alone, it keeps so (learning without forgetting, Li & Hoiem
/// 2016, with the old model's answers at probability one half as labels). Answers are kept, up to a gibibyte,
/// for when a case comes round again: asking takes longer than the steps of training in between. What people
/// drew is favoured: among 33 classes the new one would be the middle of a window one time in fifty.
class Distilled final : public ScanSource {
public:
    /// @param classes that the old model labels, where a scan does not annotate them itself
    Distilled(ScanSource& source, const ModelPack& old, ClassBits classes, const std::string& device);
    ~Distilled() override;
    TrainingScan next() override;
    void skip(std::uint64_t scans) override { m_source.skip(scans); }
    std::size_t patchesAScan() const override { return m_source.patchesAScan(); }

private:
    struct Teacher;
    /// The old model's labels of these classes.
    std::vector<ClassBits> ask(const TrainingScan& scan, const std::vector<int>& ids) const;
    ScanSource& m_source;
    ClassBits m_classes;
    std::unique_ptr<Teacher> m_teacher;
    std::map<std::int64_t, std::vector<ClassBits>>
        m_answers;           ///< by the number of the case: labels of the missing classes
    std::size_t m_bytes = 0; ///< of the answers
};

} // namespace hounsfield::training
