"""What enters a network for pictures beside the picture: noise z and classes y."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from .heads import ClassInput
from .pictures import Modulation, NoiseDropout


class Given(NamedTuple):
    """What the layers of `Condition.layer` read."""

    joined: Tensor | None  # (N, E): z, if it does not choose what is dropped, and the embedded class
    z: Tensor | None  # (N, z_dim), if it chooses what is dropped


class Condition(nn.Module):
    """x (N, C, H, W), y (N,) or None, z (N, z_dim) or None -> Given.

    Where there is dropout, z chooses what is dropped (NoiseDropout); else z and the embedded class together
    scale and shift maps (Modulation). Without z dropout is the usual one, of training alone. Raises
    ValueError (message fit for the user) if y or z is missing.
    """

    def __init__(self, z_dim: int, num_classes: int, dropout: float):
        super().__init__()
        self.z_dim, self.dropout = z_dim, dropout
        self.drops = z_dim > 0 and dropout > 0
        self.input = ClassInput(0 if self.drops else z_dim, num_classes)

    def layer(self, channels: int, dropped: bool) -> nn.Module:
        """What follows a layer of so many channels: x (N, channels, H, W), Given -> the same shape."""
        return ConditionLayer(self, channels, dropped)

    def forward(self, x, y, z):
        if self.z_dim and z is None:
            raise ValueError(f"this generator takes noise: it needs z, {self.z_dim} numbers a picture.")
        joined = z if self.z_dim and not self.drops else x.new_zeros(len(x), 0)
        joined = self.input(joined, y)
        return Given(joined if self.input.out_dim else None, z if self.drops else None)


class ConditionLayer(nn.Module):
    """Modulation, then dropout: each only if there is something to modulate by and something to drop."""

    def __init__(self, condition: Condition, channels: int, dropped: bool):
        super().__init__()
        width, share = condition.input.out_dim, condition.dropout if dropped else 0
        self.modulation = Modulation(width, channels) if width else None
        self.noise = NoiseDropout(share, condition.z_dim, channels) if share and condition.drops else None
        self.dropout = nn.Dropout(share) if share and not condition.drops else None

    def forward(self, x, given):
        if self.modulation is not None:
            x = self.modulation(x, given.joined)
        if self.noise is not None:
            return self.noise(x, given.z)
        return x if self.dropout is None else self.dropout(x)
