"""Options of an import: what a state dict cannot tell of its network, so that the user may have to say it.

A layout lists the options that it reads. Where one is not given, the usual value is assumed, and a note says
so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor


class Option(NamedTuple):
    """An option of the command import: one of `choices` or, without any, a number of a range."""

    about: str
    choices: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 0.0


OPTIONS = {
    "output": Option("how the network ends, where the file does not tell", ("tanh", "sigmoid")),
    "activation": Option("between its layers, where the file does not tell", ("relu", "leaky_relu")),
    "labels": Option("whether labels act, where the file does not tell", ("used", "unused")),
    "statistics": Option("whose statistics batch norms of pix2pix use", ("picture", "running")),
    "classes": Option("inputs of an InfoGAN or PGAN that are a class", (), 0, 1000),
    "codes": Option("inputs of an InfoGAN that are codes", (), 0, 1000),
    "clamp": Option("bound of the activations of StyleGAN2 and 3 (conv_clamp), 0 = none", (), 0.0, 1e6),
    "norm_eps": Option("eps of BigGAN-PyTorch's conditional batch norms (BN_eps)", (), 0.0, 1.0),
    "mapping_rate": Option(
        "relative learning rate of StyleGAN2's or 3's mapping (lr_multiplier, lr_mlp)", (), 1e-6, 1.0
    ),
}


def flag(name: str) -> str:
    """The option as it is written on the command line: --mapping-rate."""
    return "--" + name.replace("_", "-")


def checked(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options that have a value. Raises ValueError (message fit for the user) if one is not allowed."""
    given = {name: value for name, value in (options or {}).items() if value is not None}
    for name, value in given.items():
        if name not in OPTIONS:
            raise ValueError(f"{name!r} is no option of an import; there are {', '.join(OPTIONS)}.")
        choices, least, most = OPTIONS[name].choices, OPTIONS[name].least, OPTIONS[name].most
        if choices and value not in choices:
            raise ValueError(f"{flag(name)} is {value!r}; it must be one of {', '.join(choices)}.")
        if not choices and not (isinstance(value, (int, float)) and least <= value <= most):
            raise ValueError(f"{flag(name)} is {value}; it must be between {least:g} and {most:g}.")
    return given


def as_tanh(tensors: dict[str, Tensor], layer: str, output: str | None) -> dict[str, Tensor]:
    """The tensors of a network that ends in tanh, of one that ends in `output`.

    layer: its last layer. A sigmoid's image, from [0, 1] to [-1, 1], is 2·sigmoid(x) - 1 = tanh(x / 2).
    """
    if output != "sigmoid":
        return tensors
    return {k: t / 2 if k.rpartition(".")[0] == layer else t for k, t in tensors.items()}


def assumed(extra: Mapping[str, Any], name: str, what: str, otherwise: str) -> tuple[str, ...]:
    """A note that an option was not given, or no note if it was. what: such as "it ends in tanh"."""
    if name in extra:
        return ()
    return (
        f"The file does not tell whether {what}, and this was assumed; otherwise {flag(name)} {otherwise}.",
    )
