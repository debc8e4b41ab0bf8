"""generators/{folder,sources}.py: a folder written, found and read again; the Hub is a server here."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT

from ganapp import weights
from ganapp.config import ModelSpec, TrainConfig
from ganapp.generators import (
    NoSnapshot,
    Sources,
    load_generator,
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


def without_checksums(folder: Path) -> Path:
    """The folder as version 0.3 wrote it."""
    data = json.loads((folder / "config.json").read_text())
    del data["sha256"]
    (folder / "config.json").write_text(json.dumps(data))
    return folder


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


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

    without_checksums(save(tmp_path / "g"))
    path = tmp_path / "g" / "model.safetensors"
    save_file({k: v.half() if v.is_floating_point() else v for k, v in load_file(path).items()}, path)
    assert {p.dtype for p in load_generator(tmp_path / "g").parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"family": "biggan"}, ["biggan", "mlp, dcgan, resnet, progan, stylegan2, r3gan, unet, translator"]),
        ({"resolution": 33}, ["33", "28, 32, 64"]),
        ({"z_dim": 16.5}, ["z_dim", "whole number"]),
        ({"num_classes": "three"}, ["num_classes"]),
        ({"args": [1]}, ["args", "JSON object"]),
        ({"args": {"width": 4, "blur": 2}}, ["blur", "width"]),
        ({"args": {"width": "wide"}}, ["no network can be built"]),
        ({"args": {"width": 10**9}}, ["width is too large", "65536"]),
        ({"args": {"width": float("inf")}}, ["width is too large"]),
        (
            {"args": {"width": 60_000, "max_width": 60_000}},
            ["no network can be built", "too many for its weights"],
        ),
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


def test_every_flipped_bit_of_the_weights_is_noticed(tmp_path):
    path = save(tmp_path / "g") / "model.safetensors"
    random = np.random.default_rng(0)
    for bit in (*range(0, 64, 7), *random.integers(64, 8 * path.stat().st_size, 40)):
        flip(path, bit)
        with pytest.raises(ValueError, match=r"model\.safetensors") as error:
            load_generator(tmp_path / "g")
        assert str(tmp_path / "g") in one_sentence(error)
        flip(path, bit)
    load_generator(tmp_path / "g")


def test_a_flipped_bit_of_the_configuration_never_gives_another_network(tmp_path):
    """Names of classes and the origin carry no checksum: people may edit them."""
    path = save(tmp_path / "g", origin={"nimg": 12}) / "config.json"
    whole, spared = load_generator(tmp_path / "g"), 0
    for bit in np.random.default_rng(1).integers(0, 8 * path.stat().st_size, 60):
        flip(path, bit)
        try:
            G = load_generator(tmp_path / "g")
        except ValueError as error:
            assert "\n" not in str(error) and "config.json" in str(error) or "g: " in str(error)
        else:
            spared += 1
            assert G.spec == whole.spec
            assert all(torch.equal(t, whole.state_dict()[k]) for k, t in G.state_dict().items())
        flip(path, bit)
    assert 0 < spared < 50


def test_a_spec_whose_weights_fit_all_the_same_is_noticed(tmp_path):
    """The shapes of the weights do not tell how often two styles are mixed."""
    args = {"w_dim": 16, "channel_base": 256, "channel_max": 8}
    spec = ModelSpec("stylegan2", 32, 3, 0, 8, args | {"mixing": 0.5})
    folder = save(tmp_path / "g", spec)
    change_config(folder, args=args | {"mixing": 0.25})
    with pytest.raises(ValueError, match=r"the spec in config\.json is damaged or was changed") as error:
        load_generator(folder)
    one_sentence(error)
    assert read_config(folder)["changed"] and read_config(folder)["spec"].args["mixing"] == 0.25
    assert load_generator(without_checksums(folder)).spec.args["mixing"] == 0.25


def test_a_folder_without_checksums_is_loaded_as_before(tmp_path):
    save(tmp_path / "g")
    whole = load_generator(tmp_path / "g").state_dict()
    old = load_generator(without_checksums(tmp_path / "g"))
    assert all(torch.equal(t, whole[k]) for k, t in old.state_dict().items())
    assert not read_config(tmp_path / "g")["changed"] and read_config(tmp_path / "g")["sha256"] == {}


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "checkpoints").glob("*/config.json")), ids=lambda p: p.parent.name
)
def test_shipped_generators_carry_checksums(folder):
    assert set(read_config(folder.parent)["sha256"]) == {"weights", "spec"}
    load_generator(folder.parent)


def test_the_order_and_the_spaces_of_a_configuration_do_not_count(tmp_path):
    path = save(tmp_path / "g") / "config.json"
    data = json.loads(path.read_text())
    data["class_names"] = ["glad", "plain", "sad"]
    data["spec"] = dict(reversed(data["spec"].items()))
    path.write_text(json.dumps(dict(reversed(data.items()))))
    assert load_generator(tmp_path / "g").class_names == ("glad", "plain", "sad")
    data["sha256"] = "abc"
    path.write_text(json.dumps(data))
    with pytest.raises(ValueError, match="must be an object of checksums"):
        load_generator(tmp_path / "g")


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
    sources = Sources(tmp_path / "runs", tmp_path / "shipped")
    with pytest.raises(ValueError, match="has no snapshot yet"):
        sources.find(run.name)
    run.write_snapshot(1000, lambda folder: save(folder, seed=2))
    run.write_snapshot(2000, lambda folder: save(folder, seed=3))
    assert sources.find("faces-32") == (tmp_path / "shipped" / "faces-32", "faces-32")
    newest = run.path / "snapshots" / "000002000"
    assert sources.find("00001-one") == (newest, "00001-one/000002000")
    assert sources.find(run.path) == (newest, "00001-one/000002000")
    assert Sources("nowhere").find(run.path)[0].samefile(newest)  # a run that lies elsewhere
    assert sources.find("00001-one/000001000")[0] == newest.with_name("000001000")
    assert sources.find(str(newest)) == (newest, str(newest))
    with pytest.raises(ValueError, match="no snapshot '000003000'; there are: 000002000, 000001000"):
        sources.find("00001-one/000003000")
    assert sources.list() == ["faces-32", "00001-one/000002000", "00001-one/000001000"]
    for name in sources.list():
        assert sources.load(name).source == name
    os.chdir(run.path)
    assert Sources().find(".")[0].samefile(newest)


def test_numbers_name_runs_and_snapshots(tmp_path, elsewhere):
    """As documented; the Hub is not asked for 1/1000, which has the form of its ids."""
    for name in ("one", "two"):
        run = create_run(tmp_path / "runs", TrainConfig(), name=name)
        for nimg in (1000, 6016):
            run.write_snapshot(nimg, lambda folder: save(folder))
    for sources in (Sources(tmp_path / "runs"), Sources(tmp_path / "runs", allow_paths=False)):
        assert sources.find("1")[1] == sources.find("00001")[1] == "00001-one/000006016"
        assert sources.find("2/1000")[1] == sources.find("00002-two/1000")[1] == "00002-two/000001000"
        with pytest.raises(
            NoSnapshot, match="run '00002-two' has no snapshot '17'; there are: 000006016, 00"
        ):
            sources.find("2/17")
        with pytest.raises(ValueError):
            sources.find("3")
        assert sources.find_here("3/17") is None  # no run, so it may be one of the Hub
    save(tmp_path / "runs" / "checkpoints" / "1")
    assert Sources(tmp_path / "runs", tmp_path / "runs" / "checkpoints").find("1")[1] == "1"
    create_run(tmp_path / "runs", TrainConfig()).rename("00001-again")
    with pytest.raises(ValueError, match="'1' is no folder, run"):
        sources = Sources(tmp_path / "runs", tmp_path / "none")
        sources.find("1")


def test_best_is_none_yet_while_no_live_figure_was_measured(tmp_path):
    """It is not a snapshot that is gone: a page says of those that they were removed."""
    run = create_run(tmp_path, TrainConfig(), name="one")
    run.write_snapshot(1000, lambda folder: save(folder))
    with pytest.raises(
        ValueError, match="run '00001-one' has no best snapshot yet, since the live fig"
    ) as error:
        Sources(tmp_path).find("00001-one/best")
    assert not isinstance(error.value, NoSnapshot)


def test_the_names_of_version_0_3_are_kept(tmp_path, elsewhere):
    """Programs written for it import these from ganapp.weights."""
    run = create_run(tmp_path / "runs", TrainConfig(), name="one")
    run.write_snapshot(1000, lambda folder: save(folder))
    where = {"runs": tmp_path / "runs", "checkpoints": tmp_path / "none"}
    sources = Sources(**where)
    assert weights.list_sources(**where) == sources.list() == ["00001-one/000001000"]
    assert weights.locate("00001-one", **where) == sources.find("00001-one")
    assert weights.load_generator is load_generator and weights.save_generator is save_generator


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
    assert Sources().list() == ["faces-1"] and Sources().find("faces-1")[1] == "faces-1"
    save(elsewhere / "checkpoints" / "faces-2")
    assert Sources().list() == ["faces-2"]


@pytest.mark.parametrize(
    "source",
    ["", "nothing", "../nothing", "user/name@../../x", "a/b/c", "x" * 300, "y" * 5000, "a\0b", "~x/y"],
)
def test_what_is_nothing_is_one_sentence(elsewhere, source):
    with pytest.raises(ValueError) as error:
        Sources().find(source)
    one_sentence(error)


def test_shipped_ones_of_larger_pictures_are_listed_first(tmp_path):
    for name, size in (("a", 28), ("b", 64), ("c", 32), ("d", 64)):
        save(tmp_path / name, replace(SPEC, resolution=size))
    (tmp_path / "d" / "config.json").write_text("{")
    assert Sources(tmp_path, tmp_path).list() == ["b", "c", "a", "d"]


@pytest.mark.parametrize("hidden", [".tmp-1-a", ".kept", "~a"])
def test_what_cannot_be_named_is_not_listed(tmp_path, hidden):
    for name in ("a", hidden):
        save(tmp_path / "here" / name)
        save(tmp_path / "imported" / name)
    sources = Sources(tmp_path, tmp_path / "here", (tmp_path / "imported",))
    assert sources.list() == ["a", "imported/a"]
    assert [sources.find(name)[1] for name in sources.list()] == sources.list()


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


def test_loading_does_not_import_the_compiler_of_torch(tmp_path):
    """Arithmetic on the meta device would: 1.3 s and 900 modules in a new process."""
    code = (
        "import sys, torch; from ganapp.generators import load_generator; load_generator(sys.argv[1]); "
        "print('torch._dynamo' in sys.modules)"
    )
    folder = save_generator(
        build_generator(ModelSpec("stylegan2", 32, 3, 0, 8, {"channel_max": 8, "w_dim": 8})), tmp_path / "g"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
