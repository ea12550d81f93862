"""Weights and inputs that come from a formula instead of a file."""

import json

import numpy
import torch

GOLDEN = 0x9E3779B97F4A7C15


def fnv1a64(text):
    state = 0xCBF29CE484222325
    for byte in text.encode():
        state = (state ^ byte) * 0x100000001B3 % 2**64
    return state


def uniform01(name, count, seed=0):
    start = (fnv1a64(name) + seed * GOLDEN) % 2**64
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(start) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(GOLDEN)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    z ^= z >> numpy.uint64(31)
    return (z >> numpy.uint64(40)).astype(numpy.float32) / numpy.float32(2**24)


def fill(key, shape, seed=0):
    last = key.rpartition(".")[2]
    u = 2 * uniform01(key, int(numpy.prod(shape)), seed).reshape(shape) - 1
    if last == "running_mean":
        return numpy.zeros(shape, numpy.float32)
    if last == "running_var":
        return numpy.ones(shape, numpy.float32)
    if last in ("organ_embedding", "relative_position_bias_table"):
        return 0.5 * u
    if last == "weight" and len(shape) == 1:
        return 1 + 0.1 * u
    if last == "bias" or last.endswith("_bias") or len(shape) < 2:
        return 0.1 * u
    return numpy.float32(numpy.sqrt(3 / numpy.prod(shape[1:]))) * u


def relative_position_index(window=7):
    """For each pair of voxels of a window, the row of the bias table that belongs to their distance."""
    span = 2 * window - 1
    at = numpy.stack(numpy.meshgrid(*3 * [numpy.arange(window)], indexing="ij")).reshape(3, -1)
    apart = at[:, :, None] - at[:, None, :] + window - 1
    return (apart[0] * span + apart[1]) * span + apart[2]


def state_dict(description, seed=0, narrow=1):
    """Every tensor that a description (a JSON list of key, shape, dtype) names. `narrow`: a U-Net of so many times fewer channels."""
    tensors = {}
    with open(description) as file:
        entries = json.load(file)
    for entry in entries:
        key, shape = entry["key"], entry["shape"]
        if key.startswith("backbone.") or key in ("precls_conv.0.weight", "precls_conv.0.bias", "GAP.0.weight", "GAP.0.bias"):
            shape = [n // narrow if n > 3 else n for n in shape]
        elif key in ("precls_conv.2.weight", "GAP.3.weight"):
            shape = [shape[0], shape[1] // narrow, *shape[2:]]
        if key.endswith("relative_position_index"):
            values = relative_position_index()
        elif entry["dtype"] == "int64":
            values = numpy.zeros(shape, numpy.int64)
        else:
            values = fill(key, shape, seed).astype(numpy.float32)
        tensors[key] = torch.from_numpy(values)
    return tensors
