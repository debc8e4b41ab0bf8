"""A person's pictures in a generator: inversion and restoration on held-out pictures.

    python benchmarks/edit.py [--pictures 64] [--minutes 40] [--resume]

Also writes the sheet docs/editing-fits.webp, of pictures 0 to 7 of faces-64.
Pictures 0, 1, 2 … of the held-out part of each shipped generator's data, which training has never seen. Each
goes through the stages of `invert` or `restore`, on one thread. The seeds are drawn once and kept in a Bank;
the seconds of that are said apart. PSNR is over the whole picture, of the first answer, 60 dB at most.
Seconds are of the processor, on a machine that may do other work. The result is written after each picture,
so that a stop keeps what was measured; `pictures` says how many it are.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
import zipfile

import numpy as np
from common import RESULTS, ROOT, write_result

from ganapp.degradations import damage_of
from ganapp.degradations.functions import enlarged, hole
from ganapp.generators import load_generator
from ganapp.latents import generate, images_from_latents
from ganapp.latents.bank import Bank
from ganapp.latents.fitting import Fitting, effort_for
from ganapp.latents.invert import fit_of
from ganapp.latents.restore import answers_of, prepare
from ganapp.latents.spaces import space_of
from ganapp.latents.target import picture_of, target_of
from ganapp.latents.target import psnr as exact_psnr

CIFAR10 = ROOT.parent / "shared/data/cifar10-test.zip"
SHEET = ROOT / "docs" / "editing-fits.webp"
DATA = {"faces-64": "faces", "faces-32": "faces", "mnist-32": "mnist", "cifar10-32": "cifar10"}
REPAIRS = {  # what is done to the pictures of each generator
    "faces-64": ("small:4", "hole", "grey"),
    "mnist-32": ("small:4", "hole"),
}
OTHERS = 64  # other seeds, of which is measured how far they move by tuning
FIRST_OTHER = 100_000
HOLE = 1 / 6  # of the picture; a rectangle whose place and form come from the picture's number


def held_out(source: str, resolution: int, count: int, cifar10: str) -> np.ndarray:
    """Pictures 0 to count - 1 of the part that training never sees, uint8 (N, H, W, C)."""
    if DATA[source] == "faces":
        from ganapp.data.faces.drawing import draw_faces
        from ganapp.data.faces.opening import FACES

        images = draw_faces(count, resolution, start=0, seed=FACES["heldout"][1])[0]
    elif DATA[source] == "cifar10":
        images = cifar_pictures(cifar10, count)
    else:
        from ganapp.data import open_dataset

        os.environ.setdefault("GANAPP_DATA", str(ROOT.parent / "shared/data"))
        images = open_dataset(DATA[source], resolution, split="heldout").images.take(np.arange(count))
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))


def cifar_pictures(path: str, count: int) -> np.ndarray:
    """The first picture of each class, then the second of each, and so on: uint8 (N, 3, 32, 32)."""
    from PIL import Image

    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".jpg"))
        classes = sorted({n.split("/")[0] for n in names})
        of = {c: [n for n in names if n.startswith(c + "/")] for c in classes}
        chosen = [of[classes[i % len(classes)]][i // len(classes)] for i in range(count)]
        read = [Image.open(io.BytesIO(archive.read(n))).convert("RGB") for n in chosen]
    return np.stack([np.asarray(image).transpose(2, 0, 1) for image in read])


class Model:
    """One generator with its held-out pictures, its bank, and the pictures of other seeds."""

    def __init__(self, source: str, count: int, cifar10: str) -> None:
        self.source, self.G = source, load_generator(source)
        self.bank, self.effort = Bank(self.G), effort_for(self.G)
        self.pictures = held_out(source, self.G.spec.resolution, count, cifar10)
        began = time.process_time()
        classes = list(range(max(1, self.G.spec.num_classes)))
        for _ in self.bank.parts(classes, self.effort.seeds):
            pass
        self.bank_seconds = time.process_time() - began
        seeds = range(FIRST_OTHER, FIRST_OTHER + OTHERS)
        self.others = generate(self.G, seeds).astype(np.float32)
        self.apart = rms(self.others, np.roll(self.others, 1, 0)).mean()

    def inverted(self, picture: np.ndarray) -> tuple[dict, list[np.ndarray]]:
        """Figures of one picture, and the pictures of the nearest seed, the latent and the tuned weights."""
        G, effort = self.G, self.effort
        fitting = Fitting(space_of(G), target_of(G, picture), lambda x: x, effort, bank=self.bank)
        seconds, found = [], []
        for stage in (fitting.search(), fitting.fit(), fitting.tune()):
            seconds.append(time.process_time())
            for _ in stage:
                pass
            seconds[-1] = time.process_time() - seconds[-1]
            found.append(fit_of(fitting, picture, "", 1.0, 0.0))
        moved = rms(generate(found[-1].G, range(FIRST_OTHER, FIRST_OTHER + OTHERS)), self.others).mean()
        names = ("naive", "latent", "tuned")
        figures = {name: min(60.0, fit.psnr) for name, fit in zip(names, found, strict=True)}
        figures |= {"search_s": seconds[0], "latent_s": seconds[1], "tuning_s": seconds[2]}
        return figures | {"others_moved": float(moved / self.apart)}, [fit.image for fit in found]

    def repaired(self, picture: np.ndarray, text: str, number: int) -> tuple[dict, list[np.ndarray]]:
        """Figures of one repair, and the pictures: naive, by the latent, by tuned weights."""
        import torch

        damage, side, mask = damage_of(text), self.G.spec.resolution, None
        x = target_of(self.G, picture)
        if damage.has("hole"):
            missing = (hole(torch.ones(1, 1, side, side), HOLE, [number]) == 0).float()
            mask = missing[0, 0].numpy()
            damaged = damage(x, mask=missing)
        else:
            damaged = damage(x)
        shown = picture_of(self.G, damaged[0].clamp(-1, 1))
        naive = picture_of(self.G, enlarged(damaged, (side, side))[0].clamp(-1, 1))
        fitting, missing = prepare(self.G, shown, damage, mask, effort=self.effort, bank=self.bank)
        began, found = time.process_time(), []
        for stage in (fitting.search(), fitting.fit(), fitting.tune(all_starts=True)):
            for _ in stage:
                pass
            found.append(answers_of(fitting, damage, missing, "", 1.0, 0.0))
        seconds = time.process_time() - began
        drawn = images_from_latents(found[1].G, found[1].latents[:1], found[1].labels[:1])[0]
        figures = {"naive": psnr(naive, picture), "latent": psnr(drawn, picture)}
        figures |= {"latent_kept": psnr(found[1].images[0], picture)}
        figures |= {"tuned_kept": psnr(found[2].images[0], picture), "seconds": seconds}
        figures |= {"best_of_answers": max(psnr(image, picture) for image in found[2].images)}
        figures |= {"spread": float(found[2].spread.mean() * 255)}
        return figures, [naive, found[1].images[0], found[2].images[0]]


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """At most 60 dB, so that a hole in an empty corner does not make the mean endless."""
    return min(60.0, exact_psnr(a, b))


def rms(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Root mean square difference of each picture, (N,)."""
    return np.sqrt(np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2, axis=(1, 2, 3)))


