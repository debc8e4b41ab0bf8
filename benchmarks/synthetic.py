"""Does synthetic data help a classifier that has only k real images per class?

    python benchmarks/synthetic.py SOURCE --data mnist|PATH --per-class 20,100,500 --synthetic 500 --seeds 3
    ... --train-minutes 10     also train a generator for each k and seed on nothing but these images
    ... --recipe dcgan-r1-32:augment=diffaugment     its preset, with changes

Arms: `real`, k images per class; `augmented`, each shifted by up to an eighth of its side, and mirrored if
that fits the data; `synthetic`, half of the images shown are real and half come from a generator with
classes, N images per class, seeds from 0; `both`, synthetic and augmented; `synthetic alone` (that of SOURCE
belongs to no k, written as 0). All have the same network, number of optimizer steps, batch and learning
rates: only the data differs. A seed decides the k images, the first weights and the order. Figure: the share
of right answers on held-out real images, mean and sample standard deviation over the seeds. Generators:
`given` is SOURCE as it is. It has seen its WHOLE training set, usually far more than k per class. Its arms do
not show what synthetic data adds if there are only k images, but what a generator passes on of those that it
has seen. `own` is the honest one: trained on the same k per class as the classifier and nothing else, on one
thread in bf16 for a number of processor minutes, averaged weights.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from common import averaged, begin, train_until, write_result

HEAD = "classes"
SHOWN = 10_240  # images are repeated to this number in all arms, so that batches are alike
ONE_WAY_ROUND = ("mnist", "kmnist")  # data sets whose images mean something else if mirrored
RECIPE = "dcgan-r1-32:augment=diffaugment"  # of a generator that is trained on few images
PROTOCOL = " ".join(__doc__.split("\n\n")[-1].split())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "source", help="a generator with the classes of the data: checkpoint, run, folder or Hub id"
    )
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--per-class", default="20,100,500")
    parser.add_argument("--synthetic", type=int, default=500, help="generated pictures a class")
    parser.add_argument("--psi", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=500, help="of the optimizer, 128 pictures each")
    parser.add_argument("--no-mirror", action="store_true", help="pictures mean something else in a mirror")
    parser.add_argument("--train-minutes", type=float, default=0)
    parser.add_argument("--recipe", default=RECIPE)
    parser.add_argument("--out", default="synthetic")
    args = parser.parse_args()

    import torch

    from ganapp.data import open_dataset
    from ganapp.generators import load_generator

    torch.set_num_threads(1)
    G = load_generator(args.source)
    data, test = (
        open_dataset(args.data, G.spec.resolution, G.spec.channels, split=split)
        for split in ("train", "heldout")
    )
    given = generated(G, classes_of(G, data), args)
    found: dict[tuple, list[float]] = {}
    alone = [trained_classifier([given], test, seed, args.steps, False, False) for seed in range(args.seeds)]
    found[(0, "synthetic alone", "given")] = alone
    print("synthetic alone, given", alone, flush=True)
    for k in map(int, args.per_class.split(",")):
        for seed in range(args.seeds):
            for name, accuracy in cells(data, test, given, k, seed, args):
                found.setdefault((k, *name), []).append(accuracy)
                print(k, seed, *name, f"{accuracy:.4f}", flush=True)
        write_result(args.out, report(found, G, data, test, args))  # after each k, so that nothing is lost


def cells(data, test, given, k: int, seed: int, args) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield ((arm, generator), accuracy) of every arm for one choice of k images per class."""
    real = few(data, k, seed)
    mirror = not args.no_mirror and args.data not in ONE_WAY_ROUND
    generators = {"given": given}
    if args.train_minutes:
        generators["own"] = generated(trained(data, real, seed, args), np.arange(data.num_classes), args)

    def accuracy(parts, augment: bool) -> float:
        return trained_classifier(parts, test, seed, args.steps, augment, mirror)

    yield ("real", ""), accuracy([real], False)
    yield ("augmented", ""), accuracy([real], True)
    for name, synthetic in generators.items():
        yield ("synthetic", name), accuracy([real, synthetic], False)
        yield ("both", name), accuracy([real, synthetic], True)
        if name == "own":  # for the given one it is the same with every k
            yield ("synthetic alone", name), accuracy([synthetic], False)


