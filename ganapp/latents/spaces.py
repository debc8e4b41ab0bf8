"""The space in which a picture is fitted: w+ for a generator with a w space, else z. And its prior.

A space turns parameters, which an optimizer moves, into pictures with gradients. Drawing pictures without
gradients is in drawing.py. w+: Abdal 2019, arXiv 1904.03189.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .drawing import map_latents
from .seeds import check_takes_latent, has_role, latent

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

SPACES = ("z", "w+")
LAYER_PRIOR = 4.0  # weight of how far the layers of a w+ are from each other, against that of their mean


class ZSpace:
    """Parameters are z (N, z_dim) itself; the prior is the squared length of each."""

    name = "z"

    def __init__(self, G: Module) -> None:
        self.G, self.device = G, device_of(G)

    def of_z(self, z: Tensor, labels: Tensor) -> Tensor:
        """Parameters of latents z (N, z_dim) with labels int64 (N,)."""
        return z

    def draw(self, parameters: Tensor, labels: Tensor, G: Module | None = None) -> Tensor:
        """Pictures (N, C, R, R), about in [-1, 1], with gradients. G: a tuned copy, or None."""
        return (G or self.G)(parameters, labels if self.G.spec.num_classes else None)

    def prior(self, parameters: Tensor) -> Tensor:
        """How unlikely parameters are, (N,)."""
        return parameters.square().sum(1)

    def values(self, parameters: Tensor) -> np.ndarray:
        """The latents themselves, float32 (N, z_dim)."""
        return parameters.detach().float().cpu().numpy()

    def parameters(self, values: np.ndarray) -> Tensor:
        """Parameters of latents float32 (N, z_dim): the inverse of `values`."""
        return _tensor(self.G, values)


class WPlusSpace:
    """Parameters (N, num_ws, W) count standard deviations of w from its mean.

    The prior is that of the layers' mean, and LAYER_PRIOR times that of what each layer has of its own.
    """

    name = "w+"

    def __init__(self, G: Module) -> None:
        self.G, self.device = G, device_of(G)
        labels = np.arange(512) % G.spec.num_classes if G.spec.num_classes else None
        w = map_latents(G, z_of(G, np.arange(512)).cpu().numpy(), labels)
        self.mean = _tensor(G, w.mean(0))
        self.deviation = _tensor(G, w.std(0) + 1e-3 * w.std())

    def of_z(self, z: Tensor, labels: Tensor) -> Tensor:
        import torch

        with torch.no_grad():
            w = self.G.mapping(z, labels if self.G.spec.num_classes else None).float()
            w = w[:, None] if w.ndim == 2 else w
            return ((w - self.mean) / self.deviation).expand(-1, self.G.num_ws, -1).contiguous()

    def draw(self, parameters: Tensor, labels: Tensor, G: Module | None = None) -> Tensor:
        return (G or self.G).synthesis(self.mean + self.deviation * parameters)

    def prior(self, parameters: Tensor) -> Tensor:
        middle = parameters.mean(1, keepdim=True)
        own = (parameters - middle).square().mean(1).sum(1)
        return middle.square().sum((1, 2)) + LAYER_PRIOR * own

    def values(self, parameters: Tensor) -> np.ndarray:
        return (self.mean + self.deviation * parameters.detach()).float().cpu().numpy()

    def parameters(self, values: np.ndarray) -> Tensor:
        return (_tensor(self.G, values) - self.mean) / self.deviation


def space_of(G: Module, name: str | None = None) -> ZSpace | WPlusSpace:
    """The space of that name, or the best that the generator has: w+, else z.

    Raises ValueError (message fit for the user) if the generator does not have it.
    """
    if not has_role(G, "latent"):
        raise ValueError("This model draws from pictures, not from latents: nothing can be fitted in it.")
    if name not in (None, *SPACES):
        raise ValueError(f"The space is {name!r}; it must be one of {', '.join(SPACES)}.")
    if name == "w+" and not has_role(G, "mapped"):
        raise ValueError(f"This model ({G.spec.family}) has no w+ space; it has z.")
    if name == "w+" or (name is None and has_role(G, "mapped")):
        return WPlusSpace(G)
    return ZSpace(G)


def device_of(G: Module):
    """Where the weights of a generator are."""
    return next(G.parameters()).device


def z_of(G: Module, seeds: np.ndarray) -> Tensor:
    """z of seeds (N,), where the weights of G are: float32 (N, z_dim).

    Raises ValueError (message fit for the user) if G takes a picture.
    """
    check_takes_latent(G)
    return _tensor(G, np.stack([latent(int(seed), G.spec.z_dim)[0] for seed in seeds]))


def _tensor(G, values) -> Tensor:
    import torch

    return torch.as_tensor(np.asarray(values, np.float32)).to(device_of(G))
