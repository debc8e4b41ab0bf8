"""What an importer is: a layout that recognizes a checkpoint by its keys and turns it into a generator of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from ganapp.config import ModelSpec


class Imported(NamedTuple):
    """A recognized checkpoint: the generator to build, and its weights under our names (load_state_dict strict)."""

    spec: ModelSpec
    tensors: dict[str, Tensor]
    class_names: tuple[str, ...] = ()


class Layout(NamedTuple):
    """One layout of other people's checkpoints.

    convert gets the generator's tensors as they are in the file (EMA entry unwrapped, "module." stripped, spectral norm NOT
    yet folded: see folding.py) and `extra`, what else the file says as plain data ({} mostly; arguments of the network of a
    pickle). It gives None where the keys are not its own, and raises ValueError with one sentence where they are but cannot be used.
    """

    name: str  # as shown: "PyTorch DCGAN tutorial"
    source: str  # repository, where the layout comes from
    convert: Callable[[dict[str, Tensor], dict[str, Any]], Imported | None]
