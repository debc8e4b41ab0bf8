"""Your own picture into the model: the latent that draws it, and a generator tuned to draw it exactly.

The picture comes in as pixels of the model's size: data/one_picture.py
crops and reduces a file of any kind. Nothing is written; generators/tuned.py saves the result as a folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .bank import Bank
from .edit import Edit, Latent
from .fitting import EVERY, Effort, Fitting, Reports, effort_for
from .labels import resolve_label
from .seeds import NO_LABEL
from .spaces import space_of
from .target import picture_of, psnr, target_of

if TYPE_CHECKING:
    from torch.nn import Module

STAGES = ("seeds", "latent", "weights", "done")
PREVIEW = 128  # pixels of a side of a preview, at most


@dataclass(frozen=True, eq=False)
class Fit:
    """The best picture so far of a fit, and all that draws it. It stays valid when the fit is stopped."""

    stage: str  # of STAGES: what is being done
    share: float  # of the stage that is done, 0 to 1
    seconds: float  # since the beginning
    image: np.ndarray  # uint8 (H, W, C): what G draws at the latent
    psnr: float  # dB, of the image against the picture
    space: str  # of the latent: z or w+
    latent: np.ndarray  # float32 (z_dim,), or (num_ws, W) of w+
    label: int  # a class, or NO_LABEL; of w+ it is only where the search began
    G: Module = field(repr=False)  # the given generator, or a tuned copy of it; in eval mode
    tuned: bool = False
    unknown: str = ""  # a sentence if the model does not know such pictures

    def edit(self) -> Edit:
        """The fit as an edit of its generator: what sliders, films and mixes start from."""
        label = None if self.label == NO_LABEL or self.space != "z" else self.label
        return Edit(latent=Latent.of(self.space, self.latent), label=label)

    @property
    def preview(self) -> np.ndarray:
        """The image, reduced to at most PREVIEW pixels a side by leaving out pixels."""
        step = -(-max(self.image.shape[:2]) // PREVIEW)
        return self.image[::step, ::step]


def invert(
    G: Module,
    picture: np.ndarray,
    label: int | str | None = None,
    space: str | None = None,
    effort: Effort | None = None,
    every: float = EVERY,
    bank: Bank | None = None,
) -> Iterator[Fit]:
    """Fit a generator to a picture: yields the best Fit so far, at least every `every` seconds or each step.

    The last Fit has the stage "done". Whoever stops earlier keeps the last one that was yielded: leave the
    loop, nothing has to be cleaned up. The same arguments give the same last Fit.
    picture: uint8 (R, R, C) as G draws them, straight colours. label: the class, by name or number; None: the
    best of all. space: z or w+; None: w+ if G has it. effort: None for `effort_for(G)`.
    bank: of the same generator, kept by the caller: the second fit with it does not draw the seeds again.
    Raises ValueError (message fit for the user), when called and not at the first step, if the picture has
    another shape, the class is unknown or G does not have the space.
    """
    target = target_of(G, picture)
    number = NO_LABEL if label is None else resolve_label(G, label)
    fitting = Fitting(space_of(G, space), target, lambda x: x, effort or effort_for(G), number, bank)
    return _stages(fitting, picture, Reports(every))


def _stages(fitting: Fitting, picture: np.ndarray, reports: Reports) -> Iterator[Fit]:
    share = 0.0
    for stage, steps in (
        ("seeds", fitting.search()),
        ("latent", fitting.fit()),
        ("weights", fitting.tune()),
    ):
        for share in steps:
            if reports.due():
                yield fit_of(fitting, picture, stage, share, reports.seconds)
    yield fit_of(fitting, picture, "done", 1.0, reports.seconds)


def fit_of(fitting: Fitting, picture: np.ndarray, stage: str, share: float, seconds: float) -> Fit:
    """The best start of a fitting as a Fit."""
    G, best = fitting.generator(), fitting.best
    image = picture_of(G, fitting.pictures(G)[best])
    latent = fitting.space.values(fitting.parameters[best : best + 1])[0]
    label = int(fitting.labels[best])
    tuned = G is not fitting.space.G
    name = fitting.space.name
    return Fit(
        stage, share, seconds, image, psnr(image, picture), name, latent, label, G, tuned, fitting.unknown()
    )
