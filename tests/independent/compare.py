"""Checkpoints from the formula, the independent pipeline's masks, and how far the program's masks agree with them."""

import argparse
import json
from pathlib import Path

import nibabel
import numpy
import torch

from . import formula, network, pipeline

CLASSES = 32

# With the formula's weights alone nearly every logit is positive. The last bias of the controller is b3's, one number for all
# classes: shifted by so much, most classes have something inside and something outside.
SHIFTS = {"unet": -0.4, "swinunetr": -0.4}


def weights(shared, backbone, seed):
    tensors = formula.state_dict(shared / "reference" / f"{backbone}_state_dict.json", seed)
    tensors["controller.bias"][-1] += SHIFTS[backbone]
    return tensors


def write_checkpoint(arguments):
    """As the published files are: a dictionary with `net`, keys of a data-parallel model."""
    tensors = weights(arguments.shared, arguments.backbone, arguments.seed)
    torch.save({"net": {f"module.{key}": value for key, value in tensors.items()}}, arguments.file)


def encoded(folder, i, window, tensors):
    """What the network makes of one window, kept in a file."""
    path = folder / f"{i}.npz"
    if not path.exists():
        stages = network.encoded(window, tensors)
        unfinished = path.with_suffix(".part.npz")
        numpy.savez(unfinished, gap=stages["gap"].numpy(), f8=stages["precls"].numpy())
        unfinished.rename(path)
        print(f"{folder.name}: window {i}", flush=True)
    kept = numpy.load(path)
    return torch.from_numpy(kept["gap"]), torch.from_numpy(kept["f8"])


def write_logits(arguments):
    """Blended logits of the whole scan as float32, into the cache."""
    folder = arguments.cache / f"{arguments.backbone}-{arguments.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    tensors = weights(arguments.shared, arguments.backbone, arguments.seed)
    windows = pipeline.Windows(pipeline.Prepared(arguments.scan).volume)
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


def write_table(arguments):
    """Dice and differing voxels of each class, as JSON beside the logits."""
    scan = pipeline.Prepared(arguments.scan)
    folder = arguments.cache / f"{arguments.backbone}-{arguments.seed}"
    logits = torch.from_numpy(numpy.load(folder / "logits.npy", mmap_mode="r"))
    raw = {k: (torch.sigmoid(logits[k - 1]) > 0.5).numpy() for k in range(1, CLASSES + 1)}
    ours = pipeline.cleaned(raw) if arguments.clean_up == "published" else raw
    theirs = program_masks(arguments.masks, scan)
    rows = []
    for k in sorted(raw):
        mine = scan.to_scan(ours[k])
        rows.append({"class": k, "inside": float(raw[k].mean()), "voxels": int(mine.sum()), "program": int(theirs[k].sum()),
                     "differ": int((mine ^ theirs[k]).sum()), "dice": float(dice(mine, theirs[k])),
                     "near_zero": int((abs(logits[k - 1]) < 1e-3).sum())})
    (folder / f"{arguments.clean_up}.json").write_text(json.dumps(rows, indent=1))


def print_tables(arguments):
    """Every comparison of the cache as one Markdown table of Dice per class, and a line on each."""
    found = {}
    for backbone in ("unet", "swinunetr"):
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
    for name, action in (("checkpoint", write_checkpoint), ("logits", write_logits), ("table", write_table), ("print", print_tables)):
        command = commands.add_parser(name, description=action.__doc__)
        command.set_defaults(action=action)
        if name != "print":
            command.add_argument("backbone", choices=SHIFTS)
            command.add_argument("seed", type=int)
        if name == "checkpoint":
            command.add_argument("file", type=Path)
        if name == "table":
            command.add_argument("clean_up", choices=("none", "published"))
            command.add_argument("masks", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    return arguments.action(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
