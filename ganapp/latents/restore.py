"""Restoration: pictures that a generator can draw and that look like a damaged picture when they are damaged.

One mechanism for many repairs: the fit of fitting.py through a degradation (Menon 2020, arXiv 2003.03808, did
it for small pictures). What the damaged picture says for certain stays as it was. Several answers are given,
because a damaged picture leaves room for several, with how far they differ as a map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ganapp.degradations import Damage, keep_known

from .bank import Bank
from .fitting import EVERY, Effort, Fitting, Reports, effort_for
from .labels import resolve_label
from .seeds import NO_LABEL
from .spaces import space_of
from .target import picture_of, target_of

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

ANSWERS = 4
# What a person wants -> the degradation that it undoes.
REPAIRS = {
    "inpaint": "hole",
    "upscale": "small",
    "colourise": "grey",
    "denoise": "noise",
    "deblur": "blur",
    "clean": "jpeg",
    "unpixelate": "pixelate",
}
# In which order several degradations are taken to have happened, if nobody says it.
ORDER = ("blur", "small", "pixelate", "grey", "noise", "jpeg", "hole")


@dataclass(frozen=True, eq=False)
class Restored:
    """The best answers so far to a damaged picture. It stays valid when the work is stopped."""

    stage: str  # of STAGES in invert.py
    share: float  # of the stage that is done, 0 to 1
    seconds: float  # since the beginning
    images: np.ndarray  # uint8 (A, H, W, C): the answers, the one that fits best first
    psnr: float  # dB, of the first answer as G draws it and damaged again, against the damaged picture
    space: str  # of the latents: z or w+
    latents: np.ndarray  # float32 (A, z_dim) or (A, num_ws, W), of what G draws of the answers
    labels: np.ndarray  # int64 (A,)
    G: Module = field(repr=False)  # the given generator, or a tuned copy of it
    tuned: bool = False
    unknown: str = ""  # a sentence if the model does not know such pictures

    @property
    def spread(self) -> np.ndarray:
        """How far the answers differ at each pixel, float32 (H, W): the deviation of a value, 0 to 0.5."""
        return self.images.astype(np.float32).std(0).mean(-1) / 255

    @property
    def spread_image(self) -> np.ndarray:
        """The spread as a picture, uint8 (H, W, 1): black where all answers agree, white from 1/4 on."""
        return (self.spread[..., None] * 4 * 255).round().clip(0, 255).astype(np.uint8)


def restore(
    G: Module,
    damaged: np.ndarray,
    damage: Damage,
    mask: np.ndarray | None = None,
    label: int | str | None = None,
    space: str | None = None,
    effort: Effort | None = None,
    every: float = EVERY,
    bank: Bank | None = None,
) -> Iterator[Restored]:
    """Restore a picture: yields the best answers so far, at least every `every` seconds or each step.

    The last one has the stage "done"; who stops earlier keeps the last one that was yielded. The same
    arguments give the same last one.
    damaged: uint8 (R / f, R / f, C) with f = damage.factor, as G draws pictures of R pixels. damage: what
    happened to it, see `damage_of`; `noise` says how much noise is expected. mask: (R, R) or of the size of
    the damaged picture, not 0 where pixels are missing; needed for a hole. label, space: as of `invert`.
    effort: its `starts` are the answers. bank: as of `invert`.
    Raises ValueError (message fit for the user), when called and not at the first step, if picture or mask
    have another shape, or the damage needs a mask.
    """
    fitting, hole = prepare(G, damaged, damage, mask, label, space, effort, bank)
    return _stages(fitting, damage, hole, Reports(every))


def prepare(
    G: Module,
    damaged: np.ndarray,
    damage: Damage,
    mask: np.ndarray | None = None,
    label: int | str | None = None,
    space: str | None = None,
    effort: Effort | None = None,
    bank: Bank | None = None,
) -> tuple[Fitting, Tensor | None]:
    """The fitting of `restore`, of which nothing is done yet, and the mask (1, 1, R, R) or None."""
    target = target_of(G, damaged, damage.factor)
    hole = _mask_of(G, mask, damage)
    seen = _seen(damage, target, hole)
    number = NO_LABEL if label is None else resolve_label(G, label)

    def view(pictures: Tensor) -> Tensor:
        return damage(pictures, mask=hole)

    return Fitting(space_of(G, space), seen, view, effort or effort_for(G), number, bank), hole


def _stages(fitting: Fitting, damage: Damage, hole: Tensor | None, reports: Reports) -> Iterator[Restored]:
    for stage, steps in (
        ("seeds", fitting.search()),
        ("latent", fitting.fit()),
        ("weights", fitting.tune(all_starts=True)),
    ):
        for share in steps:
            if reports.due():
                yield answers_of(fitting, damage, hole, stage, share, reports.seconds)
    yield answers_of(fitting, damage, hole, "done", 1.0, reports.seconds)


def answers_of(fitting: Fitting, damage, hole, stage: str, share: float, seconds: float) -> Restored:
    """The answers of a fitting as it is now."""
    G = fitting.generator()
    order = fitting.errors.argsort(stable=True)
    drawn = fitting.pictures(G)[order]
    kept = keep_known(drawn, fitting.target, damage, hole).clamp(-1, 1)
    first = fitting.view(drawn[:1]) - fitting.target
    error = float(first.square().mean()) / 4  # of a range of 2
    return Restored(
        stage,
        share,
        seconds,
        np.stack([picture_of(G, x) for x in kept]),
        float(-10 * np.log10(max(error, 1e-10))),
        fitting.space.name,
        fitting.space.values(fitting.parameters[order]),
        fitting.labels[order].cpu().numpy(),
        G,
        G is not fitting.space.G,
        fitting.unknown(),
    )


def _seen(damage: Damage, picture: Tensor, hole: Tensor | None) -> Tensor:
    """The damaged picture without what its damage takes away: colours, what is inside of the hole."""
    steps = tuple(step for step in damage.steps if step.name in ("hole", "grey"))
    return Damage(steps)(picture, mask=hole) if steps else picture


def _mask_of(G: Module, mask: np.ndarray | None, damage: Damage) -> Tensor | None:
    """The mask as float (1, 1, R, R), 1 where pixels are missing; None without a hole."""
    import torch

    if not damage.has("hole"):
        return None
    if mask is None:
        raise ValueError("To fill a hole, a mask must say where it is.")
    mask, side = np.asarray(mask), G.spec.resolution
    small = side // damage.factor
    if mask.shape not in ((side, side), (small, small)):
        raise ValueError(
            f"The mask is {' × '.join(map(str, mask.shape))} pixels; it must be {small} × {small}."
        )
    times = side // len(mask)
    mask = mask.repeat(times, 0).repeat(times, 1)
    if not (mask != 0).any():
        raise ValueError("The mask is empty: mark the pixels that are missing.")
    if (mask != 0).all():
        raise ValueError("The mask covers the whole picture: leave pixels from which the rest can be told.")
    return torch.tensor(mask != 0)[None, None].to(next(G.parameters()))
