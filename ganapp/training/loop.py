"""The algorithm: TrainState, d_step, g_step and train(), a generator that yields after each completed step.

Reads and writes no file, prints nothing, and never waits for the device inside a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from ganapp.config import TrainConfig
from ganapp.networks.families.progan import fade_images

from .averaging import ema_decay, update_ema
from .descent import clip_weights, descend
from .losses import (
    CLASS_TERMS,
    adversarial_loss,
    certainty,
    feature_distance,
    gradient_penalty,
    interpolation_penalty,
    orthogonal_penalty,
)
from .schedules import penalty_weight
from .seeding import seed_device, step_seed
from .state import TrainState, set_growth, set_learning_rates
from .terms import Losses, Term, add_terms, generate, judge, matrices, path_penalty

ADA_STEPS = 4  # steps of D between two looks at how sure it is (Karras 2020 ADA, section 3.1)

Draw = Callable[
    [int, int], tuple[Tensor, Tensor | None]
]  # (nimg, batch) -> images (N, C, H, W) in [-1, 1], labels (N,)


@dataclass(frozen=True)
class Tick:
    """What one step gives: images so far and 0-dim tensors that nobody has waited for yet."""

    nimg: int
    stats: dict[str, Tensor]


def train(state: TrainState, config: TrainConfig, draw: Draw) -> Iterator[Tick]:
    """Train for ever: d_steps × d_step, g_step, average, yield. The caller decides when to stop."""
    device = next(state.G.parameters()).device
    state.G.train(), state.D.train()
    while True:
        seed_device(device, step_seed(config.seed, state.nimg))
        rng = torch.Generator().manual_seed(step_seed(config.seed, state.nimg, 1))
        set_learning_rates(state, config)
        level = set_growth(state, config)
        stats: dict[str, Tensor] = {}
        for _ in range(config.d_steps):
            real, y = draw(state.nimg, config.batch)
            real = fade_images(real, level)
            z = torch.randn(config.batch, config.z_dim, generator=rng).to(device)
            stats |= d_step(state, config, real, y, z)
            state.nimg += config.batch
        z = torch.randn(config.batch, config.z_dim, generator=rng).to(device)
        stats |= g_step(state, config, real, y, z)
        update_ema(state.ema, state.G, ema_decay(config.batch * config.d_steps, config.ema_kimg, state.nimg))
        yield Tick(state.nimg, stats)


def d_step(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, z: Tensor) -> dict[str, Tensor]:
    """One step of the discriminator on real (N, C, H, W) and as many fake images of the same classes y (N,)."""
    stats = descend(state.d_opt, partial(d_losses, state, config), state.parts, real, y, z)
    clip_weights(state.D, config.weight_clip)
    if config.augment == "ada":
        stats["aug_p"] = adapt_augmentation(state, config, stats.pop("sure"))
    return stats


def d_losses(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, z: Tensor) -> Losses:
    """What the discriminator's step makes small."""
    loss, class_term = adversarial_loss(config.loss, config.label_smoothing), CLASS_TERMS.get(config.class_term)
    r1, r2, gp = (penalty_weight(config, name, state.nimg) for name in ("r1", "r2", "gp"))
    with torch.no_grad():
        fake = generate(state, config, z, y)
    real, fake = real.detach().requires_grad_(r1 > 0), fake.detach().requires_grad_(r2 > 0)
    on_real, on_fake = judge(state, config, real, y), judge(state, config, fake, y)
    d_loss = loss.d(on_real.logits, on_fake.logits).mean()
    terms: list[Term] = [
        ("r1", r1 / 2, lambda: gradient_penalty(on_real.logits, real)),
        ("r2", r2 / 2, lambda: gradient_penalty(on_fake.logits, fake)),
        ("gp", gp, lambda: interpolation_penalty(lambda x: judge(state, config, x, y).logits, real, fake)),
        ("drift", config.drift, lambda: on_real.logits.square()),
        ("d_class", config.class_weight if class_term else 0.0, lambda: class_term.d(on_real, on_fake, y)),
    ]
    total, stats = add_terms(d_loss, terms)
    stats = {"d_loss": d_loss, "d_real": on_real.logits.mean(), "d_fake": on_fake.logits.mean(), **stats}
    if config.augment == "ada":
        stats["sure"] = certainty(loss, on_real.logits, on_fake.logits)
    return total, stats


def g_step(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, z: Tensor) -> dict[str, Tensor]:
    """One step of the generator against a frozen discriminator; real is used by paired losses and feature matching."""
    state.D.requires_grad_(False)
    stats = descend(state.g_opt, partial(g_losses, state, config), state.parts, real, y, z)
    state.D.requires_grad_(True)
    return stats


def g_losses(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, z: Tensor) -> Losses:
    """What the generator's step makes small."""
    loss, class_term = adversarial_loss(config.loss), CLASS_TERMS.get(config.class_term)
    on_fake, on_real = judge(state, config, generate(state, config, z, y), y), None
    if loss.paired or config.feature_matching > 0:
        with torch.no_grad():
            on_real = judge(state, config, real, y)
    g_loss = loss.g(on_real.logits if loss.paired else None, on_fake.logits).mean()
    terms: list[Term] = [
        ("feature_matching", config.feature_matching, lambda: feature_distance(on_real.features, on_fake.features)),
        ("g_class", config.class_weight if class_term else 0.0, lambda: class_term.g(on_fake, y)),
        ("orthogonal", config.orthogonal, lambda: orthogonal_penalty(matrices(state.G))),
        ("path_length", penalty_weight(config, "path_length", state.nimg), lambda: path_penalty(state, config, z, y)),
    ]
    total, stats = add_terms(g_loss, terms)
    return total, {"g_loss": g_loss, **stats}


@torch.no_grad()
def adapt_augmentation(state: TrainState, config: TrainConfig, sure: Tensor) -> Tensor:
    """ADA: every ADA_STEPS steps a little more where D is surer of real images than the target, else a little less."""
    state.aug_sign += sure
    if state.nimg // config.batch % ADA_STEPS == ADA_STEPS - 1:
        images = config.batch * ADA_STEPS
        state.aug_p += (state.aug_sign / ADA_STEPS - config.ada_target).sign() * images / (config.ada_kimg * 1000)
        state.aug_p.clamp_(0, 1)
        state.aug_sign.zero_()
    return state.aug_p.clone()
