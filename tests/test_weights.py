"""weights.py: a generator folder written, found and read again; the Hub, by a server here that logs what is asked for."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hub_server import TOKEN, serve
from huggingface_hub import close_session, constants

from ganapp import weights
from ganapp.config import ModelSpec, TrainConfig
from ganapp.models import build_generator
from ganapp.runs import create_run
from ganapp.sample import generate
from ganapp.weights import list_sources, load_generator, locate, read_config, save_generator

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


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty current folder, so that names are not found by accident."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


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
    assert loaded.spec == spec and loaded.class_names == names and loaded.origin == {"preset": "x", "nimg": 12}
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


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"x"', '{"format": "other/1"}', "[" * 100_000, "\udcff", "null"])
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
    monkeypatch.setattr(weights, "MAX_BYTES", 1024**2)
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


def test_a_checkpoints_folder_here_comes_before_the_one_beside_the_package(tmp_path, elsewhere, monkeypatch):
    monkeypatch.setattr(weights, "SHIPPED", save(tmp_path / "package" / "faces-1").parent)
    assert list_sources() == ["faces-1"] and locate("faces-1", runs="runs")[1] == "faces-1"
    save(elsewhere / "checkpoints" / "faces-2")
    assert list_sources() == ["faces-2"]


@pytest.mark.parametrize(
    "source", ["", "nothing", "../nothing", "user/name@../../x", "a/b/c", "x" * 300, "y" * 5000, "a\0b", "~x/y"]
)
def test_what_is_nothing_is_one_sentence(elsewhere, source):
    with pytest.raises(ValueError) as error:
        locate(source, runs="runs")
    one_sentence(error)


# -- the Hub ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    with serve() as hub:
        yield hub


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> dict[str, bytes]:
    """The files of a good repository, with some that must never travel."""
    folder = save(tmp_path_factory.mktemp("model"), origin={"preset": "dcgan-32"})
    files = {p.name: p.read_bytes() for p in folder.iterdir()}
    return files | {"README.md": b"# A card", "pytorch_model.bin": b"\x80\x04evil.", "optimizer.safetensors": b"big"}


@pytest.fixture
def hub(server, model, tmp_path, elsewhere, monkeypatch):
    """The server, emptied, with one good repository; the Hub's client isolated from this machine's own."""
    server.repos.clear()
    server.requests.clear()
    server.broken, server.portal, server.cut = 0, False, 0
    server.add("ana/faces", model)
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", server.url + "/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    close_session()
    yield server
    close_session()


def refused(source: str, *words: str) -> None:
    with pytest.raises(ValueError) as error:
        load_generator(source)
    text = one_sentence(error)
    assert text.startswith(source.partition("@")[0] + ": ") and all(word in text for word in words), text


def test_only_the_two_files_are_ever_asked_for(hub, model):
    G = load_generator("ana/faces")
    sha = hub.repos["ana/faces"].refs["main"]
    assert G.source == f"ana/faces@{sha}" and G.class_names == CLASSES and G.origin == {"preset": "dcgan-32"}
    assert np.array_equal(generate(G, [5]), generate(make(), [5]))
    assert hub.files() == ["config.json", "model.safetensors"]
    assert all(r.file for r in hub.requests)  # and nothing but files: no listing of the repository
    downloads = [(r.host, r.file) for r in hub.requests if r.method == "GET" and r.status == 200]
    assert downloads == [("hub", "config.json"), ("cdn", "model.safetensors")]


def test_a_second_load_downloads_nothing_and_its_name_leads_back(hub):
    source = load_generator("ana/faces").source
    hub.requests.clear()
    assert load_generator("ana/faces").source == load_generator(source).source == source
    assert hub.files("GET") == []


def test_revisions(hub, tmp_path):
    repo = hub.repos["ana/faces"]
    first = repo.refs["main"]
    folder = save(tmp_path / "second", seed=2)
    second = repo.commit({p.name: p.read_bytes() for p in folder.iterdir()})
    repo.refs["v1"] = repo.refs["refs/pr/7"] = first
    assert load_generator("ana/faces").source == f"ana/faces@{second}"
    for revision in ("v1", "refs/pr/7", first):
        G = load_generator(f"ana/faces@{revision}")
        assert G.source == f"ana/faces@{first}"
        assert np.array_equal(generate(G, [5]), generate(make(seed=1), [5]))
    refused("ana/faces@v9", "no revision 'v9'")
    refused(f"ana/faces@{'0' * 40}", "no revision")


def test_absent_private_gated_and_a_wrong_token(hub, model, monkeypatch):
    hub.add("ana/secret", model, private=True)
    hub.add("ana/gated", model, gated=True)
    for token in (None, "hf_stranger"):
        if token:
            monkeypatch.setenv("HF_TOKEN", token)
        refused("ana/none", "no such model", "HF_TOKEN")
        refused("ana/secret", "no such model", "private", "HF_TOKEN")
        refused("ana/gated", "gated", "HF_TOKEN")
    monkeypatch.setenv("HF_TOKEN", "hf_expired")
    refused("ana/faces", "token", "not valid")
    assert hub.files("GET") == []
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    for name in ("ana/secret", "ana/gated"):
        assert load_generator(name).source.startswith(name + "@")
    assert {r.token for r in hub.requests if r.host == "cdn"} == {None}  # the token stays with the Hub


def test_missing_files(hub, model):
    hub.add("ana/weights-only", {"model.safetensors": model["model.safetensors"]})
    hub.add("ana/config-only", {"config.json": model["config.json"], "pytorch_model.bin": b"x"})
    refused("ana/weights-only", "no config.json in it")
    refused("ana/config-only", "no model.safetensors in it")
    assert set(hub.files()) == {"config.json", "model.safetensors"}


def test_a_foreign_model_is_refused_before_its_weights_travel(hub, model):
    config = json.loads(model["config.json"])
    config["spec"]["family"] = "stylegan9"
    hub.add("ana/unknown", model | {"config.json": json.dumps(config).encode()})
    hub.add("ana/bert", model | {"config.json": b'{"model_type": "bert"}'})
    refused("ana/unknown", "'stylegan9'", "mlp, dcgan, resnet, progan, stylegan2, r3gan")
    refused("ana/bert", "does not describe")
    assert hub.files() == ["config.json"]


def test_sizes_are_capped_before_anything_travels(hub, model):
    hub.add("ana/huge", model, claimed_sizes={"model.safetensors": 2 * 1024**3 + 1})
    refused("ana/huge", "model.safetensors is larger than 2 GB")
    hub.add("ana/talkative", model, claimed_sizes={"config.json": 2 * 1024**2})
    refused("ana/talkative", "config.json is larger than 1 MB")
    assert [r.file for r in hub.requests if r.method == "GET"] == ["config.json"]  # of ana/huge


def test_no_network_is_one_sentence_soon_and_the_cache_still_serves(hub, monkeypatch):
    source = load_generator("ana/faces").source
    hub.requests.clear()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nothing listens there
    began = time.monotonic()
    refused("ana/other", "cannot be reached", "not in the local cache")
    assert load_generator("ana/faces").source == load_generator(source).source == source
    refused("ana/faces@v9", "cannot be reached")
    assert time.monotonic() - began < 5
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert load_generator("ana/faces").source == source
    refused("ana/other", "cannot be reached")
    assert hub.requests == []


def test_a_hub_that_is_down_or_none(hub):
    source = load_generator("ana/faces").source
    for trouble in ({"broken": 503}, {"portal": True}):
        vars(hub).update(broken=0, portal=False)
        vars(hub).update(trouble)
        assert load_generator("ana/faces").source == source
        refused("ana/other", "cannot be reached")
    vars(hub).update(broken=418, portal=False)
    refused("ana/other", "answered 418")


def test_a_download_that_breaks_off_is_tried_again(hub):
    hub.cut = 1
    assert np.array_equal(generate(load_generator("ana/faces"), [5]), generate(make(), [5]))
    assert len([r for r in hub.requests if r.host == "cdn" and r.method == "GET"]) == 2


def test_a_bad_id_is_one_sentence_without_a_request(hub):
    refused("ana/fa--ces", "could not be fetched")
    refused("ana/faces.git", "could not be fetched")
    assert hub.requests == []


def test_the_environment_of_a_fresh_process_is_honoured(hub, tmp_path):
    code = "from ganapp.weights import locate; print(locate('ana/faces', runs='runs')[1])"
    env = os.environ | {"HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1"}
    env |= {"PYTHONPATH": str(Path(weights.__file__).parent.parent)}
    env.pop("HF_HUB_CACHE", None)
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert out.returncode == 0, out.stderr
    assert out.stdout.strip() == f"ana/faces@{hub.repos['ana/faces'].refs['main']}"
    assert (tmp_path / "home" / "hub" / "models--ana--faces").is_dir()
