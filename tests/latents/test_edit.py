"""latents/{edit,steps,point,features,mixing,region}.py: edits as values, pictures of them, identities bit for bit."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from test_directions import Shown
from test_drawing import FACES, TinyGenerator, TinyW

from ganapp import latents
from ganapp.config import ModelSpec
from ganapp.latents import Direction, Directions, Edit, Features, Latent, Move, Region, Styles, Tools
from ganapp.latents.edit import KINDS, step_kind
from ganapp.latents.features import stage_at
from ganapp.networks import build_generator

SMALL = {
    "dcgan": {"width": 4, "max_width": 8},
    "resnet": {"width": 8},
    "progan": {"fmap_base": 64, "fmap_max": 12},
    "r3gan": {"widths": [16, 8, 8, 8], "blocks": 1},
    "stylegan2": {"w_dim": 12, "channel_base": 256, "channel_max": 12},
}


def made(family, classes=0):
    """A small network whose pictures differ: all weights are drawn, those that begin at zero, too."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(3)
        G = build_generator(ModelSpec(family, 32, 3, classes, 6, SMALL[family])).eval()
        for p in G.parameters():
            if p.ndim > 1:
                p.copy_(
                    torch.randn(p.shape) * (1 if family in ("stylegan2", "progan") else p[0].numel() ** -0.5)
                )
        G.class_names = FACES[:classes]
        return G


def draw(G, edit, directions=None):
    return latents.draw_edit(G, edit, directions)


def there_and_back(edit):
    return Edit.from_json(json.loads(json.dumps(edit.to_json())))


# -- values -----------------------------------------------------------------------------------------------------------

