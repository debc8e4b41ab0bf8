"""TrainState: everything that training changes, and so everything that an exact resume needs.

A state is a dictionary of players. A player is a network that learns, with its optimizer and, for a
generator, the moving average of its weights. A GAN has the players G and D; other algorithms have other ones.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig
from ganapp.networks import build_discriminator, build_generator, class_weights
from ganapp.networks.roles import GROWING

from .schedules import burn_in, growth

FORMAT = "ganapp-state/2"
# Numbers that training remembers from step to step, 0-dim, on the device: ADA's probability; D's certainty,
# summed over the steps since that last changed; and the mean path length.
REMEMBERED = ("aug_p", "aug_sign", "pl_mean")


@dataclass
class Player:
    """A network that learns. `average` is the moving average of its weights, or None if there is none."""

    net: nn.Module
    optimizer: torch.optim.Optimizer
    average: nn.Module | None = None
    lr: float | None = None  # learning rate before any schedule; None leaves the optimizer's as it is


@dataclass
class TrainState:
    """Players by name, the number of images shown so far, and what is remembered between steps."""

    players: dict[str, Player]
    nimg: int = 0
    memory: dict[str, Tensor] = field(default_factory=dict)
    parts: int = 1  # number of micro-batches; depends on the machine's memory, so it is not saved

    @classmethod
    def create(
        cls,
        config: TrainConfig,
        device: torch.device,
        players: dict[str, Player] | None = None,
        memory: Mapping[str, Tensor] | None = None,
    ) -> TrainState:
        """A state at 0 images. If `players` is None, those of a GAN: new networks from config.seed.

        memory: what the algorithm remembers besides REMEMBERED.

        The channels and num_classes of `config` must be those of the data.
        """
        players = gan_players(config, device) if players is None else players
        remembered = {name: torch.zeros((), device=device) for name in REMEMBERED}
        state = cls(players, memory=remembered | dict(memory or {}))
        set_growth(state, config)
        return state

    def __getitem__(self, name: str) -> Player:
        return self.players[name]

    # Shorthand for the players of a GAN with one generator and one discriminator.
    @property
    def G(self) -> nn.Module:
        return self.players["G"].net

    @property
    def D(self) -> nn.Module:
        return self.players["D"].net

    @property
    def ema(self) -> nn.Module:
        return self.players["G"].average

    @property
    def device(self) -> torch.device:
        return next(parameter.device for net in self.nets() for parameter in net.parameters())

    def nets(self) -> list[nn.Module]:
        """The networks that learn, without averages."""
        return [player.net for player in self.players.values()]

    def averages(self) -> dict[str, nn.Module]:
        """The averaged networks by player: those that make samples, snapshots and published models."""
        return {name: player.average for name, player in self.players.items() if player.average is not None}

    def state_dict(self) -> dict:
        players = {}
        for name, player in self.players.items():
            players[name] = {"net": player.net.state_dict(), "optimizer": player.optimizer.state_dict()}
            if player.average is not None:
                players[name]["average"] = player.average.state_dict()
        return {"format": FORMAT, "players": players, "memory": dict(self.memory), "nimg": self.nimg}

    def load_state_dict(self, saved: dict) -> None:
        """Load a saved state of this version or an older one.

        Raises ValueError (message fit for the user) if it has other players.
        """
        saved = migrate_state(saved)
        if saved["players"].keys() != self.players.keys():
            raise ValueError(
                f"the saved state has the players {', '.join(saved['players'])}; "
                f"this configuration has {', '.join(self.players)}."
            )
        for name, player in self.players.items():
            player.net.load_state_dict(saved["players"][name]["net"], strict=True)
            player.optimizer.load_state_dict(saved["players"][name]["optimizer"])
            if player.average is not None:
                player.average.load_state_dict(saved["players"][name]["average"], strict=True)
        for name, value in saved["memory"].items():
            self.memory[name].copy_(value)
        self.nimg = saved["nimg"]


def gan_networks(config: TrainConfig) -> dict[str, nn.Module]:
    """Generator G and discriminator D. Their weights are drawn from the global random state."""
    return {"G": build_generator(config.spec()), "D": build_discriminator(config.spec(), config.d_args)}


def gan_players(config: TrainConfig, device: torch.device) -> dict[str, Player]:
    """Generator G with its average, and discriminator D: random weights from config.seed, an Adam each."""
    return players_of(config, device, gan_networks, ("G",))


def players_of(
    config: TrainConfig,
    device: torch.device,
    networks: Callable[[TrainConfig], dict[str, nn.Module]],
    generators: Sequence[str],
    helpers: Sequence[str] = (),
) -> dict[str, Player]:
    """Players of networks with random weights from config.seed, an Adam each. Generators have an average.

    helpers: players that learn beside the generators, at their rate.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        nets = networks(config)
    betas = (config.beta1, config.beta2)
    players = {}
    for name, net in nets.items():
        average, lr = None, config.g_lr if name in helpers else config.d_lr
        if name in generators:
            average, lr = copy.deepcopy(net).eval().requires_grad_(False), config.g_lr
            average = average.to(device, memory_format=torch.channels_last)
        net = net.to(device, memory_format=torch.channels_last)
        adam = torch.optim.Adam(net.parameters(), lr=lr, betas=betas, eps=1e-8, fused=True)
        players[name] = Player(net, adam, average, lr)
    return players


def gan_class_weights(config: TrainConfig, name: str) -> set[str]:
    """Names of the weights of player G or D whose shape depends on the number of classes."""
    return class_weights(config.spec(), config.d_args if name == "D" else None)


def migrate_state(saved: dict) -> dict:
    """A saved state in today's format. Versions 0.1 to 0.3 had the keys G, D, ema, g_opt and d_opt."""
    if saved.get("format") == FORMAT:
        return saved
    players = {
        "G": {"net": saved["G"], "optimizer": saved["g_opt"], "average": saved["ema"]},
        "D": {"net": saved["D"], "optimizer": saved["d_opt"]},
    }
    # Version 0.1 had neither ADA nor path lengths.
    memory = {name: saved.get(name, torch.zeros(())) for name in REMEMBERED}
    rest = {key: value for key, value in saved.items() if key not in (*REMEMBERED, *OLD_PARTS)}
    return {**rest, "format": FORMAT, "players": players, "memory": memory}


OLD_PARTS = ("G", "D", "ema", "g_opt", "d_opt")


@contextmanager
def frozen(*nets: nn.Module) -> Iterator[None]:
    """Compute no gradients of these networks' weights inside. Gradients still flow through them."""
    for net in nets:
        net.requires_grad_(False)
    try:
        yield
    finally:
        for net in nets:
            net.requires_grad_(True)


def set_growth(state: TrainState, config: TrainConfig) -> float:
    """Set the level of all networks that grow, and return it (see schedules.growth)."""
    level = growth(config, state.nimg)
    for net in (*state.nets(), *state.averages().values()):
        if GROWING in getattr(net, "roles", ()):
            net.set_growth(level)
    return level


def set_learning_rates(state: TrainState, config: TrainConfig) -> None:
    """Set each player's learning rate: its own, times the burn-in factor for the images so far."""
    factor = burn_in(config, state.nimg, config.lr_final)
    for player in state.players.values():
        if player.lr is not None:
            for group in player.optimizer.param_groups:
                group["lr"] = player.lr * factor


def parameter_count(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())
