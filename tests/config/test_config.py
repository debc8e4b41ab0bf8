"""config.py: what is refused and in which words, what survives JSON, and how a command line's changes are merged."""

import dataclasses
import json

import pytest

from ganapp.config import (
    ModelSpec,
    TrainConfig,
    merge,
    parse_changes,
)
from ganapp.config.changes import literal
from ganapp.config.fields import check_resolution, coerce
from ganapp.config.names import CLASS_HEADS, CROSS_ENTROPY_LOSSES, FAMILY_NAMES, LOSS_NAMES


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"batch": 0}, "batch is 0; it must be between 1 and 4096."),
        ({"batch": 4097}, "batch is 4097; it must be between 1 and 4096."),
        ({"g_lr": float("nan")}, "g_lr is nan; it must be between 1e-07 and 0.1."),
        ({"d_lr": float("inf")}, "d_lr is inf; it must be between 1e-07 and 0.1."),
        ({"lr_final": 0}, "lr_final is 0; it must be between 0.0001 and 1."),
        (
            {"family": "vae"},
            "family is 'vae'; it must be one of mlp, dcgan, resnet, progan, stylegan2, r3gan, unet, translator.",
        ),
        (
            {"loss": "huber"},
            "loss is 'huber'; it must be one of minimax, non_saturating, least_squares, wasserstein, hinge, relativistic, "
            "relativistic_average.",
        ),
        ({"channels": 2}, "channels is 2; it must be one of 0, 1, 3, 4."),
        ({"resolution": 48}, "resolution is 48; it must be one of 28, 32, 64, 128, 256, 512, 1024."),
        (
            {"resolution": 28, "family": "r3gan"},
            "resolution is 28; r3gan allows 32, 64, 128, 256, 512, 1024.",
        ),
        ({"batch": "many"}, "batch is 'many'; it must be a whole number."),
        ({"batch": 2.5}, "batch is 2.5; it must be a whole number."),
        ({"batch": True}, "batch is True; it must be a whole number."),
        ({"batch": "1e999"}, "batch is '1e999'; it must be a whole number."),
        ({"kimg": {"x": 1}}, "kimg is {'x': 1}; it must be a number."),
        ({"mirror": "perhaps"}, "mirror is 'perhaps'; it must be true or false."),
        ({"dataset": None}, "dataset is None; it must be text."),
        ({"g_args": "[1]"}, 'g_args is [1]; it must be a JSON object such as {"width": 64}.'),
        ({"g_args": "{"}, "g_args is '{'; it must be a JSON object such as {\"width\": 64}."),
    ],
)
def test_wrong_values_are_refused_with_the_value_and_what_is_allowed(changes, sentence):
    with pytest.raises(ValueError) as error:
        TrainConfig(**changes)
    assert str(error.value) == sentence


def test_text_of_a_command_line_becomes_the_fields_type():
    config = TrainConfig(
        batch="32", kimg="1e3", mirror="true", conditional="no", g_args='{"width": 8}', g_lr="0.001"
    )
    assert (config.batch, config.kimg, config.mirror, config.conditional) == (32, 1000.0, True, False)
    assert config.g_args == {"width": 8}
    assert config.g_lr == 0.001
    assert isinstance(config.batch, int)
    assert isinstance(TrainConfig(kimg=5).kimg, float)
    assert TrainConfig(g_args="").g_args == {}
    assert coerce("batch", 32.0, int) == 32


