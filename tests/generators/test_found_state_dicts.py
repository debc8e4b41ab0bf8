"""importers/reading/candidates.py and kinds.py: where in a file the generator is, whatever keys and names it has."""

import argparse
import collections
import datetime
import decimal
import pathlib
import pickle
import random
import types
import uuid
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from test_importers import mlp, refused

from ganapp.generators import load_generator, read_config
from ganapp.generators.importers import import_checkpoint, recognize
from ganapp.generators.importers.reading import plain_types

WEIGHTS, OTHER = mlp(1), mlp(2)
CRITIC = {"main.0.weight": torch.zeros(8, 3, 4, 4), "main.2.weight": torch.zeros(16, 8, 4, 4)}


def under(prefix, tensors=WEIGHTS):
    return {prefix + key: tensor for key, tensor in tensors.items()}


def taken(path, content):
    """The place that was taken; its tensors must be WEIGHTS."""
    torch.save(content, path)
    result = recognize(path)
    assert result.found.tensors["layers.0.bias"].equal(WEIGHTS["0.bias"])
    return result


KEYS = (
    "netG_state_dict", "generator_state_dict", "G_state_dict", "g_state_dict", "gen_state_dict", "gen", "model_G",
    "modelG", "Generator", "net_g", "netg", "params", "weights", "model_state_dict", "g_ema", "G_ema", "avgG", "netG",
    "ema_state_dict", "G_running", "generator_ema", "netG_avg", "G_smooth",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_a_generator_beside_its_discriminator(tmp_path, key):
    optimizer = torch.optim.Adam([torch.zeros(7, 5, requires_grad=True)])
    optimizer.param_groups[0]["params"][0].grad = torch.ones(7, 5)
    optimizer.step()
    content = {"netD": CRITIC, "opt": optimizer.state_dict(), "epoch": 3, key: WEIGHTS}
    assert taken(tmp_path / "g.pth", content).taken == key


@pytest.mark.parametrize(
    "prefix", ["generator.", "netG.", "G.", "gen.", "model.generator.", "module.netG.", "netG.module.", "ema_model.",
               "net_g._orig_mod.", "generator.module._orig_mod."]
)  # fmt: skip
@pytest.mark.parametrize("entry", ["state_dict", None])
def test_one_state_dict_of_several_networks(tmp_path, prefix, entry):
    """As Lightning saves them; metrics and losses have tensors of their own."""
    tensors = under("discriminator.", CRITIC) | under("netD.", OTHER) | under("vgg.", CRITIC) | under(prefix)
    result = taken(tmp_path / "g.ckpt", {entry: tensors, "epoch": 1} if entry else tensors)
    assert [p for p in ("netD", "discriminator") if p in result.taken] == [] and result.taken


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"netG": OTHER, "ema": {"decay": 0.99, "shadow": WEIGHTS}}, "ema → shadow"),
        ({"ema": {"netG": WEIGHTS, "netD": CRITIC}, "netG": OTHER}, "ema → netG"),
        ({"G": OTHER, "G_ema": WEIGHTS}, "G_ema"),
        ({"generator": OTHER, "ema_state_dict": under("module.")}, "ema_state_dict"),
        ({"state_dict": under("G.", OTHER) | under("G_ema.") | under("D.", CRITIC)}, "state_dict → G_ema."),
        ({"GAN": under("G.", OTHER) | under("GE.") | under("D.", CRITIC)}, "GAN → GE."),
        (under("online_model.", OTHER) | under("ema_model."), "ema_model."),
    ],
)
def test_of_two_that_fit_the_average_is_taken_and_named(tmp_path, content, place):
    result = taken(tmp_path / "g.pt", content)
    assert result.taken == place
    assert any(note.startswith(f"{place}, the averaged weights, was taken; ") for note in result.found.notes)


