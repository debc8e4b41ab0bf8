"""evaluate(source, data, metrics) -> figures with their protocols and intervals over repetitions.

This file checks the request and repeats the measurement. What is measured is in measures.py, and what it
needs is opened in preparing.py; the page and the command line call this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ganapp.data import Progress

from .distances import memorisation, twosample
from .figure import CannotMeasure, Figure, mean_and_interval
from .inputs import ITS_OWN, Inputs, What, with_channels
from .judges import inception
from .measures import MEASURES, Measured
from .preparing import prepare
from .rounds import MOST_REPEATS, Round, Setting, pixel_parts, pixels_of
from .verdict import too_few_text

REPEATS = 3
LEAST_IMAGES, MOST_IMAGES = 32, 200_000  # that can be requested
LEAST_REAL = 8
WITHOUT_DOWNLOAD = tuple(name for name, m in MEASURES.items() if "inception" not in m.needs)


def evaluate(
    source: str | Path | Any,
    data: str | Path | None = None,
    metrics: Sequence[str] | None = None,
    *,
    images: int | None = None,
    seed: int = 0,
    repeats: int = REPEATS,
    psi: float = 1.0,
    inception_path: str | None = None,
    device: str = "cpu",
    runs: str | Path = "runs",
    checkpoints: str | Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    missing: dict[str, str] | None = None,
    what: What = ITS_OWN,
) -> list[Figure]:
    """Figures of a generator against a data set, each the mean over repetitions with a 95 % interval.

    source: what load_generator takes, or a generator that it returned. data: what open_dataset takes; None is
    what the source was trained on, if that is known. metrics: names of MEASURES; None means all that fit
    the data and need no download. images: number of generated and of real images; None means each figure's
    own number. It is lowered to the number of real images if there are fewer. repeats: each draws new samples
    and a new random set of real images. psi: truncation. A generator with the classes of the data draws them
    in the proportions of the training split. missing: a dictionary that gets {figure: why} of the figures
    that cannot be measured, while the others are; None: such a figure is an error. what: of a generator that
    takes pictures, what its inputs are; what is left out is as in its training. Raises ValueError (message
    fit for the user) if something does not fit, Cancelled if `cancelled` returns True.
    """
    check(metrics, images, repeats, seed, missing)
    setting = prepare(
        source, data, seed, psi, inception_path, device, runs, checkpoints, progress, cancelled,
        what,
    )  # fmt: skip
    return measure(setting, metrics, images, repeats, missing)


def check(
    metrics: Sequence[str] | None,
    images: int | None,
    repeats: int,
    seed: int,
    missing: dict[str, str] | None = None,
) -> None:
    """Check what can be checked before anything is opened. `missing`: as in `evaluate`.

    Raises ValueError (message fit for the user).
    """
    unknown = [name for name in metrics or () if name not in MEASURES]
    if unknown:
        raise ValueError(f"there is no figure {unknown[0]!r}; the figures are {', '.join(MEASURES)}.")
    if metrics is not None and not metrics:
        raise ValueError(f"no figure is named; the figures are {', '.join(MEASURES)}.")
    if images is not None and not LEAST_IMAGES <= images <= MOST_IMAGES:
        raise ValueError(f"images is {images}; it must be from {LEAST_IMAGES} to {MOST_IMAGES:,}.")
    if not 1 <= repeats <= MOST_REPEATS:
        raise ValueError(f"repeats is {repeats}; it must be from 1 to {MOST_REPEATS}.")
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed is {seed}; it must be from 0 to {2**31 - 1}.")
    for name in metrics or ():
        if "inception" in MEASURES[name].needs:
            with _noting(name, missing):
                inception.check_installed()
    _check_some_left(metrics or (), missing)


def measure(
    setting: Setting,
    metrics: Sequence[str] | None = None,
    images: int | None = None,
    repeats: int = REPEATS,
    missing: dict[str, str] | None = None,
    tell: Callable[[float, list[Figure]], None] | None = None,
) -> list[Figure]:
    """As `evaluate`, for a generator and data that `prepare` has opened.

    tell: called before each figure of each repetition with the share that is done, by the usual cost of the
    figures, and the figures so far: what is left to whoever cancels. Their protocols count the repetitions
    that they had.
    """
    check(metrics, images, repeats, setting.seed, missing)
    names, counts = measurable(metrics, setting, missing), {}
    for name in names:
        with _noting(name, missing):
            counts[name] = images_per_set(name, images, setting)
    _check_some_left(names, missing)
    found: dict[tuple[str, str], list[Measured]] = {}

    def figures() -> list[Figure]:
        return [
            _figure(rows, name, counts[name], setting)
            for (name, _), rows in found.items()
            if name not in (missing or ())
        ]

    done, whole = 0.0, repeats * sum(MEASURES[name].cost for name in counts)
    for index in range(repeats):
        this = Round(setting, index, max(counts.values()))
        for name in [name for name in counts if name not in (missing or ())]:
            if tell:
                tell(done / whole, figures())
            setting.report_progress(index, repeats, f"Measuring {name}")
            with _noting(name, missing):
                for measured in list(MEASURES[name].measure(this, counts[name])):
                    found.setdefault((name, measured.name), []).append(measured)
            done += MEASURES[name].cost
        _check_some_left(names, missing)
    return figures()


@contextmanager
def _noting(name: str, missing: dict[str, str] | None) -> Iterator[None]:
    """Note in `missing` why a figure cannot be measured; without it, let the error pass."""
    try:
        yield
    except (CannotMeasure, OSError) as error:  # any other one is a fault of ours
        if missing is None:
            raise
        missing[name] = str(error) or type(error).__name__


def _check_some_left(names: Sequence[str], missing: dict[str, str] | None) -> None:
    """Raise CannotMeasure with all reasons if none of the figures can be measured."""
    if missing and names and all(name in missing for name in names):
        raise CannotMeasure(" ".join(dict.fromkeys(missing[name] for name in names)))


def measurable(
    metrics: Sequence[str] | None, setting: Setting, missing: dict[str, str] | None = None
) -> list[str]:
    """Names of the figures to measure; for None, all that fit the data and need no download.

    Raises CannotMeasure if a requested figure does not fit the data and `missing` is None, or if none fits.
    """
    if metrics is None:
        return [name for name in WITHOUT_DOWNLOAD if not lack_text(name, setting)]
    for name in metrics:
        with _noting(name, missing):
            if lack := lack_text(name, setting):
                raise CannotMeasure(f"{name} cannot be measured: {lack}.")
    _check_some_left(metrics, missing)
    return [name for name in dict.fromkeys(metrics) if name not in (missing or ())]


def lack_text(name: str, setting: Setting) -> str:
    """What the data lacks for a figure, for the user; "" if nothing."""
    data, needs = setting.train, MEASURES[name].needs
    if "heldout" in needs and setting.heldout is None:
        return f"no pictures of {data.name} are held out; that needs 100 at least"
    least = setting.halves * twosample.LEAST
    if name == "c2st" and setting.heldout.count < least:
        return f"{setting.heldout.count} pictures of {data.name} are held out; that needs {least} at least"
    if "target" in needs and not (setting.inputs and setting.inputs.has_targets):
        return "there is no target for each picture"
    if "noise" in needs and setting.inputs:
        return "it is told from samples of noise; this generator takes pictures"
    if "classes" in needs and data.num_classes < 2:
        return f"{data.name} has no classes"
    if "faces" in needs and not data.attributes:
        return "only the built-in faces have a table of attributes"
    return ""


def images_per_set(name: str, images: int | None, setting: Setting) -> int:
    """Number of generated and of real images for a figure, at most as many as there are real ones.

    Raises CannotMeasure if there are fewer than 8.
    """
    count, most = images or MEASURES[name].images, setting.most(MEASURES[name].against)
    if most is not None:
        count = min(count, most)
    if count < LEAST_REAL:
        raise CannotMeasure(f"{name} cannot be measured: there are only {count} real pictures.")
    return count


def _figure(rows: list[Measured], group: str, count: int, setting: Setting) -> Figure:
    """The mean over repetitions of one figure, with its whole protocol. `group` is a key of MEASURES."""
    value, interval = mean_and_interval([row.value for row in rows])
    published = MEASURES[group].published
    protocol: dict[str, Any] = {"images": count}
    if published and count != published:
        protocol["not the published protocol"] = f"of {published:,} images"
    protocol |= {**setting.about, **rows[0].protocol, "seed": setting.seed, "repeats": len(rows)}
    protocol["interval"] = _interval_text(protocol, setting) if interval else "none: one repetition"
    notes = dict.fromkeys(row.note for row in rows if row.note)  # repetitions may have different notes
    if too_few := too_few_text(protocol):
        notes[too_few] = None
    return Figure(rows[0].name, value, interval, protocol, " · ".join(notes))


def _interval_text(protocol: dict[str, Any], setting: Setting) -> str:
    """What the interval covers. If all real images are used, each repetition has the same ones."""
    split = {"heldout": setting.heldout, "train": setting.train}.get(protocol.get("split"))
    same = split is not None and protocol.get("real", protocol["images"]) >= split.count
    return "95 %, by repetition" + (" with the same real pictures: there are no others" if same else "")


# -- images beside the figures -----------------------------------------------------------------------------


class Neighbours(NamedTuple):
    """Samples with their nearest training images by pixels and by features; each uint8 (N, R, R, C)."""

    samples: np.ndarray
    in_pixels: np.ndarray
    in_features: np.ndarray


def neighbours(setting: Setting, count: int = 16, among: int = 256) -> Neighbours:
    """The `count` samples that lie nearest to a training image in pixels, of the first `among` samples.

    So a copy is among them, if there is one. The nearest sample comes first.
    """
    this = Round(setting, 0, among)
    by_pixels, distances = memorisation.nearest(pixels_of(this.fake(among)), pixel_parts(setting))
    by_features, _ = memorisation.nearest(this.fake_outputs(among)[0], [(0, setting.train_features)])
    order = np.argsort(distances, kind="stable")[:count]
    images = (
        this.fake(among)[order],
        *(setting.train.images.take(rows[order]) for rows in (by_pixels, by_features)),
    )
    return Neighbours(*(x.transpose(0, 2, 3, 1) for x in images))


class Answers(NamedTuple):
    """Held-out inputs, the answers to them, and the targets where there are any; each uint8 (N, R, R, C).

    The inputs have the channels of the answers.
    """

    inputs: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray | None


def answers(setting: Setting, count: int = 8) -> Answers:
    """The first held-out pictures in the data's own order through a generator that takes pictures."""
    return answers_to(setting.G, setting.inputs, count, setting.seed, setting.device)


def answers_to(G: Any, inputs: Inputs, count: int = 8, seed: int = 0, device: str = "cpu") -> Answers:
    """The first of some inputs through a generator that takes pictures. seed: of a damage."""
    from ganapp.latents import translate

    rows = np.arange(min(count, inputs.count))
    given = inputs.given(rows, seed)
    made = translate(G, given, device=device)
    shown = with_channels(given, made.shape[3])
    return Answers(shown, made, inputs.targets(rows) if inputs.has_targets else None)


def examples(setting: Setting, kinds: Sequence[str], each: int = 6) -> dict[str, np.ndarray]:
    """The first `each` real images of classes, by their names: {name: uint8 (N, R, R, C)}."""
    data = setting.train
    known = {str(name): number for number, name in enumerate(data.class_names)}
    found = {}
    for kind in kinds:
        if kind in known and data.labels is not None:
            rows = np.flatnonzero(data.labels == known[kind])[:each]
            found[kind] = data.images.take(rows).transpose(0, 2, 3, 1)
    return found
