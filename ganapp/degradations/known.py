"""What a damaged picture still says: the adjoint of a linear Damage, and pictures that agree with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .degradation import Damage

if TYPE_CHECKING:
    from torch import Tensor


def adjoint_of(damage: Damage, like: Tensor, mask: Tensor | None = None) -> Callable[[Tensor], Tensor]:
    """The adjoint Aᵀ of a linear Damage A, for pictures shaped as `like` (N, C, H, W): <A x, y> = <x, Aᵀ y>.

    It is the gradient of <A x, y>, so it needs no code of its own. mask: see Damage. Raises ValueError
    (message fit for the user) if the Damage is not linear.
    """
    import torch

    if not damage.linear:
        raise ValueError(f"{damage} is not linear, so it has no adjoint.")

    def adjoint(y: Tensor) -> Tensor:
        with torch.enable_grad():
            x = torch.zeros_like(like).requires_grad_()
            return torch.autograd.grad((damage(x, mask=mask) * y).sum(), x)[0]

    return adjoint


def keep_known(
    x: Tensor, damaged: Tensor, damage: Damage, mask: Tensor | None = None, steps: int = 20
) -> Tensor:
    """The pictures nearest to x (N, C, H, W) whose damaged form is `damaged` (N or 1, C, H', W').

    Around a hole the pixels are those of the damaged picture; of a small one the low frequencies are, of a
    grey one the brightness is. Computed as x + Aᵀu with A Aᵀ u = damaged - A x, by at most `steps` steps of
    conjugate gradients; values may leave [-1, 1] a little. A Damage that is not linear or not exact (noise,
    jpeg, edges) says nothing for certain: then x is returned as it is.
    """
    import torch

    if not (damage.linear and damage.exact):
        return x
    with torch.no_grad():
        adjoint = adjoint_of(damage, x, mask)
        rest = damaged - damage(x, mask=mask)
        u, way = torch.zeros_like(rest), rest
        size = _dot(rest, rest)
        enough = 1e-6 * rest[0].numel()  # a thousandth of a value, as a square
        for _ in range(steps):
            if bool((size <= enough).all()):
                break
            image = damage(adjoint(way), mask=mask)
            length = size / _dot(way, image).clamp_min(1e-12)
            u, rest = u + length * way, rest - length * image
            before, size = size, _dot(rest, rest)
            way = rest + size / before.clamp_min(1e-12) * way
        return x + adjoint(u)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """Inner product of each picture, (N, 1, 1, 1)."""
    return (a * b).sum((1, 2, 3), keepdim=True)
