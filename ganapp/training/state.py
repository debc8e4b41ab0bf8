"""training.state."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig
from ganapp.networks import build_discriminator, build_generator

from .schedules import burn_in, growth


def parameter_count(net) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


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
