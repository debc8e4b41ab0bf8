"""A generator as a folder: config.json + model.safetensors, saved, found and loaded. Weights are data; nothing is unpickled.

The folder is a snapshot of a run, an entry of checkpoints/, or a model repository on the Hub.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from .config import GENERATOR_FORMAT, ModelSpec
from .files import replacing, write_text

CONFIG_NAME = "config.json"
WEIGHTS_NAME = "model.safetensors"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?")
MAX_BYTES = 2 * 1024**3  # a weight file larger than this is refused before it is read or fetched


def save_generator(G: Any, folder: str | Path, *, class_names: tuple[str, ...] = (), origin: dict | None = None) -> Path:
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


def load_generator(source: str | Path, *, runs: str | Path = "runs", checkpoints: str | Path = "checkpoints") -> Any:
    """The generator of a folder, a shipped checkpoint, a run (its newest snapshot) or a Hub model; in eval mode, on the CPU.

    It has .spec, .class_names (tuple), .origin (dict) and .source (str). ValueError, in one sentence, where it cannot be.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from .models import build_generator

    folder, name = locate(source, runs=runs, checkpoints=checkpoints)
    config = read_config(folder)
    path = folder / WEIGHTS_NAME
    if not path.is_file():
        raise ValueError(f"{name}: there is no {WEIGHTS_NAME} in it.")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{name}: {WEIGHTS_NAME} is larger than {MAX_BYTES // 1024**3} GB, which is refused.")
    with torch.device("meta"):  # no random weights are drawn: they would disturb a run in this process
        G = build_generator(config["spec"])
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


def read_config(folder: str | Path) -> dict[str, Any]:
    """{"spec": ModelSpec, "class_names": tuple, "origin": dict} of a generator folder. ValueError in one sentence."""
    path = Path(folder) / CONFIG_NAME
    if not path.is_file():
        raise ValueError(f"{folder}: there is no {CONFIG_NAME} in it.")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{folder}: {CONFIG_NAME} is not JSON ({error}).") from None
    if not isinstance(data, dict) or data.get("format") != GENERATOR_FORMAT or not isinstance(data.get("spec"), dict):
        raise ValueError(f"{folder}: {CONFIG_NAME} does not describe a {GENERATOR_FORMAT} generator.")
    spec = ModelSpec.from_json(data["spec"])
    names = tuple(str(n) for n in data.get("class_names") or ())
    if names and len(names) != spec.num_classes:
        raise ValueError(f"{folder}: {len(names)} class names for {spec.num_classes} classes.")
    origin = data.get("origin")
    return {"spec": spec, "class_names": names, "origin": origin if isinstance(origin, dict) else {}}


def locate(source: str | Path, *, runs: str | Path, checkpoints: str | Path) -> tuple[Path, str]:
    """The folder of a source and the name to show for it. Fetches from the Hub where it is neither path nor name."""
    from .runs import list_runs

    text = str(source).strip()
    if not text:
        raise ValueError("no model is named; give a folder, a run, a shipped checkpoint or a Hub id such as user/name.")
    for folder in (Path(text).expanduser(), Path(checkpoints) / text):
        if (folder / CONFIG_NAME).is_file() and not (folder / "status.json").exists():
            return folder, text
    for run in list_runs(runs):
        if text in (run.name, str(run.path)):
            snapshots = run.snapshots()
            if not snapshots:
                raise ValueError(f"run {run.name!r} has no snapshot yet; the first is written with its first save.")
            return snapshots[0], f"{run.name}/{snapshots[0].name}"
        if text.startswith(run.name + "/") and (run.path / "snapshots" / text[len(run.name) + 1 :]).is_dir():
            return run.path / "snapshots" / text[len(run.name) + 1 :], text
    path = Path(text)
    if (path / "status.json").exists():  # a run's folder that lies elsewhere
        return locate(path.name, runs=path.parent, checkpoints=checkpoints)
    if path.is_dir():
        raise ValueError(f"{text}: there is no {CONFIG_NAME} in it.")
    if HUB_ID.fullmatch(text):
        return pull(text)
    raise ValueError(f"{text!r} is no folder, run, shipped checkpoint or Hub id (user/name or user/name@revision).")


def pull(hub_id: str) -> tuple[Path, str]:
    """Fetch config.json and model.safetensors of a Hub model, nothing else. Returns (folder, "user/name@commit")."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub import errors as hub
    from huggingface_hub.utils import RepositoryNotFoundError

    repo, _, revision = hub_id.partition("@")
    try:
        config = hf_hub_download(repo, CONFIG_NAME, revision=revision or None)
        read_config(Path(config).parent)  # an unknown family is refused before the weights travel
        commit = Path(config).parent.name
        hf_hub_download(repo, WEIGHTS_NAME, revision=commit)
    except hub.GatedRepoError:
        raise ValueError(f"{repo}: this repository is gated; accept its terms on the Hub and set HF_TOKEN.") from None
    except RepositoryNotFoundError:
        raise ValueError(f"{repo}: there is no such model on the Hub, or it is private (set HF_TOKEN).") from None
    except hub.RevisionNotFoundError:
        raise ValueError(f"{repo}: there is no revision {revision!r}.") from None
    except hub.LocalEntryNotFoundError:
        raise ValueError(f"{repo}: the Hub cannot be reached and this model is not in the local cache.") from None
    except hub.EntryNotFoundError as error:
        name = WEIGHTS_NAME if WEIGHTS_NAME in str(error) else CONFIG_NAME
        raise ValueError(f"{repo}: there is no {name} in it, so it is not a generator of this app.") from None
    except hub.HfHubHTTPError as error:
        raise ValueError(f"{repo}: the Hub answered {error.response.status_code}.") from None
    except (OSError, hub.HFValidationError) as error:
        raise ValueError(f"{repo}: it could not be fetched ({str(error).splitlines()[0]}).") from None
    return Path(config).parent, f"{repo}@{commit[:12]}"


def list_sources(*, runs: str | Path = "runs", checkpoints: str | Path = "checkpoints") -> list[str]:
    """What can be loaded from here: shipped checkpoints, then the newest snapshot of each run, then older snapshots."""
    from .runs import list_runs

    folder = Path(checkpoints)
    shipped = sorted(p.name for p in folder.iterdir() if (p / CONFIG_NAME).is_file()) if folder.is_dir() else []
    by_run = [[f"{run.name}/{s.name}" for s in run.snapshots()] for run in list_runs(runs)]
    newest = [names[0] for names in by_run if names]
    return shipped + newest + [name for names in by_run for name in names[1:]]


def total_bytes(folder: str | Path) -> int:
    return sum(os.path.getsize(p) for p in Path(folder).iterdir() if p.is_file())
