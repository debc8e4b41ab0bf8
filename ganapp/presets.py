"""PRESETS: name -> Preset, one aligned table. A user's value beats a preset's.

first_kimg and good_kimg say after how many thousand images there is something to see, and something worth showing: what
was seen here on the built-in faces (r3gan-64: expected from the paper's curves). The page turns them into minutes.
"""

from __future__ import annotations

from typing import NamedTuple

from .config import TrainConfig


class Preset(NamedTuple):
    about: str  # one sentence
    source: str  # the paper, or where it was measured
    first_kimg: float
    good_kimg: float
    config: TrainConfig


def _row(about: str, source: str, first_kimg: float, good_kimg: float, **fields) -> Preset:
    return Preset(about, source, first_kimg, good_kimg, TrainConfig(**fields))


_R3_32 = {"widths": [128, 96, 64, 32], "blocks": 1}
_R3_64 = {"widths": [256, 256, 128, 96, 64], "blocks": 2}

# fmt: off
PRESETS: dict[str, Preset] = {
    "mlp-28":      _row("A fully connected network for 28-pixel digits: the first GAN, and the fastest.", "Goodfellow 2014; R1: Mescheder 2018", 50, 1000,
                        family="mlp", resolution=28, z_dim=64, loss="non_saturating", r1=1.0, r1_interval=8, batch=64,
                        g_lr=3e-4, d_lr=3e-4, beta1=0.0, beta2=0.99, ema_kimg=10),
    "dcgan-32":    _row("Strided convolutions with batch normalization in both networks, as in the paper.", "Radford 2016", 10, 200,
                        family="dcgan", resolution=32, z_dim=100, loss="non_saturating", batch=64, g_lr=2e-4, d_lr=2e-4, ema_kimg=5),
    "dcgan-r1-32": _row("DCGAN's layers with R1 in place of the discriminator's batch norm: sharp pictures in minutes, steady for hours.",
                        "Mescheder 2018; lazy R1: Karras 2020; chosen by trials on the built-in faces", 10, 150,
                        family="dcgan", resolution=32, z_dim=100, loss="non_saturating", r1=4.0, r1_interval=8, batch=32, d_args={"norm": "none"},
                        g_lr=5e-4, d_lr=5e-4, beta1=0.0, beta2=0.99, ema_kimg=8, burn_in_kimg=200, lr_final=0.2, gamma_final=0.25),
    "dcgan-r1-64": _row("The same at 64 pixels: for a GPU, or a patient CPU.", "Mescheder 2018; lazy R1: Karras 2020", 20, 400,
                        family="dcgan", resolution=64, z_dim=128, loss="non_saturating", r1=8.0, r1_interval=8, batch=32, d_args={"norm": "none"},
                        g_lr=4e-4, d_lr=4e-4, beta1=0.0, beta2=0.99, ema_kimg=10, burn_in_kimg=500, lr_final=0.2, gamma_final=0.25),
    "r3gan-32":    _row("A modern residual network without normalization: slower, with theory on its side.", "Huang 2024, narrowed for a CPU", 60, 800,
                        family="r3gan", resolution=32, z_dim=64, loss="relativistic", r1=4.0, r2=4.0, r1_interval=4, r2_interval=4, batch=32,
                        g_args=_R3_32, d_args=_R3_32, g_lr=5e-4, d_lr=5e-4, beta1=0.0, beta2=0.99, ema_kimg=10,
                        burn_in_kimg=400, lr_final=0.4, gamma_final=0.25),
    "r3gan-64":    _row("The residual network at 64 pixels, sized for a GPU.", "Huang 2024, narrowed", 200, 5000,
                        family="r3gan", resolution=64, z_dim=64, loss="relativistic", r1=8.0, r2=8.0, r1_interval=4, r2_interval=4, batch=64,
                        g_args=_R3_64, d_args=_R3_64, g_lr=2e-4, d_lr=2e-4, beta1=0.0, beta2=0.99, ema_kimg=50,
                        burn_in_kimg=2000, lr_final=0.25, gamma_final=0.1),
}
# fmt: on


def preset_config(name: str) -> TrainConfig:
    """A preset's configuration. ValueError, listing the known ones, on an unknown name."""
    if name not in PRESETS:
        raise ValueError(f"preset is {name!r}; it must be one of {', '.join(PRESETS)}.")
    return PRESETS[name].config.replace(preset=name)


def default_preset(has_gpu: bool) -> str:
    """The preset for whatever data is chosen."""
    return "dcgan-r1-64" if has_gpu else "dcgan-r1-32"