def test_what_was_taken_is_in_the_folder_and_on_the_terminal(tmp_path, capsys):
    from ganapp.cli.main import main

    torch.save({"G": OTHER, "G_ema": WEIGHTS, "D": CRITIC}, tmp_path / "g.pt")
    main(["import", str(tmp_path / "g.pt"), "--out", str(tmp_path / "out")])
    said = capsys.readouterr().out
    origin = read_config(tmp_path / "out")["origin"]
    assert origin["taken"] == "G_ema" and "taken from G_ema" in said
    assert (
        origin["notes"][0].startswith("G_ema, the averaged weights, was taken; G holds")
        and origin["notes"][0] in said
    )


def test_the_whole_file_needs_no_words(tmp_path):
    for content in (WEIGHTS, under("module.")):
        result = taken(tmp_path / "g.pt", content)
        assert result.taken == "" and not any("was taken" in note for note in result.found.notes)


def test_a_discriminator_is_never_taken(tmp_path):
    for content in (
        {"netD": WEIGHTS},
        {"state_dict": under("discriminator.")},
        {"optimizer": {"state": WEIGHTS}},
    ):
        torch.save(content, tmp_path / "d.pt")
        with pytest.raises(ValueError, match=r"d\.pt holds"):
            recognize(tmp_path / "d.pt")


# -- by content and not by name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["g.pth.tar", "g.model", "g", "g.pkl", "g.t7", "g.safetensors", "g.png"])
@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
def test_any_name(tmp_path, name, kind):
    path = tmp_path / name
    if kind == "safetensors":
        save_file(WEIGHTS, path)
    else:
        torch.save(WEIGHTS, path, _use_new_zipfile_serialization=kind == "zip")
    assert load_generator(import_checkpoint(path, tmp_path / "out")).spec.family == "relu_mlp"


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), data)


FOREIGN = {
    "a web page": b"\n<!DOCTYPE html><html>Google Drive - Virus scan warning</html>",
    "a web page ": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    "an HDF5 file": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "an ONNX model": b"\x08\x08\x12\x07pytorch\x1a\x062.11.0" + bytes(50),
    "TensorFlow": b"\x0a\x20\x0a\x05input\x12\x0bPlaceholder" + bytes(50),
    "TensorFlow checkpoint": b'model_checkpoint_path: "model.ckpt-100"\n',
    "TensorFlow checkpoint or graph": bytes(60) + bytes.fromhex("57fb808b247547db"),
    "TensorFlow Lite": b"\x1c\x00\x00\x00TFL3" + bytes(50),
    "a NumPy array": b"\x93NUMPY\x01\x00" + bytes(50),
    "a picture (PNG)": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "a text file": b"epoch 1 loss 0.3\n",
    "gzip": b"\x1f\x8b\x08" + bytes(50),
    "no checkpoint of a kind that is known": bytes(range(200, 256)) * 3,
}


@pytest.mark.parametrize("what", FOREIGN)
def test_other_kinds_of_files_are_named(tmp_path, what):
    path = tmp_path / "model.pth"
    path.write_bytes(FOREIGN[what])
    refused(path, what.strip(), out=tmp_path / "out")


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"a__1_png": b"", "a__2_JPG": b""}, "a ZIP of 2 pictures"),
        ({"config_json": b"{}", "model_weights_h5": b""}, "a Keras model"),
        ({"z_npy": b"", "w_npy": b""}, "NumPy arrays"),
        ({"run__netG_pth": b""}, "with 'run/netG.pth' inside; unpack it first"),
        ({"readme_txt": b""}, "a ZIP without weights"),
    ],
)
def test_other_kinds_of_zips_are_named(tmp_path, members, what):
    archive(tmp_path / "model.pth", **members)
    refused(tmp_path / "model.pth", what, out=tmp_path / "out")


def some(*shapes):
    return {name: torch.zeros(shape) for name, shape in shapes}


