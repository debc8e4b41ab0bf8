"""The algorithm: train(), the turns of a GAN, d_step and g_step, and the rows of their terms.

Reads and writes no file, prints nothing, and never waits for the device inside a step. Another algorithm is
another list of turns over other players (see Turn); what all share is in state.py, terms.py, descent.py and
averaging.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ganapp.config import TrainConfig
from ganapp.networks import DiscriminatorOutput
from ganapp.networks.parts.growing import fade_images

from .averaging import update_averages
from .batch_source import Batch, BatchSource
from .descent import clip_weights, descend
from .losses import (
    CLASS_TERMS,
    adversarial_loss,
    certainty,
    feature_distance,
    gradient_penalty,
    interpolation_penalty,
    orthogonal_penalty,
    paired_feature_distance,
)
from .schedules import penalty_weight
from .seeding import seed_device, step_seed
from .state import TrainState, frozen, set_growth, set_learning_rates
from .terms import Losses, Term, add_terms, generate, judge, matrices, path_penalty

ADA_STEPS = 4  # steps of D between two changes of ADA's probability (Karras 2020 ADA, section 3.1)


@dataclass(frozen=True)
class Tick:
    """The result of one completed step: images so far, and 0-dim tensors that may still be being computed."""

    nimg: int
    stats: dict[str, Tensor]


class Turn(NamedTuple):
    """One player's part of a step: `step(state, config, batch)` updates weights and returns statistics.

    It is taken `times` times. If `draws`, it gets new real images each time, which count as images shown. If
    not, it reuses the last ones, and only random inputs of the generator are new.
    """

    step: Callable[[TrainState, TrainConfig, Batch], dict[str, Tensor]]
    times: int = 1
    draws: bool = True


def gan_turns(config: TrainConfig) -> list[Turn]:
    return [Turn(d_step, config.d_steps), Turn(g_step, draws=False)]


def train(
    state: TrainState, config: TrainConfig, source: BatchSource, turns: Sequence[Turn] | None = None
) -> Iterator[Tick]:
    """Train without end: every turn, then the averages, then yield. The caller decides when to stop."""
    turns, batch = gan_turns(config) if turns is None else turns, None
    for net in state.nets():
        net.train()
    while True:
        seed_device(state.device, step_seed(config.seed, state.nimg))
        rng = torch.Generator().manual_seed(step_seed(config.seed, state.nimg, 1))
        set_learning_rates(state, config)
        level, shown, stats = set_growth(state, config), state.nimg, {}
        for turn in turns:
            for _ in range(turn.times):
                if turn.draws:
                    batch = source.draw(state.nimg, config.batch, rng)
                    batch = batch._replace(real=fade_images(batch.real, level))
                else:
                    batch = source.renew(batch, rng)
                stats |= turn.step(state, config, batch)
                state.nimg += config.batch if turn.draws else 0
        update_averages(state, config, state.nimg - shown)
        yield Tick(state.nimg, stats)


def d_step(state: TrainState, config: TrainConfig, batch: Batch) -> dict[str, Tensor]:
    """One step of the discriminator on real images and as many generated ones of the same classes."""
    stats = descend([state["D"].optimizer], partial(d_losses, state, config), state.parts, *batch)
    clip_weights(state.D, config.weight_clip)
    if config.augment == "ada":
        stats["aug_p"] = adapt_augmentation(state, config, stats.pop("sure"))
    return stats


def d_losses(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, given: Tensor) -> Losses:
    """The loss that the discriminator's step minimizes, and its parts."""
    with torch.no_grad():
        fake = generate(state, config, given, y)
    return judging_losses(state, config, real, fake, y, beside=given if config.sees_input else None)


