"""CycleGAN: two generators a2b and b2a with a discriminator each, and pictures that come back (Zhu 2017).

A step is one of both generators together and one of each discriminator. A discriminator is shown half of the
time what its generator made earlier (Shrivastava 2017, section 2.3): the pool, a part of the saved state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig
from ganapp.config.columns import column
from ganapp.networks import build_discriminator, build_generator

from .batch_source import Batch
from .descent import clip_weights, descend
from .loop import Turn, judging_losses
from .losses import adversarial_loss
from .seeding import step_seed
from .state import Player, TrainState, frozen, players_of
from .terms import Losses, Term, add_terms, generate, judge

GENERATORS = ("a2b", "b2a")
JUDGE_OF = {"a2b": "d_b", "b2a": "d_a"}  # the discriminator of what a generator makes
POOLS = {"d_a": "pool_a", "d_b": "pool_b", "D": "pool"}  # D: of an algorithm with one discriminator
POOL_STREAM = {"d_a": 3, "d_b": 4, "D": 3}  # of step_seed; 0 to 2 are taken


def cycle_networks(config: TrainConfig) -> dict[str, nn.Module]:
    """Generators a2b and b2a, discriminators d_a and d_b. Weights come from the global random state."""
    spec = config.spec()
    generators = {name: build_generator(spec) for name in GENERATORS}
    judges = ("d_a", "d_b")
    return generators | {name: build_discriminator(spec, config.d_args, sees_input=False) for name in judges}


def cycle_players(config: TrainConfig, device: torch.device) -> dict[str, Player]:
    return players_of(config, device, cycle_networks, GENERATORS)


def cycle_memory(config: TrainConfig, device: torch.device) -> dict[str, Tensor]:
    return pools_of(config, device, JUDGE_OF.values())


def pools_of(config: TrainConfig, device: torch.device, judges: Iterable[str]) -> dict[str, Tensor]:
    """The pools of discriminators, each (pool, C, R, R); empty if there is no pool."""
    shape = (config.pool, config.channels, config.resolution, config.resolution)
    return {POOLS[player]: torch.zeros(shape, device=device) for player in judges}


def cycle_turns(config: TrainConfig) -> list[Turn]:
    return [
        Turn(generators_step),
        Turn(partial(judge_step, player="d_a", maker="b2a"), draws=False),
        Turn(partial(judge_step, player="d_b", maker="a2b"), draws=False),
    ]


def generators_step(state: TrainState, config: TrainConfig, batch: Batch) -> dict[str, Tensor]:
    """One step of both generators, on pictures of both sets."""
    with frozen(*(state[name].net for name in JUDGE_OF.values())):
        optimizers = [state[name].optimizer for name in GENERATORS]
        return descend(optimizers, partial(generators_losses, state, config), state.parts, *batch)


def generators_losses(
    state: TrainState, config: TrainConfig, b: Tensor, y: Tensor | None, a: Tensor
) -> Losses:
    """The loss that both generators minimize, and its parts (Zhu 2017, eq. 3 and section 5.2).

    a, b (N, C, H, W): pictures of the two sets; which of them stand side by side means nothing.
    """
    loss = adversarial_loss(config.loss)
    real = {"a2b": b, "b2a": a}  # what a generator learns to make
    given = {"a2b": a, "b2a": b}
    made = {name: generate(state, config, given[name], None, name) for name in GENERATORS}
    total, stats = torch.zeros((), device=a.device), {}
    for name, other in (GENERATORS, GENERATORS[::-1]):
        on_fake, on_real = judge(state, config, made[name], None, JUDGE_OF[name]).logits, None
        if loss.paired:
            with torch.no_grad():
                on_real = judge(state, config, real[name], None, JUDGE_OF[name]).logits
        fooled = loss.g(on_real, on_fake).mean()
        terms: list[Term] = [
            (
                f"{name}.cycle",
                config.cycle,
                partial(_comes_back, state, config, made[name], given[name], other),
            ),
            (
                f"{name}.identity",
                config.identity,
                partial(_comes_back, state, config, real[name], real[name], name),
            ),
        ]
        total, parts = add_terms(total + fooled, terms)
        stats |= {f"{name}.loss": fooled, **parts}
    return total, stats


def _comes_back(state: TrainState, config: TrainConfig, x: Tensor, wanted: Tensor, player: str) -> Tensor:
    """|player(x) - wanted|₁ / (C · H · W), (N,)."""
    return (generate(state, config, x, None, player) - wanted).abs().flatten(1).mean(1)


def judge_step(
    state: TrainState, config: TrainConfig, batch: Batch, player: str, maker: str
) -> dict[str, Tensor]:
    """One step of a discriminator, on real pictures and on those of its generator and of the pool."""
    real, given = (batch.given, batch.real) if maker == "b2a" else (batch.real, batch.given)
    with torch.no_grad():
        parts = given.split(-(-len(given) // state.parts))
        fake = torch.cat([generate(state, config, part, None, maker) for part in parts])
    fake = from_pool(state, config, fake, player)

    def losses(real: Tensor, fake: Tensor) -> Losses:
        total, stats = judging_losses(state, config, real, fake, None, player)
        return total, {column(player, name.removeprefix("d_")): value for name, value in stats.items()}

    stats = descend([state[player].optimizer], losses, state.parts, real, fake)
    clip_weights(state[player].net, config.weight_clip)
    return stats


@torch.no_grad()
def from_pool(state: TrainState, config: TrainConfig, fake: Tensor, player: str) -> Tensor:
    """What a discriminator is shown for `fake` (N, C, H, W): each picture itself, or one of the pool for it.

    While the pool is not full, it takes each picture in. Then half of them, by (seed, nimg), change places
    with a random one of the pool.
    """
    if not config.pool:
        return fake
    pool, shown = state.memory[POOLS[player]], fake.clone()
    for i, place, is_new in pool_places(config, state.nimg - len(fake), len(fake), POOL_STREAM[player]):
        if not is_new:
            shown[i] = pool[place]
        pool[place] = fake[i]
    return shown


def pool_places(config: TrainConfig, before: int, size: int, stream: int) -> Sequence[tuple[int, int, bool]]:
    """(number in the batch, place in the pool, whether the place was empty) of the pictures that go there.

    before: pictures shown before this batch. A function of the seed and of that: nothing waits for a device.
    """
    rng = torch.Generator().manual_seed(step_seed(config.seed, before, stream))
    swaps = torch.rand(size, generator=rng).tolist()
    places = torch.randint(config.pool, (size,), generator=rng).tolist()
    found = []
    for i in range(size):
        if before + i < config.pool:
            found.append((i, before + i, True))
        elif swaps[i] < 0.5:
            found.append((i, places[i], False))
    return found
