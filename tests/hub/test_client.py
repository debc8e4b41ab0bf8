"""hub/client.py and generators/catalog.py, with the real huggingface_hub and a server that logs requests."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import ROOT
from hub_server import TOKEN
from huggingface_hub import constants
from test_folder import CLASSES, make, one_sentence, save

from ganapp import generators
from ganapp import hub as hub_module
from ganapp.generators import directions_of, load_generator, save_directions
from ganapp.latents import Direction, Directions, generate


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> dict[str, bytes]:
    """The files of a good repository, with some that must never travel."""
    folder = save(tmp_path_factory.mktemp("model"), origin={"preset": "dcgan-32"})
    files = {p.name: p.read_bytes() for p in folder.iterdir()}
    return files | {
        "README.md": b"# A card",
        "pytorch_model.bin": b"\x80\x04evil.",
        "optimizer.safetensors": b"big",
    }


@pytest.fixture
def hub(empty_hub, model, elsewhere):
    """The Hub with one good repository."""
    empty_hub.add("ana/faces", model)
    return empty_hub


def refused(source: str, *words: str) -> None:
    with pytest.raises(ValueError) as error:
        load_generator(source)
    text = one_sentence(error)
    assert text.startswith(source.partition("@")[0] + ": ") and all(word in text for word in words), text


def test_only_named_files_are_ever_asked_for(hub, model):
    G = load_generator("ana/faces")
    sha = hub.repos["ana/faces"].refs["main"]
    assert G.source == f"ana/faces@{sha}" and G.class_names == CLASSES and G.origin == {"preset": "dcgan-32"}
    assert np.array_equal(generate(G, [5]), generate(make(), [5]))
    assert hub.files() == ["config.json", "model.safetensors", "directions.json"]
    assert all(r.file for r in hub.requests)  # and nothing but files: no listing of the repository
    downloads = [(r.host, r.file) for r in hub.requests if r.method == "GET" and r.status == 200]
    assert downloads == [("hub", "config.json"), ("cdn", "model.safetensors")]


def test_a_second_load_downloads_nothing_and_its_name_leads_back(hub):
    source = load_generator("ana/faces").source
    hub.requests.clear()
    assert load_generator("ana/faces").source == load_generator(source).source == source
    assert hub.files("GET") == []
    hub.requests.clear()
    load_generator(source)  # of a whole commit everything is known, also that there are no directions
    assert hub.requests == []


def test_directions_come_with_a_model(hub, tmp_path):
    folder = save(tmp_path / "steered")
    vector = np.linspace(-1, 2, make().spec.z_dim).astype(np.float32)
    save_directions(folder, Directions((Direction("hat", vector, range=(-2, 4)),)))
    hub.add("ana/steered", {p.name: p.read_bytes() for p in folder.iterdir()})
    found = directions_of(load_generator("ana/steered"))
    assert found.names == ("hat",) and found.get("HAT").range == (-2, 4)
    assert np.array_equal(found.get("hat").vector, vector)


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
    refused("ana/huge", "model.safetensors is 2 GB", "more than 2 GB is refused")
    hub.add("ana/talkative", model, claimed_sizes={"config.json": 2 * 1024**2})
    refused("ana/talkative", "config.json is 2 MB", "more than 1 MB is refused")
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
    code = "from ganapp.generators import Sources; print(Sources().find('ana/faces')[1])"
    env = os.environ | {
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "OMP_NUM_THREADS": "1",
    }
    env |= {"PYTHONPATH": str(ROOT)}
    env.pop("HF_HUB_CACHE", None)
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert out.returncode == 0, out.stderr
    assert out.stdout.strip() == f"ana/faces@{hub.repos['ana/faces'].refs['main']}"
    assert (tmp_path / "home" / "hub" / "models--ana--faces").is_dir()


def test_a_cap_can_be_set_and_is_checked_before_the_download(hub, monkeypatch):
    hub.repos["ana/faces"].claimed_sizes["model.safetensors"] = 3 * 1024**2 + 1
    monkeypatch.setenv("GANAPP_MAX_DOWNLOAD_MB", "3")
    refused("ana/faces", "model.safetensors is 3 MB", "more than 3 MB", "GANAPP_MAX_DOWNLOAD_MB")
    assert hub.files("GET") == ["config.json"]
    monkeypatch.setenv("GANAPP_MAX_DOWNLOAD_MB", "many")
    with pytest.raises(ValueError, match="GANAPP_MAX_DOWNLOAD_MB is 'many'; it must be a whole number"):
        load_generator("ana/faces")


def test_progress_counts_the_bytes_of_the_weights(hub, model):
    told = []
    generators.pull("ana/faces", progress=lambda done, total: told.append((done, total)))
    size = len(model["model.safetensors"])
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.slow
def test_a_download_that_breaks_off_for_good_leaves_nothing_half(hub):
    """No half file is ever loaded; the next attempt goes on or starts over, and gives the whole."""
    hub.cut = 50
    refused("ana/faces", "model.safetensors")
    hub.cut = 0
    assert np.array_equal(generate(load_generator("ana/faces"), [5]), generate(make(), [5]))


@pytest.mark.slow
def test_two_processes_that_pull_the_same_model_at_once(hub, tmp_path):
    hub.slow = 0.3
    code = "from ganapp.generators import load_generator; from ganapp.latents import generate; "
    code += "print(generate(load_generator('ana/faces'), [5]).astype(int).sum())"
    env = os.environ | {
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "OMP_NUM_THREADS": "1",
    }
    env |= {"PYTHONPATH": str(ROOT), "HF_HUB_DISABLE_XET": "1"}
    env.pop("HF_HUB_CACHE", None)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    wanted = str(generate(make(), [5]).astype(int).sum())
    for process in processes:
        out, errors = process.communicate(timeout=120)
        assert out.strip() == wanted, errors
    blobs = [p for p in (tmp_path / "home" / "hub" / "models--ana--faces" / "blobs").iterdir()]
    assert not [p for p in blobs if p.suffix == ".incomplete"]


def test_one_named_file_and_the_commit_it_is_of(hub):
    path, commit = hub_module.fetch_file("ana/faces", "pytorch_model.bin")
    assert path.read_bytes() == b"\x80\x04evil." and commit == hub.repos["ana/faces"].refs["main"]
    assert hub.files() == ["pytorch_model.bin"]
    with pytest.raises(ValueError, match=r"^ana/faces: there is no other.bin in it\.$"):
        hub_module.fetch_file("ana/faces", "other.bin")


def test_a_space_never_uses_its_owners_token(hub, model, monkeypatch):
    hub.add("ana/secret", model, private=True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert load_generator("ana/secret").source.startswith("ana/secret@")
    hub.requests.clear()
    monkeypatch.setenv("SPACE_ID", "ana/studio")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", constants.HF_HUB_CACHE + "-of-the-space")
    refused("ana/secret", "no such model")
    assert {r.token for r in hub.requests} == {None}


# -- finding ----------------------------------------------------------------------------------------------------------


def test_search_gives_what_can_be_loaded(hub, model):
    hub.add("ana/cats", model, tags=("ganapp", "family:dcgan", "resolution:32", "license:mit"))
    hub.add("bob/cats-bert", model, tags=("transformers",))
    hub.add("bob/hidden-cats", model, tags=("ganapp",), private=True)
    assert generators.search("cats") == [generators.HubModel("ana/cats", "", "dcgan", 32, "mit")]
    assert generators.search("no such thing") == []
    known = generators.known_models()
    assert generators.search("", limit=len(known) + 5)[: len(known)] == known


def test_search_without_a_hub_is_one_sentence(hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ValueError, match="^the Hub: .*could not be fetched"):
        generators.search("cats")


def test_search_behind_a_sign_in_page_is_one_sentence(hub):
    hub.portal = True
    with pytest.raises(ValueError, match="^the Hub: what answered is not the Hub"):
        generators.search("cats")
    hub.portal, hub.broken = False, 503
    with pytest.raises(ValueError, match="^the Hub: the Hub answered 503"):
        generators.search("cats")


def test_recent_ones_come_from_the_cache_and_load_without_a_network(hub, model, monkeypatch):
    assert generators.recent() == []
    source = load_generator("ana/faces").source
    hub_module.fetch_file("ana/faces", "README.md")
    hub.add("ana/bert", model | {"config.json": b'{"model_type": "bert"}'})
    refused("ana/bert", "does not describe")
    (found,) = generators.recent()
    assert (found.repo, found.family, found.resolution) == (source, "dcgan", 32)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert load_generator(found.source).source == source


def test_the_catalog_is_complete():
    for model in generators.known_models():
        assert "/" in model.repo and model.family and model.resolution and model.licence and model.loads, (
            model
        )
