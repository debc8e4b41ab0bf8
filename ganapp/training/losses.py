"""Adversarial losses (LOSSES), class terms (CLASS_TERMS), gradient penalties and regularizers of G.

They are pure functions of logits, outputs, tensors or a callable critic, and never see a network or a
configuration. They return one value per image (N,) unless stated; the step takes the mean. For numerical
stability, log(sigmoid(x)) is written as -softplus(-x), and the log of a ratio of sums of exponentials as a
difference of logsumexp.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy as softmax_cross_entropy
from torch.nn.functional import relu, softplus

if TYPE_CHECKING:
    from ganapp.networks import DiscriminatorOutput


class Loss(NamedTuple):
    """Losses d of D and g of G: logits on real images (N,) and on fake ones (N,) -> losses (N,)."""

    d: Callable[[Tensor, Tensor], Tensor]
    g: Callable[[Tensor | None, Tensor], Tensor]
    paired: bool = False  # g needs the logits on real images, too
    # The logit at which D cannot decide; None if only differences of logits have a meaning.
    undecided_logit: float | None = 0.0


def _d_cross_entropy(real, fake, smoothing=0.0):
    # -(1 - s) log D(x) - s log(1 - D(x)) - log(1 - D(G(z)))
    return softplus(-real) + smoothing * real + softplus(fake)


def _g_minimax(real, fake):
    return -softplus(fake)  # log(1 - D(G(z))), which saturates when D is confident


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
    # Goodfellow 2014, eq. 1 and section 3
    "minimax": Loss(_d_cross_entropy, _g_minimax),
    "non_saturating": Loss(_d_cross_entropy, _g_non_saturating),
    # Mao 2017, eq. 9, with a = 0 and b = c = 1
    "least_squares": Loss(_d_least_squares, _g_least_squares, undecided_logit=0.5),
    # Arjovsky 2017, algorithm 1
    "wasserstein": Loss(_d_wasserstein, _g_wasserstein, undecided_logit=None),
    # Lim & Ye 2017; Miyato 2018, eq. 16 and 17
    "hinge": Loss(_d_hinge, _g_wasserstein),
    # Jolicoeur-Martineau 2018, RSGAN and RaSGAN; the first also Huang 2024, eq. 2
    "relativistic": Loss(_d_relativistic, _g_relativistic, True, None),
    "relativistic_average": Loss(_d_relativistic_average, _g_relativistic_average, True, None),
}


def adversarial_loss(name: str, label_smoothing: float = 0.0) -> Loss:
    """A loss of LOSSES by name. label_smoothing, 0 to 1, is for the losses with cross-entropy only.

    It makes 1 - label_smoothing D's target for real images (Salimans 2016, section 3.4).
    """
    loss = LOSSES[name]
    return loss._replace(d=partial(loss.d, smoothing=label_smoothing)) if label_smoothing else loss


def certainty(loss: Loss, real: Tensor, fake: Tensor) -> Tensor:
    """E[sign(D(x))], 0-dim, -1 to 1: how sure D is of real images; r_t of ADA (Karras 2020 ADA, eq. 1).

    Logits have the sign of their distance from undecided_logit, or from those on fake images if that is None.
    """
    return (real - (fake if loss.undecided_logit is None else loss.undecided_logit)).sign().mean()


# -- classes -------------------------------------------------------------------------------------------------


class ClassTerm(NamedTuple):
    """A loss of classes y (N,) -> (N,): d takes D's outputs on real and fake images, g those on fake ones."""

    d: Callable[[DiscriminatorOutput, DiscriminatorOutput, Tensor], Tensor]
    g: Callable[[DiscriminatorOutput, Tensor], Tensor]


def cross_entropy(out: DiscriminatorOutput, y: Tensor) -> Tensor:
    """-log P(C = y | X) (Odena 2017, eq. 3). class_logits (N, K) are those of the head "classifier"."""
    return softmax_cross_entropy(out.class_logits, y, reduction="none")