REGION = Region.box(0.25, 0, 1, 0.5)
EDITS = [
    Edit(),
    Edit(7, "smile", 0.7, (Move("hat", -1.5), Move("smile", 2, "0123abcd"))),
    Edit(2**32 - 1, 3, steps=(Styles(Edit(5, psi=0.5), (4, 0, 4)), Features(Edit(6), 8, REGION, 0.25))),
    Edit(latent=Latent.of("z", np.linspace(-3, 3, 6)), label=1),
    Edit(latent=Latent.of("w+", np.arange(20).reshape(5, 4) / 7), steps=(Features(Edit(1), 16),)),
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_goes_through_json(edit):
    assert there_and_back(edit) == edit and hash(there_and_back(edit)) == hash(edit)


def test_an_edit_says_no_more_than_it_must():
    assert Edit(7).to_json() == {"seed": 7}
    assert Edit(7).then(Move("hat", 2)).to_json() == {
        "seed": 7,
        "steps": [{"kind": "direction", "name": "hat", "amount": 2.0}],
    }
    assert Edit().then(Styles(Edit(1), (4, 0, 4))).steps[0].layers == (0, 4)
    assert latents.moves({"hat": 1, "age": 0, "skin": -2}) == (Move("hat", 1), Move("skin", -2))


@pytest.mark.parametrize(
    "data",
    [
        [], {"seed": -1}, {"seed": 1.5}, {"seed": True}, {"seed": 2**32}, {"psi": 0}, {"psi": "1"}, {"label": []},
        {"more": 1}, {"steps": {}}, {"steps": [3]}, {"steps": [{"kind": "x"}]}, {"steps": [{"kind": []}]},
        {"steps": [{"kind": "direction", "name": 3}]},
        {"steps": [{"kind": "direction", "name": "a", "amount": "2"}]},
        {"steps": [{"kind": "direction", "name": "a", "amount": 1e9}]},
        {"steps": [{"kind": "direction", "name": "a", "more": 1}]},
        {"steps": [{"kind": "styles", "other": {}, "layers": [-1]}]},
        {"steps": [{"kind": "styles", "other": {}, "layers": ["a"]}]},
        {"steps": [{"kind": "styles", "other": 1, "layers": [1]}]},
        {"steps": [{"kind": "features", "other": {}, "side": 0}]},
        {"steps": [{"kind": "features", "other": {}, "side": 8, "amount": 2}]},
        {"steps": [{"kind": "features", "other": {}, "side": 8, "region": {"side": 2, "bytes": "AAA="}}]},
        {"steps": [{"kind": "features", "other": {}, "side": 8, "region": {"side": 2, "bytes": "&"}}]},
        {"latent": {"space": "z", "shape": [2], "float32": "AAAA"}},
        {"latent": {"space": "z", "shape": [1], "float32": "AADAfw=="}},
        {"latent": {"space": "q", "shape": [1], "float32": "AAAAAA=="}},
        {"latent": {"space": "w+", "shape": [1], "float32": "AAAAAA=="}},
        {"latent": {"space": "z", "shape": [10**12, 10**12], "float32": ""}},
    ],
)  # fmt: skip
def test_an_edit_of_any_origin_is_refused_with_a_sentence(data):
    with pytest.raises(ValueError) as error:
        Edit.from_json(data)
    assert str(error.value).endswith(".") and len(str(error.value)) < 200


def test_edits_within_edits_end_somewhere():
    data = {}
    for _ in range(9):
        data = {"steps": [{"kind": "features", "other": data, "side": 8}]}
    with pytest.raises(ValueError, match="deeper than 4"):
        Edit.from_json(data)


def test_the_pictures_within_an_edit_are_counted():
    """Each of them is drawn, so that a short text could ask for thousands."""

    def mixing(count, other):
        return {"steps": [{"kind": "features", "other": other, "side": 8}] * count}

    assert Edit.from_json(mixing(4, mixing(7, {}))).others == 32
    with pytest.raises(ValueError, match="mixes in 35 other pictures: at most 32"):
        Edit.from_json(mixing(5, mixing(6, {})))


def test_a_region_is_the_share_of_each_place():
    mask = np.zeros((4, 4), bool)
    mask[:2, 1:] = True
    assert Region.of(mask).at(2).tolist() == [[0.5, 1], [0, 0]]
    assert Region.of(mask).at(8)[0].tolist() == [0, 0, 1, 1, 1, 1, 1, 1]
    large = Region.of(np.kron(mask, np.ones((50, 50))))
    assert large.side == 64 and torch.allclose(large.at(4), torch.from_numpy(mask.astype(np.float32)))
    assert np.isclose(Region.box(0.1, 0.2, 0.55, 1.0).array().mean(), 0.45 * 0.8, atol=0.002)
    assert Region.of(np.array([[0, 255], [128, 0]], np.uint8)).data == bytes([0, 255, 128, 0])
    with pytest.raises(ValueError, match="The mask is 32 × 48"):
        Region.of(np.zeros((32, 48)))


# -- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("psi", [1.0, 0.6])
@pytest.mark.parametrize("make", [lambda: TinyGenerator(4, names=FACES), TinyGenerator, TinyW])
def test_without_steps_it_is_the_picture_of_the_seed(make, psi):
    G = make().eval()
    label = "sad" if G.spec.num_classes else None
    found = latents.draw_edits(G, [Edit(seed, label, psi) for seed in (3, 9, 4)])
    assert np.array_equal(found, latents.generate(G, [3, 9, 4], label, psi))
    moved = Edit(3, label, psi).then(Move("a", 2.0))
    space = "w" if isinstance(G, TinyW) else "z"
    ways = Directions((Direction("a", np.ones(16 if space == "w" else 6), space),))
    assert np.array_equal(draw(G, moved.at(0), ways), found[0])
    assert not np.array_equal(draw(G, moved, ways), found[0])


def test_a_direction_moves_its_latent_and_nothing_else():
    G = Shown().eval()
    ways = Directions((Direction("third", [0, 0, 1, 0, 0, 0]), Direction("fifth", [0, 0, 0, 0, -2, 0])))
    before = draw(G, Edit(1)).astype(int)[0, :6, 0]
    after = draw(G, Edit(1, steps=(Move("third", 1.0), Move("fifth", 0.5))), ways).astype(int)[0, :6, 0]
    assert np.abs(after - before - 127.5 / 4 * np.array([0, 0, 1, 0, -1, 0])).max() <= 1
    both = Edit(1, steps=(Move("fifth", 0.5), Move("third", 1.0)))
    assert np.array_equal(draw(G, both, ways)[0, :6, 0], after)


def test_w_moves_after_psi_and_in_chosen_layers():
    G = made("stylegan2")
    w = latents.map_latents(G, latents.latents(G, [5]), psi=0.5)[0]
    step = np.linspace(-1, 2, 12).astype(np.float32)
    fine = Direction("fine", step, "w", layers=(6, 7))
    plus = Direction("plus", np.outer(np.arange(G.num_ws), step), "w+")
    ways = Directions((fine, plus, Direction("all", step, "w")))
    layered = np.broadcast_to(w, (1, G.num_ws, 12)).copy()
    layered[:, 6:8] += 2 * step
    assert np.array_equal(
        draw(G, Edit(5, psi=0.5).then(Move("fine", 2)), ways), latents.images_from_w(G, layered)[0]
    )
    layered = np.broadcast_to(w, (1, G.num_ws, 12)) + 0.5 * plus.vector
    expected = latents.images_from_w(G, layered.astype(np.float32))[0]
    assert np.array_equal(draw(G, Edit(5, psi=0.5).then(Move("plus", 0.5)), ways), expected)
    expected = latents.images_from_w(G, w[None] - step)[0]
    found = draw(G, Edit(5, psi=0.5).then(Move("all", -1)), ways)
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_a_class_is_reached_by_its_embedding():
    G = TinyGenerator(4, names=FACES).eval()
    away = Edit(6, "smile").then(Move("sad", 1), Move("neutral", 0))
    ways = Directions((latents.label_direction(G, "sad", away_from="smile").renamed("sad"),))
    found, sad = draw(G, away, ways), draw(G, Edit(6, "sad"))
    assert np.abs(found.astype(int) - sad).max() <= 1
    assert np.array_equal(draw(G, away.at(0), ways), draw(G, Edit(6, "smile")))


def test_a_latent_is_the_start():
    G, faces = TinyW().eval(), TinyGenerator(4, names=FACES).eval()
    z = latents.latents(G, [8])
    w = latents.map_latents(G, z)
    for latent in (Latent.of("z", z[0]), Latent.of("w", w[0])):
        assert np.array_equal(draw(G, Edit(latent=latent)), latents.generate(G, [8])[0])
    edit = Edit(label=2, latent=Latent.of("z", latents.latents(faces, [8])[0]))
    assert np.array_equal(draw(faces, edit), latents.generate(faces, [8], "sad")[0])
    with pytest.raises(ValueError, match="name the class"):
        draw(faces, replace(edit, label=None))
    with pytest.raises(ValueError, match="no w space"):
        draw(faces, Edit(latent=Latent.of("w", w[0])))
    with pytest.raises(ValueError, match="has 7 values, z of this model has 6"):
        draw(G, Edit(latent=Latent.of("z", np.zeros(7))))
    with pytest.raises(ValueError, match="begins in w"):
        ways = Directions((Direction("a", np.ones(6)),))
        draw(G, Edit(latent=Latent.of("w", w[0])).then(Move("a", 1)), ways)


@pytest.mark.parametrize("family", SMALL)
def test_a_picture_mixed_with_itself_is_itself_bit_for_bit(family):
    G = made(family)
    picture = draw(G, Edit(3))
    for side in set(latents.feature_sides(G)):
        for region in (None, REGION):
            assert np.array_equal(draw(G, Edit(3).then(Features(Edit(3), side, region))), picture)
            assert np.array_equal(draw(G, Edit(3).then(Features(Edit(4), side, region, 0.0))), picture)
    assert not any(module._forward_hooks for module in G.modules())
    if family == "stylegan2":
        assert np.array_equal(draw(G, Edit(3).then(Styles(Edit(3), (1, 5)))), picture)
        assert np.array_equal(draw(G, Edit(3).then(Styles(Edit(4), tuple(range(8))))), draw(G, Edit(4)))


@pytest.mark.parametrize("family", ["dcgan", "resnet", "progan", "r3gan"])
def test_all_features_of_another_picture_are_the_other_picture(family):
    G = made(family)
    other = draw(G, Edit(4))
    assert not np.array_equal(other, draw(G, Edit(3)))
    for side in set(latents.feature_sides(G)):
        assert np.array_equal(draw(G, Edit(3).then(Features(Edit(4), side))), other)


def test_features_change_the_picture_where_the_region_is():
    G = made("dcgan", 4)
    edit = Edit(3, "sad").then(Features(Edit(4, "smile"), 16, Region.box(0, 0, 0.5, 1)))
    found, mine, theirs = draw(G, edit), draw(G, Edit(3, "sad")), draw(G, Edit(4, "smile"))
    # Two layers of 4×4, stride 2, look at no more than a few pixels around.
    assert np.array_equal(found[:, :12], theirs[:, :12]) and np.array_equal(found[:, 20:], mine[:, 20:])
    nested = Edit(5, "sad").then(Features(edit, 16))
    assert np.array_equal(draw(G, nested), found)


def test_what_a_model_does_not_have_is_said():
    G, styled = TinyGenerator().eval(), made("stylegan2")
    with pytest.raises(ValueError, match=r"no maps of 12×12; it has 4×4, 8×8, 16×16"):
        draw(made("dcgan"), Edit(3).then(Features(Edit(4), 12)))
    G.spec.family = "toy"
    for step in (Features(Edit(1), 8), Styles(Edit(1), (0,))):
        with pytest.raises(ValueError, match=r"This model \(toy\) has no"):
            draw(G, Edit(0).then(step))
    with pytest.raises(ValueError, match="no layer 8: this model has layers 0 to 7"):
        draw(styled, Edit(3).then(Styles(Edit(4), (8,))))
    with pytest.raises(ValueError, match="no w space"):
        draw(G, Edit().then(Move("a", 1)), Directions((Direction("a", np.ones(6), "w"),)))
    assert stage_at([4, 8, 8, 16], 8) == 2


def test_a_changed_direction_is_noticed():
    G = Shown().eval()
    old, new = Directions((Direction("a", np.ones(6)),)), Directions((Direction("a", -np.ones(6)),))
    edit = latents.pinned(Edit(1).then(Move("a", 1)), Tools(G, old))
    assert there_and_back(edit).steps[0].digest == old.get("a").digest
    draw(G, edit, old)
    with pytest.raises(ValueError, match="was changed since this edit was made"):
        draw(G, edit, new)


def test_a_film_begins_without_the_edit_and_ends_in_it_bit_for_bit():
    G = made("dcgan", 4)
    ways = Directions((Direction("a", np.linspace(-1, 1, 6)),))
    edit = Edit(3, "sad").then(Move("a", 2), Move("smile", 1.5), Features(Edit(4), 8, REGION))
    frames = list(latents.edit_film(G, edit, 5, ways, batch=2))
    assert len(frames) == 5 and np.array_equal(frames[-1], draw(G, edit, ways))
    assert np.array_equal(frames[0], draw(G, Edit(3, "sad")))
    assert np.array_equal(frames[2], draw(G, edit.at(0.5), ways))
    with pytest.raises(ValueError, match="no direction 'b'"):
        latents.edit_film(G, Edit(3).then(Move("b", 1)), 5, ways)


def test_a_film_follows_a_list_of_shares():
    G = made("dcgan", 4)
    edit = Edit(3, "sad").then(Move("smile", 1.5))
    frames = list(latents.following_film(G, edit, [0, 1, 0.25], batch=2))
    for frame, share in zip(frames, (0, 1, 0.25), strict=True):
        assert np.array_equal(frame, draw(G, edit.at(share)))
    with pytest.raises(ValueError, match="from 0 to 1"):
        list(latents.following_film(G, edit, [0.5, 1.2]))


def test_a_film_goes_from_edit_to_edit():
    """The class moves through its embedding, z turns at constant speed; the keyframes are the edits themselves."""
    G = made("dcgan", 4)
    edits = [Edit(3, "sad"), Edit(5, "smile").then(Move("sad", 0.5)), Edit(3, "sad")]
    frames = list(latents.keyframe_film(G, edits, 4, batch=3))
    assert len(frames) == 9
    for index, edit in ((0, edits[0]), (4, edits[1]), (8, edits[2])):
        assert np.array_equal(frames[index], draw(G, edit))
    same = list(latents.keyframe_film(G, [Edit(3, "sad"), Edit(5, "sad")], 2))
    wanted = latents.interpolate(G, [3, 5], 2, loop=False, y="sad")
    assert all(np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(same, wanted, strict=True))
    paste = Edit(3).then(Features(Edit(4), 8, REGION))
    for wrong, said in (([edits[0]], "1 keyframes"), ([edits[0], paste], "features of another picture")):
        with pytest.raises(ValueError, match=said):
            list(latents.keyframe_film(G, wrong, 4))


def test_other_kinds_of_steps_can_be_registered():
    """Such as of a tuned generator, which draws in place of the one that is asked."""
    from dataclasses import dataclass
    from typing import ClassVar

    @step_kind
    @dataclass(frozen=True)
    class Elsewhere:
        kind: ClassVar[str] = "elsewhere"
        model: str

        def to_json(self):
            return {"model": self.model}

        @classmethod
        def from_json(cls, data, depth):
            return cls(**data)

        def at(self, t):
            return self

        def apply(self, point, tools):
            return replace(point, G=tools.find_generator(self.model))

    try:
        edit = there_and_back(Edit(2).then(Elsewhere("other")))
        mine, theirs = Shown().eval(), TinyGenerator().eval()
        found = latents.draw_edits(mine, [edit, Edit(2)], find_generator={"other": theirs}.get)
        assert np.array_equal(found, np.stack([draw(theirs, Edit(2)), draw(mine, Edit(2))]))
    finally:
        del KINDS["elsewhere"]


# -- sheets -----------------------------------------------------------------------------------------------------------


def test_a_sheet_of_styles():
    G = made("stylegan2")
    groups = latents.layer_groups(G)
    assert groups == {"coarse": (0, 1, 2), "middle": (3, 4), "fine": (5, 6, 7)}
    assert (
        latents.parse_layers(G, "0-1, 7") == (0, 1, 7) and latents.parse_layers(G, "fine") == groups["fine"]
    )
    for text in ("8", "x", "", "2-9"):
        with pytest.raises(ValueError, match="coarse, middle, fine"):
            latents.parse_layers(G, text)
    rows, columns = [Edit(1), Edit(2)], [Edit(2), Edit(3), Edit(4)]
    sheet = latents.mix_sheet(G, rows, columns, layers=groups["coarse"])
    w = latents.map_latents(G, latents.latents(G, [1, 3]))[:, None].repeat(8, 1)
    w[0, :3] = w[1, :3]
    assert np.array_equal(sheet.cells[0, 1], latents.images_from_w(G, w[:1])[0])
    assert np.array_equal(sheet.cells[1, 0], sheet.rows[1])  # seed 2 with styles of seed 2
    assert sheet.joined().shape == (3, 4, 32, 32, 3)
    assert np.array_equal(sheet.joined()[0, 2], sheet.columns[1])
    assert np.array_equal(sheet.joined()[2, 0], sheet.rows[1])


def test_a_large_model_has_coarse_layers_up_to_8_pixels():
    G = TinyW().eval()
    for count, ends in ((18, (4, 8)), (10, (3, 7)), (12, (4, 8)), (3, (1, 2))):
        G.num_ws = count
        groups = latents.layer_groups(G)
        assert (len(groups["coarse"]), len(groups["coarse"]) + len(groups["middle"])) == ends
        assert sum(groups.values(), ()) == tuple(range(count))


def test_a_sheet_of_features():
    G = made("dcgan")
    sheet = latents.mix_sheet(G, [Edit(1)], [Edit(1), Edit(2)], region=REGION)
    assert np.array_equal(sheet.cells[0, 0], sheet.rows[0])
    assert np.array_equal(sheet.cells[0, 1], draw(G, Edit(1).then(Features(Edit(2), 8, REGION))))
    with pytest.raises(ValueError, match="a sheet has 1 to 256"):
        latents.mix_sheet(G, [Edit(1)] * 20, [Edit(1)] * 20)
