// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace hounsfield::training {

/// @param embeddings texts x 512 of unit length @param rows concepts x 512 of unit length @param meanings of
/// the texts, Long
/// @param temperature a scalar that is learned
/// Cross entropy of a text's own concept among all, its target a little smoothed.
at::Tensor recognitionLoss(const at::Tensor& embeddings, const at::Tensor& rows, const at::Tensor& meanings,
                           const at::Tensor& temperature);

/// Supervised InfoNCE with soft targets: which other text of the batch a text lies nearest to must follow how
/// near their concepts are.
/// @param wanted concepts x concepts, the cosines that they should have
at::Tensor nearnessLoss(const at::Tensor& embeddings, const at::Tensor& meanings, const at::Tensor& wanted);

/// How far the rows' own cosines are from the wanted ones: the mean square.
at::Tensor structureLoss(const at::Tensor& rows, const at::Tensor& wanted);

/// Texts whose embeddings are of other length than the rows of a segmentation model: typed words must land
/// where the table is.
at::Tensor lengthLoss(const at::Tensor& embeddings, double length);

at::Tensor unitRows(const at::Tensor& x);

} // namespace hounsfield::training
