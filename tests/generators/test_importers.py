"""generators/importers/: which files are read, how they are unwrapped, and what is refused."""

import json
import os
import pickle
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from importers.weights import draw
from safetensors.torch import save_file

from ganapp.generators import importers, load_generator, read_config
from ganapp.generators.importers import import_checkpoint, known_layouts, recognize
from ganapp.generators.importers.folding import fold_spectral_norm, plain_names
from ganapp.generators.importers.reading.checkpoint import find_state_dicts, read_checkpoint


def mlp(seed=0, sides=(5, 7, 64)):
    """A csinva MLP's state dict: 5 -> 7 -> 8×8."""
    rng = torch.Generator().manual_seed(seed)
    tensors = {}
    for i, (a, b) in enumerate(zip(sides, sides[1:])):
        tensors |= {
            f"{2 * i}.weight": torch.randn(b, a, generator=rng),
            f"{2 * i}.bias": torch.randn(b, generator=rng),
        }
    return tensors


def unwrap(content, name):
    """The likeliest state dict of a file's content that is an MLP's."""
    return next(c.tensors for c in find_state_dicts(content, name) if "0.weight" in c.tensors)


def refused(source, *words, **options):
    with pytest.raises(ValueError) as error:
        import_checkpoint(source, **options)
    text = str(error.value)
    assert "\n" not in text and text.endswith(".") and all(word in text for word in words), text


# -- files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".ckpt", ".safetensors"])
def test_every_kind_of_file(tmp_path, suffix):
    path = tmp_path / f"mine{suffix}"
    (save_file if suffix == ".safetensors" else torch.save)(mlp(), path)
    folder = import_checkpoint(path, tmp_path / "out")
    G = load_generator(folder)
    x = torch.randn(3, 5, generator=torch.Generator().manual_seed(1))
    w = mlp()
    wanted = (torch.relu(x @ w["0.weight"].T + w["0.bias"]) @ w["2.weight"].T + w["2.bias"]).tanh()
    assert torch.allclose(G(x).flatten(1), wanted, atol=1e-6)
    origin = read_config(folder)["origin"]
    assert origin["imported_from"] == f"mine{suffix}" and len(origin["sha256"]) == 64
    assert origin["layout"] == "csinva MLP" and "commit" not in origin


def test_half_precision_becomes_single(tmp_path):
    torch.save({k: v.half() for k, v in mlp().items()}, tmp_path / "g.pt")
    G = load_generator(import_checkpoint(tmp_path / "g.pt", tmp_path / "out"))
    assert {p.dtype for p in G.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    "entry", ["g_ema", "G_ema", "avgG", "netG", "generator", "state_dict", "model_state_dict", "g"]
)
def test_entries_are_unwrapped(entry):
    content = {"epoch": 3, entry: {f"module.{k}": v for k, v in mlp().items()}}
    assert unwrap(content, "x").keys() == mlp().keys()


def test_an_averaged_generator_is_preferred():
    content = {"g": mlp(1), "g_ema": mlp(2), "d": mlp(3)}
    assert unwrap(content, "x")["0.bias"].equal(mlp(2)["0.bias"])
    nested = {
        "GAN": {
            f"{part}.{k}": v for part, seed in (("G", 1), ("GE", 2), ("D", 3)) for k, v in mlp(seed).items()
        }
    }
    assert unwrap(nested, "x")["0.bias"].equal(mlp(2)["0.bias"])


@pytest.mark.parametrize("prefix", ["module.", "module._orig_mod.", "_orig_mod.module."])
def test_prefixes_of_wrappers_are_taken_off(prefix):
    content = {"n_averaged": torch.tensor(3)} | {
        prefix + k: v for k, v in mlp().items()
    }  # as AveragedModel saves it
    assert unwrap(content, "x").keys() == mlp().keys()


