"""importers/reading/unpickle.py: pickles of networks become tensors, and no code in or named by them is run.

The good ones are pickled by small classes under the names of NVIDIA's and R3GAN's, whose pickles have the same structure.
"""

import io
import os
import pickle
import struct
import subprocess
import sys
import tracemalloc
import types

import numpy as np
import pytest
import torch
from importers.original import ATOL
from test_import_fastgan import ORIGINAL as PROJECTED
from test_import_fastgan import weights as projected_weights
from test_import_stylegan2 import CLAMP, check, weights
from test_import_stylegan3 import ORIGINAL as STYLEGAN3
from test_import_stylegan3 import weights as stylegan3_weights

from ganapp.generators import load_generator
from ganapp.generators.importers import import_checkpoint
from ganapp.generators.importers.reading import restricted, unpickle
from ganapp.generators.importers.reading.unpickle import read_pickle

EMBEDDED = "import os\nos.system('touch {marker}')\n"


@pytest.fixture
def module(monkeypatch):
    """module("a.b", name=object …): a fake module that pickle finds while it writes, with these under its name."""

    def make(path, **members):
        parts = path.split(".")
        for i in range(1, len(parts) + 1):
            name = ".".join(parts[:i])
            monkeypatch.setitem(sys.modules, name, sys.modules.get(name) or types.ModuleType(name))
        for name, member in members.items():
            member.__module__, member.__qualname__, member.__name__ = path, name, name
            setattr(sys.modules[path], name, member)

    return make


def persistent_class(module, marker):
    """A class of modules that are pickled as torch_utils.persistence does: with source, which reading them would run."""

    def rebuild(meta):
        raise AssertionError

    class Persistent(torch.nn.Module):
        def __reduce__(self):
            meta = {
                "type": "class",
                "version": 6,
                "module_src": EMBEDDED.format(marker=marker),
                "class_name": "Generator",
            }
            return rebuild, (meta | {"state": super().__reduce__()[2]},), None

    module("torch_utils.persistence", _reconstruct_persistent_obj=rebuild)
    return Persistent


def tree(make, tensors, buffers=("noise_const", "w_avg", "resample_filter")):
    """A module of modules with these tensors under their dotted names."""
    root = make()
    for name, tensor in tensors.items():
        *path, last = name.split(".")
        place = root
        for part in path:
            if part not in place._modules:
                place.add_module(part, make())
            place = place._modules[part]
        if last in buffers:
            place.register_buffer(last, tensor)
        else:
            place.register_parameter(last, torch.nn.Parameter(tensor))
    return root


def nvidia(module, folder):
    """What NVIDIA's training loop writes of the generator of test_import_stylegan2, and the file that its source would make."""

    class EasyDict(dict):
        pass

    module("dnnlib.util", EasyDict=EasyDict)
    persistent = persistent_class(module, folder / "ran")
    G = tree(persistent, weights("nvidia_classes"))
    G._init_args, G._init_kwargs = (), EasyDict(z_dim=10, mapping_kwargs=EasyDict(num_layers=2))
    for layer in G.synthesis.children():
        for conv in layer.children():
            conv.conv_clamp = CLAMP
            conv.weight_gain = torch.ones(1).numpy()[0] / 3
    path = folder / "network-snapshot-000100.pkl"
    other = tree(persistent, {"w_avg": torch.zeros(16)})
    path.write_bytes(pickle.dumps({"training_set_kwargs": EasyDict(a=1), "G": other, "D": None, "G_ema": G}))
    return path


# -- good ones ------------------------------------------------------------------------------------------------------------


def test_a_network_of_nvidias(tmp_path, module):
    G = load_generator(import_checkpoint(nvidia(module, tmp_path), tmp_path / "out"))
    check(G, "nvidia_classes")
    assert not (tmp_path / "ran").exists()


