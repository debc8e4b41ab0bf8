"""latents/translate.py: pictures of any size, in parts without seams, and what is refused."""

import numpy as np
import pytest
import torch
from torch import nn

from ganapp.config import ModelSpec
from ganapp.latents import (
    generate,
    images_from_inputs,
    interpolate,
    principal_directions,
    translate,
    translate_film,
)
from ganapp.latents.spaces import z_of
from ganapp.latents.translate import _held, _measured, _tiles, translate_whole
from ganapp.networks import build_generator

WHOLE = 80 * 80
ARGS = {"unet": {"width": 4, "depth": 3}, "translator": {"width": 4, "blocks": 1}}
DEEP = {"width": 4, "depth": 5}


def build(family="translator", in_channels=3, channels=3, classes=0, z_dim=0, premultiplied=False, **args):
    args = {**ARGS[family], **args}
    spec = ModelSpec(
        family, 32, channels, classes, z_dim, args,
        takes="picture", in_channels=in_channels, premultiplied=premultiplied,
    )  # fmt: skip
    torch.manual_seed(0)
    G = build_generator(spec).eval().requires_grad_(False)
    rng = torch.Generator().manual_seed(5)
    for module in G.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.normal_(0, 0.7 / module.weight[0].numel() ** 0.5, generator=rng)
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3, generator=rng)
            module.running_var.uniform_(0.5, 1.5, generator=rng)
    return G