def patch_contrast(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """PatchNCE of pictures, (N,): how badly each place of one picture is told from the other places.

    queries, keys (N, P, F) of length 1: P places of the answer and the same places of the input. The mean
    over places of -log softmax(q · k / τ) at its own key, among all keys of the same picture. Keys get no
    gradient (Park 2020, eq. 3 and 4; He 2020).
    """
    alike = queries @ keys.detach().transpose(1, 2) / temperature  # (N, P, P)
    own = torch.arange(alike.shape[1], device=alike.device).expand(len(alike), -1)
    return softmax_cross_entropy(alike.transpose(1, 2), own, reduction="none").mean(1)


def contrastive(out: DiscriminatorOutput, y: Tensor, temperature: float = 1.0) -> Tensor:
    """2C loss: pulls an image to the proxy and the other images of its class (Kang & Park 2020, eq. 8).

    It pushes the images of other classes away. class_logits (N, K) are cosines to the proxies, and features
    (N, F) have length 1.
    """
    own = own_proxy(out, y)[:, None] / temperature  # (N, 1)
    others = out.features @ out.features.T / temperature  # (N, N)
    others = others.masked_fill(torch.eye(len(y), dtype=torch.bool, device=y.device), -math.inf)
    alike = others.masked_fill(y[:, None] != y, -math.inf)
    return torch.cat([own, others], 1).logsumexp(1) - torch.cat([own, alike], 1).logsumexp(1)


def d2d_cross_entropy(
    out: DiscriminatorOutput, y: Tensor, temperature: float = 0.5, margin: float = 0.98
) -> Tensor:
    """D2D-CE: pulls an image to the proxy of its class and pushes images of other classes away.

    Kang 2021, ReACGAN. Both stop at a margin: m_p = margin and m_n = 1 - margin. The defaults are the
    published values for CIFAR-10.
    """
    own = -relu(margin - own_proxy(out, y))[:, None] / temperature  # (N, 1)
    others = relu(out.features @ out.features.T - (1 - margin)) / temperature  # (N, N)
    others = others.masked_fill(y[:, None] == y, -math.inf)
    return torch.cat([own, others], 1).logsumexp(1) - own.squeeze(1)


def own_proxy(out: DiscriminatorOutput, y: Tensor) -> Tensor:
    """The cosine between each image's embedding and the proxy of its class, (N,)."""
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


# -- penalties and regularizers ------------------------------------------------------------------------------


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """|∇ D(x)|² of each image, (N,), differentiable: R1 on real images, R2 on fake ones.

    logits (N,) are those of images (N, C, H, W), or of any other shape (N, ...), that require a gradient. Of
    a map of logits (N, h, w), D(x) is the mean. The critic must not use batch statistics. Mescheder 2018, eq.
    9 and 10.
    """
    logits = logits if logits.ndim == 1 else logits.flatten(1).mean(1)
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.float().square().sum(dim=tuple(range(1, gradient.ndim)))


def interpolation_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """(|∇ D(x)| - 1)², (N,), at a random point x between each real and fake image (Gulrajani 2017, eq. 3).

    critic maps images (N, C, H, W) to logits (N,). The points come from the device's default random
    generator.
    """
    share = torch.rand(len(real), *(1,) * (real.ndim - 1), dtype=real.dtype, device=real.device)
    x = torch.lerp(fake.detach(), real.detach(), share).requires_grad_()
    # The small number is there because the square root has no derivative at 0.
    return ((gradient_penalty(critic(x), x) + 1e-12).sqrt() - 1).square()


def feature_distance(real: Tensor, fake: Tensor) -> Tensor:
    """Feature matching: |E f(x) - E f(G(z))|², 0-dim, of features f (N, F) (Salimans 2016, section 3.1)."""
    return (real.mean(0) - fake.mean(0)).square().sum()


def paired_feature_distance(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Σ |f(x) - f(G(u))|₁ / F, (N,), over D's maps f of a target x and of what is made of its input u.

    F is the number of values of a map. Feature matching of pix2pixHD (Wang 2018, eq. 4).
    """
    pairs = zip(real, fake, strict=True)
    return sum((on_real - on_fake).abs().flatten(1).mean(1) for on_real, on_fake in pairs)


def orthogonal_penalty(weights: Iterable[Tensor]) -> Tensor:
    """|WᵀW ⊙ (1 - I)|², 0-dim, summed over weights (out, ...): orthogonal filters (Brock 2019, eq. 3)."""
    total = 0.0
    for w in weights:
        w = w.flatten(1)
        # |WWᵀ|² = |WᵀW|², so the smaller one is computed: the other takes 2.4 GB for BigGAN's first layer.
        products = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
        total = total + products.square().sum() - w.square().sum(1).square().sum()
    return total


def path_lengths(images: Tensor, w: Tensor) -> Tensor:
    """|Jᵀ n|, (N,), for a random direction n in images (N, C, H, W), where J = ∂images/∂w.

    w is (N, W), or (N, L, W) with one w for each layer; then it is the root of the mean square over layers,
    as in the published code. Karras 2020 StyleGAN2, section 3.2.
    """
    noise = torch.randn_like(images) / math.sqrt(images.shape[2] * images.shape[3])
    (gradient,) = torch.autograd.grad((images * noise).sum(), w, create_graph=True)
    squares = gradient.float().square().sum(-1)  # (N,) or (N, L)
    return (squares.flatten(1).mean(1) if squares.ndim == 2 else squares).sqrt()