def test_tied_and_transposed_weights_are_saved_apart(tmp_path):
    tensors, shared = mlp(), torch.randn(64, generator=torch.Generator().manual_seed(5))
    tensors |= {"0.weight": tensors["0.weight"].t().contiguous().t(), "0.bias": shared[:7], "2.bias": shared}
    torch.save(tensors, tmp_path / "g.pt")
    state = load_generator(import_checkpoint(tmp_path / "g.pt", tmp_path / "out")).state_dict()
    assert all(state[f"layers.{k}"].equal(t) for k, t in tensors.items())


def test_only_what_shares_its_memory_or_is_not_single_precision_is_copied():
    """A copy of each tensor would double what a large network takes."""
    own, flat = torch.randn(3, 5), torch.randn(20)
    given = (own, flat[:6], own, own.t(), flat.half(), torch.arange(4), torch.zeros(0))
    held = set()
    taken = [importers._own_float(t, held) for t in given]
    assert [t.data_ptr() == g.data_ptr() for t, g in zip(taken, given, strict=True)][:6] == [
        True, False, False, False, False, True,
    ]  # fmt: skip
    assert all(t.equal(g.to(t.dtype)) and t.is_contiguous() for t, g in zip(taken, given, strict=True))
    assert [t.dtype for t in taken[3:6]] == [torch.float32, torch.float32, torch.int64]
    assert len({t.untyped_storage().data_ptr() for t in taken[:6]}) == 6


