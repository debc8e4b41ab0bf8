"""studiogan: the DCGAN ("deep_conv") of PyTorch-StudioGAN. Its residual generators are our resnet.

Unlike our dcgan it has a dense first layer without a norm, biases, and an image layer that does not enlarge.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from ..families.resnet import ConditionalBatchNorm, LayerFactory, SelfAttention


class DeepConvGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1].

    `widths` are the channels from 4×4 up to the resolution. `attention` is the number of blocks before the
    self-attention, 0 = none. `slope` is that of a leaky ReLU, 0 for ReLU. A class acts through the gains and
    biases of the norms.
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
        attention: int = 0,
        slope: float = 0.0,
    ):
        super().__init__()
        blocks = len(widths) - 1
        if blocks < 1 or 4 << blocks != resolution:
            raise ValueError(
                f"widths has {len(widths)} entries; {resolution} pixels need one for each doubling from 4×4."
            )
        if not 0 <= attention <= blocks:
            raise ValueError(f"attention is {attention}; it must be between 0 and {blocks}.")
        make = LayerFactory(spectral=False, scheme="xavier", class_tables=True)
        self.num_classes, self.attended, self.slope = num_classes, attention - 1, slope
        self.linear = make.linear(z_dim, widths[0] * 16)
        self.convs = nn.ModuleList(nn.ConvTranspose2d(a, b, 4, 2, 1) for a, b in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(ConditionalBatchNorm(width, num_classes, make) for width in widths[1:])
        self.attention = SelfAttention(widths[attention], make) if attention else None
        self.to_image = make.conv(widths[-1], channels, 3)

    def embed(self, y):
        """y (N,) int64 -> one-hot (N, num_classes). Floats pass unchanged."""
        return y if y.is_floating_point() else F.one_hot(y, self.num_classes).float()

    def feature_stages(self):
        return list(self.norms)

    def forward(self, z, y=None):
        if self.num_classes and y is None:
            raise ValueError(
                f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        c = self.embed(y) if self.num_classes else None
        x = self.linear(z).view(len(z), -1, 4, 4)
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = F.leaky_relu(norm(conv(x), c), self.slope)
            if i == self.attended:
                x = self.attention(x)
        return torch.tanh(self.to_image(x))  # (N, C, R, R)