STRANGERS = {
    "a classifier": some(("conv1.weight", (64, 3, 7, 7)), ("layer1.0.conv1.weight", (64, 64, 3, 3)), ("fc.weight", (1000, 512))),
    "a diffusion model": some(("conv_in.weight", (320, 4, 3, 3)), ("time_embedding.linear_1.weight", (1280, 320)),
                              ("down_blocks.0.resnets.0.conv1.weight", (320, 320, 3, 3))),
    "a Stable Diffusion checkpoint": some(("model.diffusion_model.input_blocks.0.0.weight", (320, 4, 3, 3))),
    "a discriminator": CRITIC,
    "a LoRA": some(("unet.up.lora_up.weight", (4, 4)), ("unet.up.lora_down.weight", (4, 4))),
    "a language or text model": some(("model.layers.0.self_attn.q_proj.weight", (8, 8))),
    "a network of facebookresearch/pytorch_GAN_zoo": some(("formatLayer.weight", (8, 64, 4, 4)), ("main.outlayer.weight", (8, 3, 4, 4))),
    "a part of a StyleGAN3 generator": some(("mapping.fc0.weight", (8, 8)), ("synthesis.input.freqs", (8, 2))),
}  # fmt: skip


@pytest.mark.parametrize("what", STRANGERS)
def test_other_networks_are_named_before_what_is_known(tmp_path, what):
    torch.save({"state_dict": STRANGERS[what]}, tmp_path / "model.pth")
    refused(tmp_path / "model.pth", f"model.pth holds {what}", "none of the layouts", out=tmp_path / "out")
    save_file(STRANGERS[what], tmp_path / "x")
    with pytest.raises(ValueError, match=f"^x holds {what}.*It is none of the layouts"):
        recognize(tmp_path / "x")


# -- harmless types beside the weights ------------------------------------------------------------------------------------


class EasyDict(dict):
    pass


EasyDict.__module__, EasyDict.__qualname__ = "easydict", "EasyDict"


@pytest.fixture
def easydict(monkeypatch):
    import sys

    module = types.ModuleType("easydict")
    module.EasyDict = EasyDict
    monkeypatch.setitem(sys.modules, "easydict", module)


def harmless():
    state = EasyDict(lr=1)
    state.note = "an attribute"
    return {
        "namespace": argparse.Namespace(nz=100, nested=argparse.Namespace(a=[1])),
        "simple": types.SimpleNamespace(a=1),
        "scalar": np.float64(0.5),
        "integer": np.int32(3),
        "array": np.arange(6.0).reshape(2, 3),
        "texts": np.array(["a", "b"]),
        "random": np.random.get_state(),
        "state": np.random.RandomState(3),
        "generator": np.random.default_rng(3),
        "python": random.getstate(),
        "dtype": np.dtype("float32"),
        "path": pathlib.Path("runs/1"),
        "pure": pathlib.PureWindowsPath("runs"),
        "date": datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC),
        "delta": datetime.timedelta(seconds=3),
        "defaults": collections.defaultdict(list, {"loss": [1.0]}),
        "nested": collections.defaultdict(dict, {"a": {"b": pathlib.Path("x")}}),
        "counter": collections.Counter("abc"),
        "deque": collections.deque([1, 2], maxlen=5),
        "set": {1, 2},
        "frozen": frozenset({1}),
        "complex": 1j,
        "slice": slice(1, 2),
        "easy": state,
        "uuid": uuid.UUID(int=3),
        "decimal": decimal.Decimal("0.5"),
    }


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", harmless())
def test_harmless_types_are_passed_over(tmp_path, easydict, name, zipped):
    content = {"args": harmless()[name], "epoch": 3, "g_ema": WEIGHTS}
    torch.save(content, tmp_path / "g.pt", _use_new_zipfile_serialization=zipped)
    assert recognize(tmp_path / "g.pt").found.tensors["layers.0.bias"].equal(WEIGHTS["0.bias"])


def test_weights_in_a_default_dictionary_or_an_easy_one(tmp_path, easydict):
    for content in (collections.defaultdict(dict, G=EasyDict(WEIGHTS)), EasyDict(model=EasyDict(G=WEIGHTS))):
        taken(tmp_path / "g.pt", content)


