"""generators/{folder,sources}.py: a folder written, found and read again; the Hub is a server here."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ganapp.config import ModelSpec, TrainConfig
from ganapp.generators import (
    NoSnapshot,
    Sources,
    list_sources,
    load_generator,
    locate,
    read_config,
    save_generator,
)
from ganapp.latents import generate
from ganapp.networks import build_generator
from ganapp.runs import create_run

CLASSES = ("smile", "neutral", "sad")
SPEC = ModelSpec("dcgan", 32, 3, len(CLASSES), 16, {"width": 4})


def make(spec: ModelSpec = SPEC, seed: int = 1) -> torch.nn.Module:
    """Weights as after training: as they are initialized, a DCGAN's pictures are all but equal."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        G = build_generator(spec).eval()
        for p in G.parameters():
            if p.ndim > 1:
                p.copy_(torch.randn(p.shape) * 2 / p[0].numel() ** 0.5)
        return G


def save(folder: Path, spec: ModelSpec = SPEC, seed: int = 1, **options) -> Path:
    options.setdefault("class_names", CLASSES if spec.num_classes else ())
    return save_generator(make(spec, seed), folder, **options)


def change_config(folder: Path, **changes) -> None:
    """Change fields of the spec in a folder's config.json."""
    data = json.loads((folder / "config.json").read_text())
    data["spec"].update(changes)
    (folder / "config.json").write_text(json.dumps(data))


def one_sentence(error) -> str:
    text = str(error.value)
    assert "\n" not in text and text.endswith(".") and len(text) < 500, text
    return text


# -- a folder ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        SPEC,
        ModelSpec("mlp", 28, 1, 0, 7, {"hidden": [12, 9]}),
        ModelSpec("r3gan", 32, 1, 2, 8, {"widths": [8, 8, 8, 8]}),
    ],
    ids=lambda spec: spec.family,
)
def test_saved_and_loaded_are_bit_equal(tmp_path, spec):
    G = make(spec)
    names = tuple("ab"[: spec.num_classes]) if spec.num_classes == 2 else CLASSES[: spec.num_classes]
    save_generator(G, tmp_path / "g", class_names=names, origin={"preset": "x", "nimg": 12})
    loaded = load_generator(tmp_path / "g")
    assert sorted(p.name for p in (tmp_path / "g").iterdir()) == ["config.json", "model.safetensors"]
    assert (
        loaded.spec == spec and loaded.class_names == names and loaded.origin == {"preset": "x", "nimg": 12}
    )
    assert loaded.source == str(tmp_path / "g")
    assert not loaded.training and not any(p.requires_grad for p in loaded.parameters())
    own = G.state_dict()
    assert {k: v.tolist() for k, v in loaded.state_dict().items()} == {k: v.tolist() for k, v in own.items()}
    pictures = generate(loaded, [3, 8])
    assert np.array_equal(generate(G, [3, 8]), pictures) and not np.array_equal(*pictures)


def test_loading_draws_no_random_numbers(tmp_path):
    save(tmp_path / "g")
    torch.manual_seed(5)
    before = torch.get_rng_state()
    load_generator(tmp_path / "g")
    assert torch.equal(before, torch.get_rng_state())


def test_half_precision_weights_are_computed_in_fp32(tmp_path):
    from safetensors.torch import load_file, save_file

    save(tmp_path / "g")
    path = tmp_path / "g" / "model.safetensors"
    save_file({k: v.half() if v.is_floating_point() else v for k, v in load_file(path).items()}, path)
    assert {p.dtype for p in load_generator(tmp_path / "g").parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"family": "biggan"}, ["biggan", "mlp, dcgan, resnet, progan, stylegan2, r3gan"]),
        ({"resolution": 33}, ["33", "28, 32, 64"]),
        ({"z_dim": 16.5}, ["z_dim", "whole number"]),
        ({"num_classes": "three"}, ["num_classes"]),
        ({"args": [1]}, ["args", "JSON object"]),
        ({"args": {"width": 4, "blur": 2}}, ["blur", "width"]),
        ({"args": {"width": "wide"}}, ["no network can be built"]),
        ({"args": {"width": 10**9}}, ["width is too large", "65536"]),
        ({"args": {"width": float("inf")}}, ["width is too large"]),
        ({"surprise": 1}, ["surprise"]),
        ({"z_dim": 17}, ["weights do not fit"]),
        ({"num_classes": 4}, ["list of 4 names"]),
    ],
)
def test_a_wrong_configuration_is_one_sentence(tmp_path, changes, words):
    folder = save(tmp_path / "g")
    change_config(folder, **changes)
    began = time.monotonic()
    with pytest.raises(ValueError) as error:
        load_generator(folder)
    assert all(word in one_sentence(error) for word in [str(folder), *words])
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '"x"', '{"format": "other/1"}', "[" * 100_000, "\udcff", "null"]
)
def test_a_config_that_is_none_is_one_sentence(tmp_path, text):
    folder = save(tmp_path / "g")
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=r"config\.json"):
        read_config(folder)


def test_missing_cut_and_oversized_files_are_one_sentence(tmp_path, monkeypatch):
    folder = save(tmp_path / "g")
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="cannot be read") as error:
        load_generator(folder)
    one_sentence(error)
    monkeypatch.setattr("ganapp.generators.folder.MAX_BYTES", 1024**2)
    with open(path, "wb") as file:
        file.truncate(2 * 1024**2)
    with pytest.raises(ValueError, match="larger than 1 MB"):
        load_generator(folder)
    path.unlink()
    with pytest.raises(ValueError, match=r"no model\.safetensors in it"):
        load_generator(folder)
    (folder / "config.json").write_text(" " * (1024**2 + 1))
    with pytest.raises(ValueError, match="larger than 1 MB"):
        load_generator(folder)


