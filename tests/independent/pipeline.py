"""From a scan to masks on the scan's own grid, in the steps of the published pipeline."""

import itertools

import nibabel
import numpy
import torch
from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation, ornt_transform
from scipy import ndimage
from scipy.special import erf

SPACING = 1.5
ROI = (96, 96, 96)

# Grids


def new_grid(shape, affine):
    """Shape and affine of the 1.5 mm grid: the rotation of the old one without its shear, from the corner that sees it all."""
    turn = affine[:3, :3]
    affine_new = numpy.eye(4)
    affine_new[:3, :3] = SPACING * turn @ numpy.linalg.inv(numpy.linalg.cholesky(turn.T @ turn).T)
    corners = numpy.array(list(itertools.product(*[(0, n - 1) for n in shape])), float).T
    seen = numpy.linalg.inv(affine_new[:3, :3]) @ turn @ corners  # corners in the new grid, but for its origin
    fits = [numpy.allclose((seen - corner[:, None]).min(1), 0, atol=1e-8) for corner in seen.T]
    first = corners[:, fits.index(True) if any(fits) else 0]
    affine_new[:3, 3] = turn @ first + affine[:3, 3]
    return tuple(int(n) for n in numpy.round(numpy.ptp(seen, axis=1) + 1)), affine_new


def resampled(data, affine_old, affine_new, shape, order):
    """`data` at the voxels of the new grid: order 1 linear, 0 nearest; beyond the border what lies on it."""
    index = numpy.linalg.solve(affine_old.astype(numpy.float32), affine_new.astype(numpy.float32)).astype(float)
    x, y, z = numpy.ogrid[tuple(slice(n) for n in shape)]
    at = [numpy.clip(index[i, 0] * x + index[i, 1] * y + index[i, 2] * z + index[i, 3], 0, data.shape[i] - 1) for i in range(3)]
    if order == 0:
        return data[tuple(numpy.rint(a).astype(int) for a in at)]
    return ndimage.map_coordinates(data.astype(float), at, order=1, mode="nearest").astype(numpy.float32)


class Prepared:
    """A scan as the network sees it (`volume`), and the way back."""

    def __init__(self, path):
        image = nibabel.load(path)
        data = numpy.asanyarray(image.dataobj).astype(numpy.float32)
        self.native_affine, self.native_shape = image.affine, data.shape
        self.turn = io_orientation(image.affine)
        data = apply_orientation(data, self.turn)
        self.affine = image.affine @ inv_ornt_aff(self.turn, self.native_shape)
        self.shape = data.shape
        self.grid_shape, self.grid_affine = new_grid(self.shape, self.affine)
        data = resampled(data, self.affine, self.grid_affine, self.grid_shape, order=1)
        data = numpy.clip((data + numpy.float32(175)) / numpy.float32(425), 0, 1)
        self.box = ndimage.find_objects(data > 0)[0]
        self.volume = data[self.box]

    def to_scan(self, mask, sheared=True):
        """A mask of `volume` by nearest neighbour on the scan's grid. The published inversion forgets a gantry tilt's shear."""
        whole = numpy.zeros(self.grid_shape, mask.dtype)
        whole[self.box] = mask
        affine = self.affine
        if not sheared:
            affine = self.grid_affine.copy()
            affine[:3, :3] *= numpy.linalg.norm(self.affine[:3, :3], axis=0) / SPACING
        back = resampled(whole, self.grid_affine, affine, self.shape, order=0)
        return apply_orientation(back, ornt_transform(io_orientation(numpy.eye(4)), self.turn))


# Windows


def starts(size, roi, overlap):
    step = roi if size == roi else int(roi * (1 - overlap))
    count = max(0, -(-(size - roi) // step)) + 1
    return [min(i * step, size - roi) for i in range(count)]


def importance(roi):
    """A separable Gaussian in the middle of the window, integrated over each voxel and cut at four sigma."""
    weights = numpy.ones((1, 1, 1), numpy.float32)
    for axis, size in enumerate(roi):
        sigma = size / 8
        x = numpy.arange(size) - size // 2
        along = (erf((x + 0.5) / sigma / 2**0.5) - erf((x - 0.5) / sigma / 2**0.5)) / 2
        along[abs(x) > int(4 * sigma + 0.5)] = 0
        weights = weights * along.astype(numpy.float32).reshape([-1 if a == axis else 1 for a in range(3)])
    weights /= weights.max()
    return torch.from_numpy(numpy.maximum(weights, max(weights[weights > 0].min(), numpy.float32(1e-3))))


class Windows:
    """Where the windows of a volume lie. Shorter axes get zeros on both sides."""

    def __init__(self, volume, roi=ROI, overlap=0.5):
        self.size, self.roi = volume.shape, roi
        missing = [max(0, r - n) for n, r in zip(volume.shape, roi)]
        self.before = [m // 2 for m in missing]
        self.volume = numpy.pad(volume, [(b, m - b) for b, m in zip(self.before, missing)])
        self.at = list(itertools.product(*[starts(n, r, overlap) for n, r in zip(self.volume.shape, roi)]))

    def cut(self, at):
        return torch.from_numpy(self.volume[tuple(slice(a, a + r) for a, r in zip(at, self.roi))].copy())[None, None]

    def blended(self, logits_of):
        """classes x X x Y x Z; `logits_of(i, window)` answers 1 x classes x roi."""
        weights, total, norm = importance(self.roi), None, torch.zeros(self.volume.shape)
        for i, at in enumerate(self.at):
            logits = logits_of(i, self.cut(at))[0]
            if total is None:
                total = torch.zeros((len(logits), *self.volume.shape))
            where = tuple(slice(a, a + r) for a, r in zip(at, self.roi))
            total[(slice(None), *where)] += logits.mul_(weights)
            norm[where] += weights
        total /= norm
        return total[(slice(None), *[slice(b, b + n) for b, n in zip(self.before, self.size)])]


# Published post-processing, on masks by class number

LARGEST_ONLY = {*range(1, 10), *range(11, 15), *range(18, 26)}
TOUCHING = numpy.ones((3, 3, 3), bool)
BOX = numpy.ones((5, 5, 5), bool)


def largest(mask, count=1):
    """The largest components of a mask, largest first."""
    labels, found = ndimage.label(mask, TOUCHING)
    sizes = numpy.bincount(labels.ravel(), minlength=found + 1)[1:]
    return [labels == 1 + i for i in numpy.argsort(-sizes, kind="stable")[:count]]


def joined(masks, like):
    return numpy.logical_or.reduce(masks) if masks else numpy.zeros_like(like)


def surroundings(host):
    return ndimage.binary_dilation(ndimage.binary_closing(host, BOX), BOX)


def cleaned(raw):
    """`raw`: class number -> mask; the same after the published rules."""
    clean = dict(raw)
    for k in LARGEST_ONLY:
        clean[k] = joined(largest(raw[k]), raw[k])
    pancreas = numpy.flatnonzero(clean[11].any((0, 1)))
    if len(pancreas):
        clean[10] = raw[10].copy()
        clean[10][:, :, : pancreas[0]] = False
    lungs = sorted(largest(raw[16] | raw[17], 2), key=lambda lung: numpy.nonzero(lung)[0].mean())
    nothing = numpy.zeros_like(raw[16])
    clean[17], clean[16] = lungs if len(lungs) == 2 else (nothing, nothing)
    clean[26] = raw[26] & surroundings(joined(largest(raw[2] | raw[3], 2), raw[2]))
    clean[27] = raw[27] & surroundings(clean[6])
    return clean
