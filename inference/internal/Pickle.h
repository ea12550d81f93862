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
    std::int64_t integer = 0;                 ///< Bool, Int; elements of a Storage; first element of a Tensor in its storage
    double real = 0;
    std::string text;                         ///< Text; "module.name" of a Global; key of a Storage
    std::string type;                         ///< of a Storage: "FloatStorage"
    std::vector<PickleValue*> items;          ///< Tuple, List
    std::vector<std::pair<PickleValue*, PickleValue*>> entries; ///< Dict
    PickleValue* storage = nullptr;           ///< of a Tensor
    std::vector<std::int64_t> shape, strides; ///< of a Tensor, in elements
};

/// A pickle (Python's protocols 2 to 4) read without running anything: tensors, dict, OrderedDict, list, tuple, numbers and
/// strings; everything else is refused by its name. The values live as long as this object.
class Pickle {
public:
    /// @param source named in errors @throws Error(Model)
    Pickle(const std::string& bytes, const std::string& source);
    const PickleValue& root() const { return *m_root; }

private:
    friend class PickleReader;
    std::deque<PickleValue> m_values;
    PickleValue* m_root = nullptr;
};

} // namespace hounsfield
