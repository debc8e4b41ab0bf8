"""Roles: what a network takes and gives, as protocols. A network's class names its roles in `roles`.

No code guesses a role from a class or from the attributes that an object happens to have: sampling and
training ask `roles`. A discriminator has none, or grows. A test compares what every family declares with what
it has.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor
from torch.nn import Module

# The names that a network's class may list in `roles`; each stands for the protocol of that name below.
LATENT, MAPPED, EMBEDDING, TRANSLATOR, ENCODER = "latent", "mapped", "embedding", "translator", "encoder"
GROWING, STAGED, LOCAL, LAYERED = "growing", "staged", "local", "layered"


class DiscriminatorOutput(NamedTuple):
    """What every discriminator returns.

    A discriminator that judges patches gives a map of logits; its loss is the mean over images and places.
    """

    logits: Tensor  # (N,), or (N, h, w) of patches
    features: Tensor  # (N, F), the input of the head
    class_logits: Tensor | None = None  # (N, K)
    maps: tuple[Tensor, ...] | None = None  # of one that judges patches: (N, C, h, w) each, finest first


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
    """translator: pictures x (N, C', H, W) in [-1, 1], y (N,) or None -> images (N, C, H, W) in [-1, 1].

    H and W are any of 8 or more. One with spec.z_dim above 0 takes noise z (N, z_dim), too, as a third input.
    """

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor: ...


@runtime_checkable
class Encoder(Protocol):
    """encoder: images (N, C, R, R) in [-1, 1] -> mean and log-variance of their latents, each (N, z_dim)."""

    def encode(self, x: Tensor, y: Tensor | None = None) -> tuple[Tensor, Tensor]: ...


@runtime_checkable
class Growing(Protocol):
    """growing: `set_growth(level)` sets its level: 0 is 4×4, 1 is 8×8, 1.3 is 16×16 faded in by 0.3."""

    def set_growth(self, level: float) -> None: ...


@runtime_checkable
class Staged(Protocol):
    """staged: a generator that draws by maps of features, which can be read and replaced while it draws.

    `feature_stages` gives the modules that make them, in order. Each returns a map (N, C, S, S), or a tuple
    of maps of one side S. What follows sees the picture so far through these maps alone, or nearly so; z, w
    and y may enter later, too.
    """

    def feature_stages(self) -> list[Module]: ...


@runtime_checkable
class Local(Protocol):
    """local: a translator that answers a part of a picture as it answers the whole, but for a margin.

    The parts begin at multiples of `stride` pixels. What is more than `reach` pixels away from a pixel does
    not change its answer. `norms` gives the modules for which that is true only while their `held`, else
    None, is set: a pair of mean and variance (C,), used in place of those of the part.
    """

    stride: int
    reach: int

    def norms(self) -> list[Module]: ...


@runtime_checkable
class Layered(Protocol):
    """layered: a translator whose maps of an input can be asked for by name.

    `layers` gives their names and channels, first to last. layer_maps: pictures x (N, C', H, W) and names ->
    {name: map (N, C, h, w)}; what it gives has gradients.
    """

    layers: dict[str, int]

    def layer_maps(
        self, x: Tensor, names: Collection[str], y: Tensor | None = None, z: Tensor | None = None
    ) -> dict[str, Tensor]: ...


PROTOCOLS = {
    LATENT: Generator,
    MAPPED: Mapped,
    EMBEDDING: Embedding,
    TRANSLATOR: Translator,
    ENCODER: Encoder,
    GROWING: Growing,
    STAGED: Staged,
    LOCAL: Local,
    LAYERED: Layered,
}
