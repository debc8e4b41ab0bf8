"""conv_stack: a stack of transposed convolutions, as in PyTorch's DCGAN tutorial and its descendants."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


class ConvStack(nn.Module):
    """z (N, z_dim) -> images (N, C, R, R) in [-1, 1].

    The first layer turns z into a 4×4 map. The others double it (kernel 4, stride 2, padding 1). Batch norm
    and ReLU follow each. `widths` are their channels. `last` is the kernel of the image layer: 4, which
    doubles once more, or 1, which cuts off `crop` pixels on each side. `biased`: 1 for each layer that has a
    bias.
    """

    roles = frozenset({"latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        last: int = 4,
        crop: int = 0,
        biased: Sequence[int] = (),
    ):
        super().__init__()
        size = 4 * 2 ** (len(widths) - (last == 1)) - 2 * crop
        if num_classes or resolution != size or last not in (1, 4):
            raise ValueError(
                f"{len(widths)} widths make {size} pixels without classes, "
                f"not {resolution} with {num_classes}."
            )
        biases = list(biased) or [0] * (len(widths) + 1)
        layers: list[nn.Module] = []
        for before, width, bias in zip((z_dim, *widths), widths, biases):
            place = (1, 0) if not layers else (2, 1)
            layers += [nn.ConvTranspose2d(before, width, 4, *place, bias=bool(bias))]
            layers += [nn.BatchNorm2d(width), nn.ReLU()]
        to_image = (4, 2, 1) if last == 4 else (1, 1, crop)
        layers += [nn.ConvTranspose2d(widths[-1], channels, *to_image, bias=bool(biases[-1])), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def feature_stages(self):
        return [layer for layer in self.layers if isinstance(layer, nn.ReLU)]

    def forward(self, z, y=None):
        return self.layers(z[:, :, None, None])
