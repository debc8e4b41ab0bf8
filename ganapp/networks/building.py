"""FAMILIES: what can be trained. A new family is one file, one line here and one preset."""

from __future__ import annotations

from typing import NamedTuple

from torch import nn

from ganapp.config import ModelSpec

from .families.dcgan import DCGANDiscriminator, DCGANGenerator
from .families.mlp import MLPDiscriminator, MLPGenerator
from .families.progan import ProGANDiscriminator, ProGANGenerator
from .families.r3gan import R3GANDiscriminator, R3GANGenerator
from .families.resnet import ResNetDiscriminator, ResNetGenerator
from .families.stylegan2 import StyleGAN2Discriminator, StyleGAN2Generator
from .roles import DiscriminatorOutput

__all__ = ["FAMILIES", "DiscriminatorOutput", "Family", "build_discriminator", "build_generator"]


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
}


def build_generator(spec: ModelSpec) -> nn.Module:
    """A generator with random weights. ValueError where the family does not know, or cannot use, one of spec.args."""
    sizes = (spec.resolution, spec.channels, spec.num_classes, spec.z_dim)
    cls = FAMILIES[spec.family].generator if spec.family in FAMILIES else imported_class(spec.family)
    generator = _build(cls, sizes, spec.args, f"the generator of {spec.family}")
    generator.spec = spec
    return generator


def imported_class(family: str) -> type[nn.Module]:
    """The network of a family that exists only to load other people's checkpoints."""
    from .imported import IMPORTED

    return IMPORTED[family]


def build_discriminator(spec: ModelSpec, args: dict) -> nn.Module:
    """The discriminator that belongs to a generator's spec, with its own arguments."""
    if spec.family not in FAMILIES:
        raise ValueError(f"{spec.family} is a network for other people's checkpoints; it cannot be trained here.")
    cls = FAMILIES[spec.family].discriminator
    sizes = (spec.resolution, spec.channels, spec.num_classes)
    return _build(cls, sizes, args, f"the discriminator of {spec.family}")


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
