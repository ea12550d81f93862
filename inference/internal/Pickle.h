// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace hounsfield {

/// What a restricted pickle may hold.
struct PickleValue {
    enum class Kind { None, Bool, Int, Float, Text, Tuple, List, Dict, Global, Storage, Tensor };
    Kind kind = Kind::None;
    std::int64_t integer = 0; ///< Bool, Int; elements of a Storage; first element of a Tensor in its storage
    double real = 0;
    std::string text;                ///< Text; "module.name" of a Global; key of a Storage
    std::string type;                ///< of a Storage: "FloatStorage"
    std::vector<PickleValue*> items; ///< Tuple, List
    std::vector<std::pair<PickleValue*, PickleValue*>> entries; ///< Dict
    PickleValue* storage = nullptr;                             ///< of a Tensor
    std::vector<std::int64_t> shape, strides;                   ///< of a Tensor, in elements
};

/// What a pickle is of, beside what every one may hold. Legacy: storages with a sixth part that says of which
/// they are a view, which must be none. TorchScript: modules, which become a Dict whose text is the module's
/// class.
enum class PickleForm { StateDict, Legacy, TorchScript };

/// A pickle (Python's protocols 2 to 4) read without running anything: tensors, dict, OrderedDict, list,
/// tuple, numbers and strings; everything else is refused by its name. The values live as long as this
/// object.
class Pickle {
public:
    /// @param source named in errors @param from where it begins in bytes @throws Error(Model)
    Pickle(const std::string& bytes, const std::string& source, PickleForm form = PickleForm::StateDict,
           std::size_t from = 0);
    const PickleValue& root() const { return *m_root; }
    const std::deque<PickleValue>& values() const { return m_values; }
    std::size_t size() const { return m_size; } ///< bytes it takes

private:
    friend class PickleReader;
    std::deque<PickleValue> m_values;
    PickleValue* m_root = nullptr;
    std::size_t m_size = 0;
};

} // namespace hounsfield
