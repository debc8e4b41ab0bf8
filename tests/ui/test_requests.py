"""What a visitor may send to the served page: odd, large, slow and malformed requests, each answered with a sentence."""

import asyncio
import http.client
import json
import random
import socket
import time

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import create_run
from ganapp.ui import build_ui, launch_options
from ganapp.ui.access import asked, bodies, file_names, visitors
from ganapp.ui.access.asked import answers
from ganapp.ui.access.capabilities import Rate

JSON = {"Content-Type": "application/json"}
ANSWER_SEC = 5  # a refusal takes milliseconds; other tests may run beside this one


class Served:
    """The page on 127.0.0.1, with one paused run, as visitors of a Space have it."""

    def __init__(self, folder, **options):
        self.run = create_run(folder / "secret-place" / "runs", TrainConfig(dataset="/home/ana/holiday"))
        self.run.append_stats({"nimg": 64, "sec": 1.0, "d_loss": 1.0, "g_loss": -2.0})
        self.run.sample_path(64).write_bytes(b"webp")
        self.run.write_status(state="paused", attempt=1, nimg=64, sec=1.0)
        (folder / "shipped").mkdir()
        self.page = build_ui(self.run.path.parent, folder / "shipped")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.page.launch(server_port=self.port, prevent_thread_lock=True, **launch_options() | options)
        blocks = self.page.blocks.items()
        self.ids = {block.elem_id: number for number, block in blocks if getattr(block, "elem_id", None)}

    def ask(self, method, path, body=None, headers=JSON):
        """(status, text), within ANSWER_SEC."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SEC)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def post(self, path, value):
        return self.ask(
            "POST", f"/gradio_api/{path}", value if isinstance(value, bytes) else json.dumps(value).encode()
        )

    def question(self, elem_id, name, data):
        body = {"data": data, "component_id": self.ids[elem_id], "fn_name": name, "session_hash": "x"}
        return self.post("component_server/", body)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPACE_ID", "ana/studio")
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        for name in (
            "GANAPP_TRAINING",
            "GANAPP_OWNERS",
            "SPACES_ZERO_GPU",
            "OAUTH_CLIENT_ID",
            "GANAPP_EVALUATION",
        ):
            patch.delenv(name, raising=False)
        made = Served(tmp_path_factory.mktemp("served"))
        yield made
        made.page.close()


# -- server functions --------------------------------------------------------------------------------------------------


def odd_values(seed, count):
    """Values of every kind that JSON can hold, nested at random."""
    chance = random.Random(seed)
    plain = [
        None, True, False, 0, -1, 1.5, 2**31, 2**53, 2**63, 2**64, -(2**70), 10**400, 1e308, "", "x", "00001-a", "../..", "\0",
        "x" * 19_000, "\ud800", "é" * 500, [], {}, [[]], {"": {}}, "poll", "timelapse", "delete", "pause", ["x"], [None] * 300,
    ]  # fmt: skip
    keys = [
        "run",
        "known",
        "runs",
        "metrics",
        "word",
        "name",
        "remedy",
        "list",
        "table",
        "attempt",
        "offset",
        "grids",
        "real",
    ]
    keys += [
        "status",
        "light",
        "best",
        "preset",
        "dataset",
        "budget",
        "amount",
        "field",
        "values",
        "figures",
        "",
        "x",
    ]

    def value(depth):
        kind = chance.random()
        if depth and kind < 0.45:
            return {chance.choice(keys): value(depth - 1) for _ in range(chance.randrange(6))}
        if depth and kind < 0.55:
            return [value(depth - 1) for _ in range(chance.randrange(4))]
        return chance.choice(plain)

    return [value(5) if chance.random() < 0.8 else {key: value(3) for key in keys} for _ in range(count)]


def server_functions(page):
    return [
        (block.elem_id, name)
        for block in page.blocks.values()
        for name in dir(block)
        if getattr(getattr(block, name, None), "_is_server_fn", False) is True
    ]


def test_every_server_function_answers_whatever_it_is_asked(served):
    """With an object, never with a status 500, and without a path of the machine."""
    found = [pair for pair in server_functions(served.page) if pair[0]]
    assert {(tab, name) for tab in ("monitor", "compare") for name in ("poll", "act", "curves")} <= set(found)
    for elem_id, name in found:
        for value in odd_values(f"{elem_id}.{name}", 50):
            status, text = served.question(elem_id, name, value)
            answer = json.loads(text)
            assert isinstance(answer, dict) and "secret-place" not in text and "Traceback" not in text
            assert status == 200 or (status in (400, 413) and answer["error"]), (
                elem_id,
                name,
                status,
                text,
                value,
            )


def test_every_server_function_goes_through_the_check(tmp_path):
    """So does one that is added: called in the process, it answers any value with an object."""
    page = build_ui(tmp_path / "runs", tmp_path / "shipped")
    for block in page.blocks.values():
        for name in dir(block):
            function = getattr(block, name, None)
            if callable(function) and getattr(function, "_is_server_fn", False) is True:
                assert "error" in function([]), f"{name} is not wrapped in asked.answers"
                for value in (
                    *odd_values("x", 50),
                    float("nan"),
                    float("inf"),
                    {"run": float("nan")},
                    object(),
                ):
                    assert isinstance(function(value), dict), (block.elem_id, name, value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([], "the request is a list of 0; it must be an object."),
        (5, "the request is 5; it must be an object."),
        ({"run": 5}, "run is 5; it must be a text."),
        ({"run": True}, "run is True; it must be a text."),
        ({"run": ["x"]}, "run is a list of 1; it must be a text."),
        ({"count": True}, "count is True; it must be a number."),
        ({"count": 10**5000}, "count is a number that is not finite or too large."),
        ({"known": []}, "known is a list of 0; it must be an object."),
        ({"known": 10**5000}, "known is a number too large; it must be an object."),
        ({"known": {"a": float("nan")}}, "not finite"),
        ({"known": {"a": [1e300]}}, "too large"),
        ({"known": {"a": "x" * 4001}}, "4,001 characters"),
        ({"run": "x" * 4001}, "4,001 characters"),
        ({"known": {str(i): 0 for i in range(257)}}, "at most 256 items"),
        ({"known": {"a": {"a": {"a": {"a": {"a": {}}}}}}}, "5 deep"),
    ],
)
def test_a_wrong_question_is_answered_with_a_sentence(value, sentence):
    function = answers(lambda request: {"ok": True}, run=str, known=dict, count=int)
    answer = function(value)
    assert set(answer) == {"error"} and sentence in answer["error"] and len(answer["error"]) < 300


def test_a_right_question_reaches_the_function_with_the_keys_that_it_knows():
    def act(request):
        return {"asked": request}

    function = answers(act, run=str, known=dict)
    assert function.__name__ == "act" and function(None) == {"asked": {}}
    asked_of = {"run": None, "known": {"list": None, "best": [1, 0.5]}, "more": 1}
    assert function(asked_of) == {"asked": {"known": {"list": None, "best": [1, 0.5]}}}


def test_errors_of_the_function_are_sentences_without_a_path(monkeypatch, caplog):
    def answer_to(error):
        def act(request):
            raise error

        return answers(act)({})["error"]

    monkeypatch.delenv("SPACE_ID", raising=False)
    missing = FileNotFoundError(2, "No such file or directory", "/data/runs/00001-a")
    assert answer_to(ValueError("so.")) == "so." and "/data" in answer_to(missing)
    monkeypatch.setenv("SPACE_ID", "ana/studio")
    assert answer_to(missing) == "The server could not read or write a file (No such file or directory)."
    assert "log says why" in answer_to(ZeroDivisionError("x")) and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"5", b"[]", b'"x"', b"null", b"{}", b'{"data": NaN}', b'{"data": Infinity}', b'{"data": 1e999}',
        b'{"data": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe",
        b'{"data": {}, "component_id": 99999, "fn_name": "poll", "session_hash": "x"}',
        b'{"data": {}, "component_id": "x", "fn_name": "poll", "session_hash": "x"}',
        b'{"data": {}, "component_id": [], "fn_name": [], "session_hash": {}}',
        b'{"data": {}, "component_id": 1, "fn_name": "__init__", "session_hash": "x"}',
        b'{"data": {}, "component_id": 1, "fn_name": "", "session_hash": ""}',
        b'{"data": {}, "component_id": -1, "fn_name": "poll", "session_hash": null}',
    ],
)  # fmt: skip
def test_a_malformed_body_is_no_failure_of_the_server(served, body):
    for path in ("component_server", "component_server/"):
        status, text = served.post(path, body)
        assert 400 <= status < 500, text
        assert json.loads(text)["detail"]


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["queue/join", "component_server/", "run/predict", "call/generate", "login", "no/such"]
)
def test_large_bodies_are_refused_with_413_and_a_sentence(served, path):
    for body, sentence in (
        (b'{"data": "' + b"x" * 2_000_000 + b'"}', bodies.TOO_LARGE),
        (b'{"data": ["' + b" " * 40_000 + b'"]}', bodies.TOO_LONG),
        (b'{"' + b"x" * 40_000 + b'": 1}', bodies.TOO_LONG),
    ):
        status, text = served.post(path, body)
        assert status == 413 and json.loads(text) == {"detail": sentence, "error": sentence}


def test_large_bodies_without_a_length_or_of_another_kind_are_refused_too(served):
    def pieces():
        for _ in range(1000):
            yield b"x" * 10_000

    for headers in ({"Content-Type": "multipart/form-data; boundary=x"}, {}, JSON):
        try:
            status, text = served.ask("POST", "/gradio_api/component_server/", pieces(), headers)
        except (BrokenPipeError, ConnectionResetError):
            continue  # it has hung up while we were still sending
        assert status == 413 and bodies.TOO_LARGE in text


def test_a_slow_body_is_given_up(served):
    async def app(scope, receive, send):
        raise AssertionError("what is not whole is not passed on")

    async def receive():
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/gradio_api/queue/join", "headers": []}
    began = time.monotonic()
    asyncio.run(bodies.BodyGate(app, sec=0.2)(scope, receive, send))
    assert sent[0]["status"] == 408 and time.monotonic() - began < 2


def upload(most, pieces, declared=None):
    """(statuses, what the app has read) of an upload in pieces."""
    read, sent, left = [], [], list(pieces)

    async def app(scope, receive, send):
        while True:
            message = await receive()
            read.append(message["type"] if message["type"] != "http.request" else len(message["body"]))
            if not message.get("more_body"):
                return

    async def receive():
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message):
        sent.append(message.get("status"))

    headers = [(b"content-length", str(declared).encode())] if declared else []
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": headers}
    asyncio.run(bodies.BodyGate(app, upload_bytes=most)(scope, receive, send))
    return sent[:1], read


def test_an_upload_has_a_limit_of_its_own():
    pieces = [bytes(1_500_000)] * 2
    assert upload(0, pieces) == ([], [1_500_000] * 2)
    assert upload(4_000_000, pieces, 3_000_000) == ([], [1_500_000] * 2)
    assert upload(2_000_000, pieces, 3_000_000) == ([413], [])
    assert upload(2_000_000, pieces) == ([], [1_500_000, "http.disconnect"])  # one that does not say its size


def test_what_the_page_sends_passes(served):
    status, text = served.question("monitor", "poll", {"run": None, "known": {}})
    news = json.loads(text)
    assert status == 200 and news["run"] == served.run.name and news["grids"] == [64]
    assert "secret-place" not in text and "holiday" in text and "/home" not in text


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_are_named_without_their_place(served):
    news = json.loads(served.question("monitor", "poll", {})[1])
    both = json.loads(served.question("compare", "poll", {"runs": [served.run.name]})[1])
    name = news["folder"]
    assert both["of"][served.run.name]["folder"] == name and "/" not in name and name.startswith("at-")
    assert served.ask("GET", f"/gradio_api/file={name}/000000064.webp") == (200, "webp")
    for bad in (f"{name}/../status.json", f"{name}/..%2fstatus.json", f"{name}/%2e%2e/status.json", f"{name}/", name,
                f"{name}//etc/passwd", f"{name}/none.webp", "at-x/000000064.webp", f"{name}/%00", f"{name}/..\\status.json"):  # fmt: skip
        status, text = served.ask("GET", f"/gradio_api/file={bad}")
        assert status in (400, 403, 404) and "secret-place" not in text, (bad, status, text)


def test_a_name_is_the_same_after_a_restart_and_is_not_the_path(tmp_path):
    name = file_names.named(tmp_path / "a")
    assert name == file_names.named(tmp_path / "b" / ".." / "a") and str(tmp_path) not in name
    assert file_names.path_of(f"{name}/x/y.webp") == (tmp_path / "a" / "x" / "y.webp").as_posix()
    for bad in (f"{name}/../x", name, f"{name}/", "at-0/x", f"{name}/x/../../y"):
        assert file_names.path_of(bad) is None


def test_names_of_folders_that_are_gone_are_forgotten(tmp_path, monkeypatch):
    """Each picture that a visitor saves has a folder of its own, which is removed after some hours."""
    monkeypatch.setattr(file_names, "_folders", {})
    monkeypatch.setattr(file_names, "MOST", 4)
    here = file_names.named(tmp_path)
    names = [file_names.named(tmp_path / str(i)) for i in range(11)]
    assert len(file_names._folders) <= 4
    assert file_names.path_of(f"{here}/x") and not file_names.path_of(f"{names[0]}/x")


# -- sign-in and visitors ----------------------------------------------------------------------------------------------


def test_tries_of_a_password_are_few():
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope["path"])

    async def send(message):
        sent.append(message.get("status"))

    gate = visitors.SignInGate(app, Rate(2, 600))
    for path in ("/login", "/login/", "/login", "/gradio_api/queue/join"):
        scope = {"type": "http", "method": "POST", "path": path, "headers": [], "client": ("10.0.0.1", 1)}
        asyncio.run(gate(scope, None, send))
    assert reached == ["/login", "/login/", "/gradio_api/queue/join"] and sent[0] == 429


def test_a_visitor_is_an_address_that_nobody_chooses():
    class Request:
        def __init__(self, forwarded):
            headers = [(b"x-forwarded-for", forwarded.encode())]
            self.request = type("R", (), {"scope": {"headers": headers, "client": ("10.0.0.1", 1)}})

    one, same, other = (
        visitors.visitor_of(Request(f)) for f in ("9.9.9.9, 1.1.1.1", "1.1.1.1", "1.1.1.1, 2.2.2.2")
    )
    assert one == same != other and one.isalnum() and "1.1.1.1" not in one
    assert visitors.visitor_of(None).isalnum()


def test_numbers_that_a_script_cannot_hold_are_left_out():
    from ganapp.ui.shared.watching import tidy, whole

    assert tidy(2**60) is None and tidy(7) == 7 and tidy(float("nan")) is None
    assert whole(2**60, -1) == -1 and whole(5, -1) == 5
    assert asked.MAX_NUMBER == 2**53
