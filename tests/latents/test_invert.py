"""latents/{invert,fitting,tuning,spaces,target}.py: a picture is found again, and other seeds stay as they were."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from test_drawing import TinyGenerator

from ganapp.config import ModelSpec
from ganapp.generators import load_generator
from ganapp.generators.folder import load_folder, save_generator
from ganapp.generators.latent_file import read_latent
from ganapp.generators.tuned import save_fit
from ganapp.latents import (
    Edit,
    Tools,
    draw_edit,
    generate,
    images_from_latents,
    images_from_w,
    keyframe_film,
    slerp,
)
from ganapp.latents.blending import blended, check_kin
from ganapp.latents.fitting import Effort, Fitting
from ganapp.latents.invert import invert
from ganapp.latents.pace import Pace, pace_of, searched
from ganapp.latents.spaces import space_of
from ganapp.latents.target import picture_of, psnr, pyramid, target_of
from ganapp.networks import build_generator

FEW = Effort(seeds=8, starts=2, steps=20, tuning_steps=5, samples=4)
SMALL = Effort(seeds=32, starts=3, steps=80, tuning_steps=15, samples=6)


def make(family, resolution, channels, classes, args, z_dim=8):
    """Weights as after training: as they are initialized, pictures are all but equal."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(3)
        G = build_generator(ModelSpec(family, resolution, channels, classes, z_dim, args)).eval()
        for p in G.parameters():
            if p.ndim > 1:
                p.copy_(torch.randn(p.shape) * 2 / p[0].numel() ** 0.5)
        if hasattr(G, "w_avg"):
            G.w_avg.copy_(G.mapping(torch.randn(500, z_dim), torch.arange(500) % classes).mean(0))
        G.class_names, G.origin, G.source = tuple("abcdefgh"[:classes]), {"preset": "x"}, "tiny"
        return G.requires_grad_(False)


@pytest.fixture(scope="module")
def dcgan():
    return make("dcgan", 28, 3, 2, {"width": 8})


@pytest.fixture(scope="module")
def stylegan():
    return make("stylegan2", 32, 1, 2, {"w_dim": 6, "channel_base": 128, "channel_max": 8, "noise": False})


def picture_near(G, seed=5000, amount=12):
    """A picture that G cannot draw exactly: that of a seed, with a pattern on it."""
    at = np.arange(G.spec.resolution)
    wave = amount * np.sin(at[:, None] * 1.3 + at * 0.7)[..., None]
    return (generate(G, [seed])[0] + wave).clip(0, 255).astype(np.uint8)


def test_a_picture_of_the_model_itself_is_found_again(dcgan):
    """From the starts of seeds 0 to 63, which are not the seed of the picture; the weights stay."""
    picture = generate(dcgan, [5000], y=1)[0]
    effort = Effort(seeds=64, starts=4, steps=200, tuning_steps=0)
    *_, fit = invert(dcgan, picture, effort=effort)
    assert fit.psnr >= 35 and fit.label == 1 and fit.G is dcgan and not fit.tuned
    drawn = images_from_latents(dcgan, fit.latent[None], np.array([fit.label]))[0]
    assert np.abs(drawn.astype(int) - fit.image).max() <= 1 and psnr(drawn, picture) >= 35


def test_a_w_space_is_fitted_layer_by_layer(stylegan):
    picture = picture_near(stylegan)
    fits = {
        space: list(invert(stylegan, picture, space=space, effort=FEW))[-1] for space in ("z", "w+", None)
    }
    assert fits["z"].latent.shape == (8,) and fits["w+"].latent.shape == (stylegan.num_ws, 6)
    assert fits[None].space == "w+" and np.array_equal(fits[None].latent, fits["w+"].latent)
    drawn = images_from_w(fits["w+"].G, fits["w+"].latent[None])[0]
    assert np.abs(drawn.astype(int) - fits["w+"].image).max() <= 1


