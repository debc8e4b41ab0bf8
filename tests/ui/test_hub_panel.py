"""The Hub panel's logic: what is listed, fetched, imported and found again under its name."""

import json
import types
import zipfile

import pytest
import torch
from importers.original import Original
from importers.trained import settle
from importers.weights import draw
from test_generate_tab import save
from test_importers import mlp

from ganapp import generators
from ganapp.config import ModelSpec
from ganapp.generators.importers.options import OPTIONS
from ganapp.ui.generate.hub_panel import rows
from ganapp.ui.generate.studio import Studio

SPEC = ModelSpec("mlp", 28, 1, 0, 8, {"hidden": [16]})


@pytest.fixture
def studio(tmp_path):
    (tmp_path / "data" / "checkpoints").mkdir(parents=True)
    return Studio(tmp_path / "data" / "runs", tmp_path / "data" / "checkpoints", tmp_path / "out")


def imported(studio):
    return [name for name in studio.models.names() if name.startswith("imported/")]


def test_rows_say_what_a_model_is_once_each():
    own = generators.HubModel("ana/cats@" + "a" * 40, "", "dcgan", 32, "mit")
    other = generators.HubModel("bob/gan", "g.pt", "conv_stack", 64, "see its page", "huggan DCGAN", "digits")
    assert rows([own, other, own]) == [
        ("ana/cats @ aaaaaaa · dcgan · 32 px · mit", own.repo),
        ("bob/gan · digits · conv_stack · 64 px · see its page · huggan DCGAN", "bob/gan:g.pt"),
    ]


def test_a_picture_of_a_pulled_model_carries_repository_and_commit(empty_hub, studio, tmp_path):
    folder, told = save(tmp_path / "model", SPEC), []
    repo = empty_hub.add("ana/digits", {p.name: p.read_bytes() for p in folder.iterdir()})
    name = studio.models.fetch("ana/digits", lambda done, total: told.append((done, total)))
    assert name == f"ana/digits@{repo.refs['main']}" and told[-1][0] == told[-1][1] > 0
    assert studio.models.facts(name)["spec"] == SPEC  # it is loaded: nobody is asked again
    with zipfile.ZipFile(studio.archive(name, "3").path) as archive:
        assert name.encode() in archive.read("seed000003.png")