def test_penalties_need_a_discriminator_without_batch_statistics():
    for penalty in ({"r1": 1}, {"r2": 1}, {"gp": 1}):
        with pytest.raises(ValueError, match="R1 and R2 need a discriminator without batch statistics"):
            TrainConfig(family="dcgan", **penalty)
        with pytest.raises(ValueError, match="without batch statistics"):
            TrainConfig(family="dcgan", d_args={"norm": "batch"}, **penalty)
        TrainConfig(family="dcgan", d_args={"norm": "none"}, **penalty)
        with pytest.raises(ValueError, match="without batch statistics"):
            TrainConfig(family="mlp", d_args={"norm": "batch"}, **penalty)
        TrainConfig(family="mlp", **penalty)
        TrainConfig(family="r3gan", **penalty)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"label_smoothing": 0.1, "loss": "hinge"},
            "label_smoothing is 0.1, but hinge has no labels to smooth: set it to 0, or loss to one of minimax, non_saturating.",
        ),
        ({"path_length": 2}, "path_length is 2; only stylegan2 has a mapping, so dcgan needs 0."),
        ({"grow_kimg": 2, "family": "r3gan"}, "grow_kimg is 2; only progan grows, so r3gan needs 0."),
        (
            {"augment": "diffaugment", "augment_policy": "color,sepia"},
            "augment_policy is 'sepia'; it must be one of color, translation, cutout.",
        ),
        (
            {"augment": "diffaugment", "augment_policy": ""},
            "augment_policy is ''; it must be one of color, translation, cutout.",
        ),
        (
            {"class_term": "cross_entropy"},
            "class_term is 'cross_entropy', which needs another head of the discriminator: "
            'set d_args to {"head": "classifier"}.',
        ),
        (
            {"class_term": "d2d_ce", "d_args": {"head": "classifier"}},
            'class_term is \'d2d_ce\', which needs another head of the discriminator: set d_args to {"head": "contrastive"}.',
        ),
        (
            {"class_term": "contrastive", "d_args": {"head": "contrastive"}, "conditional": False},
            "class_term is 'contrastive', which needs classes: set conditional, or it to none.",
        ),
        (
            {"d_args": {"head": "contrastive"}},
            "the discriminator's head is 'contrastive', which learns nothing alone: set class_term to contrastive or d2d_ce.",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changes, sentence):
    with pytest.raises(ValueError) as error:
        TrainConfig(**changes)
    assert str(error.value) == sentence


def test_settings_that_go_together():
    for term, head in CLASS_HEADS.items():
        TrainConfig(class_term=term, d_args={"head": head})
    TrainConfig(d_args={"head": "classifier"}, conditional=False)  # without classes no head looks at any
    TrainConfig(family="stylegan2", path_length=2)
    TrainConfig(family="progan", grow_kimg=2)
    TrainConfig(augment="diffaugment", augment_policy="cutout,color")
    for loss in CROSS_ENTROPY_LOSSES:
        TrainConfig(loss=loss, label_smoothing=0.1)


def test_json_there_and_back():
    config = TrainConfig(
        family="r3gan", g_args={"widths": [4, 4, 4, 4]}, r1=0.1, dataset="猫/cats", mirror=True
    )
    assert TrainConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert set(config.to_json()) == {f.name for f in dataclasses.fields(TrainConfig)}
    spec = ModelSpec("mlp", 28, 1, 10, 64, {"hidden": [4]})
    assert ModelSpec.from_json(json.loads(json.dumps(dataclasses.asdict(spec)))) == spec


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "a ModelSpec is a JSON object, not list"),
        (
            {"family": "mlp", "depth": 3},
            "unknown field 'depth' of ModelSpec; there are: args, channels, family",
        ),
        ({"family": "mlp"}, "cannot be read from this JSON"),
        ({"family": "gpt"}, "family is 'gpt'; it must be one of mlp, dcgan, resnet"),
        ({"format": "ganapp-generator/2"}, "format 'ganapp-generator/2' is not one that this version reads"),
        ({"z_dim": 64.5}, "z_dim is 64.5; it must be a whole number"),
        ({"z_dim": None}, "z_dim is None; it must be a whole number"),
        ({"z_dim": 0}, "z_dim is 0; it must be between 1 and 8192"),
        ({"num_classes": -1}, "num_classes is -1"),
        ({"args": [1]}, "args is [1]; it must be a JSON object"),
        ({"resolution": 48}, "resolution is 48; mlp allows 28, 32"),
        ({"channels": 0}, "channels is 0; it must be one of 1, 3"),
    ],
)
def test_a_strangers_spec_is_refused_in_one_sentence(data, words):
    if isinstance(data, dict) and data.get("depth") is None and data != {"family": "mlp"}:
        data = {"family": "mlp", "resolution": 32, "channels": 1, "num_classes": 0, "z_dim": 8, **data}
    with pytest.raises(ValueError) as error:
        ModelSpec.from_json(data)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_frozen_and_no_shared_defaults():
    a, b = TrainConfig(), TrainConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        a.batch = 3
    a.g_args["width"] = 1
    assert b.g_args == {}
    spec = b.replace(channels=1).spec()
    spec.args["width"] = 2
    assert b.g_args == {}


