"""The discriminator of the families that take a picture: a verdict for each patch (PatchGAN).

Isola 2017 (arXiv 1611.07004, sections 3.2.2 and 6.1.2); with layers=3 a verdict sees 70×70 pixels. It sees
the answer alone, or the answer stacked on the input: the number of channels says which.
"""

from __future__ import annotations

import math

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganapp.config import check_choice, check_range

from ..parts.pictures import NORMS, init_layers, norm_layer
from ..roles import DiscriminatorOutput


class PatchDiscriminator(nn.Module):
    """images (N, C, H, W) -> DiscriminatorOutput whose logits are a map (N, h, w). It looks at no classes.

    `layers` strided 4×4 convolutions, then two that are not; `width` channels after the first, doubled by
    each of the next, up to 8 times. `features` are the means of the last maps over their places; `maps` are
    all maps before the verdict, for feature matching (Wang 2018, arXiv 1711.11585, eq. 4).
    Without batch norm each image is judged alone.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        width: int = 64,
        layers: int = 3,
        norm: str = "instance",
        init: str = "normal",
    ):
        super().__init__()
        check_choice("norm", norm, (*NORMS, "spectral"))
        check_range("layers", layers, 1, int(math.log2(resolution / 3)))
        widths = [min(width * 2**i, 8 * width) for i in range(layers + 1)]
        kind = "none" if norm == "spectral" else norm
        blocks = [nn.Sequential(nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2))]
        for i, (before, after) in enumerate(zip(widths, widths[1:], strict=False)):
            stride = 1 if i == layers - 1 else 2
            conv = nn.Conv2d(before, after, 4, stride, 1, bias=norm != "batch")
            blocks.append(nn.Sequential(conv, norm_layer(kind, after), nn.LeakyReLU(0.2)))
        self.blocks = nn.ModuleList(blocks)
        self.verdict = nn.Conv2d(widths[-1], 1, 4, 1, 1)
        init_layers(self, norm, init)
        if norm == "spectral":
            for module in [m for m in self.modules() if isinstance(m, nn.Conv2d)]:
                spectral_norm(module)

    def forward(self, x, y=None):
        maps = []
        for block in self.blocks:
            x = block(x)
            maps.append(x)
        logits, features = self.verdict(x).squeeze(1), x.mean((2, 3))  # (N, h, w), (N, F)
        return DiscriminatorOutput(logits, features, maps=tuple(maps))
