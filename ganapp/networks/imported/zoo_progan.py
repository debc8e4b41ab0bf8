"""zoo_progan: the progressive GAN of facebookresearch/pytorch_GAN_zoo, after Karras 2018 (arXiv 1710.10196).

Unlike our progan its first layer has a bias for each value, labels join z as they are, and it is at one level
of growth. The factors of an equalized learning rate are already in the weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from ganapp.config import check_range

from ..families.progan import PixelNorm


class ZooProGAN(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R), clamped to [-1, 1].

    `widths` are the channels from 4×4 up. A class stands for a row of `codes`, `code_dim` numbers that follow
    z; 0 = one number a class. `fade` is the weight of the image of half the resolution. `tanh` ends it.
    """

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        code_dim: int = 0,
        slope: float = 0.2,
        fade: float = 0.0,
        tanh: bool = False,
    ):
        super().__init__()
        if resolution != 4 << (len(widths) - 1):
            raise ValueError(
                f"widths has {len(widths)} entries; {resolution} pixels are not that many doublings from 4×4."
            )
        check_range("fade", fade, 0, 1)
        self.slope, self.fade, self.tanh = slope, fade, tanh
        code_dim = (code_dim or num_classes) if num_classes else 0
        self.register_buffer("codes", torch.eye(num_classes, code_dim) if num_classes else None)
        self.stem = nn.Linear(z_dim + code_dim, widths[0] * 16)
        self.stages = nn.ModuleList([nn.ModuleList([nn.Conv2d(widths[0], widths[0], 3, padding=1)])])
        for a, b in zip(widths, widths[1:]):
            convs = [nn.Conv2d(a, b, 3, padding=1), nn.Conv2d(b, b, 3, padding=1)]
            self.stages.append(nn.ModuleList(convs))
        self.normalize = PixelNorm()
        self.to_coarse = nn.Conv2d(widths[-2], channels, 1) if fade else None
        self.to_image = nn.Conv2d(widths[-1], channels, 1)

    def embed(self, y):
        return y if y.is_floating_point() else self.codes[y]

    def feature_stages(self):
        return [stage[-1] for stage in self.stages]

    def forward(self, z, y=None):
        if self.codes is not None:
            if y is None:
                raise ValueError(
                    f"this generator is class-conditional: it needs labels 0 to {len(self.codes) - 1}."
                )
            z = torch.cat([z, self.embed(y)], dim=1)
        x = self.activate(self.stem(self.normalize(z)).unflatten(1, (-1, 4, 4)))  # (N, W, 4, 4)
        for i, stage in enumerate(self.stages):
            before = x
            x = F.interpolate(x, scale_factor=2) if i else x
            for conv in stage:
                x = self.activate(conv(x))
        image = self.to_image(x)
        if self.to_coarse is not None:
            image = torch.lerp(image, F.interpolate(self.to_coarse(before), scale_factor=2), self.fade)
        return torch.tanh(image) if self.tanh else image.clamp(-1, 1)

    def activate(self, x):
        return self.normalize(F.leaky_relu(x, self.slope))
