"""presets.py: every row can be built and trained, says what it is, and gives way to a user's values."""

import pytest
import torch

from ganapp.config import merge, parse_changes
from ganapp.models import build_discriminator, build_generator
from ganapp.presets import PRESETS, default_preset, preset_config


def test_the_presets_that_must_be_there():
    assert {"mlp-28", "dcgan-32", "r3gan-32"} <= set(PRESETS)
    for has_gpu in (False, True):
        assert default_preset(has_gpu) in PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_builds_at_every_kind_of_data(name):
    preset = PRESETS[name]
    assert preset.about[0].isupper()
    assert preset.about.endswith(".")
    assert preset.source
    assert 0 < preset.first_kimg < preset.good_kimg < preset.config.kimg
    family, *_, resolution = name.split("-")
    assert preset.config.family == family
    assert preset.config.resolution == int(resolution)
    for channels in (1, 3):
        for classes in (0, 10):
            config = preset_config(name).replace(channels=channels, num_classes=classes)
            with torch.device("meta"):
                build_generator(config.spec())
                build_discriminator(config.spec(), config.d_args)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_leaves_to_the_machine_and_the_data_what_is_theirs(name):
    config = PRESETS[name].config
    assert (config.precision, config.threads, config.device, config.channels, config.num_classes) == (
        "auto",
        0,
        "auto",
        0,
        0,
    )
    assert (config.minutes, config.seed, config.start_from, config.dataset) == (0, 0, "", "faces")


def test_a_users_value_beats_the_presets():
    config = merge(preset_config("r3gan-32"), parse_changes({"g-lr": "0.001", "g-args.blocks": "2"}))
    assert config.preset == "r3gan-32"
    assert config.g_lr == 0.001
    assert config.d_lr == PRESETS["r3gan-32"].config.d_lr
    assert config.g_args == {**PRESETS["r3gan-32"].config.g_args, "blocks": 2}
    assert PRESETS["r3gan-32"].config.g_args["blocks"] != 2


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ValueError) as error:
        preset_config("stylegan4")
    assert str(error.value) == f"preset is 'stylegan4'; it must be one of {', '.join(PRESETS)}."
