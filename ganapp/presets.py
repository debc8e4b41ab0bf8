"""PRESETS: name -> (sentence, TrainConfig), one aligned table. A user's value beats a preset's.

Each sentence says what it is; `expectation` says what to expect on this machine.
"""

from __future__ import annotations

from typing import NamedTuple

from .config import TrainConfig


class Preset(NamedTuple):
    about: str  # one sentence
    source: str  # paper, section or what was measured here
    config: TrainConfig


def _row(about: str, source: str, **fields) -> Preset:
    return Preset(about, source, TrainConfig(**fields))


_NO_NORM = {"norm": "none"}

PRESETS: dict[str, Preset] = {
    # fmt: off
    "mlp-28":   _row("A fully connected network for 28-pixel digits: the first GAN, fastest of all.", "Goodfellow 2014; R1 by Mescheder 2018",
                     family="mlp", resolution=28, z_dim=64, loss="non_saturating", r1=0.1, batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=10),
    "dcgan-32": _row("Strided convolutions with batch normalization: quick, good first pictures on a laptop.", "Radford 2016",
                     family="dcgan", resolution=32, z_dim=100, loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=5),
    "dcgan-64": _row("The same at 64 pixels, as in the paper: for a GPU, or a patient CPU.", "Radford 2016",
                     family="dcgan", resolution=64, z_dim=100, loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=10),
    "r3gan-32": _row("A modern residual network, slower and steadier: no collapse, sharper after half an hour.", "Huang 2024, reduced for a CPU",
                     family="r3gan", resolution=32, z_dim=64, loss="relativistic", r1=4.0, r2=4.0, r1_interval=4, r2_interval=4, batch=32,
                     g_args={"widths": [128, 96, 64, 32], "blocks": 1}, d_args={"widths": [128, 96, 64, 32], "blocks": 1},
                     g_lr=5e-4, d_lr=5e-4, beta1=0.0, beta2=0.99, ema_kimg=10, burn_in_kimg=400, lr_final=0.4, gamma_final=0.25),
    "r3gan-64": _row("The residual network at 64 pixels, sized for a GPU.", "Huang 2024, reduced",
                     family="r3gan", resolution=64, z_dim=64, loss="relativistic", r1=8.0, r2=8.0, r1_interval=4, r2_interval=4, batch=64,
                     g_args={"widths": [256, 256, 128, 96, 64], "blocks": 2}, d_args={"widths": [256, 256, 128, 96, 64], "blocks": 2},
                     g_lr=2e-4, d_lr=2e-4, beta1=0.0, beta2=0.99, ema_kimg=50, burn_in_kimg=2000, lr_final=0.25, gamma_final=0.1),
    # fmt: on
}


def preset_config(name: str) -> TrainConfig:
    """A preset's configuration. ValueError, listing the known ones, on an unknown name."""
    if name not in PRESETS:
        raise ValueError(f"preset is {name!r}; it must be one of {', '.join(PRESETS)}.")
    return PRESETS[name].config.replace(preset=name)


def default_preset(has_gpu: bool) -> str:
    """The preset for whatever data is chosen."""
    return "r3gan-64" if has_gpu else "dcgan-32"
