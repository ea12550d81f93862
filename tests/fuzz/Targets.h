// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hounsfield::test {

/// One reader that takes bytes from elsewhere: whatever they are, it reads them or says what is wrong with an
/// Error.
struct FuzzTarget {
    const char* name;
    void (*run)(std::string_view bytes);
};

/// torch_zip, torch_legacy, torchscript, safetensors, pack_json, vocabulary, text_encoder, prompt
const std::vector<FuzzTarget>& fuzzTargets();

} // namespace hounsfield::test
