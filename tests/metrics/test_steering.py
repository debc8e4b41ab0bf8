"""metrics/{scorers,steering}.py: questions, directions that answer them, and what these move, with a reader of pixels."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from ganapp import latents
from ganapp.data.faces.drawing import ATTRIBUTES, CLASS_NAMES
from ganapp.metrics import scorers, steering


class Shown(nn.Module):
    """Shows z and the class: pixel i is z[i] on a scale of 0 to 255 for -4 to 4; the last is the class."""

    roles = frozenset({"latent", "embedding"})
    class_names = CLASS_NAMES

    def __init__(self):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=6, resolution=4, channels=1, num_classes=4)
        self.table = nn.Embedding(4, 1)
        with torch.no_grad():
            self.table.weight.copy_(torch.tensor([[-0.9], [-0.3], [0.3], [0.9]]))

    def embed(self, y):
        return y if y.is_floating_point() else self.table(y)

    def forward(self, z, y):
        return torch.cat([z / 4, torch.zeros(len(z), 9), self.embed(y)], 1).view(-1, 1, 4, 4)


def sure(answer, count):
    """Probabilities (N, K), nearly all on the answer."""
    return np.full((len(answer), count), 0.05 / count) + 0.95 * np.eye(count)[answer]


class Reader:
    """Reads a hat off pixel 0 (there if z > 1), glasses off pixel 1 and the hat's pixel, skin off pixel 2."""

    accuracy = {f"attribute_{k}": 1.0 for k in ("hat", "glasses", "skin", "expression")} | {
        "attribute_eyes": 0.9
    }
    heads = ("classes", *accuracy)

    def run(self, images):
        z = (images.reshape(len(images), -1).astype(float) - 127.5) / 127.5 * 4
        label = np.rint((z[:, 15] / 4 + 0.9) / 0.6).astype(int).clip(0, 3)
        skin = np.floor((z[:, 2] + 3) / 6 * 10).astype(int).clip(0, 9)
        found = {
            "classes": sure(label, 4),
            "attribute_expression": sure(label, 4),
            "attribute_hat": sure((z[:, 0] > 1).astype(int), len(ATTRIBUTES["hat"])),
            "attribute_glasses": sure((z[:, 1] + z[:, 0] > 1).astype(int), len(ATTRIBUTES["glasses"])),
            "attribute_skin": sure(skin, 10),
            "attribute_eyes": sure((z[:, 0] > 0).astype(int), len(ATTRIBUTES["eyes"])),
        }
        return None, found


@pytest.fixture
def setting():
    data = SimpleNamespace(
        name="faces",
        class_names=CLASS_NAMES,
        num_classes=4,
        attributes=dict.fromkeys(ATTRIBUTES, np.zeros(1)),
    )
    return SimpleNamespace(
        G=Shown().eval(), train=data, classifier=Reader(), background=255, device="cpu", classes=np.arange(4),
        progress_of=lambda what: None,
    )  # fmt: skip


def test_questions_are_scored(setting):
    images = latents.generate(setting.G, range(40))
    z = latents.latents(setting.G, range(40))
    ask = lambda question: scorers.scorer(setting.classifier, setting.train, question)(images)  # noqa: E731
    hat = ask("attribute:hat")
    assert (hat[z[:, 0] > 1.05] > 2).all() and (hat[z[:, 0] < 0.95] < -2).all()
    assert np.array_equal(ask("attribute:hat=beanie") > 0, hat > 0) and (ask("attribute:hat=cap") < 0).all()
    skin = ask("attribute:skin")
    assert 0 < skin.min() < skin.max() < 1 and np.corrcoef(skin, z[:, 2])[0, 1] > 0.95
    labels = latents.labels_of(setting.G, range(40))
    assert np.array_equal(ask("class:sad") > 0, labels == 2)
    for question, words in (
        ("hat", "The question is 'hat'; of the pictures of faces can be asked"),
        ("attribute:nose", "'nose' cannot be asked for; there are: expression, skin"),
        ("attribute:hat=crown", "'crown' cannot be asked for; there are: none, beanie"),
        ("attribute:hair_colour", "name a value, such as hair_colour=black"),
        ("class:angry", "'angry' cannot be asked for; there are: smile"),
    ):
        with pytest.raises(ValueError, match=words):
            ask(question)


