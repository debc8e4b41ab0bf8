"""LOSSES: adversarial losses as pairs of pure functions of logits, and gradient penalties of a callable critic.

A loss sees logits, never networks. All are per image (N,); the step takes the mean. log(sigmoid) is written with softplus.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus


class Loss(NamedTuple):
    """d and g map logits on real and on fake images (N,) to losses (N,); `paired` where g looks at real ones, too."""

    d: Callable[[Tensor, Tensor], Tensor]
    g: Callable[[Tensor | None, Tensor], Tensor]
    paired: bool = False


def _d_cross_entropy(real, fake):
    return softplus(-real) + softplus(fake)  # -log D(x) - log(1 - D(G(z)))


def _g_minimax(real, fake):
    return -softplus(fake)  # log(1 - D(G(z))), which saturates where D is sure


def _g_non_saturating(real, fake):
    return softplus(-fake)  # -log D(G(z))


def _d_relativistic(real, fake):
    return softplus(fake - real)


def _g_relativistic(real, fake):
    return softplus(real - fake)


LOSSES = {
    "minimax": Loss(_d_cross_entropy, _g_minimax),  # Goodfellow 2014, eq. 1
    "non_saturating": Loss(_d_cross_entropy, _g_non_saturating),  # Goodfellow 2014, section 3
    "relativistic": Loss(_d_relativistic, _g_relativistic, paired=True),  # Jolicoeur-Martineau 2018; Huang 2024, eq. 2
}


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """|∇ D(x)|² of each image (N,), differentiable: R1 on real images, R2 on fake ones (Mescheder 2018, eq. 9 and 10).

    logits (N,) must come from images (N, C, H, W) that require a gradient, through a critic without batch statistics.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.float().square().sum(dim=(1, 2, 3))