def test_a_stylegan3_of_nvidias(tmp_path, module):
    """Its layers hold arrays and numbers of NumPy, which are passed over, and plain numbers, which count."""
    persistent = persistent_class(module, tmp_path / "ran")
    fixed = ("magnitude_ema", "w_avg", "up_filter", "down_filter", "freqs", "phases", "transform")
    G = tree(persistent, stylegan3_weights("t_16_clamped"), fixed)
    G.synthesis.margin_size, G.synthesis.output_scale, G.mapping.fc0.bias_gain = 6, 0.5, 0.02
    for name, layer in G.synthesis.named_children():
        layer.size = np.broadcast_to(np.asarray(28), [2])
        layer.sampling_rate = np.float64(16)
        if name != "input":
            layer.conv_clamp, layer.up_factor, layer.padding = 0.9, 2, [1, 2, 1, 2]
    (tmp_path / "g.pkl").write_bytes(pickle.dumps({"G": None, "G_ema": G}))
    G = load_generator(import_checkpoint(tmp_path / "g.pkl", tmp_path / "out"))
    STYLEGAN3.check(G, "t_16_clamped", ATOL, contrast=0.1, variety=0.05)
    assert "notes" not in G.origin and not (tmp_path / "ran").exists()


def test_a_network_of_r3gans(tmp_path, module):
    """Plain modules, made by their class and then given their state; numbers beside tensors; optimizers are left out."""

    class Generator(torch.nn.Module):
        pass

    module("training.networks_baseline", Generator=Generator)
    root = tree(Generator, {"Model.MainLayers.0.Layers.0.Basis": torch.arange(48.0).view(3, 4, 4)})
    layer = torch.nn.Conv2d(3, 5, 1, bias=False).requires_grad_(False)
    root.Model.AggregationLayer, root.c_dim, root.dtype = layer, 10, torch.bfloat16
    optimizer = torch.optim.Adam(layer.parameters())
    path = tmp_path / "g.pkl"
    path.write_bytes(pickle.dumps({"G": root, "D_opt_state": optimizer.state_dict(), "cur_nimg": 5}))
    tensors, extra = unpickle.extract(path, 2**20)
    assert tensors["Model.MainLayers.0.Layers.0.Basis"].equal(torch.arange(48.0).view(3, 4, 4))
    assert tensors["Model.AggregationLayer.weight"].equal(layer.weight) and len(tensors) == 2
    assert extra["c_dim"] == 10 and extra["Model.AggregationLayer.in_channels"] == 3 and "dtype" not in extra


def test_a_network_of_projected_gans(tmp_path, module):
    """Plain modules of pg_modules, with the hooks of spectral norm and a discriminator of timm's beside them."""

    class Generator(torch.nn.Module):
        pass

    class EfficientNet(torch.nn.Module):
        pass

    module("pg_modules.networks_fastgan", Generator=Generator)
    module("timm.models.efficientnet", EfficientNet=EfficientNet)
    tensors = projected_weights("projected_128")
    ends = ("running_mean", "running_var", "num_batches_tracked", "weight_u", "weight_v")
    G = tree(Generator, tensors, buffers=ends)
    normed = torch.nn.utils.spectral_norm(torch.nn.Conv2d(2, 2, 1))
    for layer in G.modules():
        if "weight_orig" in layer._parameters:
            layer._forward_pre_hooks, layer._state_dict_hooks = (
                normed._forward_pre_hooks,
                normed._state_dict_hooks,
            )
            layer._load_state_dict_pre_hooks = normed._load_state_dict_pre_hooks
    path = tmp_path / "best_model.pkl"
    path.write_bytes(pickle.dumps({"G": G, "D": tree(EfficientNet, {"a": torch.ones(2)}), "G_ema": G}))
    G = load_generator(import_checkpoint(path, tmp_path / "out"))
    assert G.spec.family == "fastgan" and PROJECTED.difference(G, "projected_128") < ATOL


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux")
def test_only_the_generator_is_read(tmp_path):
    """A hundred megabytes beside it are passed over, and stay in the file."""
    small = {"a": torch.arange(30000.0), "b": torch.ones(3)}
    root, other = (
        tree(torch.nn.Identity, small, "ab"),
        tree(torch.nn.Identity, {"c": torch.zeros(25_000_000)}, "c"),
    )
    path = tmp_path / "g.pkl"
    with path.open("wb") as file:
        pickle.dump({"D": other, "G_ema": root}, file)
    tracemalloc.start()
    tensors, _ = unpickle.extract(path, 2**20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert tensors["a"].equal(small["a"]) and tensors["b"].equal(small["b"]) and peak < 2_000_000


@pytest.mark.slow
def test_an_import_does_not_load_the_compiler_of_torch(tmp_path):
    """Which takes seconds and 100 MB, and which building on the meta device does."""
    torch.save(weights("nvidia"), tmp_path / "g.pt")
    code = (
        "import sys; from ganapp.generators.importers import import_checkpoint as f; "
        f"f({str(tmp_path / 'g.pt')!r}, {str(tmp_path / 'out')!r}); print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=unpickle.ROOT)
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_protocols_views_and_kinds_of_numbers(tmp_path, module, protocol):
    whole = torch.arange(24.0).view(4, 6)
    tensors = {
        "a": whole.t(),
        "b.c": whole[1:, 2:4],
        "n": torch.arange(3),
        "h": whole.half(),
        "s": torch.tensor(2.5),
    }
    root = tree(torch.nn.Identity, tensors, buffers="abcnhs")
    root.register_buffer("passing", torch.ones(2), persistent=False)
    path = tmp_path / "g.pkl"
    path.write_bytes(pickle.dumps(root, protocol))
    found, _ = unpickle.extract(path, 2**20)
    assert found.keys() == tensors.keys() and all(
        t.equal(found[k]) and t.dtype == found[k].dtype for k, t in tensors.items()
    )


# -- bad ones -------------------------------------------------------------------------------------------------------------


class Call:
    """Something whose unpickling is function(*args)."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def refused(path, *words, **limits):
    """By the process: one sentence that begins with the file's name."""
    with pytest.raises(ValueError) as error:
        read_pickle(path, **limits)
    text = str(error.value)
    assert text.startswith(path.name) and "\n" not in text and text.endswith(".") and len(text) < 250, text
    assert all(word in text for word in words), text


def refused_here(path, content, words, error=restricted.Refused):
    """By what that process runs: the quick way. Of the other errors, the process makes a sentence of its own."""
    path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content))
    with pytest.raises(error, match=words):
        unpickle.extract(path, 2**20)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize(
    ("function", "asks"),
    [
        (os.system, "posix.system|nt.system"),
        (eval, "builtins.eval"),
        (exec, "builtins.exec"),
        (getattr, "builtins.getattr"),
    ],
)
def test_functions_are_refused_and_do_not_run(tmp_path, function, asks, nested):
    code = f"touch {tmp_path / 'ran'}" if function is os.system else f"open({str(tmp_path / 'ran')!r}, 'w')"
    evil = Call(function, Call(__import__, "os"), "system") if function is getattr else Call(function, code)
    if nested:
        evil = {"G_ema": tree(torch.nn.Identity, {"a": torch.ones(2)}), "D": [({"x": evil},)]}
    refused_here(tmp_path / "evil.pkl", evil, f"asks for '({asks})'")
    assert not (tmp_path / "ran").exists()


