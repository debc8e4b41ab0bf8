"""PyTorch-GAN (eriklindernoren): the generators of its scripts that make pictures of noise.

dcgan, began, dragan and relativistic_gan, lsgan and ebgan, acgan and sgan, and infogan become
networks/imported/upsample_dcgan.py; gan, wgan, wgan_gp, wgan_div, bgan, softmax_gan and cgan become
leaky_mlp.py. Not told by keys: sgan has an embedding that it does not use (option `labels`), and infogan is a
dcgan whose z has classes and codes among it (options `classes`, `codes`). Layouts from
implementations/NAME/NAME.py.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec

from ..layout import Imported, Layout
from ..options import as_tanh, assumed

if TYPE_CHECKING:
    from torch import Tensor

INFOGAN = {"latent": 62, "classes": 10, "codes": 2}  # defaults of infogan.py


def convolutional(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    normed = {"l1.0.weight", "conv_blocks.0.weight", *(f"conv_blocks.{i}.weight" for i in (2, 3, 6, 7, 9))}
    plain = {"l1.0.weight", *(f"conv_blocks.{i}.weight" for i in (1, 2, 5, 6, 8))}
    shift = 0 if normed <= set(tensors) else 1 if plain <= set(tensors) else None
    if shift is None or ("conv_blocks.0.weight" in tensors) != (shift == 0):
        return None
    renamed = {_convolutional_name(name, shift): tensor for name, tensor in tensors.items()}
    stem, table = renamed["stem.weight"], renamed.get("embedding.weight")
    widths = [renamed[f"layers.{i}.weight"].shape[0] for i in (2, 6)]
    size = 4 * math.isqrt(stem.shape[0] // widths[0])
    args: dict[str, Any] = {"widths": widths, "first_norm": shift == 0}
    z_dim, classes, notes = stem.shape[1], 0, ()
    if table is not None:
        notes = assumed(extra, "labels", "its labels act on the picture, as acgan's do", "unused, for sgan")
        if extra.get("labels") == "unused":
            del renamed["embedding.weight"]
        else:
            classes = table.shape[0]
    elif shift == 0:
        z_dim, classes, codes, notes = _infogan(z_dim, extra)
        args |= {"labels": "one_hot", "codes": codes} if classes or codes else {}
    spec = ModelSpec("upsample_dcgan", size, renamed["layers.9.weight"].shape[0], classes, z_dim, args)
    return Imported(spec, as_tanh(renamed, "layers.9", extra.get("output")), notes=notes)


def _infogan(inputs: int, extra: dict[str, Any]) -> tuple[int, int, int, tuple[str, ...]]:
    """(z_dim, classes, codes, notes): z with the codes in it, and the inputs that are classes."""
    said = {name: int(extra[name]) for name in ("classes", "codes") if name in extra}
    usual = not said and inputs == sum(INFOGAN.values())
    classes = said.get("classes", INFOGAN["classes"] if usual else 0)
    codes = said.get("codes", INFOGAN["codes"] if usual else 0)
    if inputs - classes - codes < 1:
        raise ValueError(
            f"This generator takes {inputs} numbers; {classes} classes and {codes} codes leave no noise."
        )
    what = "it is an infogan of 62 numbers, 10 classes and 2 codes, which takes 74 numbers"
    notes = assumed(extra, "classes", what, "0 --codes 0, for a dcgan") if usual else ()
    return inputs - classes, classes, codes, notes


def _convolutional_name(name: str, shift: int) -> str:
    name = name.replace("l1.0.", "stem.", 1).replace("label_emb.", "embedding.", 1)
    return re.sub(r"^conv_blocks\.(\d+)", lambda m: f"layers.{int(m[1]) + shift}", name)


def dense(tensors: dict[str, Tensor], extra: dict[str, Any]) -> Imported | None:
    numbers = sorted(int(m[1]) for k in tensors if (m := re.fullmatch(r"model\.(\d+)\.weight", k)))
    linear = [i for i in numbers if tensors[f"model.{i}.weight"].ndim == 2]
    norms = [i for i in numbers if f"model.{i}.running_mean" in tensors]
    hidden = len(linear) - 1
    if hidden < 2 or linear != [0, *range(2, 3 * hidden, 3)] or norms != list(range(3, 3 * hidden - 1, 3)):
        return None
    table, last = tensors.get("label_emb.weight"), tensors[f"model.{linear[-1]}.weight"].shape[0]
    channels = next((c for c in (1, 3) if math.isqrt(last // c) ** 2 * c == last), None)
    if channels is None:
        raise ValueError(f"This generator of PyTorch-GAN makes {last} numbers, which are no square picture.")
    classes, embed_dim = (0, 0) if table is None else table.shape
    args: dict[str, Any] = {"hidden": [tensors[f"model.{i}.weight"].shape[0] for i in linear[:-1]]}
    args |= {"embed_dim": embed_dim} if classes else {}
    z_dim = tensors["model.0.weight"].shape[1] - embed_dim
    spec = ModelSpec("leaky_mlp", math.isqrt(last // channels), channels, classes, z_dim, args)
    renamed = {
        k.replace("model.", "layers.", 1).replace("label_emb.", "embedding.", 1): t
        for k, t in tensors.items()
    }
    return Imported(spec, as_tanh(renamed, f"layers.{linear[-1]}", extra.get("output")))


SOURCE = "eriklindernoren/PyTorch-GAN"
LAYOUTS = (
    Layout("PyTorch-GAN DCGAN", SOURCE, convolutional, ("output", "labels", "classes", "codes")),
    Layout("PyTorch-GAN MLP", SOURCE, dense, ("output",)),
)
