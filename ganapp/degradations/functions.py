"""The degradations as functions of pictures x (N, C, H, W) in [-1, 1], C = 1, 3 or 4 (alpha is left alone).

All are differentiable, so that a generator can be fitted through them. jpeg rounds with the gradient of the
identity. What is random is drawn by numpy's RandomState from one seed a picture: the same on every machine
and in every batch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)  # ITU-R 601
# Quantization tables of JPEG, quality 50 (ITU-T T.81, annex K). That of colour is 99 outside its corner.
LUMA_TABLE = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 "
    "18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 "
    "72 92 95 98 112 100 103 99"
)
CHROMA_CORNER = ((17, 18, 24, 47), (18, 21, 26, 66), (24, 26, 56, 99), (47, 66, 99, 99))


def hole(x: Tensor, share: float, seeds: Sequence[int] | None, mask: Tensor | None = None) -> Tensor:
    """Pixels become 0, mid-grey, where the mask (N or 1, 1, H', W') is 1.

    A mask of a larger picture is reduced: a pixel is missing if a part of it is. Without a mask the hole is a
    rectangle of `share` of the picture, whose place and form come from the seed.
    """
    if mask is None:
        if seeds is None:
            raise ValueError("A hole needs a mask that says where it is, or a seed.")
        mask = torch.stack([_rectangle(int(seed), share, *x.shape[2:]) for seed in seeds])
    mask = mask.to(x)
    if mask.shape[2:] != x.shape[2:]:
        if any(a % b for a, b in zip(mask.shape[2:], x.shape[2:], strict=True)):
            raise ValueError(
                f"The mask is {mask.shape[3]}×{mask.shape[2]} pixels; the picture is "
                f"{x.shape[3]}×{x.shape[2]}."
            )
        mask = F.adaptive_max_pool2d(mask, x.shape[2:])
    return x * (1 - mask)


def _rectangle(seed: int, share: float, height: int, width: int) -> Tensor:
    """(1, H, W), 1 in a rectangle whose sides are to each other as 1:2 to 2:1."""
    random = np.random.RandomState(seed)
    ratio = 2 ** random.uniform(-1, 1)
    tall = min(height, max(1, round(math.sqrt(share * height * width * ratio))))
    wide = min(width, max(1, round(share * height * width / tall)))
    top, left = random.randint(height - tall + 1), random.randint(width - wide + 1)
    mask = torch.zeros(1, height, width)
    mask[:, top : top + tall, left : left + wide] = 1
    return mask


def small(x: Tensor, times: float) -> Tensor:
    """(N, C, H, W) -> (N, C, H/times, W/times), bicubic with antialiasing."""
    height, width = x.shape[2:]
    if height % int(times) or width % int(times) or min(height, width) < times:
        raise ValueError(f"A picture of {width}×{height} pixels cannot be made {int(times)} times smaller.")
    size = (height // int(times), width // int(times))
    return F.interpolate(x, size, mode="bicubic", antialias=True, align_corners=False)


def enlarged(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Pictures enlarged to (H, W) by bicubic interpolation: what a reduced one is compared with."""
    return x if x.shape[2:] == size else F.interpolate(x, size, mode="bicubic", align_corners=False)


