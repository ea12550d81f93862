#pragma once

#include <ATen/core/Tensor.h>

namespace hounsfield::training {

/// Binary cross-entropy with logits plus soft Dice, (2*sum(p*t)+1)/(sum(p)+sum(t)+1), each averaged over the classes given
/// (Liu et al. 2023, section 3.3: only those that the sample's dataset annotates). The 1 above as well as below lets Dice speak of a
/// class that is not there too: it is best where nothing of it is found.
/// @param logits and truth: K x V, float32. @return a scalar
at::Tensor segmentationLoss(const at::Tensor& logits, const at::Tensor& truth);

} // namespace hounsfield::training
