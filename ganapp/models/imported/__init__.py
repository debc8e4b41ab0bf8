"""IMPORTED: networks that exist only to load other people's checkpoints. One family a file; no discriminator, no training.

A class takes (resolution, channels, num_classes, z_dim, *, its own arguments) like those of FAMILIES, and keeps the same
contract: forward(z (N, z_dim), y (N,) or None) -> (N, C, H, W) in [-1, 1], and in eval mode an image depends on its own z
and y alone.
"""

from __future__ import annotations

from torch import nn

from .conv_stack import ConvStack
from .mimicry import MimicryGenerator
from .relu_mlp import ReLUMLP
from .studiogan import DeepConvGenerator
from .upsample_dcgan import UpsampleDCGAN

IMPORTED: dict[str, type[nn.Module]] = {
    "conv_stack": ConvStack,
    "mimicry": MimicryGenerator,
    "relu_mlp": ReLUMLP,
    "studiogan": DeepConvGenerator,
    "upsample_dcgan": UpsampleDCGAN,
}
