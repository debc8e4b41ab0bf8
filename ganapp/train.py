"""The algorithm: TrainState, d_step, g_step and train(), a generator that yields after each completed step.

Reads and writes no file, prints nothing, and never waits for the device inside a step.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from .config import TrainConfig
from .data.augment import ADA_POLICY, augment
from .ema import ema_decay, update_ema
from .losses import (
    CLASS_TERMS,
    adversarial_loss,
    certainty,
    feature_distance,
    gradient_penalty,
    interpolation_penalty,
    orthogonal_penalty,
    path_lengths,
)
from .models import DiscriminatorOutput, build_discriminator, build_generator
from .models.progan import fade_images
from .schedules import burn_in, growth, noise_level, penalty_weight

ADA_STEPS = 4  # steps of D between two looks at how sure it is (Karras 2020 ADA, section 3.1)
PATH_DECAY = 0.99  # of the mean path length (Karras 2020 StyleGAN2, section 3.2)

Draw = Callable[
    [int, int], tuple[Tensor, Tensor | None]
]  # (nimg, batch) -> images (N, C, H, W) in [-1, 1], labels (N,)
Term = tuple[str, float, Callable[[], Tensor]]  # name, weight, and what it is the weight of
Losses = tuple[Tensor, dict[str, Tensor]]  # what a step makes small, and what its parts are, by name; all 0-dim


@dataclass(frozen=True)
class Tick:
    """What one step gives: images so far and 0-dim tensors that nobody has waited for yet."""

    nimg: int
    stats: dict[str, Tensor]


def _zero() -> Tensor:
    return torch.zeros(())


@dataclass
class TrainState:
    """Everything that training changes, and so everything that an exact resume needs."""

    G: nn.Module
    D: nn.Module
    ema: nn.Module
    g_opt: torch.optim.Optimizer
    d_opt: torch.optim.Optimizer
    nimg: int = 0
    aug_p: Tensor = field(default_factory=_zero)  # how often ADA augments; 0-dim, on the device, like the next two
    aug_sign: Tensor = field(default_factory=_zero)  # how sure D was since aug_p last changed, summed over steps
    pl_mean: Tensor = field(default_factory=_zero)  # the mean path length
    parts: int = 1  # in how many a batch is worked through: the machine's affair, so it is not saved

    @classmethod
    def create(cls, config: TrainConfig, device: torch.device) -> TrainState:
        """New networks from config.seed. The config's channels and num_classes must be those of the data."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            G = build_generator(config.spec())
            D = build_discriminator(config.spec(), config.d_args)
        ema = copy.deepcopy(G).eval().requires_grad_(False)
        G, D, ema = (net.to(device, memory_format=torch.channels_last) for net in (G, D, ema))
        betas = (config.beta1, config.beta2)
        g_opt = torch.optim.Adam(G.parameters(), lr=config.g_lr, betas=betas, eps=1e-8, fused=True)
        d_opt = torch.optim.Adam(D.parameters(), lr=config.d_lr, betas=betas, eps=1e-8, fused=True)
        state = cls(G, D, ema, g_opt, d_opt, 0, *(_zero().to(device) for _ in SCALARS))
        set_growth(state, config)
        return state

    def state_dict(self) -> dict:
        parts = {name: getattr(self, name).state_dict() for name in ("G", "D", "ema", "g_opt", "d_opt")}
        return {**parts, **{name: getattr(self, name) for name in SCALARS}, "nimg": self.nimg}

    def load_state_dict(self, saved: dict) -> None:
        saved = migrate_state(saved)
        for name in ("G", "D", "ema"):
            getattr(self, name).load_state_dict(saved[name], strict=True)
        self.g_opt.load_state_dict(saved["g_opt"])
        self.d_opt.load_state_dict(saved["d_opt"])
        for name in SCALARS:
            getattr(self, name).copy_(saved[name])
        self.nimg = saved["nimg"]


SCALARS = ("aug_p", "aug_sign", "pl_mean")


def migrate_state(saved: dict) -> dict:
    """A state of version 0.1.0, which knew neither ADA nor path lengths, as one of today."""
    return {name: _zero() for name in SCALARS} | saved


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


# -- the parts of a step ------------------------------------------------------------------------------------------------


def generate(state: TrainState, config: TrainConfig, z: Tensor, y: Tensor | None) -> Tensor:
    """Images (N, C, H, W) in float32."""
    with autocast(config, z):
        return state.G(z, y).float()


def judge(state: TrainState, config: TrainConfig, images: Tensor, y: Tensor | None) -> DiscriminatorOutput:
    """What D says of images, in float32; on the way they are augmented, then made noisy."""
    policy, p = {
        "none": ("", 0.0),
        "diffaugment": (config.augment_policy, 1.0),
        "ada": (ADA_POLICY, state.aug_p),
    }[config.augment]
    images = augment(images, policy, p)
    level = noise_level(config, state.nimg)
    images = images + level * torch.randn_like(images) if level else images
    with autocast(config, images):
        output = state.D(images, y)
    return DiscriminatorOutput(*(None if part is None else part.float() for part in output))


