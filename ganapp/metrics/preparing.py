"""What a measurement needs, opened: the generator, real pictures of its size, and what all protocols say.

The measurement itself is in evaluation.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganapp.data import NAMED, ImageDataset, open_dataset

from . import storage
from .inputs import ITS_OWN, What, check_picture_model, open_inputs, own_of, targets_of, what_of
from .origin import data_of
from .rounds import Setting, background_of

COLOURS = {1: "grey", 3: "colour"}  # by the number of channels


def prepare(
    source,
    data,
    seed=0,
    psi=1.0,
    inception_path=None,
    device="cpu",
    runs="runs",
    checkpoints=None,
    progress=None,
    cancelled=None,
    what=ITS_OWN,
) -> Setting:
    """Open the generator and the data set; arguments as in `evaluate`.

    Raises ValueError (message fit for the user), Cancelled.
    """
    G, config, found, place = source, None, None, None
    if isinstance(source, str | Path | tuple):  # tuple: (folder, name) of Sources.find
        from ganapp.generators import Sources, load_folder
        from ganapp.runs import run_of

        found = source if isinstance(source, tuple) else Sources(runs, checkpoints).find(source)
        folder, name = found
        run = run_of(folder)
        config = run.config() if run else None
        G = load_folder(folder, name)
    own = config.dataset if config else data_of(getattr(G, "origin", {}))
    data = data or own
    if found:  # now: the snapshot may be gone after the measurement
        place = storage.place_of(*found, runs, checkpoints, is_own_data=data == own)
    if not data:
        raise ValueError("no data is named; give a name, a folder or a ZIP to compare with.")
    how: dict[str, Any] = {}
    if config:
        how = {"crop": config.crop, "background": config.background, "frame_step": config.frame_step}
    channels = 3 if G.spec.channels == 4 else G.spec.channels  # compared on a background
    options = how | {"channels": channels, "progress": progress, "cancelled": cancelled}
    train, heldout, inputs = _open(G, config, data, data == own, options, what, psi)
    colours = COLOURS.get(train.channels, f"{train.channels} channels")
    about = {
        "source": _source_name(G),
        "weights": weights_text(G, config),
        "data": f"{train.name} ({train.fingerprint})",
        "resize": f"to {train.resolution} px, {how.get('crop', 'center')}, {colours}, "
        "as prepared for training",
    }
    about |= {"psi": psi} if psi != 1 else {}
    about |= inputs.protocol() if inputs else {}
    setting = Setting(
        G, targets_of(train), heldout and targets_of(heldout), about, seed, device, psi, inception_path,
        progress, cancelled, place, inputs=inputs,
    )  # fmt: skip
    if G.spec.channels == 4:
        about["transparency"] = f"all pictures on {how.get('background', 'white')}"
        setting.background = background_of(config)
    if G.spec.num_classes:
        is_other = setting.classes is None
        about["classes"] = "drawn evenly by the seeds" if is_other else "drawn as often as in train"
    return setting


def _open(G, config, data, is_own: bool, options: dict, asked: What, psi: float) -> tuple:
    """(training pictures, held-out ones or None, inputs or None) for a generator of either kind."""
    if G.spec.takes == "latent":
        if asked != ITS_OWN:
            raise ValueError(
                f"{_source_name(G)} makes pictures from noise: task, damage, direction and data_b are for "
                "models that take pictures."
            )
        train = open_dataset(data, G.spec.resolution, split="train", **options)
        return train, _open_heldout(data, G.spec.resolution, options), None
    check_picture_model(G, psi)
    own = own_of(getattr(G, "origin", {}), config)
    what = what_of(asked, own if is_own else own._replace(data_b=""), _source_name(G))
    return open_inputs(G.spec, data, what, options)


def _open_heldout(data, resolution: int, options: dict) -> ImageDataset | None:
    """The held-out split, or None if the user's own data set is too small to hold any images out."""
    try:
        return open_dataset(data, resolution, split="heldout", **options)
    except ValueError:
        if data in NAMED:
            raise
        return None  # The training split has just been opened: only the held-out split can be missing.


def _source_name(G) -> str:
    """The generator's name for the protocol, without local folders."""
    source = Path(text := str(getattr(G, "source", "a generator")))
    if not source.is_absolute():
        return text
    is_inner = source.parent.name.isdigit()  # one of several generators of a snapshot
    return f"{source.parent.name}/{source.name}" if is_inner else source.name


def weights_text(G, config) -> str:
    """Protocol text: whether the weights are a moving average, and its half-life."""
    if config is not None:
        return averaging_text(config.ema_kimg)
    origin = getattr(G, "origin", {})
    other = "of a run of this app, EMA or not is not known" if origin.get("run") else "as published"
    return averaging_text(origin.get("ema_kimg")) or other


def averaging_text(ema_kimg: Any) -> str:
    """Protocol text for `ema_kimg`; "" if that is no number, because it may come from a foreign file."""
    if not isinstance(ema_kimg, int | float):
        return ""
    return f"EMA, half-life {ema_kimg:g} kimg" if ema_kimg else "last step, no EMA"
