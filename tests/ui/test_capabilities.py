"""What is allowed where: by setting the variables of a Space, with a fake `spaces` module, and on the page that comes of it."""

import asyncio
import importlib
import json
import os
import zipfile
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.context import LocalContext
from test_folder import make, save

from ganapp.config import TrainConfig
from ganapp.driving.same_data import check_there
from ganapp.runs import create_run
from ganapp.ui import build_ui, launch_options
from ganapp.ui.access import capabilities, visitors
from ganapp.ui.access.capabilities import Capabilities, Rate, here
from ganapp.ui.access.paths import without_paths
from ganapp.ui.generate.studio import Studio
from ganapp.ui.shared.html import message

SPACE = {"SPACE_ID": "ana/studio", "OAUTH_CLIENT_ID": "x"}
OPEN = SPACE | {"GANAPP_TRAINING": "1", "GANAPP_OWNERS": "Ana, bob"}


@pytest.fixture(autouse=True)
def sign_in_installed(monkeypatch):
    """As on a Space: this machine need not have gradio[oauth]."""
    monkeypatch.setattr(capabilities, "SIGN_IN_NEEDS", ())
    monkeypatch.setattr("gradio.routes.attach_oauth", lambda app: None)


class Profile:
    """Of who is signed in, as gr.OAuthProfile."""

    def __init__(self, username: str) -> None:
        self.username = username


