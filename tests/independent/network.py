"""The CLIP-Driven Universal Model with either backbone, as functions of a state dict. One window at a time."""

import torch
import torch.nn.functional as F


class Weights:
    """A state dict seen from one of its folders: `weights / "ops" / 0` is a folder, `weights["bias"]` a tensor or None."""

    def __init__(self, tensors, at=""):
        self.tensors, self.at = tensors, at

    def __truediv__(self, name):
        return Weights(self.tensors, f"{self.at}{name}.")

    def __getitem__(self, name):
        return self.tensors.get(self.at + name)

    def pair(self):
        return self["weight"], self["bias"]


# U-Net


def unet_step(x, weights):
    x = F.conv3d(x, *(weights / "conv1").pair(), padding=1)
    return F.relu(F.batch_norm(x, None, None, *(weights / "bn1").pair(), training=True))  # this window's own statistics


def unet_steps(x, weights):
    return unet_step(unet_step(x, weights / "ops" / 0), weights / "ops" / 1)


def unet(x, weights):
    skips = []
    for name in ("down_tr64", "down_tr128", "down_tr256"):
        x = unet_steps(x, weights / name)
        skips.append(x)
        x = F.max_pool3d(x, 2)
    x = bottleneck = unet_steps(x, weights / "down_tr512")
    for name in ("up_tr256", "up_tr128", "up_tr64"):
        x = F.conv_transpose3d(x, *(weights / name / "up_conv").pair(), stride=2)
        x = unet_steps(torch.cat([x, skips.pop()], 1), weights / name)
    return x, bottleneck


# Swin UNETR

WINDOW = 7
MERGED = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 0), (0, 0, 1), (1, 1, 1))  # as published: two come twice


def layer_norm(x, weights):
    return F.layer_norm(x, x.shape[-1:], *weights.pair())


def linear(x, weights):
    return F.linear(x, *weights.pair())


def padded(x, multiples):
    """X x Y x Z x C with zeros at the end of each axis up to a multiple."""
    missing = [-size % multiple for size, multiple in zip(x.shape, multiples)]
    return F.pad(x, (0, 0, 0, missing[2], 0, missing[1], 0, missing[0]))