def picture(height=150, width=203, channels=3, count=1, seed=1):
    """Smooth, with a brighter left half, so that parts have statistics of their own."""
    rng = torch.Generator().manual_seed(seed)
    small = torch.rand(count, channels, height // 8 + 1, width // 8 + 1, generator=rng) * 2 - 1
    x = nn.functional.interpolate(small, size=(height, width), mode="bilinear")
    return (x * 0.5 + torch.linspace(0.4, -0.4, width)).clamp(-1, 1)


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("family", ARGS)
@pytest.mark.parametrize("size", [(150, 203), (97, 65), (40, 400)])
def test_parts_give_the_answer_of_the_whole(family, norm, size):
    G, x = build(family, norm=norm), picture(*size)
    if size[0] * size[1] > WHOLE:
        assert len(_tiles(*size, G.stride, G.reach, WHOLE)[1].starts) > 1
    whole = G(x)
    assert whole.std() > 0.05
    assert (translate_whole(G, x, whole=WHOLE) - whole).abs().max() < 1e-5


@pytest.mark.parametrize("family", ARGS)
def test_with_instance_norm_all_parts_share_the_statistics_of_the_picture(family):
    G, x = build(family), picture()
    parts = translate_whole(G, x, whole=WHOLE)
    tiles, norms = _tiles(150, 203, G.stride, G.reach, WHOLE), G.norms()
    assert norms and all(norm.held is None for norm in norms)
    with _held(norms, _measured(G, norms, x, tiles, (None,))):
        assert (parts - G(x)).abs().max() < 1e-5  # as one picture with these statistics: no seam anywhere
    whole = G(x)
    own = torch.cat([G(x[:, :, :, :104]), G(x[:, :, :, 104:])], dim=3)
    assert (parts - whole).abs().mean() < 0.5 * (own - whole).abs().mean()


def test_where_a_network_looks_farther_than_a_part_parts_fade_into_each_other():
    G, x = build("unet", norm="none", **DEEP), picture(192, 320)
    rows, columns = _tiles(192, 320, G.stride, G.reach, 128 * 128)
    assert columns.margin < G.reach and columns.fade > 0
    whole, parts = G(x), translate_whole(G, x, whole=128 * 128)
    assert (parts - whole).abs().mean() < 0.1 * whole.std()
    steps = [(p[..., 1:] - p[..., :-1]).abs().amax((0, 1, 2)) for p in (parts, whole)]
    assert (steps[0] - steps[1]).max() < 0.25 * steps[1].max()


def test_every_pixel_is_covered_and_no_part_is_larger_than_allowed():
    for height, width in ((8, 3000), (777, 1001), (65, 97), (512, 512)):
        for stride, reach in ((4, 23), (8, 21), (256, 765), (1, 3)):
            for whole in (80 * 80, 300 * 200):
                sides = _tiles(height, width, stride, reach, whole)
                for length, side in zip((height, width), sides, strict=True):
                    total = np.zeros(length)
                    for start, end in side.parts():
                        assert start % stride == 0 and end - start >= min(8, length)
                        total[start:end] += side.weights(start, end)
                    assert total.min() > 0.05
                area = sides[0].size * sides[1].size
                assert area <= max(whole, 2 * stride * max(sides[0].size, sides[1].size))


def test_pictures_become_pictures():
    G, x = build(), picture(65, 97, count=3)
    pixels = ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    out = translate(G, pixels)
    wanted = G(torch.from_numpy(pixels).permute(0, 3, 1, 2) / 127.5 - 1)
    wanted = (wanted * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert out.shape == (3, 65, 97, 3) and out.dtype == np.uint8 and out.std() > 5
    assert np.abs(out.astype(int) - wanted).max() <= 1
    floats = pixels.astype(np.float32) / 127.5 - 1
    assert np.array_equal(translate(G, floats), out)
    assert np.array_equal(translate(G, pixels[1:2]), out[1:2])


def test_grey_becomes_colour_and_alpha_stays_straight():
    out = translate(build(in_channels=1), picture(40, 50, 1).permute(0, 2, 3, 1).numpy())
    assert out.shape == (1, 40, 50, 3)
    G = build_generator(
        ModelSpec("unet", 32, 4, 0, 0, ARGS["unet"], takes="picture", in_channels=4, premultiplied=True)
    ).eval()  # the identity
    pixels = np.full((1, 16, 16, 4), 200, np.uint8)
    pixels[..., 3], pixels[:, :8] = 128, 0
    made = translate(G, pixels).astype(int)
    assert np.abs(made - pixels).max() <= 1


def test_noise_and_classes():
    G, x = build(z_dim=5, classes=3), picture(32, 40).permute(0, 2, 3, 1).numpy()
    twice = np.repeat(x, 2, axis=0)
    a, b = translate(G, twice, [7, 8], 1)
    assert not np.array_equal(a, b) and np.array_equal(translate(G, x, [8], 1)[0], b)
    assert not np.array_equal(translate(G, x, [8], 2)[0], b)
    assert np.array_equal(translate(G, x)[0], translate(G, x, [0])[0])
    film = list(translate_film(G, [x[0], x[0, ::-1], x[0]], seed=8, y=1))
    assert len(film) == 3 and np.array_equal(film[0], b) and np.array_equal(film[2], b)
    assert not np.array_equal(film[1], b)


@pytest.mark.parametrize("z_dim", [0, 5])
def test_inputs_of_a_training_have_the_noise_of_their_number(z_dim):
    """Whatever batch they are in, so that the grid and the live figure do not change by themselves."""
    G, x = build(z_dim=z_dim), torch.cat([picture(32, 32, seed=i) for i in range(5)]).float()
    drawn = images_from_inputs(G, x.numpy(), range(3, 8), batch=2)
    assert np.array_equal(drawn, translate(G, x.permute(0, 2, 3, 1).numpy(), range(3, 8)))
    assert np.array_equal(images_from_inputs(G, x[4:].numpy(), [7]), drawn[4:])
    assert np.array_equal(images_from_inputs(G, x[4:].numpy(), [8]), drawn[4:]) == (z_dim == 0)


def test_a_film_is_drawn_frame_by_frame():
    drawn = []

    def frames():
        for i in range(3):
            drawn.append(i)
            yield picture(32, 40, seed=i)[0].permute(1, 2, 0).numpy()

    film = translate_film(build(), frames())
    next(film)
    assert drawn == [0]
    assert len(list(film)) == 2


@pytest.mark.parametrize("draw", [generate, interpolate, principal_directions, z_of])
def test_seeds_alone_are_not_enough(draw):
    """And that is a sentence, wherever a generator of latents is expected."""
    arguments = {interpolate: ([1, 2], 3), principal_directions: (2,)}.get(draw, ([1, 2],))
    with pytest.raises(ValueError, match="makes a picture of a picture: it cannot draw from seeds alone."):
        list(draw(build(z_dim=4), *arguments))


def test_what_is_refused(tmp_path):
    G, x = build(), np.zeros((1, 32, 32, 3), np.uint8)
    with pytest.raises(
        ValueError, match=r"the shape \(1, 32, 32, 1\); this model takes \(number, height, width, 3\)"
    ):
        translate(G, x[..., :1])
    with pytest.raises(ValueError, match="There are 2 seeds for 1 pictures: give one a picture."):
        translate(G, x, [1, 2])
    with pytest.raises(ValueError, match="is in training mode"):
        translate(G.train(), x)
    dcgan = build_generator(ModelSpec("dcgan", 32, 3, 0, 4, {"width": 4})).eval()
    with pytest.raises(ValueError, match="makes pictures from noise: it takes no picture."):
        translate(dcgan, x)
