"""latents/plane.py: the map of seeds. Its formula in closed form, what lies at whole places, trails."""

import numpy as np
import pytest
from test_drawing import TinyGenerator, TinyW

from ganapp import latents
from ganapp.latents import plane


class Orthogonal(TinyGenerator):
    """Shows its latent: the first six pixels are z."""

    def forward(self, z, y=None):
        shown = super().forward(z, y) * 0
        shown[:, 0, 0, :6] = z / 4
        return shown


@pytest.fixture(params=["plain", "classes", "mapped"])
def G(request):
    made = {
        "plain": lambda: TinyGenerator(),
        "classes": lambda: TinyGenerator(4, names=("a", "b", "c", "d")),
        "mapped": lambda: TinyW(),
    }
    return made[request.param]().eval()


def test_seeds_of_places():
    assert [plane.plane_seed(i, j) for i, j in ((0, 0), (3, 0), (0, 1), (2, 2))] == [0, 3, 1_000, 2_002]
    assert plane.plane_seed(-1, 0) == 2**32 - 1 and plane.plane_seed(-1, 0, first=7) == 6
    assert plane.plane_seed(5, -2, first=40) == 2**32 - 2_000 + 45


@pytest.mark.parametrize("psi", [1.0, 0.6])
def test_at_whole_places_are_the_pictures_of_their_seeds(G, psi):
    places = [(0, 0), (2, 0), (-3, 1), (1, -2)]
    seeds = [plane.plane_seed(i, j, 9) for i, j in places]
    found = latents.plane_images(G, places, first=9, psi=psi)
    assert np.abs(found.astype(int) - latents.generate(G, seeds, psi=psi)).max() <= 1


def test_a_place_does_not_depend_on_its_neighbours(G):
    places = [(0.25, 0.5), (4.75, -2.25), (0.3, 0.5), (4.75, -2.25)]
    together = latents.plane_images(G, places, first=3)
    alone = np.concatenate([latents.plane_images(G, [place], first=3) for place in places])
    assert np.abs(together.astype(int) - alone).max() <= 1
    assert np.array_equal(together[1], together[3])


def corner(axis, length):
    z = np.zeros(6)
    z[axis] = length
    return z


def test_between_orthogonal_corners_it_is_slerp_in_both_directions():
    """Corners of different lengths: the weights are cos·cos, sin·cos, cos·sin, sin·sin of 30 and 60 degrees."""
    points = np.stack([corner(0, 2.0), corner(1, 3.0), corner(2, 5.0), corner(3, 7.0)])
    corners, which, weights = plane._corners(np.array([[10 + 1 / 3, -4 + 2 / 3]]))
    order = np.array([[10, -4], [11, -4], [10, -3], [11, -3]])
    mixed = plane._mixed(points[[order.tolist().index(c.tolist()) for c in corners]], which, weights)
    c30, s30 = np.sqrt(3) / 2, 1 / 2
    expected = [c30 * s30 * 2, s30 * s30 * 3, c30 * c30 * 5, s30 * c30 * 7, 0, 0]
    assert np.allclose(mixed, [expected], atol=1e-12)
    assert np.isclose((weights**2).sum(), 1)


def test_along_an_edge_it_is_slerp_of_two_latents():
    """Real latents are only nearly orthogonal: the direction is nearly that of the arc, the length exact."""
    a, b = (latents.latent(seed, 128)[0].astype(float) for seed in (0, 1))
    corners, which, weights = plane._corners(np.array([[0.4, 0.0]]))
    found = plane._mixed(np.stack([a if x == 0 else b for x, _ in corners]), which, weights)[0]
    arc = latents.slerp(a, b, 0.4)
    cosine = found @ arc / np.linalg.norm(found) / np.linalg.norm(arc)
    assert cosine > 0.99
    squares = np.array([a @ a, b @ b])
    assert np.isclose(
        (found**2).sum(), squares @ [np.cos(0.2 * np.pi) ** 2, np.sin(0.2 * np.pi) ** 2], rtol=1e-9
    )


def test_the_length_is_kept_everywhere():
    """Corners that are not orthogonal, on one sphere: the mixture stays on it. Opposite ones have no direction."""
    rng = np.random.RandomState(4)
    points = rng.randn(4, 3)
    points *= 2.5 / np.linalg.norm(points, axis=1, keepdims=True)
    u = rng.rand(200, 2) * 0.98 + 0.01
    _, which, weights = plane._corners(u)
    assert np.allclose(np.linalg.norm(plane._mixed(points, which, weights), axis=1), 2.5)
    opposite = np.stack([corner(0, 1.0), corner(0, -1.0), corner(0, 1.0), corner(0, -1.0)])
    middle = plane._mixed(opposite, np.array([[0, 1, 2, 3]]), np.array([[0.5**0.5, 0.5**0.5, 0, 0]]))
    assert np.isfinite(middle).all() and np.abs(middle).max() < 1e-9


