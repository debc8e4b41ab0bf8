"""LOSSES: adversarial losses as pairs of pure functions of logits; class terms, gradient penalties and G's regularizers.

A loss sees logits, outputs and a callable critic, never networks. All are per image (N,) unless they say otherwise; the
step takes the mean. log(sigmoid) is written with softplus, a quotient of sums of exponentials with logsumexp.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy as softmax_cross_entropy
from torch.nn.functional import relu, softplus

if TYPE_CHECKING:
    from ganapp.networks import DiscriminatorOutput


class Loss(NamedTuple):
    """d and g map logits on real and on fake images (N,) to losses (N,); `paired` where g looks at real ones, too."""

    d: Callable[[Tensor, Tensor], Tensor]
    g: Callable[[Tensor | None, Tensor], Tensor]
    paired: bool = False
    middle: float | None = (
        0.0  # the logit of "I cannot tell"; None where only differences of logits mean something
    )


def _d_cross_entropy(real, fake, smoothing=0.0):
    return (
        softplus(-real) + smoothing * real + softplus(fake)
    )  # -(1 - s) log D(x) - s log(1 - D(x)) - log(1 - D(G(z)))


def _g_minimax(real, fake):
    return -softplus(fake)  # log(1 - D(G(z))), which saturates where D is sure


def _g_non_saturating(real, fake):
    return softplus(-fake)  # -log D(G(z))


def _d_least_squares(real, fake):
    return ((real - 1).square() + fake.square()) / 2


def _g_least_squares(real, fake):
    return (fake - 1).square() / 2


def _d_wasserstein(real, fake):
    return fake - real


def _g_wasserstein(real, fake):
    return -fake


def _d_hinge(real, fake):
    return relu(1 - real) + relu(1 + fake)


def _d_relativistic(real, fake):
    return softplus(fake - real)


def _g_relativistic(real, fake):
    return softplus(real - fake)


def _d_relativistic_average(real, fake):
    return softplus(fake.mean() - real) + softplus(fake - real.mean())


def _g_relativistic_average(real, fake):
    return _d_relativistic_average(fake, real)


LOSSES = {
    "minimax": Loss(_d_cross_entropy, _g_minimax),  # Goodfellow 2014, eq. 1
    "non_saturating": Loss(_d_cross_entropy, _g_non_saturating),  # Goodfellow 2014, section 3
    "least_squares": Loss(
        _d_least_squares, _g_least_squares, middle=0.5
    ),  # Mao 2017, eq. 9: a = 0, b = c = 1
    "wasserstein": Loss(_d_wasserstein, _g_wasserstein, middle=None),  # Arjovsky 2017, algorithm 1
    "hinge": Loss(_d_hinge, _g_wasserstein),  # Lim & Ye 2017; Miyato 2018, eq. 16 and 17
    "relativistic": Loss(
        _d_relativistic, _g_relativistic, True, None
    ),  # Jolicoeur-Martineau 2018; Huang 2024, eq. 2
    "relativistic_average": Loss(
        _d_relativistic_average, _g_relativistic_average, True, None
    ),  # J.-M. 2018: RaSGAN
}


def adversarial_loss(name: str, label_smoothing: float = 0.0) -> Loss:
    """A loss of LOSSES; cross-entropy ones with real images counted as 1 - label_smoothing (Salimans 2016, section 3.4)."""
    loss = LOSSES[name]
    return loss._replace(d=partial(loss.d, smoothing=label_smoothing)) if label_smoothing else loss


def certainty(loss: Loss, real: Tensor, fake: Tensor) -> Tensor:
    """E[sign(D(x))], from -1 to 1: how sure D is of real images, ADA's r_t (Karras 2020 ADA, eq. 1). 0-dim."""
    return (real - (fake if loss.middle is None else loss.middle)).sign().mean()


# -- classes ------------------------------------------------------------------------------------------------------------


class ClassTerm(NamedTuple):
    """d maps outputs on real and fake images of classes y to losses (N,), g those on fake ones."""

    d: Callable[[DiscriminatorOutput, DiscriminatorOutput, Tensor], Tensor]
    g: Callable[[DiscriminatorOutput, Tensor], Tensor]


def cross_entropy(out: DiscriminatorOutput, y: Tensor) -> Tensor:
    """-log P(C = y | X) (Odena 2017, eq. 3). The head is a "classifier"."""
    return softmax_cross_entropy(out.class_logits, y, reduction="none")


