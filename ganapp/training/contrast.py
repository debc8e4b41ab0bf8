"""CUT: one generator between two sets, whose answers keep place by place what the input shows (Park 2020).

Contrastive Learning for Unpaired Image-to-Image Translation, arXiv 2007.15651. Players are G, its
discriminator D, and `head`, which learns what two places have in common. The head has an optimizer of its own
at G's learning rate and no average: nothing is drawn with it. A step is one of G and head, then one of D.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig
from ganapp.networks import FeatureHead, build_discriminator, build_generator

from .batch_source import Batch
from .cycle import judge_step, pools_of
from .descent import descend
from .loop import Turn
from .losses import adversarial_loss, patch_contrast
from .seeding import step_seed
from .state import Player, TrainState, frozen, players_of
from .terms import Losses, Term, add_terms, autocast, generate, judge

HEAD = "head"
PLACES_STREAM = 5  # of step_seed; 0 to 4 are taken


def contrast_networks(config: TrainConfig) -> dict[str, nn.Module]:
    """G, D and head. Weights come from the global random state.

    Raises ValueError (message fit for the user) if the generator has no such layers.
    """
    spec = config.spec()
    G = build_generator(spec)
    layers = {name: G.layers[name] for name in layer_names(config, G.layers)}
    D = build_discriminator(spec, config.d_args, sees_input=False)
    return {"G": G, "D": D, HEAD: FeatureHead(layers, config.contrast_width)}


def layer_names(config: TrainConfig, layers: dict[str, int]) -> list[str]:
    """The layers that are compared, of a generator's `layers`: those that are asked for, or the paper's.

    The paper's are the picture, every halving, the first and the fifth of nine blocks (section 3 and appendix
    C.1). Raises ValueError (message fit for the user) if one is unknown.
    """
    asked = [name.strip() for name in config.contrast_layers.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in layers]:
        raise ValueError(
            f"contrast_layers names {unknown[0]!r}; this generator has the layers {', '.join(layers)}."
        )
    if asked:
        return list(dict.fromkeys(asked))
    blocks = [name for name in layers if name.startswith("block")]
    chosen = {"picture", *blocks[:1], *blocks[(len(blocks) - 1) // 2 :][:1]}
    return [name for name in layers if name in chosen or name.startswith("down")]


def contrast_players(config: TrainConfig, device: torch.device) -> dict[str, Player]:
    return players_of(config, device, contrast_networks, ("G",), (HEAD,))


def contrast_memory(config: TrainConfig, device: torch.device) -> dict[str, Tensor]:
    return pools_of(config, device, ("D",))


def contrast_turns(config: TrainConfig) -> list[Turn]:
    return [Turn(generator_step), Turn(partial(judge_step, player="D", maker="G"), draws=False)]


def generator_step(state: TrainState, config: TrainConfig, batch: Batch) -> dict[str, Tensor]:
    """One step of the generator and of the head."""
    with frozen(state.D):
        optimizers = [state[name].optimizer for name in ("G", HEAD)]
        return descend(optimizers, partial(generator_losses, state, config), state.parts, *batch)


def generator_losses(
    state: TrainState, config: TrainConfig, b: Tensor, y: Tensor | None, a: Tensor
) -> Losses:
    """The loss that generator and head minimize, and its parts (Park 2020, eq. 5).

    a, b (N, C, H, W): pictures of the two sets, which do not belong together.
    """
    loss = adversarial_loss(config.loss)
    made = generate(state, config, a, None)
    on_fake, on_real = judge(state, config, made, None).logits, None
    if loss.paired:
        with torch.no_grad():
            on_real = judge(state, config, b, None).logits
    fooled = loss.g(on_real, on_fake).mean()
    terms: list[Term] = [
        ("contrast", config.contrast, lambda: contrast(state, config, made, a)),
        ("identity", config.identity, lambda: contrast(state, config, generate(state, config, b, None), b)),
    ]
    total, parts = add_terms(fooled, terms)
    return total, {"g_loss": fooled, **parts}


def contrast(state: TrainState, config: TrainConfig, made: Tensor, given: Tensor) -> Tensor:
    """PatchNCE of answers `made` to inputs `given` (N, C, H, W), the mean over the layers, (N,).

    Both are seen by the generator's own encoder and by the head.
    """
    G, head = state.G, state[HEAD].net
    names = list(head.heads)
    with autocast(config, given):
        with torch.no_grad():
            seen = G.layer_maps(given, names)
            places = places_of(config, state.nimg, seen)
            keys = head(seen, places)
        queries = head(G.layer_maps(made, names), places)
    found = [patch_contrast(queries[name], keys[name], config.contrast_temperature) for name in names]
    return torch.stack(found).mean(0)


def places_of(config: TrainConfig, nimg: int, maps: dict[str, Tensor]) -> dict[str, Tensor]:
    """Places of each map, (P,) of h · w without repetition: a function of (config.seed, nimg).

    They are the same for all pictures of a step, so that micro-batches make the step of the whole batch.
    """
    rng = torch.Generator().manual_seed(step_seed(config.seed, nimg, PLACES_STREAM))
    most = config.contrast_patches
    return {
        name: torch.randperm(x[0, 0].numel(), generator=rng)[:most].to(x.device) for name, x in maps.items()
    }
