"""Some pictures of a data set as the chosen task sees them: alone, as input and target, or of two sets.

No Gradio.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from ganapp.alpha import on_checkerboard
from ganapp.config import TrainConfig
from ganapp.pixels import to_bytes, to_unit

from ..shared.html import both, data_uri
from ..shared.language import language_of, say

SHOWN, COLUMNS = 32, 8  # pictures of a preview; half as many pairs


def preview_html(config: TrainConfig, *sets: Any) -> str:
    """Pictures of the data and, where they are not alone, a line that says what stands where.

    sets: the data set, or of a task that is unpaired the first one and the other one.
    """
    from ganapp.media import grid

    dataset = sets[-1]
    if config.task == "noise":
        tiles, columns, alt = taken(dataset, SHOWN), COLUMNS, "train.preview"
    elif len(sets) > 1:
        tiles = np.concatenate([alike(taken(one, SHOWN // 2)) for one in sets])
        columns, alt = COLUMNS, "train.preview.unpaired"
    else:
        tiles, columns, alt = pairs(config, dataset, SHOWN // 2), COLUMNS // 2, "train.preview.pairs"
    image = data_uri(on_checkerboard(grid(tiles, columns=columns, pad=1)), generated=False)
    shown = f'<img src="{image}" alt="{escape(say(alt, language_of()))}">'
    return shown if config.task == "noise" else f'{shown}<p class="plain-note">{both(alt)}</p>'


def indices(dataset: Any, count: int) -> np.ndarray:
    return np.random.default_rng(1).permutation(dataset.count)[:count]


def taken(dataset: Any, count: int) -> np.ndarray:
    """Random training pictures, always the same, uint8 (N, R, R, C)."""
    return dataset.images.take(indices(dataset, count)).transpose(0, 2, 3, 1)


def alike(pictures: np.ndarray) -> np.ndarray:
    """Pictures in colour, so that grey ones can stand beside others."""
    return pictures.repeat(3, 3) if pictures.shape[3] == 1 else pictures


def pairs(config: TrainConfig, dataset: Any, count: int) -> np.ndarray:
    """Inputs and targets side by side, uint8 (N, R, 2R, C); with config.mirror each second one mirrored."""
    if config.task == "pairs":
        both_halves = dataset.side_by_side(indices(dataset, count))
        halves = np.split(both_halves, 2, axis=2)
    else:
        targets = taken(dataset, count)
        halves = [damaged(config.damage, targets), targets]
    if config.mirror:
        for half in halves:
            half[1::2] = half[1::2, :, ::-1]
    return np.concatenate(halves, axis=2)


def damaged(damage: str, pictures: np.ndarray) -> np.ndarray:
    """What a network gets of uint8 (N, R, R, C), as uint8 of the same shape."""
    import torch

    from ganapp.degradations import varied_of

    x = to_unit(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()))
    given = varied_of(damage).given(x, range(len(pictures)))
    return to_bytes(given).permute(0, 2, 3, 1).numpy()
