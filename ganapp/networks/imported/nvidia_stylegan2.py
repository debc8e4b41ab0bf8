"""nvidia_stylegan2: our stylegan2 with any numbers of channels, and with clamped activations.

The clamp is conv_clamp of NVIDIA's stylegan2-ada-pytorch (Karras 2020, arXiv 2006.06676, appendix D), which
its training in half precision needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import nn

from ganapp.config import check_range

from ..families.stylegan2 import Mapping, StyledConv, Synthesis, ToRGB


class NvidiaStyleGAN2(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R), clamped to [-1, 1]. Noise is constant.

    `widths` are the channels from 4×4 up. The output of each convolution and image layer is clamped to
    [-clamp, clamp]; 0 = not clamped.
    """

    roles = frozenset({"embedding", "latent", "mapped", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        w_dim: int,
        mapping_layers: int,
        noise: bool = True,
        clamp: float = 0.0,
    ):
        super().__init__()
        if resolution != 4 << (len(widths) - 1):
            raise ValueError(
                f"widths has {len(widths)} entries; {resolution} pixels are not that many doublings from 4×4."
            )
        check_range("clamp", clamp, 0, 1e6)
        self.mapping = Mapping(z_dim, num_classes, w_dim, mapping_layers)
        self.synthesis = Synthesis(list(widths), channels, w_dim, noise)
        self.num_ws = self.synthesis.num_ws
        self.register_buffer("w_avg", torch.zeros(w_dim))
        for layer in self.synthesis.modules() if clamp else ():
            if isinstance(layer, (StyledConv, ToRGB)):
                layer.register_forward_hook(partial(_clamped, clamp))

    def embed(self, y):
        return self.mapping.embed(y)

    def feature_stages(self):
        return list(self.synthesis.blocks)

    def forward(self, z, y=None):
        return self.synthesis(self.mapping(z, y)).clamp(-1, 1)  # (N, C, R, R)


def _clamped(limit, layer, inputs, output):
    return output.clamp(-limit, limit)
