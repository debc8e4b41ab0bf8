"""Whether the numbers of a training are still numbers. Light: torch is imported where tensors are looked at."""

from __future__ import annotations


class NotFinite(ArithmeticError):
    """Numbers that stopped being numbers: `what`, noticed at `nimg` images."""

    def __init__(self, what: str, nimg: int):
        super().__init__(
            f"{what} was no longer a finite number at {nimg:,} images; the last save is from before. "
            "Start again from it with a lower learning rate."
        )
        self.what, self.nimg = what, nimg


def check_finite(state) -> None:
    """NotFinite where a weight, or what an optimizer remembers, is none: the losses show it one step late, after a save."""
    import torch

    saved = state.state_dict()
    for part, what in (
        ("G", "a weight"),
        ("D", "a weight"),
        ("ema", "a weight"),
        ("g_opt", "an optimizer"),
        ("d_opt", "an optimizer"),
    ):
        tensors = [t for t in tensors_in(saved[part]) if t.is_floating_point()]
        if tensors and not torch.stack([t.isfinite().all().to(state.aug_p.device) for t in tensors]).all():
            raise NotFinite(what, state.nimg)


def tensors_in(tree) -> list:
    """All tensors in nested dicts and lists."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return [tensor for part in tree for tensor in tensors_in(part)]
    return [tree] if hasattr(tree, "is_floating_point") else []
