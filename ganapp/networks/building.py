"""FAMILIES: what can be trained. A new family is one file, one line here and one preset."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import torch
from torch import nn

from ganapp.config import ModelSpec

from .blank import blank_weights
from .families.dcgan import DCGANDiscriminator, DCGANGenerator
from .families.mlp import MLPDiscriminator, MLPGenerator
from .families.patch import PatchDiscriminator
from .families.progan import ProGANDiscriminator, ProGANGenerator
from .families.r3gan import R3GANDiscriminator, R3GANGenerator
from .families.resnet import ResNetDiscriminator, ResNetGenerator
from .families.stylegan2 import StyleGAN2Discriminator, StyleGAN2Generator
from .families.translator import TranslatorGenerator
from .families.unet import UNetGenerator
from .roles import DiscriminatorOutput

__all__ = [
    "FAMILIES",
    "DiscriminatorOutput",
    "Family",
    "build_discriminator",
    "build_generator",
    "class_weights",
]


class Family(NamedTuple):
    generator: type[nn.Module]
    discriminator: type[nn.Module]


FAMILIES = {
    "mlp": Family(MLPGenerator, MLPDiscriminator),
    "dcgan": Family(DCGANGenerator, DCGANDiscriminator),
    "resnet": Family(ResNetGenerator, ResNetDiscriminator),
    "progan": Family(ProGANGenerator, ProGANDiscriminator),
    "stylegan2": Family(StyleGAN2Generator, StyleGAN2Discriminator),
    "r3gan": Family(R3GANGenerator, R3GANDiscriminator),
    "unet": Family(UNetGenerator, PatchDiscriminator),
    "translator": Family(TranslatorGenerator, PatchDiscriminator),
}


def build_generator(spec: ModelSpec) -> nn.Module:
    """A generator with random weights.

    Raises ValueError (message fit for the user) if the family does not know, or cannot use, one of spec.args.
    """
    sizes = (spec.channels, spec.num_classes, spec.z_dim)
    sizes = sizes if spec.takes == "latent" else (spec.in_channels, *sizes)
    cls = FAMILIES[spec.family].generator if spec.family in FAMILIES else imported_class(spec.family)
    generator = _build(cls, (spec.resolution, *sizes), spec.args, f"the generator of {spec.family}")
    generator.spec = spec
    return generator


def imported_class(family: str) -> type[nn.Module]:
    """The network of a family that exists only to load other people's checkpoints."""
    from .imported import IMPORTED

    return IMPORTED[family]


def build_discriminator(spec: ModelSpec, args: dict, *, sees_input: bool = True) -> nn.Module:
    """The discriminator that belongs to a generator's spec, with its own arguments.

    sees_input: of a generator that takes a picture, whether it sees the input, too, stacked before the answer
    along the channels.
    """
    if spec.family not in FAMILIES:
        raise ValueError(
            f"{spec.family} is a network for other people's checkpoints; it cannot be trained here."
        )
    cls = FAMILIES[spec.family].discriminator
    channels = spec.channels + (spec.in_channels if sees_input else 0)
    sizes = (spec.resolution, channels, spec.num_classes)
    return _build(cls, sizes, args, f"the discriminator of {spec.family}")


def class_weights(spec: ModelSpec, d_args: dict | None = None) -> set[str]:
    """Names of the weights whose shape depends on the number of classes; empty for a model without classes.

    Of the generator of `spec` or, with d_args, of the discriminator that belongs to it. No number is drawn.
    """
    if not spec.num_classes:
        return set()

    def shapes(num_classes: int) -> dict[str, torch.Size]:
        with blank_weights():
            other = dataclasses.replace(spec, num_classes=num_classes)
            net = build_generator(other) if d_args is None else build_discriminator(other, d_args)
        return {name: tensor.shape for name, tensor in net.state_dict().items()}

    more = shapes(spec.num_classes + 1)
    return {name for name, shape in shapes(spec.num_classes).items() if shape != more[name]}


def _build(cls: type[nn.Module], sizes: tuple, args: dict, what: str) -> nn.Module:
    import inspect

    known = [p.name for p in inspect.signature(cls).parameters.values() if p.kind is p.KEYWORD_ONLY]
    for name in args:
        if name not in known:
            raise ValueError(f"{what} has no argument {name!r}; it has: {', '.join(known)}.")
    try:
        return cls(*sizes, **args)
    except (TypeError, RuntimeError, ArithmeticError) as error:  # a width of "64", of 0 or beyond memory
        raise ValueError(f"{what} cannot be built with {args} ({str(error).splitlines()[0]}).") from error