def test_tuning_draws_the_picture_and_leaves_other_seeds_and_the_model(dcgan):
    picture, before = picture_near(dcgan), generate(dcgan, range(100, 116)).astype(float)
    weights = {name: value.clone() for name, value in dcgan.state_dict().items()}
    *_, alone = invert(dcgan, picture, effort=Effort(32, 3, 80, 0))
    *_, fit = invert(dcgan, picture, effort=Effort(32, 3, 80, 40, 12))
    assert fit.psnr > alone.psnr + 2 and fit.tuned and np.array_equal(fit.latent, alone.latent)
    after = generate(fit.G, range(100, 116)).astype(float)
    moved = np.sqrt(np.mean((after - before) ** 2, (1, 2, 3))).mean()
    apart = np.sqrt(np.mean((np.roll(before, 1, 0) - before) ** 2, (1, 2, 3))).mean()
    assert 0 < moved < apart / 6
    assert all(torch.equal(value, weights[name]) for name, value in dcgan.state_dict().items())
    assert not any(p.requires_grad for p in dcgan.parameters())


def test_who_stops_keeps_the_best_so_far(dcgan):
    picture, best = picture_near(dcgan), 0.0
    for number, fit in enumerate(invert(dcgan, picture, effort=SMALL, every=0)):
        if fit.stage == "latent" and fit.share == 1 or number == 100:
            break
    drawn = images_from_latents(fit.G, fit.latent[None], np.array([fit.label]))[0]
    assert psnr(drawn, picture) == pytest.approx(fit.psnr, abs=0.2)
    fitting = Fitting(space_of(dcgan), target_of(dcgan, picture), lambda x: x, SMALL)
    list(fitting.search())
    errors = []
    for _ in fitting.fit():
        errors.append(fitting.errors)
        drawn = fitting.space.draw(fitting.parameters, fitting.labels)
        now = pyramid(drawn, fitting.target) + 2e-4 * fitting.space.prior(fitting.parameters)
        assert torch.allclose(now, fitting.errors, atol=1e-5)
    assert all(bool((b <= a).all()) for a, b in zip(errors, errors[1:], strict=False))
    losses = []
    for _ in fitting.tune():
        losses.append(psnr(picture_of(dcgan, fitting.pictures(fitting.generator())[fitting.best]), picture))
        best = max(best, losses[-1])
        assert losses[-1] >= best - 0.05  # pictures are rounded to 8 bits
    assert losses[-1] > losses[0] + 1


def test_it_is_the_same_every_time_whenever_progress_is_reported(dcgan):
    picture = picture_near(dcgan)
    first, second = (list(invert(dcgan, picture, effort=SMALL, every=every)) for every in (0, 1e9))
    assert len(first) > 80 and len(second) <= 2 and [f.stage for f in second][-1] == "done"
    assert np.array_equal(first[-1].image, second[-1].image)
    assert np.array_equal(first[-1].latent, second[-1].latent)
    assert list(dict.fromkeys(f.stage for f in first)) == ["seeds", "latent", "weights", "done"]
    assert all(0 <= f.share <= 1 for f in first)


def test_a_tuned_generator_is_a_folder_like_any_other(dcgan, tmp_path):
    *_, fit = invert(dcgan, picture_near(dcgan), label="b", effort=SMALL)
    folder = save_fit(fit, tmp_path / "mine", parent="tiny")
    G, saved = load_generator(folder), read_latent(folder / "latent.npz")
    assert (
        G.origin["parent"] == "tiny"
        and G.origin["preset"] == "x"
        and G.origin["tuned"] == {"by": "invert", "psnr": round(fit.psnr, 2)}
    )
    assert (saved.space, saved.label) == ("z", 1) and len(saved.generator) == 64
    drawn = images_from_latents(G, saved.latent[None], np.array([saved.label]))[0]
    assert np.abs(drawn.astype(int) - fit.image).max() <= 1
    (tmp_path / "odd.npz").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"odd.npz: this is no file of a latent \(BadZipFile\)"):
        read_latent(tmp_path / "odd.npz")
    with pytest.raises(ValueError, match="none.npz: there is no such file"):
        read_latent(tmp_path / "none.npz")
    np.savez(tmp_path / "pickled.npz", latent=np.array([{}]), space="z", label=0, generator="")
    with pytest.raises(ValueError, match="pickled.npz: this is no file of a latent"):
        read_latent(tmp_path / "pickled.npz")


