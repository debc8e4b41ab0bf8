"""The Hub panel's logic: what is listed, fetched, imported and found again under its name."""

import json

import pytest
import torch
from PIL import Image
from test_generate_tab import save
from test_importers import mlp

from ganapp import generators
from ganapp.config import ModelSpec
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
    batch = studio.pictures(name, "3")
    with Image.open(batch.pictures[0].path) as image:
        texts = " ".join(str(v) for v in image.info.values())
    assert name in texts


def test_a_file_of_another_project_is_imported_and_listed(empty_hub, studio, tmp_path):
    torch.save(mlp(), tmp_path / "g.pt")
    repo = empty_hub.add("bob/gan", {"g.pt": (tmp_path / "g.pt").read_bytes()})
    name = studio.models.fetch("bob/gan:g.pt", lambda done, total: None)
    assert name == "imported/bob-gan-g.pt" and name in studio.models.names()
    assert studio.models.facts(name)["origin"]["commit"] == repo.refs["main"]
    assert studio.models.bring(tmp_path / "g.pt") == "imported/g.pt"
    assert studio.models.bring(tmp_path / "g.pt") == "imported/g.pt-2"
    assert set(imported(studio)) == {name, "imported/g.pt", "imported/g.pt-2"}
    assert len(studio.pictures("imported/g.pt-2", "0-2").pictures) == 3


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