def test_a_file_of_another_project_is_imported_and_listed(empty_hub, studio, tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    repo = empty_hub.add("bob/gan", {"g.pt": (tmp_path / "g.pt").read_bytes()})
    name = studio.models.fetch("bob/gan:g.pt", lambda done, total: None)
    assert name == "imported/bob-gan-g.pt" and name in studio.models.names()
    assert studio.models.facts(name)["origin"]["commit"] == repo.refs["main"]
    assert studio.models.bring(tmp_path / "g.pt") == "imported/g.pt"
    assert studio.models.bring(tmp_path / "g.pt") == "imported/g.pt-2"
    assert set(imported(studio)) == {name, "imported/g.pt", "imported/g.pt-2"}
    assert studio.archive("imported/g.pt-2", "0-2").count == 3


# -- the panel: files by content, options, notes -------------------------------------------------------------


@pytest.fixture
def panel(studio):
    """The panel as it is wired, without a page: its handlers get a dictionary of its components."""
    gr = pytest.importorskip("gradio")
    from ganapp.ui.generate.hub_panel import build_hub

    with gr.Blocks() as demo:
        build_hub(studio.models, gr.Dropdown([]))
    fns = {fn.name: fn.fn for fn in demo.fns.values() if fn.fn is not None}
    return fns["bring"].__self__


def said_of(panel, answer):
    return answer[panel.said]


ASKS = types.SimpleNamespace(headers={}, request=None, username=None, session_hash="a page")


@pytest.mark.parametrize("name", ["netG", "netG.pkl", "netG.pth.tar", "netG.model", "netG.png"])
def test_a_dropped_file_is_taken_by_its_content(panel, studio, tmp_path, name):
    assert panel.dropped.file_types is None
    torch.save(mlp(), tmp_path / name)
    answer = panel.bring({panel.dropped: str(tmp_path / name)}, ASKS)
    assert imported(studio) == [f"imported/{name}"]
    assert f"imported/{name} is here and chosen." in said_of(panel, answer)
    assert answer[panel.source].value == f"imported/{name}"
    assert answer[panel.dropped] is None and answer[panel.again].interactive is True


def test_what_is_no_checkpoint_is_named_as_what_it_is(panel, studio, tmp_path):
    (tmp_path / "netG.pth").write_text("<!DOCTYPE html><html>Virus scan warning</html>")
    answer = panel.bring({panel.dropped: str(tmp_path / "netG.pth")}, ASKS)
    assert "netG.pth is a web page" in said_of(panel, answer) and imported(studio) == []
    assert panel.source not in answer


def test_notes_are_shown_and_the_file_can_be_imported_again_with_options(panel, studio, tmp_path):
    case = Original("mimicry").cases["sngan_32"]
    torch.save(settle(draw(case["shapes"], case["seed"])), tmp_path / "g.pth")
    assert set(panel.options) == set(OPTIONS)
    unset = {component: component.value for component in panel.options.values()}
    answer = panel.bring(unset | {panel.dropped: str(tmp_path / "g.pth")}, ASKS)
    assert "it ends in tanh" in said_of(panel, answer) and "--output sigmoid" in said_of(panel, answer)
    asked = unset | {panel.last: answer[panel.last], panel.options["output"]: "sigmoid"}
    answer = panel.bring_again(asked, ASKS)
    assert "imported/g.pth-2 is here" in said_of(panel, answer) and "tanh" not in said_of(panel, answer)
    tanh, sigmoid = (
        studio.models.load(f"imported/{name}").state_dict()["to_image.bias"] for name in ("g.pth", "g.pth-2")
    )
    assert torch.equal(tanh / 2, sigmoid)
    answer = panel.bring_again(unset | {panel.last: answer.get(panel.last, str(tmp_path / "g.pth"))}
                               | {panel.options["clamp"]: "0"}, ASKS)  # fmt: skip
    assert "where --clamp does not apply" in said_of(panel, answer)  # 0 is a value
    answer = panel.bring_again(
        unset | {panel.last: str(tmp_path / "g.pth"), panel.options["clamp"]: "much"}, ASKS
    )
    assert "--clamp is much; it must be between 0 and 1e+06." in said_of(panel, answer)


def test_a_file_that_is_gone_is_asked_for_again(panel, tmp_path):
    for path in ("", str(tmp_path / "gone.pth")):
        said = said_of(panel, panel.bring_again({panel.last: path}, ASKS))
        assert "Drop the file again" in said and str(tmp_path) not in said


def test_a_file_of_the_hub_is_imported_with_the_options(empty_hub, panel, studio, tmp_path):
    case = Original("mimicry").cases["sngan_32"]
    torch.save(settle(draw(case["shapes"], case["seed"])), tmp_path / "g.pth")
    empty_hub.add("bob/gan", {"g.pth": (tmp_path / "g.pth").read_bytes()})
    told = []
    answer = panel.fetch(
        {panel.found: "bob/gan:g.pth", panel.options["output"]: "sigmoid"},
        ASKS,
        lambda done, unit: told.append(done),
    )
    assert "is here and chosen" in said_of(panel, answer) and "tanh" not in said_of(panel, answer) and told
    answer = panel.fetch({panel.found: "bob/gan:g.pth"}, ASKS, lambda done, unit: None)
    assert "it ends in tanh" in said_of(panel, answer)


def test_a_visitor_brings_no_files(panel, studio, tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    object.__setattr__(studio.models.sources, "allow_paths", False)
    answer = panel.bring({panel.dropped: str(tmp_path / "g.pt")}, ASKS)
    assert "Files are not imported on this page" in said_of(panel, answer) and imported(studio) == []


def test_what_cannot_be_imported_leaves_nothing(studio, tmp_path):
    torch.save({"encoder.weight": torch.zeros(2, 2)}, tmp_path / "x.pt")
    with pytest.raises(ValueError, match="none of the layouts"):
        studio.models.bring(tmp_path / "x.pt")
    assert imported(studio) == []


def test_on_a_space_imported_models_are_known_by_name_alone(empty_hub, studio, tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    studio.models.bring(tmp_path / "g.pt")
    closed = Studio(
        studio.models.runs, studio.models.sources.checkpoints, tmp_path / "out", allow_paths=False
    )
    assert closed.models.load("imported/g.pt").source == "imported/g.pt"
    for source in ("imported/../runs", "imported/g.pt/config.json", str(tmp_path / "g.pt")):
        with pytest.raises(ValueError):
            closed.models.load(source)


def test_the_catalog_has_rows_that_an_importer_takes():
    from ganapp.generators.importers import HUB_FILE, known_layouts

    names = {layout.name for layout in known_layouts()}
    for model in generators.known_models():
        assert HUB_FILE.fullmatch(model.source) and model.loads in names, model
        assert json.dumps(model._asdict())
