"""Growth of a network from 4×4 to its full resolution, one resolution fading in after the other.

The level is 0 at 4×4 and rises by 1 with each doubling; its fraction is the fade (Karras 2018, section 3).
schedules.growth in training/ says which level is when.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


def add_growth(net: nn.Module, top: int) -> None:
    """Give a network its level of growth, from 0 to `top`; it starts at `top`.

    The level is in the buffer `growth`, which is saved, and in the float `level`, which forward reads without
    waiting for the device.
    """
    net.top = top
    net.level = float(top)
    net.register_buffer("growth", torch.tensor(float(top)))
    net.register_load_state_dict_post_hook(level_from_buffer)


def set_growth(net: nn.Module, level: float) -> None:
    """Set the level: 0 (4×4) to net.top (full resolution). Raises ValueError if it is out of range."""
    check_level(level, net.top)
    # As a float32, so that the float equals the buffer.
    net.level = torch.tensor(level, dtype=torch.float32, device="cpu").item()
    net.growth.fill_(net.level)


def level_from_buffer(net: nn.Module, _keys) -> None:
    """Set the float `level` from the buffer that load_state_dict has just filled."""
    if not net.growth.is_meta:
        level = float(net.growth)
        check_level(level, net.top)
        net.level = level


def check_level(level: float, top: int) -> None:
    if not 0 <= level <= top:
        raise ValueError(
            f"the level of growth is {level:g}; it must be between 0 (4×4) and {top} (full resolution)."
        )


def split_level(level: float) -> tuple[int, float]:
    """(finest complete level, weight of the next one): 1.3 -> (1, 0.3)."""
    return int(level), level - int(level)


def fade_images(images: torch.Tensor, level: float) -> torch.Tensor:
    """Real images (N, C, R, R) as a fade shows them, of the same shape.

    They are mixed with themselves at the lower of the two resolutions, as the generator's images are. At a
    whole level they are returned unchanged.
    """
    low, alpha = split_level(level)
    if not alpha:
        return images
    coarse = F.avg_pool2d(images, images.shape[2] // (4 * 2**low))
    return torch.lerp(F.interpolate(coarse, size=images.shape[2]), images, alpha)
