"""relu_mlp: linear layers with ReLU between and tanh at the end, as in csinva's mnist_gan_mlp."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


class ReLUMLP(nn.Module):
    """z (N, z_dim) -> images (N, C, R, R) in [-1, 1].

    `hidden` are the widths of the hidden layers. `slope` is that of a leaky ReLU, 0 for ReLU.
    """

    roles = frozenset({"latent"})

    def __init__(
        self, resolution, channels, num_classes, z_dim, *, hidden: Sequence[int], slope: float = 0.0
    ):
        super().__init__()
        if num_classes:
            raise ValueError(f"num_classes is {num_classes}; this network has no classes.")
        self.shape = (channels, resolution, resolution)
        widths = (z_dim, *hidden, channels * resolution**2)
        layers = [
            layer for a, b in zip(widths, widths[1:]) for layer in (nn.Linear(a, b), nn.LeakyReLU(slope))
        ]
        self.layers = nn.Sequential(*layers[:-1], nn.Tanh())

    def forward(self, z, y=None):
        return self.layers(z).unflatten(1, self.shape)
