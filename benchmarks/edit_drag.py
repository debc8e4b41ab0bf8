"""Dragging on faces-64: how often a point arrives, judged by a match that is not the method's tracker.

    python benchmarks/edit_drag.py [--seeds 50] [--minutes 20]

Two points of each seed 1000, 1001, …: the mouth (32, 44), and the strongest horizontal edge in the middle
column above the eyes, which is the brim of a hat, else the hairline. Each is pulled by 6 pixels: to the
right, to the left, down, up, in turn. The judge looks for the 11×11 pixels that were around the point, in
the picture itself, within 14 pixels of where it was, by the largest normalized correlation. A trial succeeds
if it finds them within 2 pixels of the target. Written after each seed; `seeds` says how many it are.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from common import write_result

from ganapp.generators import load_generator
from ganapp.latents import Edit, draw_edit
from ganapp.latents.bank import Bank
from ganapp.latents.drag import drag

FIRST, PULL, RADIUS, REACH = 1000, 6, 5, 14
WAYS = ((PULL, 0), (-PULL, 0), (0, PULL), (0, -PULL))


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=60.0, help="no further seed after that")
    parser.add_argument("--name", default="edit_drag", help="of the result file")
    args = parser.parse_args()
    torch.set_num_threads(1)
    G, began = load_generator("faces-64"), time.monotonic()
    bank, rows = Bank(G), {"mouth": [], "brim or hairline": []}
    list(drag(G, Edit(seed=1), [(9, 9)], [(12, 12)], steps=1, bank=bank))  # fills the bank
    for number in range(args.seeds):
        if time.monotonic() - began > 60 * args.minutes:
            break
        edit = Edit(seed=FIRST + number)
        before = draw_edit(G, edit)
        for name, point in (("mouth", (32, 44)), ("brim or hairline", (32, edge_of(before)))):
            rows[name].append(trial(G, edit, before, point, WAYS[number % 4], bank))
            print(number, name, rows[name][-1], flush=True)
        mean = {name: mean_of(found) for name, found in rows.items()}
        write_result(args.name, {"source": "faces-64", "seeds": number + 1, "mean": mean, "each": rows})


def trial(
    G, edit: Edit, before: np.ndarray, point: tuple[int, int], way: tuple[int, int], bank: Bank
) -> dict:
    target = (point[0] + way[0], point[1] + way[1])
    began = time.process_time()
    *_, last = drag(G, edit, [point], [target], every=1e9, bank=bank)
    seconds = time.process_time() - began
    found = place_of(before, last.image, point)
    off = float(np.hypot(found[0] - target[0], found[1] - target[1]))
    far = np.hypot(*(np.indices(before.shape[:2])[::-1] - np.array(point)[:, None, None])) > 24
    change = before.astype(float) - last.image
    return {
        "way": way,
        "off": round(off, 2),
        "tracker_off": round(last.distance, 2),
        "steps": last.steps,
        "steps_a_second": round(last.steps / seconds, 1),  # of processor time
        "far_change": round(float(np.sqrt((change[far] ** 2).mean())), 2),  # of 255, over 24 pixels away
    }


def edge_of(image: np.ndarray) -> int:
    """The row, 8 to 27, with the strongest change of brightness from row to row around the middle column."""
    grey = image.astype(float).mean(2)[:, 28:37].mean(1)
    return 8 + int(np.abs(np.diff(grey))[7:27].argmax())


def place_of(before: np.ndarray, after: np.ndarray, point: tuple[int, int]) -> tuple[int, int]:
    """Where in `after` the surroundings of `point` in `before` are: x, y."""
    pad = ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0))
    a, b = (np.pad(image.astype(float), pad, mode="edge") for image in (before, after))
    size, side = 2 * RADIUS + 1, len(before)

    def part(image: np.ndarray, x: int, y: int) -> np.ndarray:
        found = image[y : y + size, x : x + size]
        return found - found.mean((0, 1))

    wanted, best, place = part(a, *point), -2.0, point
    for y in range(max(0, point[1] - REACH), min(side, point[1] + REACH + 1)):
        for x in range(max(0, point[0] - REACH), min(side, point[0] + REACH + 1)):
            there = part(b, x, y)
            alike = (there * wanted).sum() / np.sqrt((there**2).sum() * (wanted**2).sum() + 1e-9)
            if alike > best:
                best, place = alike, (x, y)
    return place


def mean_of(rows: list[dict]) -> dict:
    return {
        "within_2": round(float(np.mean([row["off"] <= 2 for row in rows])), 3),
        "off": round(float(np.mean([row["off"] for row in rows])), 2),
        "steps": round(float(np.mean([row["steps"] for row in rows])), 1),
        "steps_a_second": round(float(np.mean([row["steps_a_second"] for row in rows])), 1),
        "far_change": round(float(np.mean([row["far_change"] for row in rows])), 2),
    }


if __name__ == "__main__":
    main()
