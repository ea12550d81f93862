// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/Session.h"

namespace hounsfield {

/// What was measured of a structure becomes part of it.
void take(Structure& structure, Measured measured);

/// Every tumor and cyst from its source: without what was removed by hand, each lesion in one class alone
/// (shareLesions), measured. Structures of which nothing was removed or shared stay as they are. @throws
/// Cancelled where `stop` asks for it, before the next lesion
void deriveLesions(std::vector<Structure>& structures, const Volume& volume,
                   const Progress& stop = Progress());

/// The numbers of structures that came from a file, measured again. @throws Error(Scan) where a mask lies on
/// another grid, Cancelled
void measureAgain(std::vector<Structure>& structures, const Volume& volume, Progress& progress);

/// A lesion is noted as removed, in its structure and in the others that mark it, too. They are still to be
/// derived.
void markRemoved(std::vector<Structure>& structures, int id, std::size_t lesion, bool notALesion);

/// What was removed from a structure stays removed from the one that takes its place (another threshold,
/// another model). A removed lesion that has grown together with one that is kept, or to several times its
/// size, is shown again, with a warning, and is removed again once they have come apart (a slider that is
/// moved there and back). @param all the structures as they were
void keepRemoved(Structure& made, const Structure& old, const std::vector<Structure>& all);

/// With what the clean-up left out of it as a part of it, measured again.
Structure withLeftOut(const Structure& structure, const Volume& volume);

} // namespace hounsfield