def test_the_speed_is_the_same_everywhere():
    """π/2 · |z| a step for orthogonal corners: measured along x at nine places of a cell."""
    points = 3.0 * np.eye(4)
    for u in (0.1, 0.5, 0.9):
        for v in (0.0, 0.35, 0.8):
            _, which, weights = plane._corners(np.array([[u, v], [u + 1e-6, v]]))
            here, there = plane._mixed(points, which[:1].repeat(2, 0), weights)
            assert np.isclose(np.linalg.norm(there - here) / 1e-6, np.pi / 2 * 3.0, rtol=1e-4)


def test_it_is_continuous_over_the_borders_of_cells(G):
    pairs = [((1 - 1e-7, 0.3), (1 + 1e-7, 0.3)), ((0.6, -1 - 1e-7), (0.6, -1 + 1e-7))]
    for a, b in pairs:
        found = latents.plane_images(G, [a, b], first=5).astype(int)
        assert np.abs(found[0] - found[1]).max() <= 1


def test_classes_are_mixed_by_the_squared_weights():
    G = TinyGenerator(4, names=("a", "b", "c", "d")).eval()
    _, which, weights = plane._corners(np.array([[1 / 3, 0.0]]))
    labels = np.arange(4)[: which.max() + 1]
    mixed = plane._classes(G, labels, which, weights, None)
    table = G.table.weight.detach().numpy()
    order = [table[labels[k]] for k in which[0]]
    assert np.allclose(mixed[0], 0.75 * order[0] + 0.25 * order[1], atol=1e-6)
    G.roles = frozenset({"latent"})
    assert plane._classes(G, labels, which, weights, None).tolist() == [labels[which[0, 0]]]
    one = latents.plane_images(G, [(0.3, 0.7), (5, 5)], y="c")
    assert one.shape == (2, 8, 8, 3)
    with pytest.raises(ValueError, match="is not a class"):
        latents.plane_images(G, [(0, 0)], y="z")


@pytest.mark.parametrize("places", [[(1,)], [("a", 2)], [3], [(float("nan"), 0)], [(0, 401)], [(1, 2, 3)]])
def test_a_place_that_is_none_is_a_sentence(places):
    with pytest.raises(ValueError, match="two numbers|too far out"):
        latents.plane_images(TinyGenerator().eval(), places)


def test_no_place_is_no_picture():
    assert latents.plane_images(TinyGenerator().eval(), []).shape == (0, 8, 8, 3)


def test_a_trail_is_walked_at_one_speed():
    """Legs of 3 and 4 steps: of eight places the middle of the way is half a step into the second leg."""
    trail = [(0, 0), (3, 0), (3, 0), (3, 4)]
    found = latents.along(trail, 8)
    assert np.allclose(found, [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)])
    assert latents.trail_length(trail) == 7
    assert np.allclose(latents.along(trail, 2), [(0, 0), (3, 4)])


def test_a_film_has_the_pictures_of_its_places(G):
    trail = [(0, 0), (0, 2), (1, 2)]
    film = np.stack(list(latents.plane_film(G, trail, 7, first=3, psi=0.7, batch=3)))
    expected = latents.plane_images(G, latents.along(trail, 7), 3, psi=0.7)
    assert film.shape[0] == 7 and np.abs(film.astype(int) - expected).max() <= 1


def test_a_film_is_refused_before_its_first_frame():
    G = TinyGenerator(2, names=("a", "b")).eval()
    for changes in ({"trail": [(0, 0)]}, {"y": "c"}, {"psi": 2}, {"frames": 1}):
        with pytest.raises(ValueError):
            latents.plane_film(G, **({"trail": [(0, 0), (1, 1)], "frames": 5} | changes))


@pytest.mark.parametrize(
    ("trail", "count", "sentence"),
    [
        ([(1, 1), (1, 1)], 5, "no length"),
        ([], 5, "no length"),
        ([(0, 0), (1, 0)], 1, "at least two"),
        ([(0, 0)] * 4_001, 5, "at most 4,000"),
    ],
)
def test_a_trail_that_is_none_is_a_sentence(trail, count, sentence):
    with pytest.raises(ValueError, match=sentence):
        latents.along(trail, count)