def test_transparent_pictures_are_compared_as_the_network_makes_them():
    G = TinyGenerator(channels=4).eval()
    G.spec.premultiplied = True
    picture = np.zeros((8, 8, 4), np.uint8)
    picture[2:5, 1:6] = (200, 100, 50, 128)
    x = target_of(G, picture)
    assert torch.allclose(x[0, :, 3, 3] * 127.5 + 127.5, torch.tensor([100.0, 50.0, 25.0, 128.0]), atol=0.6)
    assert np.abs(picture_of(G, x[0]).astype(int) - picture).max() <= 2


def test_how_long_a_fit_takes_is_told_from_what_one_picture_takes(dcgan):
    """By hand: 10 pictures are drawn, 70 steps of 3 latents, 4 of the weights, 6 looks at OTHERS of 4 seeds."""
    pace, effort = Pace(draw=2, latent=3, weights=5, turn=7), Effort(5, 3, 70, 4, 6)
    assert searched(dcgan, effort) == 10 and searched(dcgan, effort, has_label=True) == 5
    latent = 2 * 10 + 3 * 70 * 3
    assert pace.fit(effort, 10) == latent + 5 * (4 + 6 * 4) + 7 * (4 + 6)
    assert pace.fit(effort, 10, 3) == latent + 5 * (3 * 4 + 6 * 4) + 7 * (4 + 6)
    assert pace.fit(Effort(5, 3, 70, 0, 6), 10) == latent
    assert pace.drag(50) == pytest.approx(12 * (4 * 5 + 7) + 2.4 * 50 * (5 + 7))


def test_the_pace_is_measured_and_leaves_the_generator_as_it_is(dcgan, stylegan, monkeypatch):
    monkeypatch.setattr("ganapp.latents.pace.effort_for", lambda G: FEW)
    for G in (dcgan, stylegan):
        before = [p.clone() for p in G.parameters()]
        pace = pace_of(G)
        assert pace.draw > 0 and 0 < pace.latent <= pace.weights and 0 < pace.turn < 60
        assert all(torch.equal(a, b) and not b.requires_grad for a, b in zip(before, G.parameters()))


@pytest.mark.parametrize("family", ["dcgan", "stylegan"])
def test_a_film_goes_between_pictures_that_were_each_fitted_by_a_copy(family, request):
    """Latents and weights move straight: its keyframes are the two pictures, halfway is half of both."""
    G = request.getfixturevalue(family)
    fits = [
        list(invert(G, picture_near(G, seed), label, effort=FEW))[-1] for seed, label in ((70, 0), (71, 1))
    ]
    a, b = (fit.G for fit in fits)
    edits, tools = [fit.edit() for fit in fits], [Tools(fit.G) for fit in fits]
    frames = list(keyframe_film(a, edits, 4, tools=tools))
    assert len(frames) == 5 and fits[0].tuned and fits[1].tuned
    for frame, fit in ((frames[0], fits[0]), (frames[4], fits[1])):
        assert np.array_equal(frame, draw_edit(fit.G, fit.edit()))
    half = blended(a, b, 0.5)
    for name, value in half.state_dict().items():
        assert torch.allclose(value.float(), (a.state_dict()[name] + b.state_dict()[name]) / 2, atol=1e-6)
    if family == "stylegan":
        drawn = images_from_w(half, ((fits[0].latent + fits[1].latent) / 2)[None])[0]
    else:
        y = (a.embed(torch.tensor([0])) + b.embed(torch.tensor([1]))) / 2
        drawn = images_from_latents(half, slerp(fits[0].latent, fits[1].latent, 0.5)[None], y.numpy())[0]
    assert np.abs(frames[2].astype(int) - drawn).max() <= 1
    quarter = np.abs(frames[1].astype(int) - frames[0]).mean()  # no jump where the weights begin to move
    assert quarter < np.abs(frames[4].astype(int) - frames[0]).mean()


