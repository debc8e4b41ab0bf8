"""Presets of picture to picture: repair, colours, larger pictures, drawings, pairs, two sets.

Those that end in 64 or 32 are sized for a processor; the others are the papers' at 256 pixels. As all presets
they name no data: choose pairs for pix2pix and two sets for cyclegan and cut.
"""

from __future__ import annotations

from .preset import Preset, row

_EXACT = {"width": 16, "norm": "none"}
_TRIALS = "Isola 2017, narrowed for a CPU; residual start and weights by trials (benchmarks/translate.py)"
# g_lr 5e-4: at 1e-3 some runs stay at the identity, at 2e-3 for good, while D runs away. R1 keeps D's outputs
# small; at each 4th step it costs no time that could be measured. Enlarging learns at 1e-3 in seeds 0 to 2.
_DEGRADE = {
    "task": "degrade", "conditional": False, "resolution": 64, "family": "unet", "z_dim": 0,
    "d_args": {"width": 16, "layers": 2, "norm": "none"},
    "loss": "non_saturating", "r1": 1.0, "r1_interval": 4, "batch": 16, "g_lr": 5e-4, "d_lr": 5e-4,
    "beta1": 0.5, "beta2": 0.99,
    "ema_kimg": 2.0, "burn_in_kimg": 60.0, "lr_final": 0.1,
}  # fmt: skip

# fmt: off
PICTURE_PRESETS: dict[str, Preset] = {
    "repair-64": row(
        "A missing rectangle is filled in: one's own pictures are enough, and a minute shows something.",
        _TRIALS, 3, 40,
        **_DEGRADE, damage="hole:0.05-0.3", g_args=_EXACT, pixel=100.0,
    ),
    "colourise-64": row(
        "A grey picture gets its colours.",
        _TRIALS, 3, 40,
        **_DEGRADE, damage="grey", g_args=_EXACT, pixel=100.0,
    ),
    "upscale-64": row(
        "A picture of a quarter of the size on each side gets its details back.",
        _TRIALS, 3, 40,
        **_DEGRADE | {"g_lr": 1e-3}, damage="small:4", g_args=_EXACT, pixel=100.0,
    ),
    "sketch-64": row(
        "A picture is made of its outlines.",
        "Isola 2017, narrowed for a CPU", 3, 60,
        **_DEGRADE, damage="edges", g_args={"width": 16, "residual": False}, pixel=50.0,
    ),
    "cyclegan-32": row(
        "Pictures of one set become those of another, with no pairs, sized for a CPU.",
        "Zhu 2017, narrowed for a CPU", 10, 100,
        task="unpaired", conditional=False, resolution=32, family="translator", z_dim=0,
        g_args={"width": 16, "blocks": 3, "downs": 1, "kernel": 5}, d_args={"width": 16, "layers": 2},
        loss="least_squares", cycle=10.0, identity=5.0, batch=8, g_lr=1e-3, d_lr=5e-4, beta2=0.99,
        ema_kimg=2.0,
    ),
    "cut-32": row(
        "Pictures of one set become those of another, place by place, with no pairs, sized for a CPU.",
        "Park 2020, narrowed for a CPU", 10, 100,
        task="unpaired", conditional=False, resolution=32, family="translator", z_dim=0,
        g_args={"width": 16, "blocks": 3, "downs": 1, "kernel": 5}, d_args={"width": 16, "layers": 2},
        loss="least_squares", contrast=1.0, contrast_width=64, contrast_patches=64, identity=1.0, pool=0,
        batch=8, g_lr=1e-3, d_lr=5e-4, beta2=0.99, ema_kimg=2.0,
    ),
    "pix2pix": row(
        "Pairs of pictures at 256 pixels: a U-Net, a discriminator of patches and L1, for a GPU.",
        "Isola 2017, sections 3 and 6.1 (batch 1, λ 100; published without averaging)", 20, 400,
        task="pairs", conditional=False, mirror=True, resolution=256, family="unet", z_dim=0,
        g_args={"depth": 8, "up": "transposed", "norm": "batch", "residual": False, "dropout": 0.5},
        d_args={"norm": "batch"},
        loss="non_saturating", pixel=100.0, batch=1, g_lr=2e-4, d_lr=2e-4, ema_kimg=0,
    ),
    "cyclegan": row(
        "Two sets of pictures at 256 pixels without pairs: two generators that undo each other, for a GPU.",
        "Zhu 2017, sections 4 and 7 (batch 1, cycle 10, identity 5, pool 50; a constant rate, no averaging)",
        20, 400,
        task="unpaired", conditional=False, mirror=True, resolution=256, family="translator", z_dim=0,
        g_args={"blocks": 9, "up": "transposed", "residual": False}, d_args={},
        loss="least_squares", cycle=10.0, identity=5.0, pool=50, batch=1, g_lr=2e-4, d_lr=2e-4, ema_kimg=0,
    ),
    "cut": row(
        "Two sets of pictures at 256 pixels without pairs: one generator, place by place, for a GPU.",
        "Park 2020, section 3 and appendix C.1 (batch 1, λ 1 and 1, τ 0.07; a constant rate, no averaging)",
        20, 400,
        task="unpaired", conditional=False, mirror=True, resolution=256, family="translator", z_dim=0,
        g_args={"blocks": 9, "up": "bilinear", "residual": False, "init": "xavier"},
        d_args={"init": "xavier"},
        loss="least_squares", contrast=1.0, identity=1.0, pool=0, batch=1, g_lr=2e-4, d_lr=2e-4, ema_kimg=0,
    ),
}
# fmt: on