def mean_of(rows: list[dict]) -> dict:
    """Mean of each figure over pictures, with the error of the mean for decibels."""
    out = {name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]}
    last = next(name for name in ("tuned", "tuned_kept") if name in out)
    error = np.std([row[last] for row in rows]) / max(1, len(rows) - 1) ** 0.5
    return out | {f"{last}_error": round(float(error), 2)}


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pictures", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=60.0, help="no further picture after that")
    about = "go on after the pictures of the result file"
    parser.add_argument("--resume", action="store_true", help=about)
    parser.add_argument("--cifar10", default=str(CIFAR10))
    parser.add_argument("--name", default="edit", help="of the result file")
    args = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    models = [Model(source, args.pictures, args.cifar10) for source in DATA]
    rows: dict[str, list[dict]] = {}
    if args.resume:
        rows = json.loads((RESULTS / f"{args.name}.json").read_text())["each"]
    sheet: dict[str, list] = {}
    for number in range(min(map(len, rows.values()), default=0), args.pictures):
        if time.monotonic() - began > 60 * args.minutes:
            break
        for model in models:
            picture = model.pictures[number]
            jobs = [("invert", model.inverted(picture))]
            for text in REPAIRS.get(model.source, ()):
                jobs.append((text, model.repaired(picture, text, number)))
            for job, (figures, images) in jobs:
                rows.setdefault(f"{model.source} {job}", []).append(figures)
                if model.source == "faces-64" and number < 8:
                    sheet.setdefault(job, []).append([picture, *images])
        result = {"pictures": number + 1, "settings": settings_of(models)}
        result |= {"mean": {name: mean_of(found) for name, found in rows.items()}, "each": rows}
        write_result(args.name, result)
        if number == 7 and len(sheet["invert"]) == 8:
            write_sheet(sheet)


def settings_of(models: list[Model]) -> dict:
    from dataclasses import asdict

    return {
        "effort": {m.source: asdict(m.effort) for m in models},
        "bank_seconds": {m.source: round(m.bank_seconds, 2) for m in models},
        "hole": HOLE,
        "others": OTHERS,
    }


def write_sheet(sheet: dict[str, list]) -> None:
    """Pictures 0 to 7 of faces-64 from left to right; five blocks of rows from top to bottom."""
    from ganapp.media import grid, resized, save_webp

    rows = [np.stack([column[0] for column in sheet["invert"]])]
    for job in ("invert", "small:4", "hole", "grey"):
        for place in range(1, 4):
            rows.append(np.stack([column[place] for column in sheet[job]]))
    save_webp(SHEET, resized(grid(np.concatenate(rows), 8), 2))
    print(f"written: {SHEET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
