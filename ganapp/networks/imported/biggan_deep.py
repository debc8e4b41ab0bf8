"""biggan_deep: the generator of BigGAN-deep, as in pytorch-pretrained-BigGAN and BigGAN-PyTorch.

Paper: Brock 2019, arXiv 1809.11096, appendix B.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

BOTTLENECK = 4  # the middle of a block has a quarter of the channels


class BigGANDeepGenerator(nn.Module):
    """z (N, z_dim), y (N,) -> images (N, C, R, R) in [-1, 1].

    `widths` are the channels before the first block and after each block; every second block doubles the
    resolution. `attended` is the number of blocks before the self-attention, -1 = none. The class embedding
    has `embed_dim` values, 0 = as many as z, and is concatenated with it. `eps` is that of the batch norms.
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
        attended: int = -1,
        eps: float = 1e-4,
        embed_dim: int = 0,
    ):
        super().__init__()
        if resolution != 4 * 2 ** ((len(widths) - 1) // 2) or not num_classes:
            raise ValueError(
                f"{len(widths) - 1} blocks do not make {resolution} pixels, or there are no classes."
            )
        self.attended = attended
        condition_dim = z_dim + (embed_dim or z_dim)
        self.embedding = nn.Embedding(num_classes, condition_dim - z_dim)
        self.stem = nn.Linear(condition_dim, 16 * widths[0])
        self.blocks = nn.ModuleList(
            Block(before, after, condition_dim, bool(i % 2), eps)
            for i, (before, after) in enumerate(zip(widths, widths[1:]))
        )
        self.attention = Attention(widths[attended]) if attended >= 0 else None
        self.norm = nn.BatchNorm2d(widths[-1], eps=eps)
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1)

    def embed(self, y):
        return y if y.is_floating_point() else self.embedding(y)

    def feature_stages(self):
        return list(self.blocks)

    def forward(self, z, y):
        condition = torch.cat([z, self.embed(y)], 1)
        x = (
            self.stem(condition).unflatten(1, (4, 4, -1)).permute(0, 3, 1, 2)
        )  # TensorFlow's order: channels last
        for i, block in enumerate(self.blocks):
            if i == self.attended:
                x = self.attention(x)
            x = block(x, condition)
        return torch.tanh(self.to_image(F.relu(self.norm(x))))


class Block(nn.Module):
    """x (N, before, S, S), condition (N, E) -> (N, after, S, S), or (N, after, 2S, 2S) with `up`.

    The shortcut drops channels instead of projecting them.
    """

    def __init__(self, before: int, after: int, condition_dim: int, up: bool, eps: float):
        super().__init__()
        self.up, self.kept, middle = up, after, before // BOTTLENECK
        widths, kernels = (before, middle, middle, middle, after), (1, 3, 3, 1)
        self.norms = nn.ModuleList(ConditionalNorm(width, condition_dim, eps) for width in widths[:-1])
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, kernel, padding=kernel // 2) for a, b, kernel in zip(widths, widths[1:], kernels)
        )

    def forward(self, x, condition):
        h = x
        for i, (norm, conv) in enumerate(zip(self.norms, self.convs)):
            h = F.relu(norm(h, condition))
            if i == 1:
                h = self.enlarge(h)
            h = conv(h)
        return h + self.enlarge(x[:, : self.kept])

    def enlarge(self, x):
        return F.interpolate(x, scale_factor=2) if self.up else x


class ConditionalNorm(nn.Module):
    """x (N, W, S, S), condition (N, E) -> batch norm of x, times 1 + scale, plus offset of the condition."""

    def __init__(self, width: int, condition_dim: int, eps: float):
        super().__init__()
        self.norm = nn.BatchNorm2d(width, eps=eps, affine=False)
        self.scale = nn.Linear(condition_dim, width, bias=False)
        self.offset = nn.Linear(condition_dim, width, bias=False)

    def forward(self, x, condition):
        return (
            self.norm(x) * (1 + self.scale(condition))[:, :, None, None]
            + self.offset(condition)[:, :, None, None]
        )


class Attention(nn.Module):
    """x (N, W, S, S) -> x + γ · self-attention (Zhang 2019). P = S·S; keys and values are max-pooled by 2."""

    def __init__(self, width: int):
        super().__init__()
        self.query, self.key = (nn.Conv2d(width, width // 8, 1, bias=False) for _ in range(2))
        self.value, self.out = (
            nn.Conv2d(width, width // 2, 1, bias=False),
            nn.Conv2d(width // 2, width, 1, bias=False),
        )
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        query = self.query(x).flatten(2)  # (N, W/8, P)
        key, value = (F.max_pool2d(layer(x), 2).flatten(2) for layer in (self.key, self.value))  # (N, ·, P/4)
        weights = (query.transpose(1, 2) @ key).softmax(-1)  # (N, P, P/4)
        return x + self.gamma * self.out((value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:]))
