"""A generator as a folder: config.json + model.safetensors, saved, found and loaded. Weights are data; nothing is unpickled.

The folder is a snapshot of a run, an entry of checkpoints/, or a model repository on the Hub.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .config import GENERATOR_FORMAT, ModelSpec
from .files import replacing, write_text

if TYPE_CHECKING:
    from .runs import Run

CONFIG_NAME = "config.json"
WEIGHTS_NAME = "model.safetensors"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@(?!.*\.\.)\w[\w./-]*)?", re.ASCII)
MAX_BYTES = 2 * 1024**3  # a weight file larger than this is refused before it is read or fetched
MAX_CONFIG_BYTES = 1024**2
MAX_ARG, MAX_LIST = 65_536, 64  # of a network's arguments: a stranger's file must not build for an hour
SHIPPED = Path(__file__).resolve().parent.parent / "checkpoints"


def save_generator(
    G: Any, folder: str | Path, *, class_names: tuple[str, ...] = (), origin: dict | None = None
) -> Path:
    """Write G (its .spec and weights, as they are) into a folder. `origin` says where it comes from."""
    from safetensors.torch import save_file

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in G.state_dict().items()}
    with replacing(folder / WEIGHTS_NAME) as temporary:
        save_file(tensors, temporary, metadata={"format": "pt"})
    config = {
        "format": GENERATOR_FORMAT,
        "spec": {k: v for k, v in vars(G.spec).items() if k != "format"},
        "class_names": list(class_names),
        "origin": origin or {},
    }
    write_text(folder / CONFIG_NAME, json.dumps(config, indent=2, ensure_ascii=False))
    return folder


def load_generator(source: str | Path, *, runs: str | Path = "runs", checkpoints: str | Path | None = None) -> Any:
    """The generator of a folder, a shipped checkpoint, a run (its newest snapshot) or a Hub model; in eval mode, on the CPU.

    It has .spec, .class_names (tuple), .origin (dict) and .source (str). ValueError, in one sentence, where it cannot be.
    checkpoints None: a folder of that name here, else the one beside the package.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from .models import build_generator

    folder, name = locate(source, runs=runs, checkpoints=checkpoints)
    config = read_config(folder, name)
    path = folder / WEIGHTS_NAME
    if not path.is_file():
        raise ValueError(f"{name}: there is no {WEIGHTS_NAME} in it.")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{name}: {WEIGHTS_NAME} is larger than {_size(MAX_BYTES)}, which is refused.")
    try:
        with torch.device("meta"):  # no random weights are drawn: they would disturb a run in this process
            G = build_generator(config["spec"])
    except (TypeError, ValueError, RuntimeError, ArithmeticError, LookupError, AttributeError) as error:
        detail = " ".join(str(error).split())[:200].rstrip(".")
        raise ValueError(f"{name}: no network can be built from its {CONFIG_NAME} ({detail}).") from None
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{name}: {WEIGHTS_NAME} cannot be read ({error}).") from None
    try:
        G.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}, assign=True)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise ValueError(f"{name}: the weights do not fit the configuration beside them ({detail}).") from None
    G.class_names, G.origin, G.source = config["class_names"], config["origin"], name
    return G.eval().requires_grad_(False)


def read_config(folder: str | Path, name: str = "") -> dict[str, Any]:
    """{"spec": ModelSpec, "class_names": tuple, "origin": dict} of a generator folder. ValueError in one sentence.

    `name` is what the sentence calls the folder. The file may be a stranger's: everything in it is checked.
    """
    path, name = Path(folder) / CONFIG_NAME, name or str(folder)
    if not path.is_file():
        raise ValueError(f"{name}: there is no {CONFIG_NAME} in it.")
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise ValueError(f"{name}: {CONFIG_NAME} is larger than {_size(MAX_CONFIG_BYTES)}, which is refused.")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # RecursionError: a thousand opening brackets
        raise ValueError(f"{name}: {CONFIG_NAME} is not JSON ({error}).") from None
    if not isinstance(data, dict) or data.get("format") != GENERATOR_FORMAT or not isinstance(data.get("spec"), dict):
        raise ValueError(f"{name}: {CONFIG_NAME} does not describe a {GENERATOR_FORMAT} generator.")
    try:
        spec = ModelSpec.from_json(data["spec"])
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    _check_args(spec, name)
    names = data.get("class_names") or []
    if not isinstance(names, list) or (names and len(names) != spec.num_classes):
        raise ValueError(f"{name}: class_names must be a list of {spec.num_classes} names, one a class.")
    origin = data.get("origin")
    origin = origin if isinstance(origin, dict) else {}
    return {"spec": spec, "class_names": tuple(str(n) for n in names), "origin": origin}


