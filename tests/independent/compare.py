"""Checkpoints from the formula, the independent pipeline's masks, and how far the program's masks agree with them."""

import argparse
import json
from pathlib import Path

import nibabel
import numpy
import torch

from . import formula, network, pipeline

CLASSES = 32
BACKBONES = {"unet": ("unet", 1), "swinunetr": ("swinunetr", 1), "narrow": ("unet", 4)}  # whose tensors, how many times fewer channels
SAMPLES = 1024


def kept_in(arguments):
    return arguments.cache / f"{arguments.backbone}-{arguments.seed}"


def write_part(arguments):
    """The middle of the scan, as much as fits one window."""
    image = nibabel.load(arguments.scan)
    spacing = numpy.linalg.norm(image.affine[:3, :3], axis=0)
    most = [min(n, int((roi - 1) * pipeline.SPACING / mm) + 1) for n, roi, mm in zip(image.shape, pipeline.ROI, spacing)]
    first = [(n - m) // 2 for n, m in zip(image.shape, most)]
    nibabel.save(image.slicer[tuple(slice(f, f + m) for f, m in zip(first, most))], arguments.file)


def encoded(folder, i, window, tensors):
    """What the network makes of one window, kept in a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{i}.npz"
    if not path.exists():
        stages = network.encoded(window, tensors)
        unfinished = path.with_suffix(".part.npz")
        numpy.savez(unfinished, gap=stages["gap"].numpy(), f8=stages["precls"].numpy())
        unfinished.rename(path)
        print(f"{folder.name}: window {i}", flush=True)
    kept = numpy.load(path)
    return torch.from_numpy(kept["gap"]), torch.from_numpy(kept["f8"])


def weights(arguments, folder, windows):
    """The formula's weights but for one number. As they are, most classes have nearly all logits on one side of zero. The last bias of the
    controller is b3's, common to all classes: less the median logit of the middle window, to a tenth, it leaves most classes
    with something inside and something outside."""
    name, narrow = BACKBONES[arguments.backbone]
    tensors = formula.state_dict(arguments.shared / "reference" / f"{name}_state_dict.json", arguments.seed, narrow)
    middle = len(windows.at) // 2
    gap, f8 = encoded(folder, middle, windows.cut(windows.at[middle]), tensors)
    shift = round(-network.answered(gap, f8, tensors).median().item(), 1)
    tensors["controller.bias"][-1] += shift
    print(f"{folder.name}: b3 shifted by {shift}", flush=True)
    return tensors, shift


def write_checkpoint(arguments):
    """As the published files are: a dictionary with `net`, keys of a data-parallel model."""
    tensors, _ = weights(arguments, kept_in(arguments), pipeline.Windows(pipeline.Prepared(arguments.scan).volume))
    torch.save({"net": {f"module.{key}": value for key, value in tensors.items()}}, arguments.file)


def write_logits(arguments):
    """Blended logits of the whole scan as float32, into the cache."""
    folder = kept_in(arguments)
    windows = pipeline.Windows(pipeline.Prepared(arguments.scan).volume)
    tensors, _ = weights(arguments, folder, windows)
    blended = windows.blended(lambda i, window: network.answered(*encoded(folder, i, window, tensors), tensors))
    numpy.save(folder / "logits.npy", blended.numpy())


def program_masks(folder, like):
    """Class number -> mask, read from what hounsfield-cli wrote. A structure that was not found has no voxels."""
    [report] = folder.glob("*_measurements.json")
    masks = {}
    for target in json.loads(report.read_text())["targets"]:
        if target["voxels"]:
            image = nibabel.load(folder / target["mask"])
            assert image.shape == like.native_shape and numpy.allclose(image.affine, like.native_affine, atol=1e-3)
            masks[target["class_id"]] = numpy.asanyarray(image.dataobj) > 0
        else:
            masks[target["class_id"]] = numpy.zeros(like.native_shape, bool)
    assert sorted(masks) == list(range(1, CLASSES + 1))
    return masks


def dice(a, b):
    whole = a.sum() + b.sum()
    return 2 * (a & b).sum() / whole if whole else 1.0


def our_masks(folder, scan, clean_up):
    """Class number -> mask on the model's grid, before and after the rules asked for."""
    logits = numpy.load(folder / "logits.npy", mmap_mode="c")
    raw = {k: (torch.sigmoid(torch.from_numpy(logits[k - 1])) > 0.5).numpy() for k in range(1, CLASSES + 1)}
    return logits, raw, pipeline.cleaned(raw) if clean_up == "published" else raw


def write_table(arguments):
    """Dice and differing voxels of each class, as JSON beside the logits."""
    scan, folder = pipeline.Prepared(arguments.scan), kept_in(arguments)
    logits, raw, ours = our_masks(folder, scan, arguments.clean_up)
    theirs = program_masks(arguments.masks, scan)
    rows = []
    for k in sorted(raw):
        mine = scan.to_scan(ours[k])
        rows.append({"class": k, "inside": float(raw[k].mean()), "voxels": int(mine.sum()), "program": int(theirs[k].sum()),
                     "differ": int((mine ^ theirs[k]).sum()), "dice": float(dice(mine, theirs[k])),
                     "near_zero": int((abs(logits[k - 1]) < 1e-3).sum())})
    (folder / f"{arguments.clean_up}.json").write_text(json.dumps(rows, indent=1))


def write_record(arguments):
    """What a test without Python compares with: per class the voxels inside and, at places from the formula, which are."""
    scan, folder = pipeline.Prepared(arguments.scan), kept_in(arguments)
    count = int(numpy.prod(scan.native_shape))
    at = numpy.floor(formula.uniform01("parity", SAMPLES).astype(float) * count).astype(int)
    name, narrow = BACKBONES[arguments.backbone]
    record = {"scan": "ct_3mm/ct.nii.gz", "backbone": name, "narrow": narrow, "seed": arguments.seed,
              "b3_shift": weights(arguments, folder, pipeline.Windows(scan.volume))[1],
              "samples": f"floor(voxels * uniform01('parity')), first axis fastest, {SAMPLES} bits as hexadecimal"}
    for clean_up in ("none", "published"):
        record[clean_up] = []
        for k, mask in sorted(our_masks(folder, scan, clean_up)[2].items()):
            inside = scan.to_scan(mask).ravel(order="F")
            record[clean_up].append({"class": k, "voxels": int(inside.sum()), "inside": numpy.packbits(inside[at]).tobytes().hex()})
    arguments.file.write_text(json.dumps(record, indent=0) + "\n")


def print_tables(arguments):
    """Every comparison of the cache as one Markdown table of Dice per class, and a line on each."""
    found = {}
    for backbone in BACKBONES:
        for clean_up in ("none", "published"):
            for path in sorted(arguments.cache.glob(f"{backbone}-*/{clean_up}.json")):
                found[backbone, clean_up, path.parent.name.rpartition("-")[2]] = json.loads(path.read_text())
    print("| class | " + " | ".join(f"{backbone}, {clean_up}, seed {seed}" for backbone, clean_up, seed in found) + " |")
    print("|---|" + "---|" * len(found))
    for k in range(CLASSES):
        print(f"| {k + 1} | " + " | ".join(f"{rows[k]['dice']:.6f}" if rows[k]["voxels"] + rows[k]["program"] else "both empty"
                                         for rows in found.values()) + " |")
    for what, of in (("least", lambda rows: f"{min(r['dice'] for r in rows):.6f}"),
                     ("voxels that differ", lambda rows: sum(r["differ"] for r in rows)),
                     ("voxels inside", lambda rows: sum(r["voxels"] for r in rows)),
                     ("classes between 1 % and 99 %", lambda rows: sum(0.01 < r["inside"] < 0.99 for r in rows))):
        print(f"| {what} | " + " | ".join(str(of(rows)) for rows in found.values()) + " |")
    return 0 if found and all(r["dice"] >= 0.999 for rows in found.values() for r in rows) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--scan", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, action in (("part", write_part), ("checkpoint", write_checkpoint), ("logits", write_logits), ("table", write_table),
                         ("record", write_record), ("print", print_tables)):
        command = commands.add_parser(name, description=action.__doc__)
        command.set_defaults(action=action)
        if name not in ("part", "print"):
            command.add_argument("backbone", choices=BACKBONES)
            command.add_argument("seed", type=int)
        if name in ("part", "checkpoint", "record"):
            command.add_argument("file", type=Path)
        if name == "table":
            command.add_argument("clean_up", choices=("none", "published"))
            command.add_argument("masks", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    return arguments.action(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