def judging_losses(
    state: TrainState,
    config: TrainConfig,
    real: Tensor,
    fake: Tensor,
    y: Tensor | None,
    player: str = "D",
    beside: Tensor | None = None,
) -> Losses:
    """The loss of a discriminator on real and generated images, with its penalties, and its parts.

    beside: the inputs that it sees with both (see judge).
    """
    loss = adversarial_loss(config.loss, config.label_smoothing)
    class_term = CLASS_TERMS.get(config.class_term)
    r1, r2, gp = (penalty_weight(config, name, state.nimg) for name in ("r1", "r2", "gp"))

    def output(images: Tensor) -> DiscriminatorOutput:
        return judge(state, config, images, y, player, beside)

    real, fake = real.detach().requires_grad_(r1 > 0), fake.detach().requires_grad_(r2 > 0)
    on_real, on_fake = output(real), output(fake)
    d_loss = loss.d(on_real.logits, on_fake.logits).mean()
    terms: list[Term] = [
        ("r1", r1 / 2, lambda: gradient_penalty(on_real.logits, real)),
        ("r2", r2 / 2, lambda: gradient_penalty(on_fake.logits, fake)),
        ("gp", gp, lambda: interpolation_penalty(lambda x: output(x).logits, real, fake)),
        ("drift", config.drift, lambda: on_real.logits.square()),
        ("d_class", config.class_weight if class_term else 0.0, lambda: class_term.d(on_real, on_fake, y)),
    ]
    total, stats = add_terms(d_loss, terms)
    stats = {"d_loss": d_loss, "d_real": on_real.logits.mean(), "d_fake": on_fake.logits.mean(), **stats}
    if config.augment == "ada":
        stats["sure"] = certainty(loss, on_real.logits, on_fake.logits)
    return total, stats


def g_step(state: TrainState, config: TrainConfig, batch: Batch) -> dict[str, Tensor]:
    """One step of the generator. Real images are used by paired losses, feature matching and pixel only."""
    with frozen(state.D):
        stats = descend([state["G"].optimizer], partial(g_losses, state, config), state.parts, *batch)
    if "pl_mean" in stats:
        state.memory["pl_mean"].copy_(stats.pop("pl_mean"))
    return stats


def matched(on_real: DiscriminatorOutput, on_fake: DiscriminatorOutput, paired: bool) -> Tensor:
    """The distance of D's features on real and generated images: picture by picture, or of their means."""
    if paired:
        return paired_feature_distance(on_real.maps, on_fake.maps)
    return feature_distance(on_real.features, on_fake.features)


def g_losses(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, given: Tensor) -> Losses:
    """The loss that the generator's step minimizes, and its parts."""
    loss, class_term = adversarial_loss(config.loss), CLASS_TERMS.get(config.class_term)
    beside = given if config.sees_input else None
    fake = generate(state, config, given, y)
    on_fake, on_real = judge(state, config, fake, y, beside=beside), None
    if loss.paired or config.feature_matching > 0:
        with torch.no_grad():
            on_real = judge(state, config, real, y, beside=beside)
    path_weight = penalty_weight(config, "path_length", state.nimg)
    path, pl_mean = path_penalty(state, config, given, y) if path_weight > 0 else (None, None)
    g_loss = loss.g(on_real.logits if loss.paired else None, on_fake.logits).mean()
    terms: list[Term] = [
        ("pixel", config.pixel, lambda: (fake - real).abs().flatten(1).mean(1)),
        ("feature_matching", config.feature_matching, lambda: matched(on_real, on_fake, config.sees_input)),
        ("g_class", config.class_weight if class_term else 0.0, lambda: class_term.g(on_fake, y)),
        ("orthogonal", config.orthogonal, lambda: orthogonal_penalty(matrices(state.G))),
        ("path_length", path_weight, lambda: path),
    ]
    total, stats = add_terms(g_loss, terms)
    return total, {"g_loss": g_loss, **stats} | ({} if pl_mean is None else {"pl_mean": pl_mean})


@torch.no_grad()
def adapt_augmentation(state: TrainState, config: TrainConfig, sure: Tensor) -> Tensor:
    """Update ADA's probability of augmentation, and return it, 0-dim, 0 to 1.

    Every ADA_STEPS steps it rises a little if D is surer of real images than ada_target, else it falls.
    `sure` is E[sign D(x)] of this step, 0-dim (Karras 2020 ADA, section 3.1).
    """
    p, total = state.memory["aug_p"], state.memory["aug_sign"]
    total += sure
    if state.nimg // config.batch % ADA_STEPS == ADA_STEPS - 1:
        images = config.batch * ADA_STEPS
        p += (total / ADA_STEPS - config.ada_target).sign() * images / (config.ada_kimg * 1000)
        p.clamp_(0, 1)
        total.zero_()
    return p.clone()
