// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inference/internal/Items.h"

#include <vector>

namespace hounsfield {

/// "How big is the liver", "liver volume", "how many kidney cysts": asks for what is measured of everything
/// found. The words of the question go and what it is about stays, marked as asked. Beside a number, a size
/// that is not clear or "smallest" they may choose instead, and are left to the reader of phrases.
/// @param items with sizes gathered
std::vector<Item> withoutQuestions(const std::vector<Item>& items);

} // namespace hounsfield
