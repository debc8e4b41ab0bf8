"""Recognizes a checkpoint: tries its state dicts with each layout, and says what it is if none fits."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .layout import Imported, Layout
from .options import checked, flag

if TYPE_CHECKING:
    from torch import Tensor

    from .reading.candidates import Candidate
    from .reading.checkpoint import Checkpoint

# Modules in layouts/, in the order in which they are tried: those with the most specific keys first.
MODULES = (
    "biggan_deep",
    "biggan",
    "gan_zoo",
    "lucidrains_stylegan2",
    "fastgan",
    "lightweight",
    "stylegan2",
    "stylegan3",
    "r3gan",
    "studiogan",
    "mimicry",
    "pix2pix",
    "pytorch_gan",
    "dcgan",
)
LARGEST = 1e12  # of a trained weight or statistic; a flipped bit of an exponent gives 1e19 and more
# Raised if tensors are missing or have shapes that their keys do not promise.
MISFIT = (RuntimeError, LookupError, ArithmeticError, TypeError)


class Recognized(NamedTuple):
    """A converted checkpoint, its layout, and which of the file's tensors were taken ("": all)."""

    found: Imported
    layout: Layout
    taken: str = ""


def known_layouts() -> tuple[Layout, ...]:
    """All layouts, in the order in which they are tried."""
    modules = (importlib.import_module(f".layouts.{name}", __package__) for name in MODULES)
    return tuple(layout for module in modules for layout in module.LAYOUTS)


def recognize(path: Path, options: Mapping[str, Any] | None = None) -> Recognized:
    """Convert a checkpoint by the first of its state dicts and the first layout that fit.

    Raises ValueError (message fit for the user) if none does, if the tensors do not fit their layout, or if
    an option is given that the layout does not have.
    """
    from .reading.checkpoint import read_checkpoint

    given = checked(options)
    checkpoint = read_checkpoint(path)
    problem: ValueError | None = None
    for candidate in checkpoint.candidates:
        try:
            result = _convert(path.name, candidate, checkpoint.extra | given)
        except ValueError as error:
            problem = problem or error
            continue
        if result is not None:
            _check_options(given, result[1], path.name)
            return _with_notes(*result, candidate, checkpoint)
    raise problem or _unknown(path.name, checkpoint)


def _convert(name: str, candidate: Candidate, extra: dict[str, Any]) -> tuple[Imported, Layout] | None:
    import torch

    from .folding import plain_names

    # In single precision before anything is folded: half would lose digits, double would give other ones.
    tensors = {
        key: tensor.to(torch.float32) if tensor.is_floating_point() else tensor
        for key, tensor in plain_names(candidate.tensors).items()
    }
    for layout in known_layouts():
        try:
            found = layout.convert(dict(tensors), dict(extra))
        except MISFIT as error:
            raise misfit(name, layout, error) from None
        except ValueError as error:
            raise error if name in str(error) else ValueError(f"{name}: {error}") from None
        if found is not None:
            _check_numbers(tensors, name)
            return found, layout
    return None


def _check_numbers(tensors: dict[str, Tensor], name: str) -> None:
    """Raise ValueError if a number is one that no training gives: not every format has checksums."""
    for key, tensor in tensors.items():
        if tensor.ndim and not tensor.is_floating_point():  # counters are single numbers
            kind = str(tensor.dtype).removeprefix("torch.")
            raise ValueError(f"{name} is damaged: {key} holds {kind} values, which are no weights.")
        most = 0.0
        if tensor.is_floating_point() and tensor.numel():
            most = max(abs(float(end)) for end in tensor.detach().aminmax())
        if LARGEST < most < float("inf"):  # what is not finite has a sentence of its own
            raise ValueError(f"{name} is damaged: {key} holds {most:.1g}, which is no trained weight.")


def _check_options(given: dict[str, Any], layout: Layout, name: str) -> None:
    for option in given:
        if option not in layout.options:
            raise ValueError(f"{name} is {layout.name}, where {flag(option)} does not apply.")


def _with_notes(found: Imported, layout: Layout, taken: Candidate, checkpoint: Checkpoint) -> Recognized:
    """Notes on which tensors were taken, where others would fit as well."""
    keys = taken.tensors.keys()
    rest = [
        c
        for c in checkpoint.candidates
        if c is not taken and c.place != taken.place and c.tensors.keys() == keys
    ]
    notes = ()
    if rest and taken.place:
        why = ", the averaged weights," if taken.averaged and not rest[0].averaged else ""
        notes = (
            f"{taken.place}{why} was taken; "
            f"{rest[0].place or 'the file'} holds a network of the same layers.",
        )
    return Recognized(found._replace(notes=notes + found.notes), layout, taken.place)


def _unknown(name: str, checkpoint: Checkpoint) -> ValueError:
    """What was found stands before what is known."""
    from .reading.checkpoint import first_keys
    from .reading.strangers import what_it_is

    tensors = max((c.tensors for c in checkpoint.candidates), key=len)
    what = what_it_is(tensors)
    keys = f"its keys begin {first_keys(sorted(tensors), 4)}"
    known = ", ".join(layout.name for layout in known_layouts())
    found = f"{name} holds {what}; {keys}." if what else f"{name} holds {len(tensors)} tensors; {keys}."
    return ValueError(f"{found} It is none of the layouts that are known ({known}).")


def misfit(name: str, layout: Layout, error: Exception) -> ValueError:
    """The sentence about tensors that have the keys of a layout but not its shapes."""
    detail = (
        f"there is no {error}"
        if isinstance(error, KeyError)
        else " ".join(str(error).split())[:300].rstrip(".")
    )
    return ValueError(f"{name} looks like {layout.name}, but its tensors do not fit ({detail}).")