def windows_of(x, window):
    """X x Y x Z x C as windows x voxels x C."""
    counts = [size // w for size, w in zip(x.shape, window)]
    x = x.reshape(counts[0], window[0], counts[1], window[1], counts[2], window[2], -1)
    return x.permute(0, 2, 4, 1, 3, 5, 6).reshape(-1, window[0] * window[1] * window[2], x.shape[-1])


def from_windows(x, window, shape):
    counts = [size // w for size, w in zip(shape, window)]
    x = x.reshape(*counts, *window, -1)
    return x.permute(0, 3, 1, 4, 2, 5, 6).reshape(*shape, -1)


def strangers(shape, window, shift):
    """Windows x voxels x voxels: -100 where two voxels meet in a window only because the volume was rolled."""
    regions = torch.zeros(shape)
    for axis in range(3):
        along = torch.zeros(shape[axis])
        if shift[axis]:
            along[-window[axis]:-shift[axis]] = 1
            along[-shift[axis]:] = 2
        regions = 3 * regions + along.reshape([-1 if a == axis else 1 for a in range(3)])
    regions = windows_of(regions[..., None], window)[..., 0]
    return -100.0 * (regions[:, :, None] != regions[:, None, :])


def attention(x, weights, heads, apart):
    count, voxels, channels = x.shape
    q, k, v = linear(x, weights / "qkv").reshape(count, voxels, 3, heads, -1).permute(2, 0, 3, 1, 4)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    index = weights["relative_position_index"][:voxels, :voxels]
    scores = scores + weights["relative_position_bias_table"][index].permute(2, 0, 1)
    if apart is not None:
        scores = scores + apart[:, None]
    x = (scores.softmax(-1) @ v).transpose(1, 2).reshape(count, voxels, channels)
    return linear(x, weights / "proj")


def swin_block(x, weights, heads, shifted):
    size = x.shape[:3]
    window = [min(n, WINDOW) for n in size]
    shift = [WINDOW // 2 if shifted and n > WINDOW else 0 for n in size]
    y = padded(layer_norm(x, weights / "norm1"), window)
    shape = y.shape[:3]
    back, there = tuple(shift), tuple(-s for s in shift)
    y = windows_of(y.roll(there, (0, 1, 2)), window)
    y = attention(y, weights / "attn", heads, strangers(shape, window, shift) if any(shift) else None)
    y = from_windows(y, window, shape).roll(back, (0, 1, 2))
    x = x + y[: size[0], : size[1], : size[2]]
    y = linear(layer_norm(x, weights / "norm2"), weights / "mlp" / "linear1")
    return x + linear(F.gelu(y), weights / "mlp" / "linear2")


def merged(x, weights):
    x = padded(x, (2, 2, 2))
    x = torch.cat([x[i::2, j::2, k::2] for i, j, k in MERGED], -1)
    return linear(layer_norm(x, weights / "norm"), weights / "reduction")


def hidden_states(x, weights):
    """h0 to h4 as N x C x X x Y x Z, normalised over channels; what goes on to the next layer is not normalised."""
    x = F.conv3d(x, *(weights / "patch_embed" / "proj").pair(), stride=2)[0].permute(1, 2, 3, 0)
    states = [x]
    for layer, heads in (("layers1", 3), ("layers2", 6), ("layers3", 12), ("layers4", 24)):
        for block in (0, 1):
            x = swin_block(x, weights / layer / 0 / "blocks" / block, heads, shifted=block == 1)
        x = merged(x, weights / layer / 0 / "downsample")
        states.append(x)
    return [F.layer_norm(h, h.shape[-1:]).permute(3, 0, 1, 2)[None].contiguous() for h in states]


def residual(x, weights):
    y = F.leaky_relu(F.instance_norm(F.conv3d(x, weights["conv1.conv.weight"], padding=1)), 0.01)
    y = F.instance_norm(F.conv3d(y, weights["conv2.conv.weight"], padding=1))
    if weights["conv3.conv.weight"] is not None:
        x = F.instance_norm(F.conv3d(x, weights["conv3.conv.weight"]))
    return F.leaky_relu(x + y, 0.01)


def decoded(x, skip, weights):
    x = F.conv_transpose3d(x, weights["transp_conv.conv.weight"], stride=2)
    return residual(torch.cat([x, skip], 1), weights / "conv_block")


def swinunetr(x, weights):
    h = hidden_states(x, weights / "swinViT")
    skips = [residual(x, weights / "encoder1" / "layer")]
    skips += [residual(h[i], weights / f"encoder{i + 2}" / "layer") for i in range(3)] + [h[3]]
    y = bottleneck = residual(h[4], weights / "encoder10" / "layer")
    for name in ("decoder5", "decoder4", "decoder3", "decoder2", "decoder1"):
        y = decoded(y, skips.pop(), weights / name)
    return y, bottleneck


# What both have


def controllers(gap, weights):
    """One row of 153 numbers per class."""
    task = F.relu(linear(weights["organ_embedding"], weights / "text_to_vision"))
    both = torch.cat([gap.reshape(1, -1).expand(len(task), -1), task], 1)
    return F.linear(both, weights["controller.weight"].flatten(1), weights["controller.bias"])


def class_logits(f8, params):
    """8 x X x Y x Z and 153 numbers -> X x Y x Z."""
    w1, w2, w3, b1, b2, b3 = params.split([64, 64, 8, 8, 8, 1])
    x = f8.flatten(1)
    x = F.relu(w1.reshape(8, 8) @ x + b1[:, None])
    x = F.relu(w2.reshape(8, 8) @ x + b2[:, None])
    return (w3[None] @ x + b3[:, None]).reshape(f8.shape[1:])


@torch.no_grad()
def encoded(window, tensors):
    """What does not depend on a class, of one window (1 x 1 x X x Y x Z), stage by stage."""
    weights = Weights(tensors)
    swin = "backbone.swinViT.patch_embed.proj.weight" in tensors
    features, bottleneck = (swinunetr if swin else unet)(window, weights / "backbone")
    gap = F.relu(F.group_norm(bottleneck, 16, *(weights / "GAP" / 0).pair())).mean((2, 3, 4), keepdim=True)
    gap = F.conv3d(gap, *(weights / "GAP" / 3).pair())
    f8 = F.relu(F.group_norm(features, 16, *(weights / "precls_conv" / 0).pair()))
    f8 = F.conv3d(f8, *(weights / "precls_conv" / 2).pair())
    return {"bottleneck": bottleneck, "features": features, "gap": gap, "precls": f8}


@torch.no_grad()
def answered(gap, f8, tensors):
    """Logits of every class, 1 x classes x X x Y x Z."""
    return torch.stack([class_logits(f8[0], params) for params in controllers(gap, Weights(tensors))])[None]