def _check_args(spec: ModelSpec, name: str) -> None:
    for key, value in spec.args.items():
        values = value if isinstance(value, list) else [value]
        if len(values) > MAX_LIST or any(isinstance(v, int | float) and not abs(v) <= MAX_ARG for v in values):
            raise ValueError(f"{name}: {key} is too large; numbers go up to {MAX_ARG}, lists to {MAX_LIST} entries.")


def locate(source: str | Path, *, runs: str | Path, checkpoints: str | Path | None = None) -> tuple[Path, str]:
    """The folder of a source and the name to show for it. Fetches from the Hub where it is neither path nor name."""
    from .runs import Run, list_runs

    text = str(source).strip()
    if not text:
        raise ValueError("no model is named; give a folder, a run, a shipped checkpoint or a Hub id such as user/name.")
    if "\0" in text or len(text) > 1000:
        raise ValueError("that is no name of a model; give a folder, a run, a shipped checkpoint or a Hub id.")
    for folder in (Path(os.path.expanduser(text)), shipped_folder(checkpoints) / text):
        # os.path here and below: unlike Path, it takes a name that is too long for the system as one that is not there
        if os.path.isfile(folder / CONFIG_NAME) and not os.path.exists(folder / "status.json"):
            return folder, text
    for run in list_runs(runs):
        if text in (run.name, str(run.path)):
            return _snapshot(run)
        if text.startswith(run.name + "/"):
            return _snapshot(run, text[len(run.name) + 1 :])
    path = Path(os.path.expanduser(text))
    if os.path.exists(path / "status.json"):  # a run's folder that lies elsewhere
        return _snapshot(Run(path.resolve()))  # resolved, so that "." has a name
    if os.path.isdir(path):
        raise ValueError(f"{text}: there is no {CONFIG_NAME} in it.")
    if HUB_ID.fullmatch(text):
        from .hub import pull

        return pull(text)
    known = ", ".join(list_sources(runs=runs, checkpoints=checkpoints)[:8]) or "none yet"
    raise ValueError(
        f"{text!r} is no folder, run, shipped checkpoint or Hub id (user/name or user/name@revision); here are: {known}."
    )


def _snapshot(run: Run, wanted: str = "") -> tuple[Path, str]:
    found = run.snapshot(wanted)
    if found is None and not wanted:
        raise ValueError(f"run {run.name!r} has no snapshot yet; the first is written with its first save.")
    if found is None:
        there = ", ".join(s.name for s in run.snapshots()) or "none yet"
        raise ValueError(f"run {run.name!r} has no snapshot {wanted!r}; there are: {there}.")
    return found, f"{run.name}/{found.name}"


def _size(count: int) -> str:
    return f"{count // 1024**3} GB" if count >= 1024**3 else f"{count // 1024**2} MB"


def shipped_folder(checkpoints: str | Path | None = None) -> Path:
    """Where shipped generators are: the folder given, else checkpoints/ here, else the one beside the package."""
    if checkpoints is not None:
        return Path(checkpoints)
    here = Path("checkpoints")
    return here if here.is_dir() else SHIPPED


def list_sources(*, runs: str | Path = "runs", checkpoints: str | Path | None = None) -> list[str]:
    """What can be loaded from here: shipped checkpoints, those of larger pictures first; then of each run the newest snapshot
    and the best; then older ones."""
    from .runs import BEST, list_runs

    folder = shipped_folder(checkpoints)
    there = [p for p in folder.iterdir() if (p / CONFIG_NAME).is_file()] if folder.is_dir() else []
    shipped = [p.name for p in sorted(there, key=lambda p: (-_resolution(p), p.name))]
    first, older = [], []
    for run in list_runs(runs):
        names = [f"{run.name}/{s.name}" for s in run.snapshots()]
        first += names[:1] + ([f"{run.name}/{BEST}"] if run.best_snapshot() else [])
        older += names[1:]
    return shipped + first + older


def _resolution(folder: Path) -> int:
    """0 where the configuration cannot be read: loading it will say why."""
    try:
        return read_config(folder, folder.name)["spec"].resolution
    except ValueError:
        return 0


def total_bytes(folder: str | Path) -> int:
    return sum(os.path.getsize(p) for p in Path(folder).iterdir() if p.is_file())
