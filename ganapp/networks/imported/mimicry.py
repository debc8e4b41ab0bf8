"""mimicry: the residual generators of kwotsin/mimicry, which enlarge bilinearly.

Our resnet repeats pixels. One class for all of them. DCGAN, SNGAN, WGAN-GP, SSGAN and InfoMax-GAN are alike;
cGAN with projection has conditional norms, SAGAN has attention.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from ..families.resnet import ConditionalBatchNorm, LayerFactory, SelfAttention


class MimicryGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1].

    `widths` are the channels from the smallest map up; each map is twice as large as the one before, so that
    48 pixels begin at 6×6. `attention` is the number of blocks before the self-attention, 0 = none.
    """

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self, resolution, channels, num_classes, z_dim, *, widths: Sequence[int], attention: int = 0
    ):
        super().__init__()
        blocks = len(widths) - 1
        self.bottom = resolution >> blocks
        if blocks < 1 or self.bottom << blocks != resolution:
            raise ValueError(
                f"widths has {len(widths)} entries; {resolution} pixels are not that many doublings."
            )
        if not 0 <= attention <= blocks:
            raise ValueError(f"attention is {attention}; it must be between 0 and {blocks}.")
        make = LayerFactory(spectral=False, scheme="xavier", class_tables=True)
        self.num_classes, self.attended = num_classes, attention - 1
        self.linear = make.linear(z_dim, widths[0] * self.bottom**2)
        self.blocks = nn.ModuleList(Block(a, b, num_classes, make) for a, b in zip(widths, widths[1:]))
        self.attention = SelfAttention(widths[attention], make) if attention else None
        self.norm = nn.BatchNorm2d(widths[-1])
        self.to_image = make.conv(widths[-1], channels, 3)

    def embed(self, y):
        """y (N,) int64 -> one-hot (N, num_classes). Floats pass unchanged."""
        return y if y.is_floating_point() else F.one_hot(y, self.num_classes).float()

    def feature_stages(self):
        return list(self.blocks)

    def forward(self, z, y=None):
        if self.num_classes and y is None:
            raise ValueError(
                f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        c = self.embed(y) if self.num_classes else None
        x = self.linear(z).view(len(z), -1, self.bottom, self.bottom)
        for i, block in enumerate(self.blocks):
            x = block(x, c)
            if i == self.attended:
                x = self.attention(x)
        return torch.tanh(self.to_image(F.relu(self.norm(x))))  # (N, C, R, R)


class Block(nn.Module):
    """x (N, before, S, S), c (N, K) or None -> (N, after, 2S, 2S).

    norm, ReLU, enlarge, conv, norm, ReLU, conv; beside it a 1×1 conv, enlarged, as the shortcut.
    """

    def __init__(self, before: int, after: int, num_classes: int, make: LayerFactory):
        super().__init__()
        self.norm1 = ConditionalBatchNorm(before, num_classes, make)
        self.conv1 = make.conv(before, after, 3)
        self.norm2 = ConditionalBatchNorm(after, num_classes, make)
        self.conv2 = make.conv(after, after, 3)
        self.shortcut = make.conv(before, after, 1)

    def forward(self, x, c):
        h = self.conv1(enlarge(F.relu(self.norm1(x, c))))
        h = self.conv2(F.relu(self.norm2(h, c)))
        return h + enlarge(self.shortcut(x))  # commutes with a 1×1 conv


def enlarge(x):
    """(N, W, S, S) -> (N, W, 2S, 2S), bilinear."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