def test_spec_holds_what_the_generator_needs():
    config = TrainConfig(
        family="mlp", resolution=28, channels=1, num_classes=10, z_dim=5, g_args={"hidden": [3]}
    )
    assert config.spec() == ModelSpec("mlp", 28, 1, 10, 5, {"hidden": [3]})
    with pytest.raises(ValueError, match="channels is 0"):  # before the data has been seen
        TrainConfig().spec()


def test_a_spec_says_whether_colours_are_weighted_by_alpha():
    """So is what is trained here with four channels; other people's are not, and version 0.3 knows no such field."""
    spec = TrainConfig(channels=4).spec()
    assert spec.premultiplied and spec.to_json()["premultiplied"] is True
    assert ModelSpec.from_json(spec.to_json()) == spec
    theirs = ModelSpec("conv_stack", 32, 4, 0, 8)
    assert not theirs.premultiplied and "premultiplied" not in theirs.to_json()
    assert "premultiplied" not in TrainConfig(channels=3).spec().to_json()
    with pytest.raises(ValueError, match="premultiplied is true, which needs 4 channels; there are 3"):
        ModelSpec("mlp", 32, 3, 0, 8, premultiplied=True)


def test_replace_names_the_known_fields():
    with pytest.raises(ValueError, match=r"unknown field 'lr'; there are: dataset, resolution"):
        TrainConfig().replace(lr=1)
    with pytest.raises(ValueError, match="batch is 0"):
        TrainConfig().replace(batch=0)
    assert TrainConfig(batch=7).replace(seed=3) == TrainConfig(batch=7, seed=3)


def test_every_field_has_a_group_help_and_a_default_in_range():
    for f in dataclasses.fields(TrainConfig):
        assert f.metadata["help"].rstrip("… ")[-1:] in ".…)…" or f.metadata["help"].endswith("…"), f.name
        assert f.metadata["group"], f.name
        kind = f.type
        assert (f.metadata["low"] is not None) == (kind in ("int", "float") and not f.metadata["choices"]), (
            f.name
        )


def test_command_line_changes():
    pairs = {
        "ema-kimg": "2",
        "g-args.width": "64",
        "g-args.max-width": "128",
        "d-args.norm": "none",
        "mirror": "true",
    }
    changes = parse_changes(pairs)
    assert changes == {
        "ema_kimg": "2",
        "g_args": {"width": 64, "max_width": 128},
        "d_args": {"norm": "none"},
        "mirror": "true",
    }
    base = TrainConfig(g_args={"width": 16, "other": 1}, d_args={"norm": "batch"}, ema_kimg=9)
    config = merge(base, changes)
    assert config.g_args == {"width": 64, "other": 1, "max_width": 128}
    assert config.d_args == {"norm": "none"}
    assert (config.ema_kimg, config.mirror) == (2.0, True)
    assert base.g_args == {"width": 16, "other": 1}
    assert merge(base, {"g_args": '{"a": 2}'}).g_args == {"a": 2}  # a whole object replaces
    with pytest.raises(ValueError, match="g_args is given both as a whole and as g-args.width"):
        parse_changes({"g-args": "{}", "g-args.width": "64"})
    with pytest.raises(ValueError, match="unknown field 'colour'"):
        merge(base, parse_changes({"colour.depth": "3"}))


def test_literals():
    assert [literal(t) for t in ("64", "1e-3", "true", "[1, 2]", "batch")] == [
        64,
        1e-3,
        True,
        [1, 2],
        "batch",
    ]


def test_names_agree_with_what_is_built():
    from ganapp.networks import FAMILIES
    from ganapp.training.losses import LOSSES

    assert tuple(FAMILIES) == FAMILY_NAMES
    assert tuple(LOSSES) == LOSS_NAMES
    check_resolution("mlp", 28)