@pytest.fixture
def environment(monkeypatch):
    """set(variables): this process is on a Space with these."""
    for name in ("SPACE_ID", "GANAPP_TRAINING", "GANAPP_OWNERS", "SPACES_ZERO_GPU", "OAUTH_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)

    def change(variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return change


@pytest.fixture
def fake_spaces(tmp_path, monkeypatch):
    """A module `spaces` that notes what is lent, for how long and in whose request, to another process; its notes."""
    text = """
import functools, pickle
from gradio.context import LocalContext
calls = []
def GPU(duration):
    def lend(function):
        @functools.wraps(function)
        def lent(*given):
            calls.append((function.__name__, duration, LocalContext.request.get(None)))
            return function(*pickle.loads(pickle.dumps(given)))
        return lent
    return lend
"""
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "spaces.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path / "fake"))
    yield importlib.import_module("spaces").calls
    import sys

    del sys.modules["spaces"]


# -- what is allowed --------------------------------------------------------------------------------------------------


def test_an_own_machine_allows_everything():
    can = here({})
    assert (
        can == Capabilities()
        and can.paths
        and can.may_train(None)
        and can.runs == Path("runs")
        and not can.uploads_an_hour
    )
    can.check_training(None)
    assert here({"GANAPP_TRAINING": "0", "GANAPP_OWNERS": "ana"}) == can  # nothing of a Space


@pytest.mark.parametrize(
    ("variables", "users"),
    [
        (SPACE, set()),
        (SPACE | {"GANAPP_TRAINING": "1"}, set()),  # on nobody's list
        (SPACE | {"GANAPP_OWNERS": "ana"}, set()),
        (OPEN | {"GANAPP_TRAINING": "yes"}, set()),
        (OPEN | {"OAUTH_CLIENT_ID": ""}, set()),  # who somebody is cannot be known
        (OPEN, {"ana", "bob", "BOB"}),
    ],
)
def test_who_may_train_on_a_space(variables, users, tmp_path):
    can = here(variables, tmp_path)
    assert {u for u in (None, "", "ana", "bob", "BOB", "eve", "an") if can.may_train(u)} == users
    assert can.on_space and not can.paths and can.upload_mb == 200 and can.uploads_an_hour == 30
    with pytest.raises(ValueError, match="^Training is off here.*duplicate this Space") as error:
        can.check_training("eve")
    assert ("eve, who is not on the owner's list" in str(error.value)) == bool(users)


def test_nobody_signs_in_where_the_packages_for_it_are_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(capabilities, "SIGN_IN_NEEDS", ("no_such_package",))
    can = here(OPEN, tmp_path)
    assert not can.sign_in and not can.may_train("ana")


def test_runs_go_where_they_stay(tmp_path):
    can = here(SPACE, tmp_path)
    assert can.runs == tmp_path / "runs" and can.runs_stay
    can = here(SPACE, tmp_path / "none")
    assert can.runs == Path("runs") and not can.runs_stay
    assert "vanish" in visitors.notes(here(OPEN, tmp_path / "none")) and "vanish" not in visitors.notes(
        here(OPEN, tmp_path)
    )


def test_zero_gpu_means_no_training_and_says_why(fake_spaces, tmp_path):
    can = here(OPEN | {"SPACES_ZERO_GPU": "true"}, tmp_path)
    assert can.zero_gpu and not can.may_train("ana") and "ZeroGPU" in visitors.notes(can)
    with pytest.raises(ValueError, match="ZeroGPU lends its GPU for a minute"):
        can.check_training("ana")
    assert not here(OPEN | {"SPACES_ZERO_GPU": "false"}, tmp_path).zero_gpu


def test_zero_gpu_without_its_package_is_none(tmp_path):
    assert not here(OPEN | {"SPACES_ZERO_GPU": "1"}, tmp_path).zero_gpu


def test_on_zero_gpu_pictures_are_drawn_inside_the_loan(environment, fake_spaces, tmp_path):
    environment(SPACE | {"SPACES_ZERO_GPU": "1"})
    save(tmp_path / "shipped" / "faces")
    studio = Studio(tmp_path / "runs", tmp_path / "shipped", tmp_path / "out", allow_paths=False)
    LocalContext.request.set("ana's")
    made = studio.archive("faces", "0-19")  # two chunks
    assert fake_spaces == [("draw_on_gpu", 60, "ana's")] * 2 and made.count == 20
    from PIL import Image

    from ganapp.latents import generate

    with zipfile.ZipFile(made.path) as archive, archive.open("seed000019.png") as file:
        assert np.array_equal(np.asarray(Image.open(file)), generate(make(), [19])[0])


# -- the page ---------------------------------------------------------------------------------------------------------


def build(tmp_path):
    (tmp_path / "shipped").mkdir(exist_ok=True)
    page = build_ui(tmp_path / "runs", tmp_path / "shipped")
    ids = {getattr(block, "elem_id", None) for block in page.blocks.values()}
    return page, ids


def server_function(page, elem_id, name):
    block = next(b for b in page.blocks.values() if getattr(b, "elem_id", None) == elem_id)
    return getattr(block, name)


def test_the_page_of_an_own_machine(environment, tmp_path):
    page, ids = build(tmp_path)
    assert {"start", "upload", "publish", "pub_go", "pub_repo"} <= ids and not page.expects_oauth
    options = launch_options()
    gates = {gate.cls.__name__: gate.kwargs for gate in options["app_kwargs"]["middleware"]}
    assert options["max_file_size"] == "4096mb" and set(gates) == {
        "SignInGate",
        "BodyGate",
        "NamedFiles",
        "HeadFirst",
    }
    assert gates["BodyGate"] == {"upload_bytes": 0}
    act = server_function(page, "monitor", "act")
    assert "it must be one of" in act({"word": "x"}, None)["error"]


def test_the_page_of_a_space_where_nobody_trains(environment, tmp_path):
    environment({"SPACE_ID": "ana/studio"})
    page, ids = build(tmp_path)
    assert "train_off" in ids and "monitor" in ids and not ids & {"start", "upload", "dataset", "pub_go"}
    assert not page.expects_oauth  # which would end it where the Space has no OAuth
    for elem_id, name in (
        ("monitor", "act"),
        ("compare", "act"),
        ("compare", "start"),
        ("runs_table", "act"),
    ):
        said = server_function(page, elem_id, name)({"word": "delete", "run": "00001-x"}, None)
        assert said["error"].startswith("Training is off here")
    assert server_function(page, "runs_table", "poll")({}).keys() & {"error"} == set()  # they may look
    assert "not at work" not in str(
        server_function(page, "monitor", "act")({"word": "timelapse", "run": "x"}, None)
    )
    gates = {gate.cls.__name__: gate.kwargs for gate in launch_options()["app_kwargs"]["middleware"]}
    assert launch_options()["max_file_size"] == "200mb" and "UploadGate" in gates
    assert gates["BodyGate"] == {"upload_bytes": 201_000_000}


def test_the_page_of_a_space_whose_owners_train(environment, tmp_path):
    environment(OPEN)
    page, ids = build(tmp_path)
    assert {"start", "upload", "pub_go"} <= ids and page.expects_oauth
    act = server_function(page, "monitor", "act")
    assert "not signed in" in act({"word": "pause", "run": "x"}, None)["error"]
    assert "eve" in act({"word": "pause", "run": "x"}, Profile("eve"))["error"]
    assert (
        "Training is off" not in act({"word": "pause", "run": "x"}, Profile("Ana"))["error"]
    )  # there is no such run
    start = next(f for f in page.fns.values() if f.api_name == "start")
    given = {component: component.value for component in start.inputs}
    for profile, word in ((None, "not signed in"), (Profile("eve"), "eve")):
        answer = json.loads(start.fn(given, profile))
        assert answer["name"] == "" and word in answer["sentence"]
        assert not list((tmp_path / "runs").iterdir())


def test_gradio_knows_who_is_signed_in_of_a_server_function():
    hints = gr.utils.get_type_hints(visitors.owners_only(lambda request: {}, Capabilities()))
    assert hints["profile"] == gr.OAuthProfile | None


def test_paths_of_the_machine_are_not_a_visitors_to_name(tmp_path):
    from ganapp.data import cache_folder

    can = here(OPEN, tmp_path)
    for data in ("faces", "hub:ana/flowers", str(cache_folder() / "uploads" / "pictures-1")):
        visitors.check_sources(can, data, "ana/faces")
    for data in ("/etc", str(tmp_path), str(cache_folder() / "uploads" / ".." / "datasets"), "../x", ""):
        with pytest.raises(ValueError, match="here it must be"):
            visitors.check_sources(can, data)
    for start_from in ("/data/x", "../x", "~/x"):
        with pytest.raises(ValueError, match="start_from"):
            visitors.check_sources(can, "faces", start_from)
    visitors.check_sources(Capabilities(), os.sep)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("the data are not where they were: '/home/ana/My old pictures/cats' is gone.", "'cats' is gone."),
        ('"/home/ana/Ana\'s/x.zip" cannot be read.', '"x.zip" cannot be read.'),
        ("No room is left in /data/cache/maps/: free some.", "left in maps: free some."),
        ("'C:\\\\Users\\\\ana\\\\cats' and ~ana/dogs/ are gone", "'cats' and dogs are gone"),
        ("[Errno 2] No such file: '/a b/c'", "No such file: 'c'"),
        ("Write hub:ylecun/mnist, https://a.b/c/d or R1 and/or 16/32 pixels.", None),
        ("faces, 1.5 / 2 s, './x'", None),
    ],
)
def test_a_sentence_without_the_folders_of_the_machine(sentence, told):
    if told is None:
        assert without_paths(sentence) == sentence
    else:
        said = without_paths(sentence)
        assert told in said and not set("/\\") & set(said)


