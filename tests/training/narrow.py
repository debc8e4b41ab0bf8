"""Presets made small enough for a processor: the same recipe on a few thousand weights, in a few hundred images."""

from ganapp.config import TrainConfig, preset_config

BATCH = 8
NARROW = {
    "mlp": ({"hidden": [24, 32]}, {"hidden": [32, 24]}),
    "dcgan": ({"width": 6}, {"width": 6}),
    "resnet": ({"width": 8, "widths": [8] * 4}, {"width": 8, "widths": [8] * 4}),
    "progan": ({"fmap_base": 64, "fmap_max": 8}, {"fmap_base": 64, "fmap_max": 8}),
    "stylegan2": (
        {"w_dim": 16, "channel_base": 256, "channel_max": 8},
        {"channel_base": 256, "channel_max": 8},
    ),
    "r3gan": ({"widths": [12] * 5, "blocks": 1}, {"widths": [12] * 5, "blocks": 1}),
    "unet": ({"width": 6, "depth": 3}, {"width": 6, "layers": 2}),
    "translator": ({"width": 6, "blocks": 1}, {"width": 6, "layers": 2}),
}
SMALLER = {"attention": 16, "embed_dim": 8, "group_size": 4}  # of what the preset has


def narrowed(name: str, steps: int) -> TrainConfig:
    """A preset with few channels, at 32 pixels where it has more than 64, whose schedules by image fit into so many steps.

    ADA's target is 0, so that so few images are enough to make it act.
    """
    config = preset_config(name)
    resolution = config.resolution if config.resolution <= 64 else 32
    args = []
    for given, narrow in zip((config.g_args, config.d_args), NARROW[config.family], strict=True):
        merged = {**given, **narrow}
        merged |= {key: value for key, value in SMALLER.items() if merged.get(key)}
        if config.family == "r3gan":
            merged["widths"] = merged["widths"][: resolution.bit_length() - 2]
        args.append(merged)
    images = steps * BATCH * config.d_steps
    return config.replace(
        g_args=args[0], d_args=args[1], resolution=resolution,
        ada_kimg=images / 1000 if config.augment == "ada" else config.ada_kimg,
        ada_target=0.0 if config.augment == "ada" else config.ada_target,
        grow_kimg=images / 8 / 1000 if config.grow_kimg else 0,
        pool=min(config.pool, 2 * BATCH), contrast_width=16, contrast_patches=16, in_channels=3 if config.task != "noise" else 0,
        channels=3, num_classes=4 if config.learns_classes else 0, batch=BATCH, mirror=True, precision="fp32", threads=1, seed=3,
    )  # fmt: skip