def contrastive(out: DiscriminatorOutput, y: Tensor, temperature: float = 1.0) -> Tensor:
    """2C: near to the proxy of its class and to other images of it, far from the rest (Kang & Park 2020, eq. 8)."""
    own = own_proxy(out, y)[:, None] / temperature  # (N, 1)
    others = out.features @ out.features.T / temperature  # (N, N)
    others = others.masked_fill(torch.eye(len(y), dtype=torch.bool, device=y.device), -math.inf)
    alike = others.masked_fill(y[:, None] != y, -math.inf)
    return torch.cat([own, others], 1).logsumexp(1) - torch.cat([own, alike], 1).logsumexp(1)


def d2d_cross_entropy(
    out: DiscriminatorOutput, y: Tensor, temperature: float = 0.5, margin: float = 0.98
) -> Tensor:
    """D2D-CE: near to its class's proxy, far from images of other classes, both up to a margin (Kang 2021, ReACGAN).

    m_p = margin and m_n = 1 - margin; both values are the published ones for CIFAR-10.
    """
    own = -relu(margin - own_proxy(out, y))[:, None] / temperature  # (N, 1)
    others = relu(out.features @ out.features.T - (1 - margin)) / temperature  # (N, N)
    others = others.masked_fill(y[:, None] == y, -math.inf)
    return torch.cat([own, others], 1).logsumexp(1) - own.squeeze(1)


def own_proxy(out: DiscriminatorOutput, y: Tensor) -> Tensor:
    """The cosine of each image's embedding to the proxy of its class, (N,)."""
    return out.class_logits.gather(1, y[:, None]).squeeze(1)


def _on_real(term):
    return lambda real, fake, y: term(real, y)


def _on_both(term):
    return lambda real, fake, y: term(real, y) + term(fake, y)


CLASS_TERMS = {
    "cross_entropy": ClassTerm(_on_both(cross_entropy), cross_entropy),  # AC-GAN: L_C of eq. 3 for D and G
    "contrastive": ClassTerm(_on_real(contrastive), contrastive),  # ContraGAN, algorithm 1
    "d2d_ce": ClassTerm(_on_real(d2d_cross_entropy), d2d_cross_entropy),  # ReACGAN, algorithm 1
}


# -- penalties and regularizers -----------------------------------------------------------------------------------------


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """|∇ D(x)|² of each image (N,), differentiable: R1 on real images, R2 on fake ones (Mescheder 2018, eq. 9 and 10).

    logits (N,) must come from images (N, C, H, W) that require a gradient, through a critic without batch statistics.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.float().square().sum(dim=tuple(range(1, gradient.ndim)))


def interpolation_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """(|∇ D(x)| - 1)² (N,) at a random place x between each real and fake image (Gulrajani 2017, eq. 3).

    critic maps images (N, C, H, W) to logits (N,). Draws from the device's default random numbers.
    """
    share = torch.rand(len(real), *(1,) * (real.ndim - 1), dtype=real.dtype, device=real.device)
    x = torch.lerp(fake.detach(), real.detach(), share).requires_grad_()
    return ((gradient_penalty(critic(x), x) + 1e-12).sqrt() - 1).square()  # the root has no derivative at 0


def feature_distance(real: Tensor, fake: Tensor) -> Tensor:
    """|E f(x) - E f(G(z))|², 0-dim, of features (N, F) (feature matching: Salimans 2016, section 3.1)."""
    return (real.mean(0) - fake.mean(0)).square().sum()


def orthogonal_penalty(weights: Iterable[Tensor]) -> Tensor:
    """|WᵀW ⊙ (1 - I)|², 0-dim, summed over weights (out, ...): filters at right angles (Brock 2019, eq. 3)."""
    total = 0.0
    for w in weights:
        w = w.flatten(1)
        # |WWᵀ|² = |WᵀW|²: the smaller of the two; BigGAN's first layer would fill 2.4 GB with the other
        products = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
        total = total + products.square().sum() - w.square().sum(1).square().sum()
    return total


def path_lengths(images: Tensor, w: Tensor) -> Tensor:
    """|Jᵀ n| (N,) of a random direction n in images (N, C, H, W), J = ∂images/∂w (Karras 2020 StyleGAN2, section 3.2).

    w (N, W), or (N, L, W) with one w a layer: then the root of the mean square over layers, as in the published code.
    """
    noise = torch.randn_like(images) / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * noise).sum(), w, create_graph=True)
    squares = gradient.float().square().sum(-1)  # (N,) or (N, L)
    return (squares.flatten(1).mean(1) if squares.ndim == 2 else squares).sqrt()