def test_a_pickle_named_like_weights_is_not_executed(tmp_path):
    folder = save(tmp_path / "g")
    torch.save({"weight": torch.zeros(2)}, folder / "model.safetensors")
    with pytest.raises(ValueError, match="cannot be read"):
        load_generator(folder)


# -- finding it -------------------------------------------------------------------------------------------------------


def test_names_of_checkpoints_runs_and_snapshots(tmp_path, elsewhere):
    save(tmp_path / "shipped" / "faces-32", seed=1)
    run = create_run(tmp_path / "runs", TrainConfig(), name="one")
    where = {"runs": tmp_path / "runs", "checkpoints": tmp_path / "shipped"}
    with pytest.raises(ValueError, match="has no snapshot yet"):
        locate(run.name, **where)
    run.write_snapshot(1000, lambda folder: save(folder, seed=2))
    run.write_snapshot(2000, lambda folder: save(folder, seed=3))
    assert locate("faces-32", **where) == (tmp_path / "shipped" / "faces-32", "faces-32")
    newest = run.path / "snapshots" / "000002000"
    assert locate("00001-one", **where) == (newest, "00001-one/000002000")
    assert locate(run.path, **where) == (newest, "00001-one/000002000")
    assert locate(run.path, runs="nowhere")[0].samefile(newest)  # a run that lies elsewhere
    assert locate("00001-one/000001000", **where)[0] == newest.with_name("000001000")
    assert locate(str(newest), **where) == (newest, str(newest))
    with pytest.raises(ValueError, match="no snapshot '000003000'; there are: 000002000, 000001000"):
        locate("00001-one/000003000", **where)
    assert list_sources(**where) == ["faces-32", "00001-one/000002000", "00001-one/000001000"]
    for name in list_sources(**where):
        assert load_generator(name, **where).source == name
    os.chdir(run.path)
    assert locate(".", runs="runs")[0].samefile(newest)


def test_where_no_paths_are_allowed_listed_names_and_hub_ids_alone_are_found(tmp_path, elsewhere):
    save(tmp_path / "shipped" / "faces-32")
    save(tmp_path / "imported" / "netG.pth")
    run = create_run(tmp_path / "runs", TrainConfig(), name="one")
    run.write_snapshot(1000, lambda folder: save(folder))
    save(elsewhere / "user" / "name")
    where = tmp_path / "runs", tmp_path / "shipped", (tmp_path / "imported",)
    closed, open_one = Sources(*where, allow_paths=False), Sources(*where, show_paths=False)
    names = ["faces-32", "00001-one/000001000", "imported/netG.pth"]
    assert closed.list() == open_one.list() == names
    for name in names:
        assert closed.find(name)[1] == open_one.find(name)[1] == closed.load(name).source == name
    assert closed.find_here("user/name") is None and open_one.find_here("user/name")[1] == "name"
    secret = str(tmp_path / "shipped" / "faces-32")
    assert open_one.find(secret) == (tmp_path / "shipped" / "faces-32", "faces-32")
    for name in (
        secret,
        ".",
        "..",
        "~",
        "../shipped/faces-32",
        "imported/../runs",
        "imported/.",
        "00001-one/..",
    ):
        with pytest.raises(ValueError, match="not known here") as error:
            closed.find_here(name)
        assert str(tmp_path) not in str(error.value)


def test_a_name_of_a_snapshot_is_never_asked_of_the_hub(tmp_path):
    for sources in (Sources(tmp_path, tmp_path), Sources(tmp_path, tmp_path, allow_paths=False)):
        with pytest.raises(NoSnapshot):
            sources.find("00001-gone/000001000")


def test_a_checkpoints_folder_here_comes_before_the_one_beside_the_package(tmp_path, elsewhere, monkeypatch):
    monkeypatch.setattr("ganapp.generators.sources.SHIPPED", save(tmp_path / "package" / "faces-1").parent)
    assert list_sources() == ["faces-1"] and locate("faces-1", runs="runs")[1] == "faces-1"
    save(elsewhere / "checkpoints" / "faces-2")
    assert list_sources() == ["faces-2"]


@pytest.mark.parametrize(
    "source",
    ["", "nothing", "../nothing", "user/name@../../x", "a/b/c", "x" * 300, "y" * 5000, "a\0b", "~x/y"],
)
def test_what_is_nothing_is_one_sentence(elsewhere, source):
    with pytest.raises(ValueError) as error:
        locate(source, runs="runs")
    one_sentence(error)


def test_shipped_ones_of_larger_pictures_are_listed_first(tmp_path):
    for name, size in (("a", 28), ("b", 64), ("c", 32), ("d", 64)):
        save(tmp_path / name, replace(SPEC, resolution=size))
    (tmp_path / "d" / "config.json").write_text("{")
    assert list_sources(runs=tmp_path, checkpoints=tmp_path) == ["b", "c", "a", "d"]


def test_a_folder_comes_before_a_listed_name_on_the_command_line_and_after_it_on_the_page(
    tmp_path, elsewhere
):
    """As in version 0.3: load_generator("mine") here is ./mine, whatever is shipped; the page lists names."""
    shipped = save(tmp_path / "checkpoints" / "mine")
    own = save(elsewhere / "mine")
    checkpoints = tmp_path / "checkpoints"
    assert Sources(checkpoints=checkpoints).find("mine")[0].resolve() == own
    assert Sources(checkpoints=checkpoints, show_paths=False).find("mine")[0] == shipped
    assert Sources(checkpoints=checkpoints, allow_paths=False).find("mine")[0] == shipped