def test_directions_answer_questions_and_hold_others_still(setting):
    hat, glasses = steering.directions_by_questions(
        setting, ["attribute:hat", "attribute:glasses"], 1500, hold=["hat"]
    )
    assert hat.name == "hat" and hat.vector[0] > 0.95 and abs(glasses.vector @ hat.vector) < 1e-6
    assert glasses.vector[1] > 0.95 and "Held still: hat." in glasses.how
    (free,), (still,) = (
        steering.directions_by_questions(setting, ["attribute:glasses"], 1500, hold) for hold in ((), ["all"])
    )
    assert free.vector[0] > 0.5 and abs(still.vector[0]) < 0.05 and still.vector[1] > 0.8
    assert "Held still: hat, skin" in still.how
    with pytest.raises(ValueError, match="'cap' cannot be held still; there are: all, hat"):
        steering.directions_by_questions(setting, ["attribute:hat"], 10, hold=["cap"])


def test_what_a_direction_moves_is_counted(setting):
    hat = latents.Direction("hat", [1, 0, 0, 0, 0, 0], range=(-4, 4))
    seeds = range(1000, 1200)
    z = latents.latents(setting.G, seeds)
    found = steering.steered(setting, hat, "attribute:hat", seeds)
    after = z[:, 0] + np.where(z[:, 0] > 1, -4, 4)
    assert np.isclose(found.own, ((after > 1) != (z[:, 0] > 1)).mean(), atol=0.02) and (
        found.low,
        found.high,
    ) == (-4, 4)
    changed = (z[:, 1] + z[:, 0] > 1) != (z[:, 1] + after > 1)
    assert set(found.others) == {"glasses", "skin", "expression"}  # eyes are not read well enough
    assert np.isclose(found.others["glasses"], changed.mean(), atol=0.02) and found.others["skin"] == 0
    assert found.worst == ("glasses", found.others["glasses"])
    still = steering.steered(setting, hat, "attribute:hat", seeds, ends=(0.0, 0.0))
    assert still.own == 0 and set(still.others.values()) == {0.0}
    skin = latents.Direction("skin", [0, 0, 1, 0, 0, 0], range=(-1, 1))
    assert steering.steered(setting, skin, "attribute:skin", seeds).own > 0.95  # a step is 0.6
    back = latents.Direction("skin", [0, 0, -1, 0, 0, 0], range=(-1, 1))
    assert steering.steered(setting, back, "attribute:skin", seeds).own == 0


def test_a_range_just_reaches_what_is_wanted(setting):
    hat = latents.Direction("hat", [2, 0, 0, 0, 0, 0])
    found = steering.with_reach(setting, hat, "attribute:hat", range(300), wanted=0.9)
    z = latents.latents(setting.G, range(300))[:, 0]
    # Up to 1 from below, down to 1 from above: the shares of seeds that each amount brings there.
    up = next(a for a in steering.AMOUNTS if (z[z < 1] + 2 * a > 1).mean() >= 0.9)
    down = next(a for a in steering.AMOUNTS if (z[z > 1] - 2 * a <= 1).mean() >= 0.9)
    assert found.range == (-down, up) and up > down


def test_a_class_is_moved_by_its_embedding(setting):
    found = steering.steered_by_label(setting, range(80))
    assert found.own == 1 and set(found.others) == {"hat", "glasses", "skin"}
    assert set(found.others.values()) == {0.0}
    assert steering.steered_by_label(setting, range(80), amount=0.2).own == 0