def test_only_owners_are_told_where_the_data_of_a_run_were(environment, tmp_path):
    """In the monitor, the comparison, the table of runs and its file. The owner can look for the folder."""
    gone = str(tmp_path / "private place" / "cats")
    environment(OPEN)
    page, _ = build(tmp_path)
    run = create_run(tmp_path / "runs", TrainConfig(dataset=gone))
    (run.path / "state-000000064.pt").write_bytes(b"x")
    with pytest.raises(ValueError) as error:
        check_there(run, run.config())
    run.write_status(state="failed", attempt=1, nimg=64, sec=1.0, reason=str(error.value))
    asked = {
        ("monitor", "poll"): {"run": run.name},
        ("compare", "poll"): {"runs": [run.name]},
        ("runs_table", "poll"): {},
    }
    for (tab, name), request in asked.items():
        poll = server_function(page, tab, name)
        for profile in (None, Profile("eve")):
            said = json.dumps(poll(request, profile))
            assert "'cats' is gone" in said and "private" not in said
        assert f"{gone!r} is gone" in json.dumps(poll(request, Profile("ana")))
    for kind in ("csv", "json"):
        text = server_function(page, "runs_table", "download")({"names": [[run.name]], "format": kind})[
            "text"
        ]
        assert "'cats' is gone" in text and "private" not in text
    assert "private" not in message(error.value) and "&#x27;cats&#x27; is gone" in message(error.value)


# -- uploads ----------------------------------------------------------------------------------------------------------


def test_a_rate():
    now = [0.0]
    rate = Rate(2, 100, lambda: now[0])
    assert [rate.take("a"), rate.take("a"), rate.take("a"), rate.take("b")] == [True, True, False, True]
    now[0] = 99.9
    assert not rate.take("a")
    now[0] = 100
    assert rate.take("a")
    assert sum(rate.take(f"visitor {i}") for i in range(50)) == 19  # 20 in all, whoever they say they are


def test_uploads_over_the_rate_are_refused_and_all_else_goes_on():
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope["path"])

    async def send(message):
        sent.append(message.get("status"))

    gate = visitors.UploadGate(app, Rate(1))

    def post(path, address, method="POST"):
        headers = [
            (b"x-forwarded-for", f"1.1.1.1, {address}".encode())
        ]  # the first one a visitor may make up
        asyncio.run(
            gate(
                {
                    "type": "http",
                    "method": method,
                    "path": path,
                    "headers": headers,
                    "client": ("10.0.0.1", 1),
                },
                None,
                send,
            )
        )

    for address in ("5.5.5.5", "5.5.5.5", "6.6.6.6"):
        post("/gradio_api/upload", address)
    post("/gradio_api/upload", "5.5.5.5", "GET")
    post("/gradio_api/queue/join", "5.5.5.5")
    assert reached == ["/gradio_api/upload"] * 3 + ["/gradio_api/queue/join"] and sent[0] == 429
