"""driving/beginning.py: what data and machine decide, weights that must fit, and what cannot begin."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from ganapp.driving.beginning import notes_on, resolve
from ganapp.driving.driver import drive
from ganapp.driving.fine_tuning import load_fitting
from ganapp.driving.opening import Sets
from ganapp.driving.same_data import check_same_shape
from ganapp.runs import create_run

CPU = torch.device("cpu")


def net(classes=3):
    made = nn.ModuleDict({"body": nn.Linear(2, 2), "table": nn.Embedding(classes, 2)})
    for parameter in made.parameters():
        nn.init.constant_(parameter, float(classes))
    return made


def test_weights_are_loaded_strictly_and_those_of_other_classes_stay_new():
    new, other = net(3), net(5)
    load_fitting(new, other.state_dict(), {"table.weight"}, "that run")
    assert new["body"].weight.unique().tolist() == [5.0]
    assert new["table"].weight.unique().tolist() == [3.0]  # five classes do not fit three
    same = net(3)
    load_fitting(same, {k: v + 1 for k, v in net(3).state_dict().items()}, {"table.weight"}, "that run")
    assert same["table"].weight.unique().tolist() == [4.0]  # as many classes do


@pytest.mark.parametrize(
    ("change", "renewed"),
    [
        (lambda t: t.pop("body.bias"), {"table.weight"}),
        (lambda t: t.update(more=torch.zeros(1)), {"table.weight"}),
        (lambda t: t.update({"table.weight": torch.zeros(4, 2)}), set()),
        (lambda t: t.update({"body.weight": torch.zeros(4, 2)}), {"table.weight"}),
        (lambda t: t.update({"gone.weight": torch.zeros(4, 2)}), {"gone.weight"}),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, renewed):
    tensors = dict(net().state_dict())
    change(tensors)
    with pytest.raises(ValueError, match="^that run does not fit$"):
        load_fitting(net(), tensors, renewed, "that run does not fit")


def test_the_batch_follows_the_data(tiny_config, tiny_dataset):
    config = tiny_config("mlp", channels=0, num_classes=0, batch=8)
    for count, batch in ((9, 8), (8, 8), (7, 7), (2, 2)):
        assert resolve(config, Sets(tiny_dataset(count)), CPU).batch == batch
        assert resolve(config, Sets(tiny_dataset(9), tiny_dataset(count)), CPU).batch == batch
        assert resolve(config, Sets(tiny_dataset(count), tiny_dataset(9)), CPU).batch == batch
    with pytest.raises(ValueError, match="There is only 1 training image; at least 2 are needed"):
        resolve(config, Sets(tiny_dataset(8), tiny_dataset(1)), CPU)
    data = Sets(tiny_dataset(7))
    (note,) = notes_on(config, resolve(config, data, CPU), data)
    assert note == "The batch is 7 in place of 8: there are only 7 training images."
    data = replace(
        tiny_dataset(8), notes=("A note.",), report=(("a.png", "cut off"), ("b", "empty"), ("c", "x"))
    )
    said = ["A note.", "Left out of the data: a.png (cut off) and 2 more files."]
    assert notes_on(config, resolve(config, Sets(data), CPU), Sets(data)) == said
    other = Sets(data, replace(data, report=(("d.png", "empty"),)))
    assert notes_on(config, config, other) == [*said, "Left out of the data: d.png (empty)."]


def test_what_only_the_data_say(tiny_config, tiny_dataset):
    config = tiny_config("mlp", channels=0, num_classes=0, batch=8)
    found = resolve(config, Sets(tiny_dataset(8)), CPU)
    assert (found.channels, found.num_classes, found.precision, found.threads) == (3, 4, "fp32", 1)
    assert resolve(config.replace(conditional=False), Sets(tiny_dataset(8)), CPU).num_classes == 0
    assert resolve(config, Sets(tiny_dataset(8, labels=False, channels=1)), CPU).channels == 1
    with pytest.raises(
        ValueError, match="class_term is 'cross_entropy', but 'faces' has no classes: set it to none"
    ):
        head = {"class_term": "cross_entropy", "d_args": {"head": "classifier"}}
        resolve(tiny_config("r3gan", **head), Sets(tiny_dataset(8, labels=False)), CPU)


def test_a_resume_needs_the_data_it_began_with(tiny_config, tiny_dataset):
    check_same_shape(tiny_config(), tiny_dataset())
    check_same_shape(tiny_config(num_classes=0), tiny_dataset())  # classes are not looked at
    with pytest.raises(ValueError, match="it has 0 classes and 3 channels now, and had 4 and 3"):
        check_same_shape(tiny_config(), tiny_dataset(labels=False))
    with pytest.raises(ValueError, match="it has 0 classes and 1 channels now, and had 0 and 3"):
        check_same_shape(tiny_config(num_classes=0), tiny_dataset(channels=1))


def test_a_run_of_fewer_pictures_than_a_batch_trains_and_says_so(tmp_path, monkeypatch, tiny_config):
    """Three pictures of a folder, one file that is none: the batch is 3, in configuration, status and log."""
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(3):
        Image.fromarray(np.full((32, 32, 3), 80 * i, np.uint8)).save(folder / f"{i}.png")
    (folder / "x.png").write_text("no picture")
    args = {"width": 4}
    config = tiny_config(
        "dcgan",
        dataset=str(folder),
        batch=64,
        kimg=0.009,
        channels=0,
        num_classes=0,
        g_args=args,
        d_args=args,
    )
    run = create_run(tmp_path / "runs", config.replace(device="cpu"))
    assert drive(run) == "finished"
    assert run.config().batch == 3 and run.status()["nimg"] == 9
    batch = "The batch is 3 in place of 64: there are only 3 training images."
    left_out = "Left out of the data: x.png (not a picture, or of a format that cannot be read)."
    assert run.status()["note"] == f"{batch} {left_out}"
    log = (run.path / "log.txt").read_text(encoding="utf-8")
    assert batch in log and left_out in log
