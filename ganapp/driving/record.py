"""Recorder: writes a training's ticks, sample grids, states and snapshots into the run folder.

It also measures what belongs into them, vitals for the watchdog and the live figure, each within a share of
the time. The driver decides when to write.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ganapp.config import TrainConfig
from ganapp.metrics import live_figure
from ganapp.runs import VITALS, watchdog
from ganapp.training.finite import NotFinite, check_finite

from .commands import Commands
from .devices import memory_mb
from .failures import first_line, is_out_of_memory
from .full_disk import Writer
from .opening import data_arguments, open_heldout
from .saved_states import seal

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ganapp.data import ImageDataset
    from ganapp.training.batch_source import BatchSource
    from ganapp.training.loop import Tick
    from ganapp.training.picture_vitals import PictureVitals
    from ganapp.training.state import TrainState
    from ganapp.training.vitals import Vitals

SAMPLE_COLUMNS = 8  # of the sample grid, and of real images; also its rows, unless classes ask for more
SAMPLE_WIDTH = (
    9  # pictures in a row where several stand beside each other: four pairs, three triples, two quadruples
)
REAL_IMAGES = 64
VITALS_SHARE = 0.02  # of the time that measuring vitals may take


class Recorder:
    """Writes one attempt of a run that trains on `dataset` with batches from `source`."""

    def __init__(
        self,
        writer: Writer,
        commands: Commands,
        config: TrainConfig,
        dataset: ImageDataset,
        source: BatchSource,
        device: torch.device,
    ):
        self.writer, self.commands, self.config, self.device = writer, commands, config, device
        self.run, self.clock = writer.run, writer.clock
        self.dataset, self.source = dataset, source
        self.class_names = dataset.class_names if config.num_classes else ()
        self.live = live_figure.LiveFigure(config, dataset, source)
        self.vitals: Vitals | PictureVitals | None = None
        self.measured: dict[str, float] = {}  # vitals that are not yet in a row
        self.start(0)

    def start(self, nimg: int) -> None:
        """Begin an attempt at `nimg` images. The shares of the time count from here."""
        self.began_nimg, self.vitals_sec = nimg, 0.0

    def write_tick(self, state: TrainState, pending: list[Tick], images_per_sec: float) -> None:
        """Append a row of statistics, the means over the pending steps, to stats.jsonl.

        Vitals measured since the last row go into it. Raises NotFinite, after writing it, if a value is not
        finite.
        """
        import torch

        from ganapp.training.vitals import gradient_norms

        names = dict.fromkeys(name for tick in pending for name in tick.stats)
        columns = {}
        for name in names:
            columns[name] = torch.stack([t.stats[name] for t in pending if name in t.stats]).float().mean()
        columns |= gradient_norms(state)
        values = torch.stack(list(columns.values())).cpu().tolist()  # only here is the device waited for
        row: dict[str, Any] = {"nimg": pending[-1].nimg, "sec": round(self.clock.sec(), 3)}
        row |= {name: float(f"{value:.5g}") for name, value in zip(columns, values, strict=True)}
        row |= self.measured
        row |= {"images_per_sec": round(images_per_sec, 1), "mem_mb": round(memory_mb(self.device))}
        retry = self.writer.retry_when_disk_has_room
        retry(lambda: self.run.append_stats(row))
        if self.measured:
            retry(lambda: self.run.append_stats(row, VITALS))
            self.measured = {}
        if bad := [name for name, value in row.items() if not math.isfinite(value)]:
            raise NotFinite(bad[0], row["nimg"])
        shown = {key: row[key] for key in ("nimg", "sec", "images_per_sec", "mem_mb")}
        retry(lambda: self.writer.write_status(**shown))

    def write_samples(self, state: TrainState) -> np.ndarray | None:
        """Write the grid of the fixed inputs. Returns the first generator's images, uint8 (N, H, W, C).

        Of pictures with others beside them, the grid shows the first ones only, so that each stays large.
        A generator is a player with an average. Without one, nothing is drawn, and None is returned.
        """
        from ganapp.latents import images_from_inputs
        from ganapp.media import grid, save_webp
        from ganapp.training.averaging import averaged_generator

        if not state.averages():
            return None
        made = []
        for player in state.averages():
            given, y = fixed_inputs(self.config, self.source, player)
            G = averaged_generator(state, self.config, self.source, batches=2, player=player)
            made.append(images_from_inputs(G, given, range(len(given)), y))
        tiles, columns = beside_each_other(made, self.source.beside(range(len(given)))), SAMPLE_COLUMNS
        if (wide := tiles.shape[2] // made[0].shape[2]) > 1:
            columns = SAMPLE_WIDTH // wide
            tiles = tiles[: columns * SAMPLE_COLUMNS]
        save_webp(self.run.sample_path(state.nimg), grid(tiles, columns=columns, pad=0))
        return made[0]

    def write_real_grid(self) -> None:
        """Write a grid of REAL_IMAGES training images, unless the run has one."""
        from ganapp.media import grid, save_webp

        if not self.run.real_path.exists():
            order = np.random.default_rng(0).permutation(self.dataset.count)[:REAL_IMAGES]
            images = self.dataset.targets.take(order).transpose(0, 2, 3, 1)
            real = grid(images, columns=SAMPLE_COLUMNS, pad=0)
            save_webp(self.run.real_path, real, generated=False)

    def measure_vitals(self, state: TrainState, samples: np.ndarray | None) -> None:
        """Measure the watchdog's vitals for the next row, unless they have taken VITALS_SHARE so far.

        `samples` are those of write_samples. Without a generator, or with noise and without a player D, there
        are none.
        """
        if samples is None or ("D" not in state.players and self.config.task == "noise"):
            return
        if self.vitals_sec > VITALS_SHARE * self.clock.attempt_sec():
            return
        began = self.clock.attempt_sec()
        if self.vitals is None:
            self.vitals = self._vitals(next(iter(state.averages())), len(samples))
        self.measured |= self.vitals.measure(state, samples)
        self.vitals_sec += self.clock.attempt_sec() - began

    def _vitals(self, player: str, count: int) -> Vitals | PictureVitals:
        """What measures the vitals of `count` samples of a player that generates."""
        from ganapp.training.picture_vitals import PictureVitals
        from ganapp.training.vitals import Vitals

        if self.config.task != "noise":
            return PictureVitals(self.config, self.source, count, player)
        _, y = fixed_inputs(self.config, self.source)

        def missing(why: str) -> None:
            self.writer.write_log(f"whether the discriminator overfits is not measured: {why}")

        heldout = open_heldout(data_arguments(self.config), missing)
        return Vitals(self.config, self.dataset, heldout, y, count)

    def save(self, state: TrainState, with_figure: bool = False) -> None:
        """Write state and snapshot, which a training without a generator does not have.

        with_figure: measure the live figure first, if it is due. A pause does without, so that nobody waits.
        Raises NotFinite if a weight is not finite.
        """
        import torch

        from ganapp.generators import save_generator
        from ganapp.training.averaging import averaged_generator

        run = self.run
        check_finite(state)
        saved = state.state_dict() | {"sec": self.clock.sec()}

        def write_state(path) -> None:
            with open(path, "wb") as file:  # torch's own file tells no reason why a write fails
                torch.save(saved, file)
            seal(path)

        run.write_state(state.nimg, write_state)
        if watchdog.is_good(watchdog.judge(run.history(watchdog.HISTORY), self.config)):
            self.writer.write_status(saved=state.nimg, good=state.nimg)
        else:
            self.writer.write_status(saved=state.nimg)
        origin = self._origin(state.nimg)
        made = {n: averaged_generator(state, self.config, self.source, 8, n) for n in state.averages()}
        due = with_figure and self.live.is_due(self.clock.attempt_sec(), state.nimg - self.began_nimg)
        if made and due and (value := self._measure_live_figure(next(iter(made.values())))) is not None:
            origin[self.live.name] = value
            run.append_stats({"nimg": state.nimg, "sec": round(self.clock.sec(), 3), self.live.name: value})

        def write(folder) -> None:
            for name, G in made.items():
                inner = folder if len(made) == 1 else folder / name
                which = {"player": name} if len(made) > 1 else {}
                save_generator(G, inner, class_names=self.class_names, origin=origin | which)

        if made:
            run.write_snapshot(state.nimg, write)

    def _origin(self, nimg: int) -> dict[str, Any]:
        """The origin of a snapshot, for its config.json and the model card."""
        from ganapp import __version__

        config, run = self.config, self.run
        return {
            "preset": config.preset,
            "dataset": f"{self.dataset.name}, {self.dataset.count} images",
            "nimg": nimg,
            "minutes": round(self.clock.sec() / 60, 1),
            "run": run.name,
            "version": __version__,
            "parent": config.parent or config.start_from,
            "device": run.status().get("device", ""),
            "precision": config.precision,
            "ema_kimg": config.ema_kimg,
        } | task_of(config)

    def _measure_live_figure(self, G: nn.Module) -> float | None:
        """The live figure; None if a command asks for an end meanwhile, or if memory does not suffice."""
        try:
            return self.live.measure(G, self.commands.asks_to_end, self.clock.attempt_sec)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self.writer.write_log(f"the live figure is not measured: {first_line(error)}")
            return None


def task_of(config: TrainConfig) -> dict[str, Any]:
    """What became what, for a snapshot's origin; {} for pictures from noise."""
    if config.task == "noise":
        return {}
    own = {"degrade": ("damage",), "pairs": ("direction",), "unpaired": ("dataset_b",)}[config.task]
    first = {"dataset_a": config.dataset} if config.task == "unpaired" else {}
    return {"task": config.task} | {name: getattr(config, name) for name in own} | first


def fixed_inputs(
    config: TrainConfig, source: BatchSource, player: str = "G"
) -> tuple[np.ndarray, np.ndarray | None]:
    """A player's inputs (N, ...) and classes int64 (N,) of the sample grid, always the same; a class a row.

    Without classes, the second is None. There are 8 rows, or one for each of 9 or 10 classes.
    """
    classes = config.num_classes
    rows = classes if classes in (9, 10) else SAMPLE_COLUMNS
    given = source.fixed(range(rows * SAMPLE_COLUMNS), player)
    return given, np.arange(len(given)) // SAMPLE_COLUMNS % classes if classes else None


def beside_each_other(made: list[np.ndarray], beside: tuple[np.ndarray, ...]) -> np.ndarray:
    """Join images side by side: input, outputs of each generator, target; (N, H, W, C) -> (N, H, M·W, C).

    `beside` holds the input and the target, or nothing (see BatchSource.beside). All are uint8.
    """
    before, after = beside[:1], beside[1:]
    return np.concatenate([*before, *made, *after], axis=2) if beside or len(made) > 1 else made[0]