def test_no_film_goes_between_models_that_are_no_kin(dcgan, stylegan):
    """A tuned copy is kin of the model it came from, and of others that came from it."""
    mine, yours, other = (copy.deepcopy(dcgan) for _ in range(3))
    for G, parent in ((mine, "tiny"), (yours, "tiny"), (other, "else")):
        G.origin, G.source = {"parent": parent, "tuned": {}}, "own"
    for G in (dcgan, yours):
        check_kin(mine, G)
    for G, name in ((other, "else"), (stylegan, "tiny")):
        with pytest.raises(ValueError, match=f"fitted by tiny, another by {name}"):
            keyframe_film(mine, [Edit(1), Edit(2)], 3, tools=[Tools(mine), Tools(G)])


def test_kin_is_told_by_weights_not_by_names(dcgan, tmp_path):
    """One model under two names is one; two models under one name are two; a copy of a copy has its root."""
    other = copy.deepcopy(dcgan)
    next(other.parameters()).data.add_(0.01)
    paths = [save_generator(G, tmp_path / name) for name, G in (("a", dcgan), ("b", other))]
    models = [load_folder(paths[0], "tiny"), load_folder(paths[0], "./a"), load_folder(paths[1], "tiny")]

    def tuned(G, name, parent):
        fit = SimpleNamespace(G=G, latent=np.zeros(G.spec.z_dim, np.float32), space="z", label=-1, psnr=30.0)
        return load_folder(save_fit(fit, tmp_path / name, parent=parent, directions=()))

    first, renamed, alike = (tuned(G, f"{i}", G.source) for i, G in enumerate(models))
    again = tuned(first, "again", "own")
    assert first.origin["tuned"]["root"] == again.origin["tuned"]["root"] == models[0].weights_sha256
    for G in (renamed, again, *models[:2]):
        check_kin(first, G)
    with pytest.raises(ValueError, match=r"by tiny \([0-9a-f]{8}\), another by tiny \([0-9a-f]{8}\):"):
        check_kin(first, alike)
    old = load_folder(tmp_path / "1", "own")  # as version 0.3 wrote it, without the root: names tell
    del old.origin["tuned"]["root"]
    with pytest.raises(ValueError, match="fitted by tiny, another by ./a:"):
        check_kin(first, old)
    old.origin["parent"] = "tiny"
    check_kin(first, old)


def test_sentences(dcgan, stylegan):
    picture = generate(dcgan, [1])[0]
    with pytest.raises(
        ValueError, match=r"uint8 28 × 28 × 1 \(height, width, channels\); here it must be uint8 28 × 28 × 3"
    ):
        invert(dcgan, picture[..., :1])
    with pytest.raises(ValueError, match="float64"):
        invert(dcgan, picture / 255)
    with pytest.raises(ValueError, match=r"This model \(dcgan\) has no w\+ space; it has z."):
        invert(dcgan, picture, space="w+")
    with pytest.raises(ValueError, match=r"The space is 'p'; it must be one of z, w\+."):
        invert(dcgan, picture, space="p")
    with pytest.raises(ValueError, match="The label 'q' is not a class"):
        invert(dcgan, picture, label="q")
    with pytest.raises(ValueError, match="steps is 0; it must be a whole number from 1 to 10000"):
        Effort(steps=0)
