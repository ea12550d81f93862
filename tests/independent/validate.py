"""The largest differences between this implementation and the recorded numbers, as a Markdown table."""

import argparse
import json
from pathlib import Path

import numpy
import torch

from . import formula, network, pipeline


def rows_of_networks(reference, names):
    for name in names:
        with open(reference / f"{name}.json") as file:
            recorded = json.load(file)
        tensors = formula.state_dict(reference / f"{recorded['backbone']}_state_dict.json", recorded["seed"])
        shape = recorded["input_shape"]
        window = torch.from_numpy(formula.uniform01("input", int(numpy.prod(shape))).reshape(shape))
        stages = network.encoded(window, tensors)
        stages["logits"] = network.answered(stages["gap"], stages["precls"], tensors)
        for stage, values in stages.items():
            yield name, f"{stage}, {len(recorded[stage]['index'])} samples", apart(values.numpy(), recorded[stage]), 1e-3


def rows_of_blending(reference):
    tensors = formula.state_dict(reference / "unet_state_dict.json")
    with open(reference / "sliding_window_unet.json") as file:
        cases = json.load(file)
    for name, recorded in cases.items():
        shape = recorded["input_shape"][2:]
        volume = formula.uniform01("input", int(numpy.prod(shape))).reshape(shape)

        def logits(_, window):
            stages = network.encoded(window, tensors)
            return network.answered(stages["gap"], stages["precls"], tensors)

        blended = pipeline.Windows(volume, recorded["roi"], recorded["overlap"]).blended(logits)
        yield "sliding_window_unet", f"{name}, blended logits", apart(blended[None].numpy(), recorded), 1e-3


def rows_of_grids(reference, scan):
    with open(reference / "preprocess.json") as file:
        cases = json.load(file)
    for name, recorded in cases.items():
        path = scan if name == "example_ct_sm" else reference / "volumes" / f"{name}.nii.gz"
        prepared = pipeline.Prepared(path)
        same = (list(prepared.grid_shape) == recorded["resampled_shape"]
                and [s.start for s in prepared.box] == recorded["crop_box"]["box_start"]
                and [s.stop for s in prepared.box] == recorded["crop_box"]["box_end"])
        yield "preprocess", f"{name}, shape and crop", 0 if same else 1, 0
        yield "preprocess", f"{name}, affine in mm", abs(prepared.grid_affine - recorded["resampled_affine"]).max(), 1e-5
        yield "preprocess", f"{name}, values", apart(prepared.volume[None], recorded), 1e-6
        mask = prepared.volume > 0.45
        back = prepared.to_scan(mask, sheared=False)
        missed = max(abs(mask.sum() - recorded["mask_preprocessed_count"]),
                     abs(back.sum((1, 2)) - recorded["mask_native_rows"]).max(),
                     abs(back.sum((0, 1)) - recorded["mask_native_slices"]).max())
        yield "preprocess", f"{name}, voxels of the mask brought back", missed, 0


def rows_of_clean_up(reference):
    with open(reference / "postprocess.json") as file:
        cases = json.load(file)["cases"]
    for case in cases:
        at = numpy.indices(case["shape"])
        raw = {}
        for entry in case["input"]:
            mask = numpy.zeros(case["shape"], bool)
            for ellipsoid in entry["ellipsoids"]:
                mask |= sum(((at[i] - ellipsoid[i]) / ellipsoid[3 + i]) ** 2 for i in range(3)) <= 1
            raw[entry["class"]] = mask
        clean = pipeline.cleaned(raw)
        missed = max(abs(clean[e["class"]].sum((1, 2)) - e["rows"]).max() for e in case["expected"])
        yield "postprocess", f"case {case['seed']}, voxels of 32 classes", missed, 0


def apart(values, recorded):
    if list(values.shape) != recorded["shape"]:
        return numpy.inf
    return abs(values.ravel()[recorded["index"]] - recorded["value"]).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--small", action="store_true", help="leave out the passes over whole 96 x 96 x 96 windows")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    reference = arguments.shared / "reference"
    networks = ["unet_forward_32x40x48", "swinunetr_forward_64x64x96"]
    if not arguments.small:
        networks += ["unet_forward_96x96x96", "swinunetr_forward_96x96x96"]

    def rows():
        yield from rows_of_grids(reference, arguments.shared / "data" / "ct_3mm" / "ct.nii.gz")
        yield from rows_of_clean_up(reference)
        yield from rows_of_networks(reference, networks)
        yield from rows_of_blending(reference)

    print("| recorded | what | largest difference | allowed |\n|---|---|---|---|")
    wrong = 0
    for recorded, what, difference, allowed in rows():
        wrong += not difference <= allowed
        print(f"| {recorded} | {what} | {difference:.2g} | {allowed:g} |", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
