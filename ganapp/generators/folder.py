"""A generator as a folder, config.json and model.safetensors: written, checked, loaded. No pickles.

The folder is a snapshot of a run, an entry of checkpoints/, or a model repository on the Hub. config.json has
checksums of the weights and of the spec, which folders of version 0.3 lack.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ganapp.config import ModelSpec
from ganapp.config.model_spec import GENERATOR_FORMAT
from ganapp.files import replacing, text_of_size, write_text
from ganapp.hub import MAX_BYTES

CONFIG_NAME = "config.json"
WEIGHTS_NAME = "model.safetensors"
MAX_CONFIG_BYTES = 1024**2
SPARE = 10_000_000  # values that a network may have beside its weights
MAX_ARG, MAX_LIST = 65_536, 64  # bounds of network arguments, since a file could ask for a huge network


def save_generator(
    G: Any, folder: str | Path, *, class_names: tuple[str, ...] = (), origin: dict | None = None
) -> Path:
    """Write a generator's spec and weights into a folder, which is made if necessary and returned.

    class_names: one for each class, or (). origin: where it comes from, as JSON data.
    """
    from safetensors.torch import save_file

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in G.state_dict().items()}
    with replacing(folder / WEIGHTS_NAME) as temporary:
        save_file(tensors, temporary, metadata={"format": "pt"})
        weights = sha256_of(temporary)
    config = {
        "format": GENERATOR_FORMAT,
        "spec": G.spec.to_json(),
        "class_names": list(class_names),
        "origin": origin or {},
        "sha256": {"weights": weights, "spec": _sha256_of_spec(G.spec.to_json())},
    }
    write_text(folder / CONFIG_NAME, json.dumps(config, indent=2, ensure_ascii=False))
    return folder


def load_folder(folder: str | Path, name: str = "") -> Any:
    """Load the generator of a folder, in eval mode, on the CPU, without gradients.

    It has .spec, .class_names (tuple), .origin (dict), .source, .folder (Path) and .weights_sha256 ("" if
    the folder does not say it). name: what .source and errors call it. Raises ValueError (message fit for the
    user) if a file is missing, too large or unreadable, if the weights do not fit the configuration exactly,
    or if a checksum is wrong.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from ganapp.networks import blank_weights, build_generator

    folder, name = Path(folder), name or str(folder)
    config = read_config(folder, name)
    path = folder / WEIGHTS_NAME
    if not path.is_file():
        raise ValueError(f"{name}: there is no {WEIGHTS_NAME} in it.")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(
            f"{name}: {WEIGHTS_NAME} is larger than {text_of_size(MAX_BYTES)}, which is refused."
        )
    try:
        with blank_weights(most=path.stat().st_size + SPARE):  # a value takes a byte or more
            G = build_generator(config["spec"])
    except (TypeError, ValueError, RuntimeError, ArithmeticError, LookupError, AttributeError) as error:
        detail = " ".join(str(error).split())[:200].rstrip(".")
        raise ValueError(f"{name}: no network can be built from its {CONFIG_NAME} ({detail}).") from None
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{name}: {WEIGHTS_NAME} cannot be read ({error}).") from None
    _check_weights(path, config["sha256"], name)
    try:
        G.load_state_dict(
            {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}, assign=True
        )
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{name}: the weights do not fit the configuration beside them ({detail})."
        ) from None
    if config["changed"]:  # asked last: a value that cannot be has a sentence of its own
        raise ValueError(
            f"{name}: the spec in {CONFIG_NAME} is damaged or was changed: its checksum (sha256) is wrong."
        )
    G.class_names, G.origin, G.source = config["class_names"], config["origin"], name
    G.weights_sha256 = config["sha256"].get("weights", "")
    G.folder = folder
    return G.eval().requires_grad_(False)


def read_config(folder: str | Path, name: str = "") -> dict[str, Any]:
    """{"spec": ModelSpec, "class_names": tuple, "origin": dict, "sha256": dict, "changed": bool} of a folder.

    sha256: the checksums, {} where there are none. changed: whether the spec is another one than its checksum
    says; what the file holds is returned all the same. The file may come from anyone, so everything in it is
    checked. name: what errors call the folder.
    Raises ValueError (message fit for the user) if the file is missing, too large or not valid.
    """
    path, name = Path(folder) / CONFIG_NAME, name or str(folder)
    if not path.is_file():
        raise ValueError(f"{name}: there is no {CONFIG_NAME} in it.")
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise ValueError(
            f"{name}: {CONFIG_NAME} is larger than {text_of_size(MAX_CONFIG_BYTES)}, which is refused."
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # RecursionError: deeply nested JSON
        raise ValueError(f"{name}: {CONFIG_NAME} is not JSON ({error}).") from None
    if (
        not isinstance(data, dict)
        or data.get("format") != GENERATOR_FORMAT
        or not isinstance(data.get("spec"), dict)
    ):
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
    sums = data.get("sha256", {})
    if not isinstance(sums, dict):
        raise ValueError(f"{name}: sha256 in {CONFIG_NAME} must be an object of checksums.")
    return {
        "spec": spec,
        "class_names": tuple(str(n) for n in names),
        "origin": origin,
        "sha256": sums,
        "changed": "spec" in sums and sums["spec"] != _sha256_of_spec(data["spec"]),
    }


def _check_weights(path: Path, sums: dict[str, Any], name: str) -> None:
    """Raise ValueError if the weights are not the file that was saved. Without a checksum, all are taken."""
    try:
        is_other = "weights" in sums and sums["weights"] != sha256_of(path)
    except OSError as error:
        raise ValueError(f"{name}: {WEIGHTS_NAME} cannot be read ({error.strerror}).") from None
    if is_other:
        raise ValueError(
            f"{name}: {WEIGHTS_NAME} is damaged, or another one than {CONFIG_NAME} was written with: its "
            "checksum (sha256) is wrong."
        )


def sha256_of(path: Path) -> str:
    """The sha256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of_spec(spec: dict[str, Any]) -> str:
    """Of the values as they stand in the file, whatever the spaces and the order of the JSON text."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()


def _check_args(spec: ModelSpec, name: str) -> None:
    for key, value in spec.args.items():
        values = value if isinstance(value, list) else [value]
        if len(values) > MAX_LIST or any(
            isinstance(v, int | float) and not abs(v) <= MAX_ARG for v in values
        ):
            raise ValueError(
                f"{name}: {key} is too large; numbers go up to {MAX_ARG}, lists to {MAX_LIST} entries."
            )
