"""PGAN of pytorch_GAN_zoo: imported images against those of the original code (importers/README.md)."""

import sys
import types

import pytest
import torch
from importers.original import ATOL, Original, imported
from importers.weights import draw

from ganapp.generators.importers.layouts.gan_zoo import convert
from ganapp.networks import build_generator

ORIGINAL = Original("gan_zoo")
CASES = ORIGINAL.cases
CONFIG = {
    "alpha": 0,
    "leakyReluLeak": 0.2,
    "lossCriterion": "WGANGP",
    "equalizedlR": True,
    "attribKeysOrder": None,
}


def weights(name: str) -> dict[str, torch.Tensor]:
    """N(0, 1), as an equalized learning rate has them, and biases that show."""
    drawn = draw(CASES[name]["shapes"], CASES[name]["seed"])
    contrast = CASES[name]["contrast"]
    return {
        k: t * (3 if k.endswith("bias") else 2 * t[0].numel() ** 0.5) * (contrast if "toRGB" in k else 1)
        for k, t in drawn.items()
    }


def saved(name: str, monkeypatch) -> dict:
    """As BaseGAN.save writes it: config is an object of the class models.utils.config.BaseConfig."""
    module = types.ModuleType("models.utils.config")
    module.BaseConfig = type("BaseConfig", (), {"__module__": "models.utils.config"})
    for part in ("models", "models.utils"):
        monkeypatch.setitem(sys.modules, part, types.ModuleType(part))
    monkeypatch.setitem(sys.modules, "models.utils.config", module)
    config = module.BaseConfig()
    vars(config).update(CONFIG | CASES[name].get("beside", {}).get("config", {}))
    other = {k: torch.zeros_like(t) for k, t in weights(name).items()}
    return {"config": config, "netG": other, "netD": {"a": torch.ones(2)}, "avgG": weights(name)}


def built(found):
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors, strict=True)
    return G


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, monkeypatch, name):
    G = imported(tmp_path / "mine_s4_i80000.pt", saved(name, monkeypatch))
    assert G.spec.family == "zoo_progan" and G.origin["taken"] == "avgG"
    (note,) = G.origin["notes"]
    assert "avgG, the averaged weights, was taken; netG" in note
    ORIGINAL.check(G, name, ATOL, contrast=0.1, variety=0.05)
    ORIGINAL.check_batches(G, name, ATOL)


def test_labels_are_all_combinations_and_have_names(tmp_path, monkeypatch):
    """One of two and one of three values; the attribute of order 0 stands first, whatever its place in the file."""
    G = imported(tmp_path / "g.pt", saved("labels_16", monkeypatch))
    names = [f"{first}, {second}" for first in ("M", "W") for second in ("english", "french", "indian")]
    assert list(G.class_names) == names and G.spec.num_classes == 6 and G.spec.z_dim == 11
    assert G.embed(torch.tensor([1, 5])).tolist() == [[1, 0, 0, 1, 0], [0, 1, 0, 0, 1]]


def test_a_state_dict_alone_says_what_was_assumed(tmp_path):
    G = imported(tmp_path / "g.pt", weights("grown_32"))
    ORIGINAL.check(G, "grown_32", ATOL, contrast=0.1, variety=0.05)
    (note,) = G.origin["notes"]
    assert "has no config" in note and "alpha 0" in note and "--classes NUMBER" in note


def test_classes_can_be_said():
    tensors = weights("labels_16")
    found = convert(tensors, {"classes": 5.0})
    assert (
        found.spec.num_classes == 5 and found.spec.z_dim == 11 and found.tensors["codes"].equal(torch.eye(5))
    )
    assert convert(tensors, {}).spec.z_dim == 16
    with pytest.raises(ValueError, match="takes 16 numbers; 16 of labels leave no noise"):
        convert(tensors, {"classes": 16})


@pytest.mark.parametrize("setting", ["alpha", "leakyReluLeak", "lossCriterion", "equalizedlR"])
def test_each_setting_of_the_config_counts(setting):
    """faded_32 has other than the usual values."""
    config = dict(CASES["faded_32"]["beside"]["config"])
    assert ORIGINAL.difference(built(convert(weights("faded_32"), {"config": config})), "faded_32") < ATOL
    del config[setting]
    assert ORIGINAL.difference(built(convert(weights("faded_32"), {"config": config})), "faded_32") > 0.01


def test_old_names_without_module_are_the_same():
    tensors = {k.replace(".module", ""): t for k, t in weights("grown_32").items()}
    assert ORIGINAL.difference(built(convert(tensors, {})), "grown_32") < ATOL


def test_too_many_combinations_are_refused():
    groups = {str(i): {"order": i, "values": list(range(11))} for i in range(3)}
    with pytest.raises(ValueError, match="1331 combinations of labels; at most 1000"):
        convert(weights("grown_32"), {"config": {"attribKeysOrder": groups}})


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"alpha": "half"}, "alpha 'half', which is no number"),
        ({"attribKeysOrder": [1]}, "labels of a form that is not known"),
        ({"attribKeysOrder": {"a": {"values": 3, "order": 0}}}, "labels of a form that is not known"),
    ],
)
def test_a_config_that_cannot_be_is_one_sentence(config, says):
    with pytest.raises(ValueError, match=says):
        convert(weights("grown_32"), {"config": config})


@pytest.mark.parametrize("drop", ["formatLayer", "groupScale0.0", "toRGBLayers.0"])
def test_what_is_not_pgan_is_not_recognized(drop):
    tensors = weights("grown_32")
    del tensors[f"{drop}.module.weight"]
    assert convert(tensors, {}) is None and convert({}, {}) is None
