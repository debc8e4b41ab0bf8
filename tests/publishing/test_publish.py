"""Publishing with the real huggingface_hub client against a Hub of ours: what travels, the round trip, and what can go wrong."""

import json

import numpy as np
import pytest
from hub_server import WRITER
from test_folder import make, one_sentence, save

from ganapp.cli import main
from ganapp.generators import load_generator
from ganapp.hub.upload import address
from ganapp.latents import generate
from ganapp.publishing import model as publishing
from ganapp.runs.figures import write_figures

NAMES = {"config.json", "model.safetensors", "README.md", "grid.png", "walk.mp4"}


@pytest.fixture
def model(tmp_path):
    return save(
        tmp_path / "model", origin={"preset": "dcgan-32", "dataset": "faces, 64 images", "nimg": 12_345}
    )


@pytest.fixture
def hub(empty_hub, elsewhere, monkeypatch):
    """An empty Hub, and a token that may write there."""
    monkeypatch.setenv("HF_TOKEN", WRITER)
    monkeypatch.setattr("ganapp.publishing.model.FILM_FRAMES", 2)
    return empty_hub


@pytest.fixture
def impatient(monkeypatch):
    """huggingface_hub tries again at once."""
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http.time, "sleep", lambda _: None)


def refused(folder, repo, *words, **options) -> None:
    with pytest.raises(ValueError) as error:
        publishing.push(folder, repo, **options)
    text = one_sentence(error)
    assert all(word in text for word in words), text


def head(hub, name="ana/faces") -> dict[str, bytes]:
    repo = hub.repos[name]
    return repo.commits[repo.refs["main"]]


def test_the_round_trip_is_bit_equal(hub, model):
    assert publishing.push(model, "ana/faces") == f"{hub.url}/ana/faces"
    G = load_generator("ana/faces")
    assert G.source == f"ana/faces@{hub.repos['ana/faces'].refs['main']}"
    assert np.array_equal(generate(G, range(8)), generate(make(), range(8)))
    files = head(hub)
    assert files["model.safetensors"] == (model / "model.safetensors").read_bytes()
    assert set(files) == NAMES | {".gitattributes"} and not hub.repos["ana/faces"].private
    assert files["grid.png"][:4] == b"\x89PNG" and files["walk.mp4"][4:8] == b"ftyp"


def test_a_plan_changes_nothing_and_says_what_would_be(hub, model):
    planned = publishing.plan(model, "faces", private=True)  # the token's own user
    assert (planned.repo, planned.private, planned.head) == ("ana/faces", True, "") and hub.repos == {}
    assert {c.path: c.what for c in planned.changes} == dict.fromkeys(NAMES, "new")
    assert {c.path: c.size for c in planned.changes}["model.safetensors"] == (
        model / "model.safetensors"
    ).stat().st_size
    publishing.carry_out(planned)
    assert hub.repos["ana/faces"].private
    assert not publishing.plan(model, "ana/faces").changed  # the same folder gives the same bytes
    config = json.loads((model / "config.json").read_text())
    config["origin"]["nimg"] = 99_000
    (model / "config.json").write_text(json.dumps(config))
    again = publishing.plan(model, "ana/faces")
    assert {c.path for c in again.changes if c.what == "changed"} == {"config.json", "README.md"}
    assert again.private and "update the private model repository" in again.lines()[0]
    hub.requests.clear()
    publishing.carry_out(again)
    assert len([r for r in hub.requests if "/commit/" in r.path]) == 1
    assert not [r for r in hub.requests if r.method == "PUT"]  # the weights are there already
    assert b"99.0 kimg" in head(hub)["README.md"]


def test_files_of_others_stay(hub, model):
    hub.add("ana/faces", {"notes.txt": b"mine", "README.md": b"# old"})
    planned = publishing.plan(model, "ana/faces")
    assert {c.what for c in planned.changes if c.path == "README.md"} == {"changed"}
    publishing.carry_out(planned)
    assert head(hub)["notes.txt"] == b"mine" and head(hub)["README.md"] != b"# old"


def test_no_folder_of_this_disk_travels(hub, tmp_path):
    origin = {
        "dataset": "photos, 64 images",
        "parent": "/home/ana/secret place/00001-faces",
        "imported_from": "C:\\Users\\ana\\net.pt",
    }
    publishing.push(save(tmp_path / "model", origin=origin), "ana/faces")
    files = head(hub)
    for name in ("config.json", "README.md"):
        assert b"secret place" not in files[name] and b"Users" not in files[name]
    assert json.loads(files["config.json"])["origin"]["parent"] == "00001-faces"


