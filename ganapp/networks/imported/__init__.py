"""IMPORTED: generators that exist only to load other people's checkpoints.

One family per file; they cannot be trained. A class takes (resolution, channels, num_classes, z_dim, *, its
own arguments) like those of FAMILIES, and keeps the same contract: forward(z (N, z_dim), y (N,) or None) ->
(N, C, R, R) in [-1, 1]. In eval mode an image depends on its own z and y alone.
"""

from __future__ import annotations

from torch import nn

from .biggan_deep import BigGANDeepGenerator
from .conv_stack import ConvStack
from .fastgan import FastGANGenerator
from .leaky_mlp import LeakyMLP
from .lightweight import LightweightGenerator
from .lucidrains_stylegan2 import LucidrainsStyleGAN2
from .mimicry import MimicryGenerator
from .nvidia_stylegan2 import NvidiaStyleGAN2
from .paper_r3gan import PaperR3GAN
from .relu_mlp import ReLUMLP
from .studiogan import DeepConvGenerator
from .stylegan3 import StyleGAN3
from .upsample_dcgan import UpsampleDCGAN
from .zoo_progan import ZooProGAN

IMPORTED: dict[str, type[nn.Module]] = {
    "biggan_deep": BigGANDeepGenerator,
    "conv_stack": ConvStack,
    "fastgan": FastGANGenerator,
    "leaky_mlp": LeakyMLP,
    "lightweight": LightweightGenerator,
    "lucidrains_stylegan2": LucidrainsStyleGAN2,
    "mimicry": MimicryGenerator,
    "nvidia_stylegan2": NvidiaStyleGAN2,
    "paper_r3gan": PaperR3GAN,
    "relu_mlp": ReLUMLP,
    "studiogan": DeepConvGenerator,
    "stylegan3": StyleGAN3,
    "upsample_dcgan": UpsampleDCGAN,
    "zoo_progan": ZooProGAN,
}
