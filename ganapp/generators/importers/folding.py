"""Folds spectral norm into plain weights, as torch or BigGAN-PyTorch computes them in eval mode."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# What torch.nn.utils.parametrizations.spectral_norm calls the same tensors.
PARAMETRIZED = {
    "parametrizations.weight.original": "weight_orig",
    "parametrizations.weight.0._u": "weight_u",
    "parametrizations.weight.0._v": "weight_v",
}


def fold_spectral_norm(tensors: dict[str, Tensor], transposed: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """Replace weight_orig, weight_u and weight_v by weight = weight_orig / (uᵀ W v); other tensors stay.

    transposed: parts of the names of transposed convolutions. Their matrix W has dimension 1 of weight_orig
    first, that of other layers dimension 0. Shapes cannot tell the two apart where a layer has as many
    channels in as out. Raises ValueError if u or v is missing or of another length. Miyato et al. 2018 (arXiv
    1802.05957), eq. 9.
    """
    folded: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        prefix, _, last = name.rpartition(".")
        prefix = f"{prefix}." if prefix else ""
        if last in ("weight_u", "weight_v") and f"{prefix}weight_orig" in tensors:
            continue
        if last != "weight_orig":
            folded[name] = tensor
            continue
        u, v = tensors.get(f"{prefix}weight_u"), tensors.get(f"{prefix}weight_v")
        if u is None or v is None:
            raise ValueError(
                f"{name} has spectral norm, but its vectors weight_u and weight_v are not in the file."
            )
        matrix = tensor.transpose(0, int(any(part in name for part in transposed))).flatten(1)
        if matrix.shape != (u.numel(), v.numel()):
            raise ValueError(
                f"{name} is a matrix of {tuple(matrix.shape)}, but the vectors of its spectral norm have "
                f"{u.numel()} and {v.numel()} values."
            )
        folded[f"{prefix}weight"] = tensor / (u @ (matrix @ v))
    return folded


def fold_power_iteration(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Replace weight and u0 by weight / σ with σ = |W v|, v = Wᵀ u0 / |Wᵀ u0|; other tensors stay.

    This is how BigGAN-PyTorch (layers.py) keeps spectral norm: it has no v. Further vectors (u1, sv0 …) are
    left out. Raises ValueError if u0 is missing beside sv0 or has another length than W has rows.
    """
    folded = {}
    for name, tensor in tensors.items():
        prefix, _, last = name.rpartition(".")
        u = tensors.get(f"{prefix}.u0")
        if re.fullmatch(r"s?[uv]\d+", last):
            continue
        if last == "weight" and u is None and f"{prefix}.sv0" in tensors:
            raise ValueError(f"{name} has spectral norm, but its vector u0 is not in the file.")
        if last == "weight" and u is not None:
            matrix = tensor.flatten(1)
            if len(matrix) != u.numel():
                raise ValueError(
                    f"{name} has {len(matrix)} rows, but the vector of its spectral norm has {u.numel()} "
                    "values."
                )
            v = u.flatten() @ matrix
            tensor = tensor / (matrix @ (v / v.norm())).norm()
        folded[name] = tensor
    return folded


def plain_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with those of a parametrized spectral norm under the names of the older one."""
    renamed = {}
    for name, tensor in tensors.items():
        ending = next((end for end in PARAMETRIZED if name.endswith(end)), None)
        renamed[name.removesuffix(ending) + PARAMETRIZED[ending] if ending else name] = tensor
    return renamed