def test_a_failed_upload_changes_nothing_and_can_be_repeated(hub, model, impatient):
    before = dict(hub.add("ana/faces", {"README.md": b"# old"}).refs)
    hub.cut = 99
    refused(model, "ana/faces", "ana/faces", "nothing was changed", "tried again")
    assert hub.repos["ana/faces"].refs == before and len(hub.repos["ana/faces"].commits) == 1
    hub.cut = 1  # once is mended by huggingface_hub itself
    publishing.push(model, "ana/faces")
    assert set(head(hub)) == NAMES


@pytest.mark.parametrize("when", ["plan", "commit"])
def test_a_broken_hub(hub, model, impatient, when):
    before = dict(hub.add("ana/faces", {"README.md": b"# old"}).refs)

    def agree(_):
        hub.broken = 503
        return True

    hub.broken = 503 if when == "plan" else 0
    refused(model, "ana/faces", "503", "nothing was changed", agree=agree)
    assert hub.repos["ana/faces"].refs == before
    hub.broken = 0
    publishing.push(model, "ana/faces")


def test_somebody_else_was_faster(hub, model):
    repo = hub.add("ana/faces", {"README.md": b"# old"})
    planned = publishing.plan(model, "ana/faces")
    repo.commit({"README.md": b"# theirs"})
    with pytest.raises(ValueError, match="meanwhile"):
        publishing.carry_out(planned)
    assert head(hub) == {"README.md": b"# theirs"}


def test_who_may_not(hub, model, monkeypatch):
    hub.add("ana/secret", {"a": b""}, private=True)
    hub.add("ana/faces", {"a": b""})
    monkeypatch.setenv("HF_TOKEN", "hf_stranger")
    refused(model, "ana/faces", "ana/faces", "no permission")
    refused(model, "ana/secret", "ana/secret", "no permission")
    refused(model, "ana/new", "ana/new", "no permission")
    monkeypatch.setenv("HF_TOKEN", "hf_expired")
    refused(model, "ana/faces", "token", "not valid")
    monkeypatch.delenv("HF_TOKEN")
    refused(model, "ana/faces", "no access token", "HF_TOKEN")
    assert set(hub.repos) == {"ana/secret", "ana/faces"}
    monkeypatch.setenv("SPACE_ID", "ana/space")  # where the environment's token would be the owner's
    monkeypatch.setenv("HF_TOKEN", WRITER)
    refused(model, "ana/faces", "nobody is signed in")
    assert publishing.push(model, "ana/faces", token=WRITER)  # the visitor's own


def test_what_is_private_is_never_put_into_the_open(hub, model):
    hub.add("ana/open", {"a": b""})
    refused(model, "ana/open", "public already", private=True)


@pytest.mark.parametrize(
    "name", ["", "a/b/c", "ana/", "/faces", "ana/..", "ana/a--b", "ana/a b", "ana/faces.git", "ana/x@main"]
)
def test_names_that_are_none(hub, model, name):
    refused(model, name, "user/name")
    assert hub.requests == []


