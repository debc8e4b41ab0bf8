"""importers/options.py: what keys cannot tell is asked, and what is assumed instead is said."""

import pytest
import torch
from importers.original import ATOL, Original
from importers.trained import settle
from importers.weights import draw
from test_import_stylegan2 import CLAMP, built
from test_import_stylegan2 import ORIGINAL as STYLEGAN2
from test_import_stylegan2 import weights as stylegan2_weights
from test_importers import mlp, refused

from ganapp.generators import load_generator, read_config
from ganapp.generators.importers import import_checkpoint, known_layouts
from ganapp.generators.importers.layouts.stylegan2 import nvidia
from ganapp.generators.importers.options import OPTIONS, checked


def drawn(project, case):
    """(the project's originals, weights of the case)."""
    original = Original(project)
    transposed = ("deconv",) if project == "studiogan" else ()
    return original, settle(draw(original.cases[case]["shapes"], original.cases[case]["seed"]), transposed)


def loaded(tmp_path, tensors, **options):
    torch.save(tensors, tmp_path / "g.pth")
    return load_generator(import_checkpoint(tmp_path / "g.pth", tmp_path / "out", options=options))


def test_a_sigmoid_of_mimicry(tmp_path):
    """Its DCGANGeneratorCIFAR is the SNGAN of 32 pixels, which ends in tanh, but for the end."""
    original, tensors = drawn("mimicry", "sngan_32")
    G = loaded(tmp_path, tensors, output="sigmoid")
    (tanh,) = original.read("sngan_32", "images")
    wanted = 2 * torch.sigmoid(torch.atanh(tanh.double())) - 1
    assert (original.pictures(G, "sngan_32") - wanted).abs().max() < ATOL
    assert (wanted - tanh).abs().max() > 0.05 and "notes" not in G.origin


def test_what_is_assumed_of_mimicry_is_said(tmp_path):
    _, tensors = drawn("mimicry", "sngan_32")
    (note,) = loaded(tmp_path, tensors).origin["notes"]
    assert "it ends in tanh" in note and "--output sigmoid" in note and "DCGANGeneratorCIFAR" in note


@pytest.mark.parametrize("case", ["sngan_64", "cgan_pd_32", "sagan_32"])
def test_nothing_is_said_of_a_network_that_keys_tell(tmp_path, case):
    original, tensors = drawn("mimicry", case)
    assert "notes" not in loaded(tmp_path, tensors).origin


def test_leaky_relu_of_studiogan(tmp_path):
    original, tensors = drawn("studiogan", "dcgan_leaky")
    G = loaded(tmp_path, tensors, activation="leaky_relu")
    original.check(G, "dcgan_leaky", 2e-5, contrast=0.05, variety=0.005)
    assert "notes" not in G.origin
    (tmp_path / "other").mkdir()
    G = loaded(tmp_path / "other", tensors)
    assert original.difference(G, "dcgan_leaky") > 0.01
    assert "--activation leaky_relu" in G.origin["notes"][0]


def test_leaky_relu_of_a_residual_network_is_refused(tmp_path):
    _, tensors = drawn("studiogan", "resnet_32")
    torch.save(tensors, tmp_path / "g.pth")
    refused(tmp_path / "g.pth", "with ReLU only", options={"activation": "leaky_relu"}, out=tmp_path / "out")


def test_the_clamp_of_a_state_dict(tmp_path):
    """A pickle has the number, a state dict has not."""
    G = loaded(tmp_path, stylegan2_weights("nvidia_classes"), clamp=CLAMP)
    assert STYLEGAN2.difference(G, "nvidia_classes") < 1e-5
    assert [note.split("--")[1].split()[0] for note in G.origin["notes"]] == ["mapping-rate"]
    (tmp_path / "other").mkdir()
    G = loaded(tmp_path / "other", stylegan2_weights("nvidia_classes"))
    assert STYLEGAN2.difference(G, "nvidia_classes") > 0.01 and "--clamp 256" in G.origin["notes"][0]


@pytest.mark.parametrize("rate", [0.002, 0.01, 1.0])
def test_the_rate_multiplier_of_a_mapping(rate):
    """With another multiplier the same weights make other pictures; divided by it they make the original's."""
    tensors = {
        k: t * (0.01 / rate) if k.startswith("mapping.fc") else t
        for k, t in stylegan2_weights("nvidia").items()
    }
    for extra in ({"mapping_rate": rate}, {"mapping.fc0.bias_gain": rate}):  # said, and in a pickle
        assert STYLEGAN2.difference(built(nvidia(tensors, extra)), "nvidia") < 1e-5
    if rate != 0.01:
        assert STYLEGAN2.difference(built(nvidia(tensors, {})), "nvidia") > 0.01
    assert nvidia(tensors, {"mapping.fc0.bias_gain": rate}).notes == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"output": "relu"}, "--output is 'relu'; it must be one of tanh, sigmoid"),
        ({"clamp": -1.0}, "--clamp is -1.0; it must be between 0 and 1e+06"),
        ({"mapping_rate": "x"}, "--mapping-rate is x"),
        ({"mapping": 1}, "'mapping' is no option"),
        ({"clamp": 256.0}, "where --clamp does not apply"),
    ],
)
def test_options_that_are_not_possible(tmp_path, options, words):
    torch.save(mlp(), tmp_path / "g.pt")
    refused(tmp_path / "g.pt", words, options=options, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_options_without_a_value_are_not_given():
    assert checked({"output": None, "clamp": None}) == checked(None) == {}
    assert {option for layout in known_layouts() for option in layout.options} == set(OPTIONS)


def test_the_command_line_passes_them_on(tmp_path, capsys):
    from ganapp.cli.main import main

    _, tensors = drawn("mimicry", "sngan_32")
    torch.save(tensors, tmp_path / "g.pth")
    assert main(["import", str(tmp_path / "g.pth"), "--out", str(tmp_path / "a")]) == 0
    assert "it ends in tanh" in capsys.readouterr().out
    assert main(["import", str(tmp_path / "g.pth"), "--out", str(tmp_path / "b"), "--output", "sigmoid"]) == 0
    assert "tanh" not in capsys.readouterr().out and "notes" not in read_config(tmp_path / "b")["origin"]
    states = [load_generator(tmp_path / name).state_dict()["to_image.bias"] for name in "ab"]
    assert torch.equal(states[0] / 2, states[1])
