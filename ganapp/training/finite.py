"""Whether the weights and optimizers of a training are finite. Imports torch only inside functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import TrainState


class NotFinite(ArithmeticError):
    """A number of the training, `what`, became infinite or NaN; noticed at `nimg` images."""

    def __init__(self, what: str, nimg: int):
        super().__init__(
            f"{what} was no longer a finite number at {nimg:,} images; the last save is from before. "
            "Start again from it with a lower learning rate."
        )
        self.what, self.nimg = what, nimg


def check_finite(state: TrainState) -> None:
    """Raise NotFinite if a weight or a tensor of an optimizer is not finite.

    The losses show it only one step later, which may be after a save.
    """
    import torch

    for player in state.state_dict()["players"].values():
        for part, what in (("net", "a weight"), ("average", "a weight"), ("optimizer", "an optimizer")):
            tensors = [t for t in tensors_in(player.get(part, {})) if t.is_floating_point()]
            if tensors and not torch.stack([t.isfinite().all().to(state.device) for t in tensors]).all():
                raise NotFinite(what, state.nimg)


def tensors_in(tree) -> list:
    """All tensors in nested dicts and lists."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return [tensor for part in tree for tensor in tensors_in(part)]
    return [tree] if hasattr(tree, "is_floating_point") else []
