"""evaluate(source, data, metrics) -> figures, each with its protocol and the interval of its repetitions.

Not the figures themselves (a file each) and not the page or the command line: those call this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ganapp.data import NAMED, ImageDataset, Progress, open_dataset

from . import storage
from .distances import memorisation, twosample
from .figure import Figure, mean_and_interval
from .judges import inception
from .measures import MEASURES, Measured
from .rounds import MOST_REPEATS, Round, Setting, pixel_parts, pixels_of

REPEATS = 3
COLOURS = {1: "grey", 3: "colour"}  # as the generator has them
LEAST_IMAGES, MOST_IMAGES = 32, 200_000
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
) -> list[Figure]:
    """Figures of a generator (anything that load_generator takes, or what it gives) against a data set.

    data: as open_dataset takes it; None where source is a run, for what it was trained on. metrics: names of MEASURES; None
    for all that fit this data and need no download. images: how many of each set; None for each figure's own number. Where there are
    fewer real ones, their number. repeats: with fresh samples and newly drawn real pictures, for the 95 % interval.
    A generator with the classes of the data draws them as often as they are in its training split.
    Raises ValueError (one sentence), Cancelled.
    """
    check(metrics, images, repeats, seed)
    setting = prepare(source, data, seed, psi, inception_path, device, runs, checkpoints, progress, cancelled)
    return measure(setting, metrics, images, repeats)


def measure(
    setting: Setting, metrics: Sequence[str] | None = None, images: int | None = None, repeats: int = REPEATS
) -> list[Figure]:
    """What `evaluate` says, of what `prepare` has opened."""
    check(metrics, images, repeats, setting.seed)
    names = chosen(metrics, setting)
    counts = {name: count_for(name, images, setting) for name in names}
    found: dict[tuple[str, str], list[Measured]] = {}
    for index in range(repeats):
        this = Round(setting, index, max(counts.values()))
        for name in names:
            setting.tell(index, repeats, f"Measuring {name}")
            for measured in MEASURES[name].measure(this, counts[name]):
                found.setdefault((name, measured.name), []).append(measured)
    return [_figure(rows, name, counts[name], setting, repeats) for (name, _), rows in found.items()]


def check(metrics: Sequence[str] | None, images: int | None, repeats: int, seed: int) -> None:
    """ValueError, in one sentence, for what can be seen before anything is opened."""
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
    if metrics and any("inception" in MEASURES[name].needs for name in metrics):
        inception.check_installed()


def prepare(
    source, data, seed=0, psi=1.0, inception_path=None, device="cpu", runs="runs", checkpoints=None, progress=None,
    cancelled=None,
) -> Setting:  # fmt: skip
    """Open what is compared; arguments as those of `evaluate`. ValueError in one sentence."""
    G, config, place = source, None, None
    if isinstance(source, str | Path):
        from ganapp.generators import load_generator, locate
        from ganapp.runs import run_of

        folder, name = locate(source, runs=runs, checkpoints=checkpoints)
        run = run_of(folder)
        config = run.config() if run else None
        G = load_generator(folder)
        G.source = name
        place = storage.place_of(folder, name)  # now: the snapshot may be gone by the time that it is measured
    data = data or (config.dataset if config else None)
    if not data:
        raise ValueError("no data is named; give a name, a folder or a ZIP to compare with.")
    how = {"crop": config.crop, "background": config.background} if config else {}
    options = how | {"channels": G.spec.channels, "progress": progress, "cancelled": cancelled}
    train = open_dataset(data, G.spec.resolution, split="train", **options)
    heldout = _heldout(data, G.spec.resolution, options)
    colours = COLOURS.get(train.channels, f"{train.channels} channels")
    about = {
        "source": _name(G),
        "weights": weights_text(G, config),
        "data": f"{train.name} ({train.fingerprint})",
        "resize": f"to {train.resolution} px, {how.get('crop', 'center')}, {colours}, as prepared for training",
    }
    if psi != 1:
        about["psi"] = psi
    setting = Setting(G, train, heldout, about, seed, device, psi, inception_path, progress, cancelled, place)
    if G.spec.num_classes:
        about["classes"] = "drawn evenly by the seeds" if setting.classes is None else "drawn as often as in train"
    return setting


def _heldout(data, resolution: int, options: dict) -> ImageDataset | None:
    """The held-out split; None of own pictures where there are too few to hold any out."""
    try:
        return open_dataset(data, resolution, split="heldout", **options)
    except ValueError:
        if data in NAMED:
            raise
        return None  # the training split of the same pictures has just been opened: there is nothing else that can fail


def _name(G) -> str:
    """Without the folders of somebody's disk."""
    source = str(getattr(G, "source", "a generator"))
    return Path(source).name if Path(source).is_absolute() else source


