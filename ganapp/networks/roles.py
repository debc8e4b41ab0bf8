"""Roles: what a network takes and gives, as protocols. A generator's class names its roles in `roles`.

No code guesses a role from a class or from the attributes that an object happens to have: sampling asks `roles`.
A test compares what every family declares with what it has.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor

# The names that a generator's class may list in `roles`; each stands for the protocol of that name below.
LATENT, MAPPED, EMBEDDING, TRANSLATOR, ENCODER = "latent", "mapped", "embedding", "translator", "encoder"


class DiscriminatorOutput(NamedTuple):
    """What every discriminator returns."""

    logits: Tensor  # (N,)
    features: Tensor  # (N, F), the input of the head
    class_logits: Tensor | None = None  # (N, K)


@runtime_checkable
class Generator(Protocol):
    """latent: z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1]. `spec` is its ModelSpec."""

    roles: frozenset[str]

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor: ...


@runtime_checkable
class Mapped(Protocol):
    """mapped: a generator with a w space. mapping: z -> w (N, W); synthesis: w (N, num_ws, W) -> images."""

    num_ws: int
    w_avg: Tensor  # (W,), the mean of w, towards which truncation goes

    def mapping(self, z: Tensor, y: Tensor | None = None) -> Tensor: ...
    def synthesis(self, w: Tensor) -> Tensor: ...


@runtime_checkable
class Embedding(Protocol):
    """embedding: classes y (N,) enter as vectors (N, E), which can be interpolated. `embed` gives them."""

    def embed(self, y: Tensor) -> Tensor: ...


@runtime_checkable
class Translator(Protocol):
    """translator: pictures x (N, C', H, W) in [-1, 1], y (N,) or None -> images (N, C, H, W) in [-1, 1]."""

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor: ...


@runtime_checkable
class Encoder(Protocol):
    """encoder: images (N, C, R, R) in [-1, 1] -> mean and log-variance of their latents, each (N, z_dim)."""

    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]: ...


@runtime_checkable
class Growing(Protocol):
    """A network that grows: `set_growth(level)`, level 0 is 4×4, 1 is 8×8, 1.3 is 16×16 faded in by 0.3."""

    def set_growth(self, level: float) -> None: ...


PROTOCOLS = {
    LATENT: Generator,
    MAPPED: Mapped,
    EMBEDDING: Embedding,
    TRANSLATOR: Translator,
    ENCODER: Encoder,
}