def few(data, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """k images of every class, chosen by the seed, classes in turn: uint8 (M, C, R, R) and labels (M,)."""
    random, rows = np.random.default_rng(seed), []
    for c in range(data.num_classes):
        of_class = np.flatnonzero(data.labels == c)
        if len(of_class) < k:
            raise ValueError(f"{data.name} has {len(of_class)} pictures of {data.class_names[c]}, not {k}.")
        rows.append(random.permutation(of_class)[:k])
    order = np.stack(rows, 1).ravel()  # balanced wherever the list is cut
    return data.images.take(order), data.labels[order]


def classes_of(G, data) -> np.ndarray:
    """The data's number of each class of the generator, (K,). Raises ValueError if the classes differ."""
    from ganapp.metrics.rounds import class_numbers

    numbers = class_numbers(G, data)
    if numbers is None:
        theirs = f"{data.num_classes} {data.class_names}"
        raise ValueError(
            f"The generator has {G.spec.num_classes} classes {G.class_names}, and {data.name} {theirs}."
        )
    return numbers


def generated(G, classes: np.ndarray, args) -> tuple[np.ndarray, np.ndarray]:
    """As `few`, of generated images: what `ganapp generate --per-class N` writes, with the data's labels."""
    from ganapp.latents import generate

    own = np.arange(len(classes) * args.synthetic) // args.synthetic
    images = generate(G, range(len(own)), own.tolist(), args.psi).transpose(0, 3, 1, 2)
    order = np.arange(len(own)).reshape(len(classes), -1).T.ravel()
    return images[order], classes[own[order]]


def trained(data, real, seed: int, args):
    """A generator trained on `real` alone.

    The data set is in memory, because opening a folder would hold out one image in ten.
    """
    from quality import parse_trial

    from ganapp.config import merge, parse_changes, preset_config
    from ganapp.data import ImageDataset, Images

    preset, changes = parse_trial(f"own={args.recipe}")[1]
    config = merge(preset_config(preset), parse_changes(changes)).replace(seed=seed, conditional=True)
    subset = ImageDataset(f"{len(real[0])} of {data.name}", Images(real[0]), real[1], data.class_names)
    config, state, source = begin(config, subset)
    spent = train_until(state, config, source, 60 * args.train_minutes)
    print(
        f"own generator: {len(real[0])} pictures, {state.nimg / 1000:.1f} kimg in {spent / 60:.1f} min",
        flush=True,
    )
    G = averaged(state, config, source)
    if not all(p.isfinite().all() for p in G.parameters()):
        raise ValueError(f"The generator of {len(real[0])} pictures is no longer finite.")
    return G


def trained_classifier(parts, test, seed: int, steps: int, augment: bool, mirror: bool) -> float:
    """Share of right answers on `test` after training on equal shares of each part."""
    from ganapp.metrics.judges.network import BATCH, build, run, train

    share = SHOWN // len(parts)
    sources, labels = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    starts = np.cumsum([0] + [len(p[0]) for p in parts])
    shown = np.concatenate(
        [start + np.resize(np.arange(len(p[0])), share) for start, p in zip(starts, parts)]
    )
    random = np.random.default_rng([seed, 1])

    def take(rows: np.ndarray) -> np.ndarray:
        images = sources[shown[rows]]
        return augmented(images, random, mirror) if augment else images

    network = build(test.channels, test.resolution, {HEAD: test.num_classes}, seed)
    train(network, take, {HEAD: labels[shown]}, steps * BATCH, seed, shift=False)
    _, answers = run(network, test.images.all())
    return float((answers[HEAD].argmax(1) == test.labels).mean())


def augmented(images: np.ndarray, random: np.random.Generator, mirror: bool) -> np.ndarray:
    """uint8 (B, C, R, R), each shifted by up to R/8; half of them mirrored if `mirror`."""
    side = images.shape[2]
    most = side // 8
    wide = np.pad(images, ((0, 0), (0, 0), (most, most), (most, most)), mode="edge")
    out = np.empty_like(images)
    for i, (top, left) in enumerate(random.integers(0, 2 * most + 1, (len(images), 2))):
        out[i] = wide[i, :, top : top + side, left : left + side]
    flip = random.random(len(images)) < 0.5 * mirror
    out[flip] = out[flip, :, :, ::-1]
    return out


def report(found: dict[tuple, list[float]], G, data, test, args) -> dict:
    """The content of the result file."""
    rows = [
        {
            "per_class": k, "arm": arm, "generator": generator, "accuracy": round(float(np.mean(values)), 4),
            "sd": round(float(np.std(values, ddof=1)), 4) if len(values) > 1 else None,
            "of_seeds": [round(v, 4) for v in values],
        }
        for (k, arm, generator), values in found.items()
    ]  # fmt: skip
    about = {
        "data": data.name, "pictures": data.count, "held_out": test.count, "resolution": data.resolution,
        "synthetic_per_class": args.synthetic, "psi": args.psi, "steps": args.steps, "seeds": args.seeds,
        "mirror": not args.no_mirror and args.data not in ONE_WAY_ROUND,
        "given": {"source": Path(G.source).name, **G.origin},
    }  # fmt: skip
    own = {"recipe": args.recipe, "minutes": args.train_minutes} if args.train_minutes else None
    return {"protocol": PROTOCOL, **about, "own": own, "rows": rows}


if __name__ == "__main__":
    main()