def test_it_does_not_touch_the_global_random_state(tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    before = torch.random.get_rng_state()
    import_checkpoint(tmp_path / "g.pt", tmp_path / "out")
    assert torch.random.get_rng_state().equal(before)


def test_without_a_folder_it_goes_to_imported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(mlp(), "My G--300.pt")
    assert str(import_checkpoint("My G--300.pt")) == os.path.join("imported", "My-G--300.pt")
    refused("My G--300.pt", "exists already")


# -- what is refused ------------------------------------------------------------------------------------------------------


class Hostile:
    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("suffix", [".pt", ".bin", ".ckpt"])
@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_refused_and_does_not_run(tmp_path, suffix, zipped):
    path, marker = tmp_path / f"evil{suffix}", tmp_path / "ran"
    torch.save({"g_ema": mlp(), "x": Hostile(marker)}, path, _use_new_zipfile_serialization=zipped)
    refused(path, f"evil{suffix} is refused", "system", "only plain tensors", out=tmp_path / "out")
    path.write_bytes(pickle.dumps(Hostile(marker)))
    refused(path, f"evil{suffix}", out=tmp_path / "out")
    assert not marker.exists() and not (tmp_path / "out").exists()


def test_damaged_and_strange_files(tmp_path, monkeypatch):
    good = tmp_path / "good.pt"
    torch.save(mlp(), good)
    (tmp_path / "cut.pt").write_bytes(good.read_bytes()[:-300])
    refused(tmp_path / "cut.pt", "cut.pt is damaged: its end is missing")
    content = good.read_bytes()
    (tmp_path / "holed.pt").write_bytes(content[:300] + bytes(600) + content[900:])
    refused(tmp_path / "holed.pt", "holed.pt cannot be read", "archive is corrupted).")
    (tmp_path / "nothing.pt").write_bytes(b"")
    refused(tmp_path / "nothing.pt", "nothing.pt is empty")
    (tmp_path / "short.safetensors").write_bytes(b"{}")
    refused(tmp_path / "short.safetensors", "not a readable safetensors file")
    (tmp_path / "liar.safetensors").write_bytes(struct.pack("<Q", 2**40) + b"{}")
    refused(tmp_path / "liar.safetensors", "header is longer than the file")
    refused(tmp_path, "is not a file")
    refused(tmp_path / "absent.pt", "is no file")
    (tmp_path / "page.pt").write_text("<html>")
    refused(tmp_path / "page.pt", "is a web page")
    with zipfile.ZipFile(tmp_path / "script.pt", "w") as script:
        script.writestr("script/constants.pkl", b"")
    refused(tmp_path / "script.pt", "TorchScript")
    (tmp_path / "code.py").write_text("print(1)")
    refused(tmp_path / "code.py", "is a text file")
    for content, word in (({}, "no tensors"), ([1], "a list"), ({"epoch": 3}, "epoch")):
        torch.save(content, tmp_path / "odd.pt")
        refused(tmp_path / "odd.pt", word)
    torch.save({"encoder.weight": torch.zeros(3, 3)}, tmp_path / "odd.pt")
    refused(tmp_path / "odd.pt", "none of the layouts", "PyTorch DCGAN tutorial", "encoder.weight")
    torch.save({"a\x1b[31m": torch.zeros(3)}, tmp_path / "odd.pt")
    refused(tmp_path / "odd.pt", r"a\x1b[31m")
    monkeypatch.setenv("GANAPP_MAX_DOWNLOAD_MB", "0")
    refused(good, "good.pt is", "refused")


def test_a_file_that_swells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_MAX_DOWNLOAD_MB", "1")
    torch.save({"0.weight": torch.zeros(600, 600)}, tmp_path / "large.pt")
    with (
        zipfile.ZipFile(tmp_path / "large.pt") as large,
        zipfile.ZipFile(tmp_path / "small.pt", "w", zipfile.ZIP_DEFLATED) as small,
    ):
        for member in large.infolist():
            small.writestr(member.filename, large.read(member))
    assert (tmp_path / "small.pt").stat().st_size < 10_000
    refused(tmp_path / "small.pt", "1.37 MB when unpacked", "1 MB is refused")
    torch.save(mlp() | {"0.weight": torch.zeros(1).expand(10**9, 5)}, tmp_path / "one.pt")
    refused(tmp_path / "one.pt", "18.6 GB of weights")


@pytest.mark.parametrize("kind", ["sparse", "complex", "meta"])
def test_tensors_that_are_not_plain_are_named(tmp_path, kind):
    weight = mlp()["0.weight"]
    odd = {"sparse": weight.to_sparse, "complex": lambda: weight * 1j, "meta": lambda: weight.to("meta")}[
        kind
    ]()
    torch.save(mlp() | {"0.weight": odd}, tmp_path / "g.pt")
    refused(tmp_path / "g.pt", "0.weight is no ordinary tensor", out=tmp_path / "out")


@pytest.mark.parametrize(
    ("file", "case", "key"),
    [
        ("dcgan", "pytorch_gan", "conv_blocks.2.weight"),
        ("lightweight", "attended_128", "layers.2.0.2.1.weight"),
        ("mimicry", "sngan_32", "l1.weight"),
        ("stylegan2", "rosinality", "convs.0.conv.weight"),
        ("r3gan", "r3gan", "Model.MainLayers.3.Layers.1.LinearLayer1.Layer.weight"),
    ],
)
def test_a_damaged_state_dict_is_one_sentence(tmp_path, file, case, key):
    cases = json.loads((Path(__file__).parent / "importers" / f"{file}.json").read_text())
    whole = draw(cases[case]["shapes"], 0)
    for damaged in (
        {k: v for k, v in whole.items() if k != key},
        whole | {key: torch.tensor(1.0)},
        whole | {key: torch.zeros(0)},
    ):
        torch.save(damaged, tmp_path / "g.pt")
        refused(tmp_path / "g.pt", "g.pt", out=tmp_path / "out")
    torch.save(whole, tmp_path / "g.pt")
    recognize(tmp_path / "g.pt")  # and undamaged it is known


def test_weights_that_do_not_fit_or_are_not_finite(tmp_path):
    tensors = mlp()
    tensors["2.bias"] = tensors["2.bias"][:3]
    torch.save(tensors, tmp_path / "g.pt")
    refused(tmp_path / "g.pt", "looks like csinva MLP", "do not fit", out=tmp_path / "out")
    tensors = mlp()
    tensors["0.bias"][0] = float("nan")
    torch.save(tensors, tmp_path / "g.pt")
    refused(tmp_path / "g.pt", "not finite", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    refused(tmp_path / "g.pt", "exists already", out=tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_imported_network_cannot_be_trained(tmp_path):
    from ganapp.networks import build_discriminator

    torch.save(mlp(), tmp_path / "g.pt")
    spec = read_config(import_checkpoint(tmp_path / "g.pt", tmp_path / "out"))["spec"]
    with pytest.raises(ValueError, match="cannot be trained"):
        build_discriminator(spec, {})


# -- from the Hub ---------------------------------------------------------------------------------------------------------


def test_one_named_file_of_the_hub(empty_hub, tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    repo = empty_hub.add(
        "ana/gan", {"g.pt": (tmp_path / "g.pt").read_bytes(), "model.py": b"raise SystemExit"}
    )
    first = repo.refs["main"]
    repo.commit({"README.md": b"gone"})
    folder = import_checkpoint(f"ana/gan@{first}:g.pt", tmp_path / "out")
    origin = json.loads((folder / "config.json").read_text())["origin"]
    assert origin["imported_from"] == f"ana/gan@{first}:g.pt" and origin["commit"] == first
    assert empty_hub.files() == ["g.pt"]
    asked = len(empty_hub.requests)
    refused(f"ana/gan@{first}:g.pt", "exists already", out=tmp_path / "out")
    assert len(empty_hub.requests) == asked  # before anything is fetched
    refused("ana/gan:g.pt", "ana/gan: there is no g.pt in it", out=tmp_path / "other")
    refused("ana/gan:../g.pt", "no file")


def test_every_layout_has_a_name_and_a_source_of_its_own():
    names = [layout.name for layout in known_layouts()]
    assert len(set(names)) == len(names)
    assert all("/" in layout.source for layout in known_layouts())


# -- folding --------------------------------------------------------------------------------------------------------------


SPECTRAL_NORMS = (torch.nn.utils.spectral_norm, torch.nn.utils.parametrizations.spectral_norm)


@pytest.mark.parametrize("norm", SPECTRAL_NORMS)
@pytest.mark.parametrize("wide", [4, 7])  # 4: as many channels in as out
@pytest.mark.parametrize("kind", ["linear", "conv", "transposed"])
def test_folded_weights_are_those_of_torch(kind, wide, norm):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        made = {
            "linear": torch.nn.Linear(4, wide),
            "conv": torch.nn.Conv2d(4, wide, 3),
            "transposed": torch.nn.ConvTranspose2d(4, wide, 3),
        }
        net = torch.nn.Sequential()
        with torch.no_grad():
            made[kind].weight *= 3  # so that dividing by the norm shows
        net.add_module(kind, norm(made[kind]))
        x = torch.randn(2, 4) if kind == "linear" else torch.randn(2, 4, 6, 6)
        for _ in range(3):
            net(x)
    net.eval()(x)
    state = plain_names(net.state_dict())
    folded = fold_spectral_norm(state, transposed=("transposed.",))
    assert set(folded) == {f"{kind}.weight", f"{kind}.bias"}
    assert torch.allclose(folded[f"{kind}.weight"], net[0].weight, atol=1e-6)
    assert (folded[f"{kind}.weight"] - state[f"{kind}.weight_orig"]).abs().max() > 0.01


def test_a_missing_vector_is_named():
    with pytest.raises(ValueError, match=r"^a.weight_orig has spectral norm"):
        fold_spectral_norm({"a.weight_orig": torch.ones(2, 2), "a.weight_u": torch.ones(2)})
    with pytest.raises(ValueError, match=r"matrix of \(3, 2\), but .* have 2 and 3 values"):
        fold_spectral_norm(
            {f"a.weight_{k}": torch.ones(n) for k, n in (("orig", (3, 2)), ("u", 2), ("v", 3))}
        )


def test_reading_gives_what_is_in_the_file(tmp_path):
    torch.save({"state_dict": mlp(), "step": 3}, tmp_path / "g.pth")
    (found,), extra = read_checkpoint(tmp_path / "g.pth")
    assert (
        extra == {} and found.path == ("state_dict",) and found.tensors["2.weight"].equal(mlp()["2.weight"])
    )
