"""Checkpoints of other projects in the ways people save, rename and damage them; for faults_checkpoints.py.

Not a benchmark. Weights and the answers of the original programs come from tests/generators; all choices are
made by a random.Random that the caller gives.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import io
import pathlib
import pickle
import random
import sys
import tarfile
import types
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "generators"))

import numpy as np
import torch

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = sorted(path.stem for path in (ROOT / "tests" / "generators" / "importers").glob("*.json"))
OPTIONS = {  # what the keys of a case do not tell
    "sgan": {"labels": "unused"},
    "infogan_small": {"classes": 3, "codes": 2},
    "dcgan_leaky": {"activation": "leaky_relu"},
    "nvidia_classes": {"clamp": 0.3},
    "unet_batch_running": {"statistics": "running"},
    "resnet_batch_running": {"statistics": "running"},
}
PICKLED = ("nvidia_classes", "projected_128")  # cases that are also written as pickles of whole networks
NAMES = (
    "netG_state_dict",
    "generator_state_dict",
    "gen",
    "model_G",
    "netG",
    "G",
    "params",
    "g_ema",
    "weights",
)
ENDINGS = (".pth", ".pt", ".pth.tar", ".ckpt", ".bin", ".model", ".pkl", "", ".t7", ".safetensors")
PAGE = b"<!DOCTYPE html><html><title>Google Drive - Virus scan warning</title></html>"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"


class Case(NamedTuple):
    """One network of one project, whose original program gave pictures."""

    project: str
    name: str

    def weights(self) -> dict[str, torch.Tensor]:
        return _weights(self.project, self.name)

    def options(self) -> dict[str, Any]:
        return OPTIONS.get(self.name, {})


class File(NamedTuple):
    """A checkpoint file: its kind of fault, its name and its bytes."""

    kind: str
    name: str
    data: bytes
    whole: bool = False  # whether it must be imported
    checked: bool = True  # whether the format has checksums, so that changed numbers can be noticed


@cache
def _weights(project: str, name: str) -> dict[str, torch.Tensor]:
    return importlib.import_module(f"test_import_{project}").weights(name)


def cases() -> list[Case]:
    from importers.original import Original

    found = [(project, name, case) for project in PROJECTS for name, case in Original(project).cases.items()]
    return [Case(project, name) for project, name, case in found if "beside" not in case]


# -- the ways people save ------------------------------------------------------------------------------------


def saved(content: Any, **how: Any) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, **how)
    return file.getvalue()


def as_safetensors(tensors: dict[str, torch.Tensor]) -> bytes:
    from safetensors.torch import save

    return save({k: t.contiguous() for k, t in tensors.items()})


def under(prefix: str, tensors: dict) -> dict:
    return {prefix + key: tensor for key, tensor in tensors.items()}


def critic() -> dict[str, torch.Tensor]:
    return {"main.0.weight": torch.zeros(8, 3, 4, 4), "main.2.weight": torch.zeros(16, 8, 4, 4)}


def _beside(tensors: dict, rng: random.Random) -> dict:
    """The generator under one of its usual names, beside what training programs keep."""
    layer = torch.nn.Linear(2, 2)
    content: dict[str, Any] = {"epoch": 3, "opt": torch.optim.Adam(layer.parameters()).state_dict()}
    content |= {
        "loss": np.float64(0.5),
        "args": argparse.Namespace(nz=100),
        "path": pathlib.PurePosixPath("a/b"),
    }
    return content | {"netD": critic(), rng.choice(NAMES): tensors}


def _averaged(tensors: dict, rng: random.Random) -> dict:
    other = {k: t * 2 if t.is_floating_point() else t for k, t in tensors.items()}
    return rng.choice(
        ({"G": other, "G_ema": tensors}, {"netG": other, "ema": {"decay": 0.9, "shadow": tensors}})
    )


def _lightning(tensors: dict, rng: random.Random) -> dict:
    prefix = rng.choice(("generator.", "netG.", "G."))
    return {"epoch": 1, "state_dict": under(prefix, tensors) | under("discriminator.", critic())}


def _parameters(tensors: dict, rng: random.Random) -> dict:
    return {k: torch.nn.Parameter(t) if t.is_floating_point() else t for k, t in tensors.items()}


def _views(tensors: dict, rng: random.Random) -> dict:
    """All of one storage, as a flat buffer leaves them, and one that is not contiguous."""
    flat = torch.cat([t.flatten() for t in tensors.values() if t.is_floating_point()])
    parts = flat.split([t.numel() for t in tensors.values() if t.is_floating_point()])
    views = dict(zip((k for k, t in tensors.items() if t.is_floating_point()), parts, strict=True))
    return {k: views[k].view(t.shape) if k in views else t for k, t in tensors.items()}


SAVED: dict[str, Callable[[dict, random.Random], bytes]] = {
    "plain": lambda t, rng: saved(t),
    "module.": lambda t, rng: saved(under(rng.choice(("module.", "_orig_mod.", "module._orig_mod.")), t)),
    "legacy": lambda t, rng: saved(t, _use_new_zipfile_serialization=False),
    "safetensors": lambda t, rng: as_safetensors(t),
    "double": lambda t, rng: saved({k: x.double() if x.is_floating_point() else x for k, x in t.items()}),
    "beside others": lambda t, rng: saved(_beside(t, rng)),
    "averaged": lambda t, rng: saved(_averaged(t, rng)),
    "lightning": lambda t, rng: saved(_lightning(t, rng)),
    "parameters": lambda t, rng: saved(_parameters(t, rng)),
    "views": lambda t, rng: saved(_views(t, rng)),
    "nested": lambda t, rng: saved({"state": {"model": {"generator": t}}}),
}
UNCHECKED = ("legacy", "safetensors")  # formats without a checksum


def pickled(case: Case, folder: Path) -> bytes:
    """The network as its project's training loop pickles it: modules, in NVIDIA's with source code inside."""
    import test_unpickle

    with _fake_modules() as module:
        if case.project == "stylegan2":
            return test_unpickle.nvidia(module, folder).read_bytes()
        module(
            "pg_modules.networks_fastgan", Generator=(Generator := type("Generator", (torch.nn.Module,), {}))
        )
        ends = ("running_mean", "running_var", "num_batches_tracked", "weight_u", "weight_v")
        G = test_unpickle.tree(Generator, case.weights(), buffers=ends)
        return pickle.dumps({"G": G, "D": None, "G_ema": G})


class _fake_modules:
    """Yields module("a.b", Name=object …), under whose names objects are pickled; takes them away again."""

    def __enter__(self) -> Callable[..., None]:
        self.made: list[str] = []
        return self._make

    def _make(self, path: str, **members: Any) -> None:
        parts = path.split(".")
        for name in (".".join(parts[:i]) for i in range(1, len(parts) + 1)):
            if name not in sys.modules:
                sys.modules[name] = types.ModuleType(name)
                self.made.append(name)
        for name, member in members.items():
            member.__module__, member.__qualname__, member.__name__ = path, name, name
            setattr(sys.modules[path], name, member)

    def __exit__(self, *error: object) -> None:
        for name in self.made:
            del sys.modules[name]


# -- what is wrong in the content ----------------------------------------------------------------------------


def _one_changed(change: Callable[[torch.Tensor], Any]) -> Callable[[dict, random.Random], dict]:
    """The state dict with one of its floating tensors changed."""

    def make(tensors: dict, rng: random.Random) -> dict:
        key = rng.choice([k for k, t in tensors.items() if t.is_floating_point() and t.numel() > 1])
        return tensors | {key: change(tensors[key].clone())}

    return make


def _without_one(tensors: dict, rng: random.Random) -> dict:
    gone = rng.choice([k for k in tensors if not k.endswith("num_batches_tracked")])
    return {k: t for k, t in tensors.items() if k != gone}


def _with(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    def change(tensor: torch.Tensor) -> torch.Tensor:
        tensor.view(-1)[tensor.numel() // 2] = value
        return tensor

    return change


class Unknown:
    """An object of a class that no reader knows."""


WRONG: dict[str, Callable[[dict, random.Random], Any]] = {
    "a tensor is missing": _without_one,
    "NaN": _one_changed(_with(float("nan"))),
    "infinite": _one_changed(_with(float("inf"))),
    "absurdly large": _one_changed(_with(3e33)),
    "a dimension more": _one_changed(lambda t: t[None]),
    "shorter": _one_changed(lambda t: t[:-1]),
    "empty tensor": _one_changed(lambda t: t[:0]),
    "integers": _one_changed(lambda t: (t * 100).to(torch.int8)),
    "complex": _one_changed(lambda t: t * 1j),
    "sparse": _one_changed(lambda t: t.to_sparse()),
    "on no device": _one_changed(lambda t: t.to("meta")),
    "a list": _one_changed(lambda t: [1.0, 2.0]),
    "None": _one_changed(lambda t: None),
    "a text": _one_changed(lambda t: "weights"),
    "a number": _one_changed(lambda t: 0.5),
    "all are integers": lambda t, rng: {k: (x * 100).to(torch.int16) for k, x in t.items()},
    "keys are numbers": lambda t, rng: dict(enumerate(t.values())),
    "only a discriminator": lambda t, rng: {"netD": critic(), "epoch": 3},
    "only an optimizer": lambda t, rng: {"optimizer": {"state": t}},
    "a list of tensors": lambda t, rng: list(t.values()),
    "a tensor": lambda t, rng: next(iter(t.values())),
    "nothing": lambda t, rng: {},
    "an object": lambda t, rng: {"G": t, "trainer": Unknown()},
    "a function": lambda t, rng: {"G": t, "act": torch.nn.functional.relu},
    "a whole network": lambda t, rng: torch.nn.Sequential(torch.nn.Linear(2, 2)),
}


# -- what is wrong in the bytes ------------------------------------------------------------------------------


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _zeros(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes(min(4096, len(data) - at)) + data[at + 4096 :]


def _gone(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice((1, 4, 512)) :]


DAMAGED: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped": _flipped,
    "zeros": _zeros,
    "gone": _gone,
    "cut": lambda data, rng: data[: rng.randrange(1, len(data))],
    "begins late": lambda data, rng: data[rng.randrange(1, 200) :],
    "put in": lambda data, rng: data[:50] + rng.randbytes(rng.choice((1, 100))) + data[50:],
    "twice": lambda data, rng: data + data,
    "more at its end": lambda data, rng: data + rng.randbytes(300),
    "a page before it": lambda data, rng: PAGE + data,
}


def _zip_of(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return file.getvalue()


def _tar_of(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("netG.pth")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _arrays(data: bytes) -> bytes:
    file = io.BytesIO()
    np.savez(file, w=np.zeros(3))
    return file.getvalue()


FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "a web page": lambda data: PAGE,
    "an error in XML": lambda data: b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "a Git LFS pointer": lambda data: POINTER,
    "JSON": lambda data: b'{"error": "not found"}',
    "text": lambda data: b"epoch 1 loss 0.3\n" * 9,
    "empty": lambda data: b"",
    "zeros alone": lambda data: bytes(5000),
    "noise": lambda data: random.Random(len(data)).randbytes(5000),
    "a picture": lambda data: b"\x89PNG\r\n\x1a\n" + bytes(99),
    "a ZIP of pictures": lambda data: _zip_of(a__png=b"", b__png=b""),
    "a ZIP of it": lambda data: _zip_of(netG__pth=data),
    "gzip": gzip.compress,
    "tar": _tar_of,
    "NumPy": _arrays,
    "HDF5": lambda data: b"\x89HDF\r\n\x1a\n" + bytes(99),
    "TensorFlow": lambda data: b"\x0a\x20\x0a\x05input\x12\x0bPlaceholder" + bytes(50),
    "ONNX": lambda data: b"\x08\x08\x12\x07pytorch\x1a\x062.11.0" + bytes(50),
    "a pickle of data": lambda data: pickle.dumps({"a": [1, 2]}),
}


def make(case: Case, rng: random.Random, folder: Path) -> File:
    """A file that holds the case's network, in a way that people save it, or damaged.

    folder: where files may lie while it is made.
    """
    group = rng.choice(("saved", "saved", "wrong", "damaged", "damaged", "damaged", "foreign"))
    name = f"netG{rng.choice(ENDINGS)}"
    if group == "wrong":
        kind = rng.choice(list(WRONG))
        return File(f"wrong: {kind}", name, saved(WRONG[kind](case.weights(), rng)))
    if group == "foreign":
        kind = rng.choice(list(FOREIGN))
        return File(f"foreign: {kind}", name, FOREIGN[kind](saved(case.weights())))
    is_pickle = case.name in PICKLED and rng.random() < 0.6
    way = "pickled" if is_pickle else rng.choice(list(SAVED))
    data = pickled(case, folder) if is_pickle else SAVED[way](case.weights(), rng)
    checked = way not in (*UNCHECKED, "pickled")
    if group == "saved":
        return File(f"saved: {way}", name, data, whole=True, checked=checked)
    kind = rng.choice(list(DAMAGED))
    return File(f"damaged: {kind} ({way})", name, DAMAGED[kind](data, rng), checked=checked)
