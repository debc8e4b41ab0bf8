"""What drawn weights lack and trained ones have: vectors of spectral norm that fit, small variances, the sizes of StyleGAN2."""

import torch
from torch.nn.functional import normalize

VARIANCE = 0.25  # times the drawn ones: pictures get contrast, and the eps of a batch norm counts


def settle(tensors: dict[str, torch.Tensor], transposed: tuple[str, ...] = ()) -> dict[str, torch.Tensor]:
    """tensors with smaller variances, and weight_u and weight_v after 20 power iterations (Miyato 2018, algorithm 1).

    Random vectors would divide by next to nothing. transposed: parts of the names of transposed convolutions, whose matrix has
    dimension 1 first.
    """
    settled = {k: v * VARIANCE if k.endswith("running_var") else v for k, v in tensors.items()}
    for name in tensors:
        if name.endswith(".weight_orig"):
            stem = name.removesuffix("orig")
            weight = tensors[name].double()
            matrix = weight.transpose(0, int(any(part in name for part in transposed))).flatten(1)
            u = tensors[stem + "u"].double()
            for _ in range(20):
                v = normalize(matrix.t() @ u, dim=0)
                u = normalize(matrix @ v, dim=0)
            settled |= {stem + "u": u.float(), stem + "v": v.float()}
    return settled


def equalize(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights of StyleGAN2 as large as its layers expect, which divide by √fan_in, and in the mapping by 100 more."""
    equalized = {}
    for name, tensor in tensors.items():
        mapping = 100.0 if name.startswith("mapping.fc") else 1.0
        if name.endswith(".weight"):
            tensor = tensor * (2 * mapping * tensor[0].numel() ** 0.5)
        elif name.endswith(".bias"):
            tensor = tensor * mapping + float(".affine." in name)
        equalized[name] = tensor
    return equalized


def strengthen(tensors: dict[str, torch.Tensor], factor: float) -> dict[str, torch.Tensor]:
    """Larger matrices, so that pictures are not grey, and a tenth of the noise, so that they are not noise alone."""
    kept = ("running_means", "running_vars", ".g", ".b")
    factors = {
        k: 0.1 if t.shape == (1,) else factor if t.ndim >= 2 and not k.endswith(kept) else 1
        for k, t in tensors.items()
    }
    return {k: t * factors[k] if t.is_floating_point() else t for k, t in tensors.items()}
