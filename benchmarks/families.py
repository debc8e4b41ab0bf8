"""A small grid of every family under every loss, with the same data and budget, as one image.

    python benchmarks/families.py [--seconds 60] [--data faces] [--families dcgan,resnet] [--losses hinge,...]

Each cell is a small network of the family at 32 pixels, trained for the same number of processor seconds on
one thread; it shows seeds 0-15 of the averaged generator. R1 (weight 1, every 8th step) is on in every cell,
so that losses are compared and not collapses; wasserstein has its gradient penalty instead. Rows of the image
are families, columns are losses.
"""

from __future__ import annotations

import argparse

from common import RESULTS, averaged, begin, train_until, write_result

# family: arguments of G, arguments of D, learning rate (equalized layers need a larger one)
SMALL = {
    "mlp": ({"hidden": [256, 512]}, {"hidden": [512, 256]}, 5e-4),
    "dcgan": ({"width": 48}, {"width": 48, "norm": "none"}, 5e-4),
    "resnet": ({"width": 32}, {"width": 32}, 5e-4),
    "progan": ({"fmap_base": 256, "fmap_max": 64}, {"fmap_base": 256, "fmap_max": 64}, 2e-3),
    "stylegan2": (
        {"w_dim": 64, "channel_base": 512, "channel_max": 64},
        {"channel_base": 512, "channel_max": 64},
        2e-3,
    ),
    "r3gan": ({"widths": [96, 64, 48, 32], "blocks": 1}, {"widths": [96, 64, 48, 32], "blocks": 1}, 5e-4),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--data", default="faces")
    parser.add_argument("--families", default="")
    parser.add_argument("--losses", default="")
    args = parser.parse_args()

    import numpy as np

    from ganapp.config.names import FROM_LATENT, LOSS_NAMES
    from ganapp.data import open_dataset
    from ganapp.media import grid, save_webp

    data = open_dataset(args.data, 32)
    families = args.families.split(",") if args.families else FROM_LATENT
    losses = args.losses.split(",") if args.losses else LOSS_NAMES
    cells, table = [], {}
    for family in families:
        for loss in losses:
            images, kimg = cell(family, loss, data, args.seconds)
            table[f"{family} / {loss}"] = {"kimg": kimg}
            cells.append(grid(images, columns=4, pad=0))
            print(f"{family:10} {loss:22} {kimg} kimg", flush=True)
    save_webp(RESULTS / "families.webp", grid(np.stack(cells), columns=len(losses), pad=6))
    write_result(
        "families",
        {"processor_seconds": args.seconds, "rows": list(families), "columns": list(losses), "cells": table},
    )


def cell(family: str, loss: str, data, seconds: float):
    """(uint8 images (16, 32, 32, C), kimg) of one small network after `seconds` of training."""
    from ganapp.config import TrainConfig
    from ganapp.latents import generate

    g_args, d_args, rate = SMALL[family]
    penalty = {"gp": 10.0} if loss == "wasserstein" else {"r1": 1.0, "r1_interval": 8}
    config = TrainConfig(
        family=family, loss=loss, z_dim=64, batch=32, beta1=0.0, beta2=0.99, g_lr=rate, d_lr=rate, ema_kimg=1,
        g_args=g_args, d_args=d_args, **penalty,
    )  # fmt: skip
    config, state, source = begin(config, data)
    train_until(state, config, source, seconds)
    return generate(averaged(state, config, source), range(16)), round(state.nimg / 1000, 1)


if __name__ == "__main__":
    main()
