"""A picture of one's own through a generator that takes pictures: what the network is given, and what the PNG says."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp.config import ModelSpec
from ganapp.degradations import varied_of
from ganapp.generators import load_folder, save_generator
from ganapp.networks import build_generator
from ganapp.publishing.translated import translated

SPEC = ModelSpec("unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=3)
# Without a learned change the answer of a residual network is its input, to the bit.
PIXELS = np.random.default_rng(3).integers(0, 256, (24, 36, 3)).astype(np.uint8)


def model(folder, origin, **changes):
    torch.manual_seed(0)
    spec = ModelSpec(**{**vars(SPEC), **changes})
    return load_folder(save_generator(build_generator(spec), folder, origin=origin), "own/model")


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def values(pixels):
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


def pixels(x):
    return (x[0] * 127.5 + 127.5).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()


def test_as_it_is_whole_and_as_in_training(tmp_path):
    G = model(tmp_path, {"task": "pairs"})
    whole = translated(G, png(PIXELS), "a b.png", whole=True)
    assert np.array_equal(whole.before, PIXELS) and np.array_equal(whole.after, PIXELS)
    assert (whole.about["input"], whole.about["size"], whole.about["task"]) == ("a b.png", [36, 24], "pairs")
    assert whole.about["weights"] == G.weights_sha256 and "damage" not in whole.about
    trained = translated(G, png(PIXELS), "a.png")
    assert trained.after.shape == (32, 48, 3)  # the shorter side as in training, the form as it is
    assert translated(G, png(PIXELS), "a.png", whole=True, most=18).after.shape == (12, 18, 3)


def test_damaged_first_as_in_training(tmp_path):
    G = model(tmp_path, {"task": "degrade", "damage": "hole:0.2, noise:0.1-0.5"})
    made = translated(G, png(PIXELS), "a.png", damages=True, seed=7, whole=True)
    expected = pixels(varied_of("hole:0.2, noise:0.1-0.5").given(values(PIXELS), [7]))
    assert np.array_equal(made.before, expected)
    assert (made.about["damage"], made.about["seed"]) == ("hole:0.2, noise:0.1-0.5", 7)
    other = translated(G, png(PIXELS), "a.png", damages=True, seed=8, whole=True)
    assert not np.array_equal(made.before, other.before)
    assert np.array_equal(translated(G, png(PIXELS), "a.png", whole=True).before, PIXELS)


def test_a_model_that_enlarges_takes_a_small_picture_as_it_is(tmp_path):
    G = model(tmp_path, {"task": "degrade", "damage": "small:4"})
    small = PIXELS[:9, :11]
    assert translated(G, png(small), "a.png", whole=True).after.shape == (36, 44, 3)
    assert translated(G, png(small), "a.png", whole=True, most=40).after.shape == (32, 40, 3)
    assert translated(G, png(PIXELS), "a.png").after.shape == (32, 48, 3)
    damaged = translated(G, png(PIXELS[:23, :35]), "a.png", damages=True, whole=True)
    assert damaged.after.shape == (20, 32, 3)  # what can be reduced


def test_another_answer_of_a_model_that_takes_noise(tmp_path):
    """Of the same damaged picture; what was drawn, the file says."""
    origin = {"task": "degrade", "damage": "hole:0.2"}
    G, plain = model(tmp_path / "a", origin, z_dim=4), model(tmp_path / "b", origin)
    for p in G.parameters():
        p.add_(0.1 * torch.randn(p.shape, generator=torch.Generator().manual_seed(p.numel())))
    first, other, next_seed = (
        translated(G, png(PIXELS), "a.png", damages=True, seed=seed, answer=answer)
        for seed, answer in ((7, 0), (7, 1), (8, 0))
    )
    assert np.array_equal(first.before, other.before) and not np.array_equal(first.after, other.after)
    assert not np.array_equal(first.before, next_seed.before)
    assert [made.about["noise"] for made in (first, other, next_seed)] == [7, 8, 8]
    assert "noise" not in translated(plain, png(PIXELS), "a.png", seed=7, answer=1).about


def test_a_grey_input_of_a_colour_picture(tmp_path):
    G = model(tmp_path, {"task": "degrade", "damage": "blur:1"}, in_channels=1)
    for damages in (False, True):
        made = translated(G, png(PIXELS), "a.png", damages=damages, whole=True)
        assert (made.before.shape, made.after.shape) == ((24, 36, 1), (24, 36, 3))


def test_sentences(tmp_path):
    G = model(tmp_path / "a", {"task": "pairs"})
    with pytest.raises(ValueError, match="own/model was not trained to repair a damage"):
        translated(G, png(PIXELS), "a.png", damages=True)
    with pytest.raises(ValueError, match="The picture cannot be used: not a picture"):
        translated(G, b"some text that is no picture", "a.png")
    with pytest.raises(ValueError, match="8 or more"):
        translated(G, png(PIXELS[:5]), "a.png", whole=True)
    noise = ModelSpec("mlp", 28, 1, 0, 8, {})
    latent = load_folder(save_generator(build_generator(noise), tmp_path / "b"), "b")
    with pytest.raises(ValueError, match="it takes no picture"):
        translated(latent, png(PIXELS), "a.png")
