"""The algorithm: TrainState, d_step, g_step and train(), a generator that yields after each completed step.

Reads and writes no file, prints nothing, and never waits for the device inside a step.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from .config import TrainConfig
from .ema import ema_decay, update_ema
from .losses import LOSSES, gradient_penalty
from .models import build_discriminator, build_generator

Draw = Callable[
    [int, int], tuple[Tensor, Tensor | None]
]  # (nimg, batch) -> images (N, C, H, W) in [-1, 1], labels (N,)


@dataclass(frozen=True)
class Tick:
    """What one step gives: images so far and 0-dim tensors that nobody has waited for yet."""

    nimg: int
    stats: dict[str, Tensor]


@dataclass
class TrainState:
    """Everything that training changes, and so everything that an exact resume needs."""

    G: nn.Module
    D: nn.Module
    ema: nn.Module
    g_opt: torch.optim.Optimizer
    d_opt: torch.optim.Optimizer
    nimg: int = 0

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
        return cls(G, D, ema, g_opt, d_opt)

    def state_dict(self) -> dict:
        parts = {name: getattr(self, name).state_dict() for name in ("G", "D", "ema", "g_opt", "d_opt")}
        return {**parts, "nimg": self.nimg}

    def load_state_dict(self, saved: dict) -> None:
        for name in ("G", "D", "ema"):
            getattr(self, name).load_state_dict(saved[name], strict=True)
        self.g_opt.load_state_dict(saved["g_opt"])
        self.d_opt.load_state_dict(saved["d_opt"])
        self.nimg = saved["nimg"]


def train(state: TrainState, config: TrainConfig, draw: Draw) -> Iterator[Tick]:
    """Train for ever: d_steps × d_step, g_step, average, yield. The caller decides when to stop."""
    device = next(state.G.parameters()).device
    state.G.train(), state.D.train()
    while True:
        seed_device(device, step_seed(config.seed, state.nimg))
        rng = torch.Generator().manual_seed(step_seed(config.seed, state.nimg, 1))
        set_learning_rates(state, config)
        stats: dict[str, Tensor] = {}
        for _ in range(config.d_steps):
            real, y = draw(state.nimg, config.batch)
            z = torch.randn(config.batch, config.z_dim, generator=rng).to(device)
            stats |= d_step(state, config, real, y, z)
            state.nimg += config.batch
        z = torch.randn(config.batch, config.z_dim, generator=rng).to(device)
        stats |= g_step(state, config, real, y, z)
        update_ema(state.ema, state.G, ema_decay(config.batch * config.d_steps, config.ema_kimg, state.nimg))
        yield Tick(state.nimg, stats)


def d_step(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, z: Tensor) -> dict[str, Tensor]:
    """One step of the discriminator on real (N, C, H, W) and as many fake images of the same classes y (N,)."""
    loss = LOSSES[config.loss]
    r1, r2 = penalty_weight(config, "r1", state.nimg), penalty_weight(config, "r2", state.nimg)
    with autocast(config, real):
        with torch.no_grad():
            fake = state.G(z, y)
        real, fake = real.detach().requires_grad_(r1 > 0), fake.float().detach().requires_grad_(r2 > 0)
        on_real, on_fake = state.D(real, y).logits.float(), state.D(fake, y).logits.float()
        d_loss = loss.d(on_real, on_fake).mean()
        total, stats = d_loss, {"d_loss": d_loss, "d_real": on_real.mean(), "d_fake": on_fake.mean()}
        for name, weight, logits, images in (("r1", r1, on_real, real), ("r2", r2, on_fake, fake)):
            if weight > 0:
                stats[name] = gradient_penalty(logits, images).mean()
                total = total + weight / 2 * stats[name]
    state.d_opt.zero_grad(set_to_none=True)
    total.backward()
    state.d_opt.step()
    return {name: value.detach() for name, value in stats.items()}


def g_step(state: TrainState, config: TrainConfig, real: Tensor, y: Tensor | None, z: Tensor) -> dict[str, Tensor]:
    """One step of the generator against a frozen discriminator; real is used by paired losses alone."""
    loss = LOSSES[config.loss]
    state.D.requires_grad_(False)
    with autocast(config, real):
        on_fake = state.D(state.G(z, y), y).logits.float()
        on_real = None
        if loss.paired:
            with torch.no_grad():
                on_real = state.D(real, y).logits.float()
        g_loss = loss.g(on_real, on_fake).mean()
    state.g_opt.zero_grad(set_to_none=True)
    g_loss.backward()
    state.g_opt.step()
    state.D.requires_grad_(True)
    return {"g_loss": g_loss.detach()}


def penalty_weight(config: TrainConfig, name: str, nimg: int) -> float:
    """γ of R1 or R2 at this step: 0 between the steps of a lazy penalty, `interval` times γ on them (Karras 2020)."""
    gamma, interval = getattr(config, name), getattr(config, f"{name}_interval")
    if nimg // config.batch % interval:
        return 0.0
    return gamma * interval * burn_in(config, nimg, config.gamma_final)


def burn_in(config: TrainConfig, nimg: int, final: float) -> float:
    """A cosine from 1 to `final` over burn_in_kimg, then constant (Huang 2024, appendix D)."""
    if config.burn_in_kimg == 0:
        return 1.0
    progress = min(nimg / (config.burn_in_kimg * 1000), 1.0)
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2


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

    The training state is left untouched, so that looking at a run does not change it. draw_labels (M,) are classes as
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
        G.train()
        for _ in range(batches):
            y = None
            if draw_labels is not None:
                y = draw_labels[torch.randint(len(draw_labels), (64,), generator=rng).to(draw_labels.device)]
            G(torch.randn(64, config.z_dim, generator=rng).to(device), y)
    return G.eval()