def test_the_process_says_it_in_a_sentence(tmp_path):
    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(Call(os.system, f"touch {tmp_path / 'ran'}")))
    refused(path, "evil.pkl is refused: it asks for '", "system', which no generator needs")
    assert not (tmp_path / "ran").exists()


def test_code_inside_a_storage_does_not_run(tmp_path):
    """What torch.save wrote is itself a pickle, of which only classes of storages are known."""
    inside = io.BytesIO()
    torch.save(Call(os.system, f"touch {tmp_path / 'ran'}"), inside, _use_new_zipfile_serialization=False)
    for data in (inside.getvalue(), pickle.dumps(Call(os.system, f"touch {tmp_path / 'ran'}"))):
        tensor = Call(
            torch._utils._rebuild_tensor_v2,
            Call(torch.storage._load_from_bytes, data),
            0,
            (1,),
            (1,),
            False,
            None,
        )
        root = tree(torch.nn.Identity, {"a": torch.ones(1)}, "a")
        root._buffers["a"] = tensor
        refused_here(tmp_path / "evil.pkl", root, "asks for '(posix|nt).system' in a tensor")
    assert not (tmp_path / "ran").exists()


def instructions(*parts):
    """A pickle by hand; texts become SHORT_BINUNICODE."""
    coded = (
        b"\x8c" + bytes([len(part)]) + part.encode() if isinstance(part, str) else part for part in parts
    )
    return b"\x80\x04" + b"".join(coded) + b"."