def test_no_network(hub, model, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    refused(model, "ana/faces", "cannot be reached", "nothing was changed")


def test_licences(hub, model, tmp_path):
    refused(model, "ana/faces", "'gpl'", "apache-2.0", licence="gpl")
    imported = save(tmp_path / "imported", origin={"imported_from": "x/y", "layout": "mimicry"})
    refused(imported, "ana/faces", "imported", "--licence")
    publishing.push(imported, "ana/faces", "mit")
    assert b"license: mit" in head(hub)["README.md"]


def test_the_command(hub, model, capsys):
    assert main.main(["push", str(model), "ana/faces"]) == 2  # nobody can be asked
    said = capsys.readouterr()
    assert "+ model.safetensors" in said.out and "--yes" in said.err and hub.repos == {}
    assert main.main(["push", str(model), "ana/faces", "--private", "--licence", "mit", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{hub.url}/ana/faces"
    assert hub.repos["ana/faces"].private
    assert main.main(["push", str(model), "ana/faces", "--licence", "mit"]) == 0
    assert "Nothing differs" in capsys.readouterr().out


def test_a_model_of_the_hub_is_not_published_again(hub, model):
    publishing.push(model, "ana/faces")
    with pytest.raises(ValueError, match="on the Hub already"):
        publishing.folder_of("ana/faces")
    assert address("ana/faces", "space") == f"{hub.url}/spaces/ana/faces"


# -- the panel on the page --------------------------------------------------------------------------------------------


@pytest.fixture
def panel(model, elsewhere):
    """(plan, carry_out, the page): the handlers of the panel, whose model is always the same."""
    import gradio as gr

    from ganapp.ui.generate.publish_panel import build_publish

    def folder_of(source):
        if source == "none":
            raise ValueError("This model is not known here.")
        return model

    with gr.Blocks() as page:
        build_publish(folder_of, gr.Dropdown(["mine"]))
    made = {getattr(fn.fn, "__name__", ""): fn.fn for fn in page.fns.values()}
    return made["plan"], made["carry_out"], page


def test_the_panel_shows_uploads_and_links(hub, panel):
    plan, carry_out, page = panel
    shown, planned, button, _ = plan("mine", "faces", False, "mit", None)
    assert (
        "Creates the public repository ana/faces." in shown
        and "model.safetensors" in shown
        and button.interactive
    )
    assert hub.repos == {}
    done, kept, button, _ = carry_out(planned, False, None)
    assert f'href="{hub.url}/ana/faces"' in done and kept is None and not button.interactive
    assert head(hub)["README.md"].startswith(b"---\nlicense: mit\n")
    shown, planned, button, _ = plan("mine", "ana/faces", False, "mit", None)
    assert "Nothing differs" in shown and not button.interactive
    assert all(fn.api_visibility == "private" for fn in page.fns.values())


def test_the_panel_says_what_is_wrong_and_escapes_it(hub, panel):
    plan, carry_out, _ = panel
    for source, repo in (("none", "ana/faces"), ("mine", "<b>x"), ("mine", ""), ("mine", "bob/faces")):
        shown, planned, button, _ = plan(source, repo, False, "mit", None)
        if planned is not None:  # somebody else's name: the Hub says so when it is to be created
            shown, kept, *_ = carry_out(planned, False, None)
            assert kept is planned and "no permission" in shown
        assert 'role="alert"' in shown and "<b>" not in shown
    assert carry_out(None, False, None)[1] is None and hub.repos == {}


def test_the_panel_takes_no_licence_for_granted(hub, panel, model):
    plan, _, page = panel
    (licence,) = [b for b in page.blocks.values() if getattr(b, "elem_id", None) == "pub_licence"]
    assert licence.value == ""
    assert (
        b"license: apache-2.0" in plan("mine", "ana/faces", False, licence.value, None)[1].files["README.md"]
    )
    save(model, origin={"imported_from": "x/y", "layout": "mimicry"})
    shown, planned, *_ = plan("mine", "ana/faces", False, licence.value, None)
    assert "name the licence that it came under" in shown and planned is None


def test_on_a_space_it_is_the_visitors_token(hub, panel, monkeypatch):
    import gradio as gr

    plan, carry_out, _ = panel
    monkeypatch.setenv("SPACE_ID", "ana/space")
    monkeypatch.setenv("HF_TOKEN", "hf_reader")  # the owner's, which is never used
    assert "nobody is signed in" in plan("mine", "faces", True, "mit", None)[0]
    token = gr.OAuthToken(token=WRITER, scope="", expires_at=0)
    _, planned, *_ = plan("mine", "faces", True, "mit", token)
    assert "nobody is signed in" in carry_out(planned, False, None)[0] and hub.repos == {}
    assert "Published" in carry_out(planned, False, token)[0] and hub.repos["ana/faces"].private
    assert {r.token for r in hub.requests if r.host == "hub"} == {WRITER}


def test_the_panel_asks_twice_for_a_model_that_copies(hub, panel, model):
    plan, carry_out, page = panel
    (allow,) = [fn.fn for fn in page.fns.values() if getattr(fn.fn, "__name__", "") == "allow"]
    write_figures(model, [{"name": "closer.pixels", "value": 0.9, "protocol": {}}])
    shown, planned, button, although = plan("mine", "ana/faces", False, "mit", None)
    assert "This model copies" in shown and not button.interactive
    assert although.visible and although.value is False
    assert carry_out(planned, False, None)[1] is planned and hub.repos == {}  # pressed all the same
    assert allow(planned, True).interactive and not allow(planned, False).interactive
    assert not allow(None, True).interactive
    assert carry_out(planned, True, None)[1] is None and "ana/faces" in hub.repos