class Does:
    """Unpickling it is function(*args), with a state, items and pairs where they are given."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce__(self):
        return self.parts


def hostile(marker):
    """Pickles that would make the file `marker`, most of them by way of a type that is allowed."""
    import os

    code = f"open({str(marker)!r}, 'w')"
    run = Does(os.system, (f"touch {marker}",))
    space = types.SimpleNamespace
    return {
        "plain": run,
        "eval": Does(eval, (code,)),
        "exec": Does(exec, (code,)),
        "import": Does(__import__, ("os",)),
        "getattr": Does(getattr, (Does(__import__, ("os",)), "system")),
        "in a namespace": argparse.Namespace(a=run),
        "as a state": Does(space, (), {"a": run}),
        "as a factory": Does(collections.defaultdict, (eval,), None, None, iter({code: 1}.items())),
        "as an argument": Does(pathlib.PurePosixPath, (run,)),
        "as an array's type": Does(np.dtype, (run, False, True)),
        "as a key": {Does(pathlib.PurePosixPath, ("a",)): run},
        "in a deque": Does(collections.deque, ([run],)),
        "in items": Does(collections.deque, (), None, iter([run])),
        "partial": Does(__import__("functools").partial, (eval, code)),
        "map": Does(list, (Does(map, (eval, [code])),)),
        "operator": Does(__import__("operator").methodcaller, ("system", "touch")),
        "builtins of a method": Does(getattr, (argparse.Namespace, "__init__")),
        "import of a module": Does(__import__("importlib").import_module, ("os",)),
        "file type": Does(argparse.FileType, ("w",)),
        "path opens": Does(pathlib.Path.touch, (pathlib.Path(marker),)),
        "jit": Does(torch.hub.load, ("a", "b")),
        "torch.load": Does(torch.load, (str(marker),)),
        "subprocess": Does(__import__("subprocess").Popen, (["touch", str(marker)],)),
        "run by a module": Does(__import__("runpy").run_path, (str(marker),)),
        "numpy load": Does(np.load, (str(marker),)),
        "numpy runs": Does(np.vectorize, (eval,)),
    }


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", hostile("x"))
def test_nothing_runs_by_way_of_a_harmless_type(tmp_path, name, zipped):
    marker, path = tmp_path / "ran", tmp_path / "evil.pt"
    evil = hostile(marker)[name]
    torch.save({"g_ema": WEIGHTS, "x": [evil]}, path, _use_new_zipfile_serialization=zipped)
    refused(path, "evil.pt is refused: it asks for", "only plain tensors are read", out=tmp_path / "out")
    path.write_bytes(pickle.dumps({"g_ema": WEIGHTS, "x": evil}, protocol=2))
    with pytest.raises(ValueError, match=r"^evil\.pt"):
        recognize(path)
    assert not marker.exists()


def test_what_stands_for_a_type_is_no_type_that_does_anything():
    """A stand-in has no methods of the type, no state and no arguments; none of the names is a function that acts."""
    made = plain_types.Inert(print, a=eval)
    made.__setstate__({"a": eval})
    assert vars(made) == {} and not callable(made)
    assert {type(f) for f, _ in plain_types.stand_ins()} == {type}
    assert {f for f, _ in plain_types.stand_ins()} == {
        plain_types.Inert,
        plain_types.Dictionary,
        plain_types.List,
        plain_types.Attributes,
    }
    before = torch.serialization.get_safe_globals()
    assert not {f for f, _ in plain_types.stand_ins()} & {g[0] if isinstance(g, tuple) else g for g in before}


@pytest.mark.parametrize(
    "what", ["os.system", "builtins.eval", "functools.partial", "torch.nn.Linear", "mine.Options"]
)
def test_any_other_name_is_refused_and_named(tmp_path, what):
    module, _, name = what.rpartition(".")
    member = f"{module}\n{name}\n".encode()
    path = tmp_path / "evil.pt"
    with torch.serialization.safe_globals([]):
        torch.save({"g": WEIGHTS}, tmp_path / "good.pt")
    with zipfile.ZipFile(tmp_path / "good.pt") as good, zipfile.ZipFile(path, "w") as evil:
        for entry in good.namelist():
            data = b"\x80\x02c" + member + b"." if entry.endswith("data.pkl") else good.read(entry)
            evil.writestr(entry, data)
    refused(
        path,
        f"asks for {what.removeprefix('builtins.')}" if "eval" not in what else "eval",
        out=tmp_path / "out",
    )
