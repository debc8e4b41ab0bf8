"""PGAN of pytorch_GAN_zoo: {config, netG, netD, avgG} -> networks/imported/zoo_progan.py.

config is an object of attributes, read as plain data (reading/plain_types.py). It tells the fade, the slope
and which attributes the labels are; a state dict alone does not. The layers' equalized learning rate becomes
plain weights. Layout from models/progressive_gan.py and models/networks/progressive_conv_net.py.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout

if TYPE_CHECKING:
    from torch import Tensor

MOST_CLASSES = 1000
WITH_TANH = ("MSE", "DCGAN")  # losses whose generator ends in tanh


def convert(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    tensors = {name.replace(".module.", ".", 1): tensor for name, tensor in tensors.items()}
    if not {"formatLayer.weight", "groupScale0.0.weight", "toRGBLayers.0.weight"} <= set(tensors):
        return None
    config = extra.get("config", {})
    scales = sum(re.fullmatch(r"toRGBLayers\.\d+\.weight", name) is not None for name in tensors)
    widths = [tensors[f"toRGBLayers.{i}.weight"].shape[1] for i in range(scales)]
    codes, names = _codes(config, extra)
    inputs = tensors["formatLayer.weight"].shape[1]
    code_dim = codes.shape[1] if codes is not None else 0
    if inputs <= code_dim:
        raise ValueError(f"This PGAN takes {inputs} numbers; {code_dim} of labels leave no noise.")
    args = {
        "widths": widths,
        "code_dim": code_dim,
        "slope": _number(config, "leakyReluLeak", 0.2),
        "fade": _number(config, "alpha", 0.0) if scales > 1 else 0.0,
        "tanh": config.get("lossCriterion") in WITH_TANH,
    }
    channels = tensors["toRGBLayers.0.weight"].shape[0]
    classes = len(codes) if codes is not None else 0
    spec = ModelSpec("zoo_progan", 4 << (scales - 1), channels, classes, inputs - code_dim, args)
    found = _renamed(tensors, scales, bool(args["fade"]), config.get("equalizedlR", True) is not False)
    found |= {"codes": codes} if codes is not None else {}
    return Imported(spec, found, names, _notes(config, extra))


def _codes(config: dict[str, Any], extra: dict[str, Any]) -> tuple[Tensor | None, tuple[str, ...]]:
    """(K, E) numbers that stand for each combination of labels, and its names; None without labels.

    Each attribute is a one-hot vector; the last attribute changes first.
    """
    import torch

    attributes = config.get("attribKeysOrder")
    if not attributes:
        classes = int(extra.get("classes", 0))
        return (torch.eye(classes), ()) if classes else (None, ())
    try:
        ordered = sorted(attributes.values(), key=lambda attribute: attribute["order"])
        values = [[str(value) for value in attribute["values"]] for attribute in ordered]
    except (AttributeError, LookupError, TypeError):
        raise ValueError("The config of this PGAN has labels of a form that is not known.") from None
    if math.prod(map(len, values)) > MOST_CLASSES:
        raise ValueError(
            f"This PGAN has {math.prod(map(len, values))} combinations of labels; at most {MOST_CLASSES} can "
            "be imported."
        )
    parts = itertools.product(*(torch.eye(len(group)) for group in values))
    return torch.stack([torch.cat(part) for part in parts]), tuple(map(", ".join, itertools.product(*values)))


def _number(config: dict[str, Any], name: str, usual: float) -> float:
    value = config.get(name, usual)
    if not isinstance(value, (int, float)):
        raise ValueError(f"This PGAN's config has {name} {str(value)[:40]!r}, which is no number.")
    return float(value)


def _renamed(tensors: dict[str, Tensor], scales: int, fade: bool, equalized: bool) -> dict[str, Tensor]:
    """The tensors that the image of the last scale needs, times He's factor where it acts at run time."""
    found = {}
    for name, tensor in tensors.items():
        layer, _, part = name.rpartition(".")
        place = _place(layer, scales, fade)
        if place is not None:
            weight = tensors[f"{layer}.weight"]
            factor = math.sqrt(2 / weight[0].numel()) if equalized else 1.0
            found[f"{place}.{part}"] = tensor * factor  # theirs scales the bias, too
    return found


def _place(layer: str, scales: int, fade: bool) -> str | None:
    """Our name of a layer; None for image layers of lower scales."""
    if layer == "formatLayer":
        return "stem"
    kind, *numbers = layer.split(".")
    if kind == "groupScale0":
        return f"stages.0.{numbers[0]}"
    if kind == "scaleLayers":
        return f"stages.{int(numbers[0]) + 1}.{numbers[1]}"
    if kind == "toRGBLayers":
        return {scales - 1: "to_image", scales - 2: "to_coarse" if fade else None}.get(int(numbers[0]))
    return layer


def _notes(config: dict[str, Any], extra: dict[str, Any]) -> tuple[str, ...]:
    if config:
        return ()
    labels = "" if "classes" in extra else ", no labels (else --classes NUMBER)"
    usual = f"fully grown (alpha 0), slope 0.2, no tanh{labels}"
    return (f"The file has no config; its usual values were assumed: {usual}.",)


LAYOUTS = (Layout("PGAN (pytorch_GAN_zoo)", "facebookresearch/pytorch_GAN_zoo", convert, ("classes",)),)
