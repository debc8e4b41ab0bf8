"""Fine-tuning: the weights of another run or of a generator, loaded into the new networks of a run.

Each function raises ValueError (message fit for the user) if they do not fit, with the settings that differ.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.config import ModelSpec, TrainConfig

from .saved_states import newest_state

SIZES = ("family", "resolution", "channels", "in_channels", "z_dim")

if TYPE_CHECKING:
    import torch

    from ganapp.runs import Run
    from ganapp.training.state import TrainState

RULE = (
    "These must be the same: family, resolution, channels, in_channels, z_dim, g_args and d_args. A run with "
    "classes needs a start with classes. Everything else may differ."
)


def check_source(config: TrainConfig, runs: str | Path) -> None:
    """Check config.start_from before a run is created, as far as it is known before its data are opened.

    A model of the Hub is fetched.
    """
    from ganapp.generators import Sources, read_config

    run = _run_with_states(config.start_from, runs)
    _check_number_of_generators(config, run)
    there = _settings(run.config() if run else read_config(*Sources(runs).find(config.start_from))["spec"])
    here = _settings(config)
    # Networks may be equal though their arguments are not: one may name a default.
    unknown = {"g_args", "d_args", *(n for n in ("channels", "in_channels") if not getattr(config, n))}
    unknown |= {"classes"} if there["classes"] or config.conditional and not config.num_classes else set()
    if different := _differences(there, here, unknown):
        raise ValueError(f"{config.start_from} does not fit this configuration: {different}. {RULE}")


def _check_number_of_generators(config: TrainConfig, run: Run | None) -> None:
    """Two generators that undo each other start from two, and one from one."""
    if run is None and config.trains_two:
        raise ValueError(
            f"{config.start_from} is one generator, and unpaired trains two: start from a run of that task."
        )
    if run is None or run.config().trains_two == config.trains_two:
        return
    if config.trains_two:
        there = run.config().task
        raise ValueError(
            f"{config.start_from} was trained for {there}, with one generator, and unpaired trains two: "
            "start from a run of that task."
        )
    one = f"{run.name}/{run.snapshots()[0].name}/a2b" if run.snapshots() else "RUN/SNAPSHOT/a2b"
    raise ValueError(
        f"{config.start_from} trained two generators (unpaired), and {config.task} trains one: start from "
        f"one of them, {one}."
    )


def start_from(source: str, state: TrainState, config: TrainConfig, runs: Path) -> str:
    """Load the weights of `source`, a run or a generator, into a new state; return a line for the log.

    A run with a saved state gives all networks and averages; a generator gives G and its average. A source
    with classes can start a run without: what it learned of its classes is left out (see `without_classes`).
    """
    from ganapp.generators import load_generator
    from ganapp.training.algorithm import algorithm_of

    if run := _run_with_states(source, runs):
        found, there = newest_state(run)["players"], run.config()
    else:
        G = load_generator(source, runs=runs)
        tensors, there = G.state_dict(), G.spec
        found = {"G": {"net": tensors, "average": tensors}}
    if strange := [name for name in found if name not in state.players]:
        raise ValueError(
            f"{source} has the network {strange[0]}, and this configuration has {', '.join(state.players)}: "
            "a run can only start from one that was trained in the same way."
        )
    different = _differences(_settings(there), _settings(config)) or "its weights have other names or shapes"
    loses_classes = bool(there.num_classes) and not config.num_classes
    for name, parts in found.items():
        player, renewed = state[name], algorithm_of(config).class_weights(config, name)
        refusal = f"{source} ({name}) does not fit this configuration: {different}. {RULE}"
        nets = [(player.net, parts["net"]), (player.average, parts.get("average", parts["net"]))]
        for net, tensors in nets:
            if net is not None:
                tensors = without_classes(tensors, net.state_dict()) if loses_classes else tensors
                load_fitting(net, tensors, renewed, refusal)
    if not loses_classes:
        return f"Starting from {source}: {', '.join(found)}."
    return f"{source} has {there.num_classes} classes and these pictures have none: its classes are left out."


def without_classes(tensors: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The weights of a network with classes, as one without them takes them. own: the latter's weights.

    Embeddings of classes are left out. A layer that takes a latent (or features) joined with an embedding
    keeps its part for the latent, which comes first (networks/parts/heads.py, ClassInput).
    """
    fitting = {}
    for name in tensors.keys() & own.keys():
        tensor, wanted = tensors[name], own[name].shape
        wider = [i for i, (n, m) in enumerate(zip(tensor.shape, wanted, strict=False)) if n > m]
        if tensor.ndim == len(wanted) and len(wider) == 1:
            tensor = tensor.narrow(wider[0], 0, wanted[wider[0]])
        fitting[name] = tensor
    return fitting


def load_fitting(net: torch.nn.Module, tensors: dict, class_weights: set[str], refusal: str) -> None:
    """Load weights strictly, except those in `class_weights` if the number of classes differs.

    These keep the values that `net` has. `refusal` is the message of the ValueError if the others do not fit.
    """
    own = net.state_dict()
    fitting = {
        k: own[k] if k in class_weights and k in own and own[k].shape != v.shape else v
        for k, v in tensors.items()
    }
    try:
        net.load_state_dict(fitting, strict=True)
    except RuntimeError:
        raise ValueError(refusal) from None


def _run_with_states(source: str, runs: str | Path) -> Run | None:
    """The run that `source` names, if it has a saved state. Without one, its snapshot is a generator."""
    from ganapp.runs import open_run

    try:
        run = open_run(source, runs)
    except ValueError:
        return None
    return run if run.states() else None


def _settings(of: TrainConfig | ModelSpec) -> dict[str, Any]:
    """The settings that decide the networks, by their names in a configuration."""
    g_args = of.g_args if isinstance(of, TrainConfig) else of.args
    found = {name: getattr(of, name) for name in SIZES}
    found |= {"g_args": g_args, "classes": bool(of.num_classes)}
    return found | ({"d_args": of.d_args} if isinstance(of, TrainConfig) else {})


def _differences(there: dict[str, Any], here: dict[str, Any], unknown: set[str] = frozenset()) -> str:
    """What differs of the settings that both know: "it has resolution 64, and this one 32"; "" if nothing."""

    def listed(settings: dict[str, Any]) -> str:
        named = {"classes": "classes" if settings["classes"] else "no classes"}
        return ", ".join(named.get(name, f"{name} {settings[name]}") for name in names)

    names = [n for n in there if n in here and n not in unknown and there[n] != here[n]]
    return f"it has {listed(there)}, and here is {listed(here)}" if names else ""
