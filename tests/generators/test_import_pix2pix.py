"""Generators of pix2pix and CycleGAN: imported answers against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import settle
from importers.weights import draw
from test_importers import refused

from ganapp.generators import read_config
from ganapp.generators.importers import import_checkpoint
from ganapp.generators.importers.layouts.pix2pix import resnet, unet
from ganapp.latents import translate

ORIGINAL = Original("pix2pix")
CASES = ORIGINAL.cases
BATCH = [name for name in CASES if "_batch" in name]


def weights(name: str) -> dict[str, torch.Tensor]:
    case = CASES[name]
    drawn = settle(draw(case["shapes"], case["seed"]))
    return {key: t * case["factor"] if t.ndim == 4 else t for key, t in drawn.items()}


def loaded(tmp_path, name, content=None, **options):
    torch.save(weights(name) if content is None else content, tmp_path / "latest_net_G.pth")
    folder = import_checkpoint(tmp_path / "latest_net_G.pth", tmp_path / "out", options=options)
    from ganapp.generators import load_generator

    return load_generator(folder)


@pytest.mark.parametrize("name", CASES)
def test_answers_are_those_of_the_original(tmp_path, name):
    options = {"statistics": "running"} if CASES[name]["statistics"] == "running" else {}
    G = loaded(tmp_path, name, **options)
    assert G.spec.family == {"unet": "unet", "resnet": "translator"}[name.partition("_")[0]]
    assert (G.spec.takes, G.spec.in_channels) == ("picture", ORIGINAL.given(name).shape[1])
    assert G.spec.channels == CASES[name]["channels"] and not G.residual
    (wanted,) = ORIGINAL.read(name, "images")
    assert wanted.std() > 0.2 and (wanted[0] - wanted[1]).abs().mean() > 0.05
    assert (wanted.abs() > 0.99).float().mean() < 0.3
    assert ORIGINAL.difference(G, name) < 3e-5
    apart = (
        G(ORIGINAL.given(name)[1:]) - G(ORIGINAL.given(name))[1:]
    )  # of each picture alone, in whatever batch
    assert apart.abs().max() < 1e-4


@pytest.mark.parametrize("name", ["unet_batch", "resnet_batch_dropout"])
def test_whose_statistics_batch_norms_use_is_said(tmp_path, name):
    G = loaded(tmp_path, name)
    (note,) = read_config(tmp_path / "out")["origin"]["notes"]
    assert "each picture's own statistics" in note and "--statistics running" in note
    (tmp_path / "other").mkdir()
    other = loaded(tmp_path / "other", name, statistics="running")
    assert "notes" not in other.origin and (other.spec.args["norm"], G.spec.args["norm"]) == (
        "batch",
        "instance",
    )
    assert ORIGINAL.difference(other, name) > 0.05


def test_averages_of_instance_norms_are_left_out_and_that_is_said(tmp_path):
    assert "model.model.1.model.2.running_mean" in CASES["unet_old"]["shapes"]
    (note,) = loaded(tmp_path, "unet_old").origin["notes"]
    assert note == "Averaged statistics of instance norms in the file are not used."
    with pytest.raises(ValueError, match="--statistics is 'mean'; it must be one of picture, running"):
        import_checkpoint(tmp_path / "latest_net_G.pth", tmp_path / "b", options={"statistics": "mean"})


def test_what_the_file_tells_of_the_network(tmp_path):
    args = {name: (unet if name.startswith("unet") else resnet)(weights(name), {}).spec for name in CASES}
    assert [args[name].args["depth"] for name in CASES if name.startswith("unet")] == [6, 6, 5, 7, 5]
    assert [args[name].args["blocks"] for name in CASES if name.startswith("resnet")] == [9, 6, 2, 2, 2]
    assert [name for name in CASES if "dropout" in args[name].args] == [
        "resnet_old_dropout",
        "resnet_batch_dropout",
    ]
    assert args["unet_old"].resolution == 128 and args["resnet_none"].resolution == 256


@pytest.mark.parametrize("prefix", ["module.", "module.module."])
def test_the_prefix_of_data_parallel(tmp_path, prefix):
    G = loaded(tmp_path, "", {prefix + key: tensor for key, tensor in weights("resnet_instance").items()})
    assert ORIGINAL.difference(G, "resnet_instance") < 3e-5


def test_a_generator_of_a_file_draws_pictures_of_any_size(tmp_path):
    G = imported(tmp_path / "latest_net_G_A.pth", weights("resnet_instance"))
    x = ORIGINAL.given("resnet_instance").permute(0, 2, 3, 1).numpy()
    assert translate(G, x[:, :27, :31]).shape == (2, 27, 31, 3)


def test_what_is_neither(tmp_path):
    assert unet({}, {}) is None and resnet({}, {}) is None
    tensors = weights("unet_instance")
    assert resnet(tensors, {}) is None and unet(weights("resnet_none"), {}) is None
    assert unet(tensors | {"extra.weight": torch.zeros(2)}, {}) is None
    del tensors["model.model.3.weight"]
    assert unet(tensors, {}) is None
    shifted = {k.replace("conv_block.1.", "conv_block.0."): t for k, t in weights("resnet_none").items()}
    assert resnet(shifted, {}) is None  # with zeros around instead of a reflected border
    narrow = weights("unet_instance")
    narrow["model.model.1.model.1.weight"] = narrow["model.model.1.model.1.weight"][:5]
    torch.save(narrow, tmp_path / "narrow.pth")
    refused(
        tmp_path / "narrow.pth", "looks like pix2pix U-Net, but its tensors do not fit", out=tmp_path / "n"
    )


@pytest.mark.parametrize("name", CASES)
def test_a_file_without_one_of_its_biases_is_refused(tmp_path, name):
    """Found by faults_checkpoints.py: a missing one was taken for a network without biases, and filled with zeros."""
    biases = [key for key in CASES[name]["shapes"] if key.endswith(".bias")]
    for number, key in enumerate({biases[0], biases[-1]}):
        tensors = weights(name)
        del tensors[key]
        torch.save(tensors, tmp_path / "g.pth")
        refused(tmp_path / "g.pth", out=tmp_path / str(number))


def test_channels_that_no_picture_has(tmp_path):
    tensors = weights("resnet_none")
    tensors["model.1.weight"] = torch.zeros(6, 6, 7, 7)
    torch.save(tensors, tmp_path / "six.pth")
    refused(
        tmp_path / "six.pth",
        "makes 3 channels of 6; only 1, 3 and 4 can be imported",
        out=tmp_path / "six",
    )
