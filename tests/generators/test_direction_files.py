"""generators/direction_files.py: a set of directions written, read strictly, tied to the weights of its generator."""

import copy
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from test_folder import SPEC, make, one_sentence, save, without_checksums

from ganapp.generators import (
    DIRECTIONS_NAME,
    VECTORS_NAME,
    directions_of,
    load_directions,
    load_folder,
    save_directions,
)
from ganapp.generators.tuned import save_fit
from ganapp.latents import Direction, Directions


def directions():
    z = np.linspace(-1, 2, SPEC.z_dim).astype(np.float32)
    items = (
        Direction("hat", z, range=(-2, 5), how="By ridge regression."),
        Direction("Öhr/耳", -z[::-1]),
        Direction("smile", np.arange(32) / 7, "embedding"),
    )
    return Directions(items)


@pytest.fixture
def folder(tmp_path):
    saved = save(tmp_path / "model")
    save_directions(saved, directions())
    return saved


def test_a_set_comes_back_as_it_was(folder):
    found = directions_of(load_folder(folder, "mine"))
    assert found.names == ("hat", "Öhr/耳", "smile") and len(found.generator) == 64
    for mine, theirs in zip(directions(), found, strict=True):
        assert (mine.space, mine.range, mine.layers, mine.how) == (
            theirs.space,
            theirs.range,
            theirs.layers,
            theirs.how,
        )
        assert np.array_equal(mine.vector, theirs.vector) and mine.digest == theirs.digest
    before = {name: (folder / name).read_bytes() for name in (DIRECTIONS_NAME, VECTORS_NAME)}
    save_directions(folder, found)
    assert before == {name: (folder / name).read_bytes() for name in before}
    save_directions(folder, Directions())
    assert not (folder / DIRECTIONS_NAME).exists() and not (folder / VECTORS_NAME).exists()
    assert len(directions_of(load_folder(folder))) == 0


def test_a_generator_that_lies_nowhere_has_none():
    assert len(directions_of(make())) == 0


def test_a_set_of_another_generator_is_refused(folder, tmp_path):
    other = save(tmp_path / "other", seed=2)
    for name in (DIRECTIONS_NAME, VECTORS_NAME):
        (other / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(ValueError, match="mine: .* belongs to another generator") as error:
        load_directions(other, "mine")
    one_sentence(error)
    without_checksums(other)  # then the file itself tells
    with pytest.raises(ValueError, match="belongs to another generator"):
        load_directions(other)
    with pytest.raises(ValueError, match="belong to another generator"):
        save_directions(other, load_directions(folder))
    assert len(load_directions(without_checksums(folder))) == 3


def test_a_tuned_generator_takes_the_directions_along(folder, tmp_path):
    G = copy.deepcopy(load_folder(folder, "mine"))
    next(G.parameters()).data.mul_(1.01)
    fit = SimpleNamespace(G=G, latent=np.zeros(SPEC.z_dim, np.float32), space="z", label=1)
    tuned = load_folder(save_fit(fit, tmp_path / "tuned", parent="mine"))
    mine, theirs = load_directions(folder), directions_of(tuned)
    assert theirs.names == mine.names and theirs.generator != mine.generator
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(mine, theirs, strict=True))
    shutil.rmtree(folder)
    save_fit(fit, tmp_path / "again", parent="mine")  # the parent may be gone by now
    given = Directions(directions().items[:1])  # found since, or by a visitor: in no folder
    assert load_directions(save_fit(fit, tmp_path / "given", parent="mine", directions=given)).names == (
        "hat",
    )


def change(folder, **changes):
    about = json.loads((folder / DIRECTIONS_NAME).read_text())
    (folder / DIRECTIONS_NAME).write_text(json.dumps(about | changes))


def change_first(folder, **changes):
    about = json.loads((folder / DIRECTIONS_NAME).read_text())
    about["directions"][0] |= changes
    change(folder, directions=about["directions"])


def other_vectors(folder, arrays):
    import hashlib

    save_file(arrays, folder / VECTORS_NAME)
    change(folder, sha256=hashlib.sha256((folder / VECTORS_NAME).read_bytes()).hexdigest())


def cut(folder):
    path = folder / VECTORS_NAME
    path.write_bytes(path.read_bytes()[:-3])


def wider(folder):
    other_vectors(folder, {k: np.zeros(17, np.float32) for k in "012"})


def half(folder):
    other_vectors(folder, {k: v.astype(np.float16) for k, v in load_file(folder / VECTORS_NAME).items()})


def more(folder):
    other_vectors(folder, load_file(folder / VECTORS_NAME) | {"3": np.zeros(16, np.float32)})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / DIRECTIONS_NAME).write_text("[" * 10_000), "is not JSON"),
        (lambda f: change(f, format="ganapp-directions/9"), "does not describe"),
        (lambda f: change(f, more=1), "does not describe"),
        (lambda f: change(f, directions={}), "does not describe"),
        (lambda f: (f / VECTORS_NAME).unlink(), "there is no directions.safetensors"),
        (cut, "is damaged"),
        (more, "other vectors"),
        (half, "wrong type"),
        (wider, "17 values, z of this model has 16"),
        (lambda f: change_first(f, name="smile"), "the same name"),
        (lambda f: change_first(f, name=3), "name is a text"),
        (lambda f: change_first(f, weight=3), "without the parts of one, or with others"),
        (lambda f: change_first(f, space="q"), "must be one of z, w, w"),
        (lambda f: change_first(f, space="w"), "no w space"),
        (lambda f: change_first(f, range=[2, 1]), "must go upwards"),
        (lambda f: change_first(f, range=[2]), "wrong type"),
        (lambda f: change_first(f, layers=[0]), "only in w are layers chosen"),
    ],
)
def test_what_does_not_fit_exactly_is_refused(folder, damage, words):
    G = load_folder(folder, "mine")
    damage(folder)
    with pytest.raises(ValueError, match=words) as error:
        directions_of(G)
    assert one_sentence(error).startswith("mine: ")
