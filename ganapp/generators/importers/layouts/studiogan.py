"""StudioGAN (POSTECH-CVLab/PyTorch-StudioGAN): model=G[_ema]-*-weights-step=N.pth = {state_dict, …}.

`resnet` and `big_resnet` become our resnet family, `deep_conv` becomes networks/imported/studiogan.py. Its
StyleGAN2 has NVIDIA's keys, see stylegan2.py. No key tells the activation; it is ReLU in all of its
configurations, and the option `activation` says another. Layout from
src/models/{deep_conv,resnet,big_resnet}.py and src/utils/ops.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ganapp.config import ModelSpec

from ..layout import Imported, Layout
from ..options import assumed

if TYPE_CHECKING:
    from torch import Tensor

ATTENTION = {
    "conv1x1_theta": "query",
    "conv1x1_phi": "key",
    "conv1x1_g": "value",
    "conv1x1_attn": "out",
    "sigma": "gamma",
}
RESIDUAL = {"bn1": "norm1", "bn2": "norm2", "conv2d0": "shortcut", "conv2d1": "conv1", "conv2d2": "conv2"}
HEADS = {
    "linear0": "linear",
    "shared": "embedding",
    "bn4": "norm",
    "conv2d5": "to_image",
    "conv4": "to_image",
}
SLOPE = 0.1  # of its leaky ReLU, src/config.py
# StudioGAN's batch norm divides by √(var + 1e-4), ours by √(var + 1e-5), so the difference is added to the
# variance.
EPS = 1e-4 - 1e-5


class Structure(NamedTuple):
    """What keys and shapes tell about a network, whatever its blocks are."""

    widths: list[int]  # channels from 4×4 up
    attended: int  # number of blocks before attention; 0: no attention
    condition_dim: int  # inputs of the layers that make the norms' gains and biases; 0: plain norms
    places: dict[int, int | None]  # number of an entry of `blocks` -> number of the block; None: attention


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    from ..folding import fold_spectral_norm

    residual = "conv2d5.bias" in tensors and "blocks.0.0.conv2d1.bias" in tensors
    if "linear0.bias" not in tensors or not (residual or "blocks.0.0.deconv0.bias" in tensors):
        return None
    if any(name.startswith(("info_mix_linear.", "info_proj_linear.")) for name in tensors):
        raise ValueError(
            "This generator of StudioGAN takes InfoGAN codes beside z, which cannot be imported."
        )
    if "blocks.0.0.conv2d3.bias" in tensors:
        raise ValueError(
            "This is StudioGAN's big_resnet_deep; of its BigGANs only big_resnet can be imported."
        )
    tensors = fold_spectral_norm(tensors, transposed=(".deconv0.",))
    structure = _structure(tensors, "conv2d1" if residual else "deconv0")
    leaky = extra.get("activation") == "leaky_relu"
    if residual and leaky:
        raise ValueError(
            "StudioGAN's residual generators can be imported with ReLU only, not with leaky ReLU."
        )
    spec = _residual_spec(tensors, structure) if residual else _deep_conv_spec(tensors, structure, leaky)
    renamed = {_rename(name, structure, residual): _value(name, tensor) for name, tensor in tensors.items()}
    otherwise = "leaky_relu" if not residual else "leaky_relu, which cannot be imported yet"
    notes = assumed(extra, "activation", "its activation (g_act_fn) is ReLU", otherwise)
    return Imported(spec, renamed, notes=notes)


def _structure(tensors: dict[str, Tensor], conv: str) -> Structure:
    """The structure of a network whose blocks have convolutions of this name."""
    places: dict[int, int | None] = {}
    widths: list[int] = []
    attended = []
    for entry in range(len({name.split(".")[1] for name in tensors if name.startswith("blocks.")})):
        weight = tensors.get(f"blocks.{entry}.0.{conv}.weight")
        places[entry] = None if weight is None else len(places) - len(attended)
        if weight is None:
            attended.append(entry - len(attended))
        elif conv == "deconv0":  # a transposed convolution: (in, out, 4, 4)
            widths += [weight.shape[0]] * (not widths) + [weight.shape[1]]
        else:
            widths += [weight.shape[1]] * (not widths) + [weight.shape[0]]
    if len(attended) > 1:
        raise ValueError(
            f"This generator of StudioGAN has attention in {len(attended)} places; one is allowed."
        )
    gain = tensors.get(f"blocks.0.0.{'bn0' if conv == 'deconv0' else 'bn1'}.gain.weight")
    return Structure(widths, sum(attended), 0 if gain is None else gain.shape[1], places)


def _residual_spec(tensors: dict[str, Tensor], structure: Structure) -> ModelSpec:
    """The spec of our resnet family.

    BigGAN splits z into chunks, one for each block, and shares an embedding of the classes among the norms;
    without classes, a norm depends on its chunk alone.
    """
    blocks, first = len(structure.widths) - 1, tensors["linear0.weight"].shape[1]
    size = 4 << blocks
    shared = tensors.get("shared.weight")
    hierarchical = shared is not None or structure.condition_dim == first
    args: dict[str, Any] = {"widths": structure.widths, "hierarchical": hierarchical}
    args["attention"] = 4 << structure.attended if structure.attended else 0
    args["embed_dim"] = 0 if shared is None else shared.shape[1]
    classes = structure.condition_dim * (not hierarchical) if shared is None else shared.shape[0]
    z_dim = first * (blocks + 1) if hierarchical else first
    return ModelSpec("resnet", size, tensors["conv2d5.bias"].shape[0], classes, z_dim, args)


def _deep_conv_spec(tensors: dict[str, Tensor], structure: Structure, leaky: bool) -> ModelSpec:
    size, z_dim = 4 << (len(structure.widths) - 1), tensors["linear0.weight"].shape[1]
    args = {"widths": structure.widths, "attention": structure.attended, "slope": SLOPE if leaky else 0.0}
    return ModelSpec("studiogan", size, tensors["conv4.bias"].shape[0], structure.condition_dim, z_dim, args)


def _rename(name: str, structure: Structure, residual: bool) -> str:
    head, _, rest = name.partition(".")
    if head != "blocks":
        return f"{HEADS.get(head, head)}.{rest}"
    entry, _, layer, *rest = rest.split(".")
    place = structure.places[int(entry)]
    if place is None:
        return ".".join(["attention", ATTENTION.get(layer, layer), *rest])
    if layer.startswith("bn"):
        # conditional: bn.running_mean, gain.weight, bias.weight; plain: running_mean, weight, bias
        rest = rest if rest[0] in ("gain", "bias") and len(rest) > 1 else ["norm", rest[-1]]
    if residual:
        return ".".join(["blocks", str(place), RESIDUAL.get(layer, layer), *rest])
    return ".".join([{"deconv0": "convs", "bn0": "norms"}.get(layer, layer), str(place), *rest])


def _value(name: str, tensor: Tensor) -> Tensor:
    if name.endswith("running_var"):
        return tensor + EPS
    return tensor.reshape(()) if name.endswith(".sigma") else tensor


LAYOUTS = (
    Layout("StudioGAN (DCGAN, ResNet, BigGAN)", "POSTECH-CVLab/PyTorch-StudioGAN", convert, ("activation",)),
)
