// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCheckBox>
#include <QLabel>
#include <QPlainTextEdit>

namespace hounsfield {

/// The licence of the published weights, to be read and accepted: what stands before anything is imported or
/// fetched. The widgets belong to whatever layout they are put into.
struct LicenceBox {
    QLabel* heading;
    QPlainTextEdit* text;
    QCheckBox* accept;

    static LicenceBox make();
};

/// A place for what happened, of two lines at least, so that nothing below it moves.
QLabel* makeMessageLabel();

} // namespace hounsfield