def grey(x: Tensor) -> Tensor:
    """The brightness (ITU-R 601) in each colour channel."""
    if x.shape[1] < 3:
        return x
    brightness = (x[:, :3] * x.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    return torch.cat([brightness.expand(-1, 3, -1, -1), x[:, 3:]], 1)


def noise(x: Tensor, deviation: float, seeds: Sequence[int]) -> Tensor:
    """Normal noise on each value, not clipped."""
    drawn = [np.random.RandomState(int(seed)).randn(*x.shape[1:]).astype(np.float32) for seed in seeds]
    return x + deviation * torch.as_tensor(np.stack(drawn)).to(x)


def blur(x: Tensor, sigma: float) -> Tensor:
    """Convolved with a normal curve; the border is repeated outwards."""
    reach = min(math.ceil(3 * sigma), *(side - 1 for side in x.shape[2:]))
    at = torch.arange(-reach, reach + 1, dtype=x.dtype, device=x.device)
    curve = torch.exp(-0.5 * (at / sigma) ** 2)
    curve = (curve / curve.sum()).expand(x.shape[1], 1, -1)
    x = F.pad(x, (reach,) * 4, mode="replicate")
    x = F.conv2d(x, curve[:, :, None], groups=x.shape[1])
    return F.conv2d(x, curve[:, :, :, None], groups=x.shape[1])


def pixelate(x: Tensor, side: float) -> Tensor:
    """Squares of `side` pixels get their mean; those at the right and lower border may be smaller."""
    side = round(side)
    height, width = x.shape[2:]
    pooled = F.avg_pool2d(x, side, ceil_mode=True, count_include_pad=False)
    spread = pooled.repeat_interleave(side, 2).repeat_interleave(side, 3)
    return spread[:, :, :height, :width]


def edges(x: Tensor) -> Tensor:
    """Length of the brightness's gradient (Sobel) in each channel; -1: flat, 1: black beside white."""
    kernel = x.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None] / 8
    brightness = F.pad(grey(x)[:, :1], (1,) * 4, mode="replicate")
    across, down = F.conv2d(brightness, kernel), F.conv2d(brightness, kernel.transpose(2, 3))
    # A small constant, because the slope of a square root at 0 has no bound.
    strength = torch.sqrt(across.square() + down.square() + 1e-6) * 2 - 1
    return torch.cat([strength.expand(-1, min(x.shape[1], 3), -1, -1), x[:, 3:]], 1)


def jpeg(x: Tensor, quality: float) -> Tensor:
    """Blocks of 8×8, their cosine transform rounded to multiples of the tables; colour at half size.

    The gradient passes rounding unchanged.
    """
    height, width = x.shape[2:]
    colours = _to_ycc(x[:, :3] * 127.5) if x.shape[1] >= 3 else x * 127.5  # brightness around 0
    padded = F.pad(colours, (0, -width % 16, 0, -height % 16), mode="replicate")
    done = _coded(padded[:, :1], _table(LUMA_TABLE, quality, x))
    if x.shape[1] >= 3:
        halved = _coded(F.avg_pool2d(padded[:, 1:], 2), _table(_chroma_table(), quality, x))
        done = _from_ycc(torch.cat([done, halved.repeat_interleave(2, 2).repeat_interleave(2, 3)], 1))
    done = (done[:, :, :height, :width] / 127.5).clamp(-1, 1)
    return torch.cat([done, x[:, 3:]], 1)


def _coded(x: Tensor, table: Tensor) -> Tensor:
    """(N, C, H, W), H and W multiples of 8, through the rounded cosine transform of its blocks."""
    at = torch.arange(8, dtype=x.dtype, device=x.device)
    cosines = torch.cos((2 * at[None] + 1) * at[:, None] * math.pi / 16) / 2
    cosines = torch.cat([cosines[:1] / math.sqrt(2), cosines[1:]])  # (frequency, place), orthonormal
    n, c, height, width = x.shape
    blocks = x.view(n, c, height // 8, 8, width // 8, 8).transpose(3, 4)
    found = cosines @ blocks @ cosines.t() / table
    found = found + (found.round() - found).detach()
    blocks = cosines.t() @ (found * table) @ cosines
    return blocks.transpose(3, 4).reshape(n, c, height, width)


def _table(text: str, quality: float, like: Tensor) -> Tensor:
    """Table of a quality, 1 to 100, by the rule of the IJG library."""
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    values = like.new_tensor([float(v) for v in text.split()]).view(8, 8)
    return ((values * scale + 50) / 100).floor().clamp(1, 255)


def _chroma_table() -> str:
    rows = [[CHROMA_CORNER[i][j] if i < 4 and j < 4 else 99 for j in range(8)] for i in range(8)]
    return " ".join(str(v) for row in rows for v in row)


def _to_ycc(x: Tensor) -> Tensor:
    red, green, blue = x[:, :1], x[:, 1:2], x[:, 2:3]
    y = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
    return torch.cat([y, (blue - y) * 0.564334, (red - y) * 0.713267], 1)


def _from_ycc(x: Tensor) -> Tensor:
    y, blueness, redness = x[:, :1], x[:, 1:2], x[:, 2:3]
    red, blue = y + redness / 0.713267, y + blueness / 0.564334
    return torch.cat([red, (y - LUMA[0] * red - LUMA[2] * blue) / LUMA[1], blue], 1)