def add_terms(loss: Tensor, terms: list[Term]) -> tuple[Tensor, dict[str, Tensor]]:
    """loss plus the weighted means of all terms that have a weight, and those means without it, by name."""
    stats: dict[str, Tensor] = {}
    for name, weight, term in terms:
        if weight > 0:
            stats[name] = term().mean()
            loss = loss + weight * stats[name]
    return loss, stats


def descend(
    optimizer: torch.optim.Optimizer, losses: Callable[..., Losses], parts: int, *batch: Tensor | None
) -> dict[str, Tensor]:
    """One optimizer step down losses(*batch), and its statistics, detached.

    In `parts` where the batch does not fit into memory: gradients and statistics of the parts add up to those of the whole,
    because all are means over images (what is not: begin.needs_whole_batch).
    """
    size = len(batch[0])
    optimizer.zero_grad(set_to_none=True)
    whole: dict[str, Tensor] = {}
    for start in range(0, size, -(-size // parts)):
        part = [None if t is None else t[start : start + -(-size // parts)] for t in batch]
        total, stats = losses(*part)
        share = len(part[0]) / size
        (share * total).backward()
        for name, value in stats.items():
            whole[name] = whole.get(name, 0.0) + share * value.detach()
    optimizer.step()
    return whole


@torch.no_grad()
def clip_weights(D: nn.Module, bound: float) -> None:
    """All parameters to [-bound, bound] (Arjovsky 2017, algorithm 1); 0 leaves them alone."""
    if bound:
        for p in D.parameters():
            p.clamp_(-bound, bound)


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


def path_penalty(state: TrainState, config: TrainConfig, z: Tensor, y: Tensor | None) -> Tensor:
    """(|Jᵀ n| - a)² of half of the batch, a being the running mean of |Jᵀ n| (Karras 2020 StyleGAN2, eq. 4)."""
    half = (len(z) + 1) // 2
    with autocast(config, z):
        w = state.G.mapping(z[:half], None if y is None else y[:half])[:, None].expand(-1, state.G.num_ws, -1)
        images = state.G.synthesis(w)
    lengths = path_lengths(images.float(), w)
    state.pl_mean.lerp_(lengths.detach().mean(), 1 - PATH_DECAY)
    return (lengths - state.pl_mean).square()


def matrices(G: nn.Module) -> list[Tensor]:
    """The weights that orthogonal regularization is for: all with two dimensions or more, embeddings of classes excepted."""
    embeddings = {id(p) for module in G.modules() if isinstance(module, nn.Embedding) for p in module.parameters()}
    return [p for p in G.parameters() if p.ndim > 1 and id(p) not in embeddings]


def set_growth(state: TrainState, config: TrainConfig) -> float:
    """Tell networks that grow how far they are by now; that level, which is the full resolution for all others."""
    level = growth(config, state.nimg)
    if config.family == "progan":
        for net in (state.G, state.D, state.ema):
            net.set_growth(level)
    return level


def set_learning_rates(state: TrainState, config: TrainConfig) -> None:
    factor = burn_in(config, state.nimg, config.lr_final)
    for optimizer, rate in ((state.g_opt, config.g_lr), (state.d_opt, config.d_lr)):
        for group in optimizer.param_groups:
            group["lr"] = rate * factor


def autocast(config: TrainConfig, on: Tensor) -> AbstractContextManager:
    return torch.autocast(on.device.type, torch.bfloat16, enabled=config.precision == "bf16")


def step_seed(seed: int, nimg: int, stream: int = 0) -> int:
    """A seed for one step, from the run's seed and the images so far."""
    return int(np.random.SeedSequence([seed, nimg, stream]).generate_state(1, np.uint64)[0]) >> 1


def seed_device(device: torch.device, seed: int) -> None:
    """Seed what dropout and noise layers draw from, on this device only: another run may use another device."""
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@torch.no_grad()
def averaged_generator(
    state: TrainState, config: TrainConfig, draw_labels: Tensor | None, batches: int = 4
) -> nn.Module:
    """A copy of the averaged generator, in eval mode, with batch-norm statistics estimated anew for ITS weights.

    Nothing else is as in training meanwhile: no dropout, no noise, no power iteration, w_avg as it was. The training state is left untouched, so that looking at a run does not change it. draw_labels (M,) are classes as
    the data has them, or None.
    """
    G = copy.deepcopy(state.ema)
    norms = [m for m in G.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if norms:
        device = next(G.parameters()).device
        rng = torch.Generator().manual_seed(step_seed(config.seed, state.nimg, 2))
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain average over the batches
            norm.train()
        for _ in range(batches):
            y = None
            if draw_labels is not None:
                y = draw_labels[torch.randint(len(draw_labels), (64,), generator=rng).to(draw_labels.device)]
            G(torch.randn(64, config.z_dim, generator=rng).to(device), y)
    return G.eval()
