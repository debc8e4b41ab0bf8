"""Folds spectral norm into plain weights, as torch.nn.utils.spectral_norm computes them in eval mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def fold_spectral_norm(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Replace weight_orig, weight_u and weight_v by weight = weight_orig / (uᵀ W v); other tensors stay.

    W is weight_orig as a matrix, with dimension 1 first for transposed convolutions and 0 for others; the
    lengths of u and v tell which. Raises ValueError if u or v is missing. Miyato et al. 2018 (arXiv
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
        dim = 0 if tensor.shape[0] == u.numel() and tensor[0].numel() == v.numel() else 1
        matrix = tensor.transpose(0, dim).flatten(1)
        folded[f"{prefix}weight"] = tensor / (u @ (matrix @ v))
    return folded
