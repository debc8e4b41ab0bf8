"""The interface of an importer: a layout recognizes a checkpoint by its keys and converts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from ganapp.config import ModelSpec


class Imported(NamedTuple):
    """A converted checkpoint: the generator to build, and all of its weights under our names."""

    spec: ModelSpec
    tensors: dict[str, Tensor]
    class_names: tuple[str, ...] = ()
    # Sentences on what the file does not tell and was assumed, with the option that changes it.
    notes: tuple[str, ...] = ()


class Layout(NamedTuple):
    """One layout of another project's checkpoints.

    convert(tensors, extra) takes the generator's tensors as they are in the file, without "module.", spectral
    norm not yet folded (see folding.py). extra is further plain data of the file, and the options that the
    user gave, by the names of options.py. It returns None if the keys are not of this layout, and raises
    ValueError (message fit for the user) if they are but cannot be used.
    """

    name: str  # as shown to the user, such as "PyTorch DCGAN tutorial"
    source: str  # repository that the layout comes from
    convert: Callable[[dict[str, Tensor], dict[str, Any]], Imported | None]
    options: tuple[str, ...] = ()  # names in options.OPTIONS that convert reads