SET = ("builtins", "set", pickle.STACK_GLOBAL)
TEN_GB = struct.pack("<Q", 10 * 1024**3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (instructions(pickle.BINBYTES8, TEN_GB, b"few"), r"claims 10,737,418,240 bytes more, but has 4$"),
        (instructions(pickle.FRAME, TEN_GB), "claims 10,737,418,240 bytes"),
        (instructions(pickle.BYTEARRAY8, TEN_GB), "instructions that no checkpoint needs"),
        (instructions("x", pickle.BINPERSID), "instructions that no checkpoint needs"),
        (instructions("x", pickle.EMPTY_TUPLE, pickle.REDUCE), "it calls 'str'"),
        (instructions(*SET, pickle.EMPTY_TUPLE, pickle.REDUCE, pickle.EMPTY_TUPLE, pickle.REDUCE), "it calls 'set'"),
        (instructions(*SET, pickle.NONE, pickle.EMPTY_DICT, "__defaults__", pickle.NONE, pickle.SETITEM, pickle.TUPLE2, pickle.BUILD), "sets the state of a function"),
        (instructions("training", "os.x; system", pickle.STACK_GLOBAL), "asks for 'training.os.x; system'"),
        (instructions(pickle.EMPTY_DICT), "holds no network under G_ema or G"),
        (instructions("trainingx", "G", pickle.STACK_GLOBAL), "asks for 'trainingx.G'"),
        (b"PK\x03\x04rest", "ends in .pt"),
    ],
)  # fmt: skip
def test_pickles_by_hand(tmp_path, content, words):
    refused_here(tmp_path / "evil.pkl", content, words)


def test_modules_without_end(tmp_path):
    root = tree(torch.nn.Identity, {"a.b.c": torch.ones(1)})
    root.a.b._modules["again"] = root
    refused_here(tmp_path / "evil.pkl", root, "modules have no end")
    deep = torch.nn.Identity()
    for _ in range(40):  # twice in each: 2^40 of them
        deep = torch.nn.ModuleList([deep, deep])
    refused_here(tmp_path / "evil.pkl", deep, "modules have no end")


@pytest.mark.parametrize(
    ("offset", "size", "stride", "words"),
    [
        (0, (10**6, 10**6), (0, 0), "claims 1000000000000 values, but has 4"),
        (2, (3,), (1,), "claims 3 values, but has 4"),
        (0, (3,), (10**30,), "'a' claims 3 values"),
        (-1, (2,), (1,), "no proper shape"),
        (0, (2,), (1, 1), "no proper shape"),
        (0, (2.5,), (1,), "no proper shape"),
    ],
)
def test_tensors_that_are_larger_than_their_data(tmp_path, offset, size, stride, words):
    inside = io.BytesIO()
    torch.save(torch.ones(4).storage(), inside, _use_new_zipfile_serialization=False)
    storage = Call(torch.storage._load_from_bytes, inside.getvalue())
    root = tree(torch.nn.Identity, {"a": torch.ones(1)}, "a")
    root._buffers["a"] = Call(torch._utils._rebuild_tensor_v2, storage, offset, size, stride, False, None)
    refused_here(tmp_path / "evil.pkl", root, words)


def test_a_truncated_one(tmp_path, module):
    path = nvidia(module, tmp_path)
    refused_here(path, path.read_bytes()[:-2000], "is damaged: it claims|holds no network")


@pytest.mark.slow
def test_an_endless_loop_ends(tmp_path):
    """A key of nested pairs, whose hash takes 2^60 steps."""
    path = tmp_path / "slow.pkl"
    nested = (pickle.DUP, pickle.TUPLE2) * 60
    path.write_bytes(instructions(pickle.EMPTY_DICT, "x", *nested, pickle.NONE, pickle.SETITEM))
    refused(path, "slow.pkl is refused: reading it took longer than 3 seconds", seconds=3)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux")
@pytest.mark.slow
def test_a_memory_bomb_is_stopped(tmp_path):
    """20,000 sets of the same 5,000 numbers: a tenth of a megabyte that becomes five thousand."""
    numbers = (b"M" + struct.pack("<H", i) for i in range(5000))
    some = (pickle.EMPTY_LIST, pickle.MARK, *numbers, pickle.APPENDS, pickle.TUPLE1, b"q\x01")
    sets = (b"h\x00" + b"h\x01" + pickle.REDUCE) * 20_000
    path = tmp_path / "bomb.pkl"
    path.write_bytes(instructions(*SET, b"q\x00", *some, sets))
    refused(path, "bomb.pkl is refused: reading it takes too much memory", max_bytes=64 * 1024**2)


def test_the_process_gets_no_token(tmp_path, monkeypatch):
    """Of the environment, it is given what starting Python takes."""
    seen = {}

    def run(command, **options):
        seen.update(options["env"])
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ValueError, match="took longer"):
        read_pickle(tmp_path / "g.pkl")
    assert seen["PATH"] == os.environ["PATH"] and "hf_secret" not in seen.values()