def weights_text(G, config) -> str:
    """Whether the weights are a moving average."""
    if config is not None:
        return averaging_text(config.ema_kimg)
    origin = getattr(G, "origin", {})
    other = "of a run of this app, EMA or not is not known" if origin.get("run") else "as published"
    return averaging_text(origin.get("ema_kimg")) or other


def averaging_text(ema_kimg: Any) -> str:
    """ "" where that is no number: a stranger's file may say anything."""
    if not isinstance(ema_kimg, int | float):
        return ""
    return f"EMA, half-life {ema_kimg:g} kimg" if ema_kimg else "last step, no EMA"


def chosen(metrics: Sequence[str] | None, setting: Setting) -> list[str]:
    """The names to measure. ValueError where one that is asked for does not fit the data."""
    if metrics is None:
        return [name for name in WITHOUT_DOWNLOAD if not lacking(name, setting)]
    for name in metrics:
        if lack := lacking(name, setting):
            raise ValueError(f"{name} cannot be measured: {lack}.")
    return list(dict.fromkeys(metrics))


def lacking(name: str, setting: Setting) -> str:
    """What a figure needs and this data lacks, "" where nothing."""
    data, needs = setting.train, MEASURES[name].needs
    if "heldout" in needs and setting.heldout is None:
        return f"no pictures of {data.name} are held out; that needs 100 at least"
    if name == "c2st" and setting.heldout.count < twosample.LEAST:
        return f"{setting.heldout.count} pictures of {data.name} are held out; that needs {twosample.LEAST} at least"
    if "classes" in needs and data.num_classes < 2:
        return f"{data.name} has no classes"
    if "faces" in needs and not data.attributes:
        return "only the built-in faces have a table of attributes"
    return ""


def count_for(name: str, images: int | None, setting: Setting) -> int:
    """How many pictures of each set a figure gets: as many as are asked for, and as there are."""
    count, against = images or MEASURES[name].images, MEASURES[name].against
    if against:
        count = min(count, getattr(setting, against).count)
    if count < 8:
        raise ValueError(f"{name} cannot be measured: there are only {count} real pictures.")
    return count


def _figure(rows: list[Measured], group: str, count: int, setting: Setting, repeats: int) -> Figure:
    value, interval = mean_and_interval([row.value for row in rows])
    published = MEASURES[group].published
    protocol: dict[str, Any] = {"images": count}
    if published and count != published:
        protocol["not the published protocol"] = f"of {published:,} images"
    protocol |= {**setting.about, **rows[0].protocol, "seed": setting.seed, "repeats": repeats}
    protocol["interval"] = _interval_text(protocol, setting) if interval else "none: one repetition"
    notes = dict.fromkeys(row.note for row in rows if row.note)  # of each repetition, where they differ
    return Figure(rows[0].name, value, interval, protocol, " · ".join(notes))


def _interval_text(protocol: dict[str, Any], setting: Setting) -> str:
    split = {"heldout": setting.heldout, "train": setting.train}.get(protocol.get("split"))
    same = split is not None and protocol.get("real", protocol["images"]) >= split.count
    return "95 %, by repetition" + (" with the same real pictures: there are no others" if same else "")


# -- pictures beside figures -------------------------------------------------------------------------------------------


class Neighbours(NamedTuple):
    """Samples and, of each, the nearest training picture in pixels and in features: uint8 (N, R, R, C) each."""

    samples: np.ndarray
    in_pixels: np.ndarray
    in_features: np.ndarray


def neighbours(setting: Setting, count: int = 16) -> Neighbours:
    """The first samples of seeds from `setting.seed` on, with the training pictures nearest to them."""
    this = Round(setting, 0, count)
    by_pixels, _ = memorisation.nearest(pixels_of(this.fake(count)), pixel_parts(setting))
    by_features, _ = memorisation.nearest(this.fake_seen(count)[0], [(0, setting.train_features)])
    images = (this.fake(count), *(setting.train.images.take(rows) for rows in (by_pixels, by_features)))
    return Neighbours(*(x.transpose(0, 2, 3, 1) for x in images))
