"""Few images: the default recipe on 100 and 1,000 images with DiffAugment, with ADA, with neither.

    python benchmarks/few.py [--minutes 4] [--cifar10 PATH/cifar10-train.zip]
        [--data horses,faces-64] [--counts 100,1000]

Images: CIFAR-10's horses at 32 pixels (dcgan-r1-32) and the built-in faces at 64 (dcgan-r1-64), without
labels. The first N of a fixed permutation are trained on, all others are held out. Training: one thread,
bf16, a fixed number of processor minutes, mirrored half of the time unless it says otherwise. ADA's
strength can go from 0 to 1 in 20 kimg, since runs are that short. "from NAME" begins with the weights of
that shipped generator; cifar10-32 has seen all of CIFAR-10's horses, the held-out ones, too, faces-32 none.
The averaged generator is measured, seeds from 0. `c2st`: accuracy of a small network that tells held-out
images from as many samples (2,000 of each; 0.5 is perfect). `closer`: probability that one of 1,000 samples
is nearer to a training image than a held-out image is (0.5 means no copying). `copies`: share of samples
nearer than all but 1 % of the held-out images. Both in pixels and in features. `fd`: Fréchet distance to
3,700 held-out images (not FID). Features are those of the small classifier of the whole data set. A grid of
seeds 0-31 of each, beside 32 training images, goes to few-NAME.webp.
"""

from __future__ import annotations

import argparse

from common import RESULTS, ROOT, averaged, begin, train_until, write_result

CIFAR10 = ROOT.parent / "shared/data/cifar10-train.zip"
ADA = {"augment": "ada", "ada_kimg": 20.0}
ARMS = {
    "none": {},
    "diffaugment": {"augment": "diffaugment"},
    "ada": ADA,
    "ada not mirrored": {**ADA, "mirror": False},
    "ada from cifar10-32": {**ADA, "start_from": "cifar10-32", "g_args": {"width": 48}},
    "ada from faces-32": {**ADA, "start_from": "faces-32", "g_args": {"width": 80}},
}
USUAL = "none,diffaugment,ada"
HELD_OUT, SHOWN = 3_700, 32


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--data", default="horses,faces-64")
    parser.add_argument("--counts", default="100,1000")
    parser.add_argument("--cifar10", default=str(CIFAR10))
    parser.add_argument("--arms", default=USUAL, help="some of: " + ", ".join(ARMS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", default="few")
    args = parser.parse_args()

    import numpy as np

    from ganapp.media import grid, save_webp

    rows, arms = {}, args.arms.split(",")
    for name in args.data.split(","):
        whole, pool, preset = horses(args.cifar10) if name == "horses" else faces()
        order, tiles = np.random.default_rng(0).permutation(pool), []
        for count in map(int, args.counts.split(",")):
            few, heldout = part(whole, order[:count]), part(whole, order[count : count + HELD_OUT])
            tiles.append(tile(few.images.take(np.arange(SHOWN)).transpose(0, 2, 3, 1)))
            for arm in arms:
                found, images = cell(preset, few, heldout, whole, ARMS[arm], args)
                rows[f"{name}, {count}, {arm}"] = found
                tiles.append(tile(images))
                print(name, count, arm, found, flush=True)
        save_webp(RESULTS / f"{args.out}-{name}.webp", grid(np.stack(tiles), columns=1 + len(arms), pad=8))
    columns = ["training pictures", *arms]
    protocol = " ".join(__doc__.split("\n\n")[-1].split())
    write_result(args.out, {"protocol": protocol, "minutes": args.minutes, "columns": columns, "rows": rows})


def horses(path: str):
    """(CIFAR-10, indices of its horses, preset)."""
    from ganapp.data import open_dataset

    data = open_dataset(path, 32)
    return data, (data.labels == data.class_names.index("horse")).nonzero()[0], "dcgan-r1-32"


def faces():
    from ganapp.data import open_dataset

    data = open_dataset("faces", 64)
    return data, data.count, "dcgan-r1-64"


def part(data, rows):
    """Some images of a data set, without labels."""
    from ganapp.data import ImageDataset, Images

    return ImageDataset(f"{len(rows)} of {data.name}", Images(data.images.take(rows)), None, ())


def tile(images):
    from ganapp.media import grid

    return grid(images, columns=8, pad=0)


def cell(preset: str, few, heldout, whole, changes: dict, args):
    """({figure: value}, images (SHOWN, R, R, C)) of one recipe on few images."""
    from ganapp.config import preset_config
    from ganapp.driving.fine_tuning import start_from
    from ganapp.latents import generate
    from ganapp.metrics import measure
    from ganapp.metrics.distances.frechet import frechet
    from ganapp.metrics.judges.classifier import classifier_of
    from ganapp.metrics.rounds import Round, Setting

    fixed = {"conditional": False, "mirror": True, "seed": args.seed}
    config, state, source = begin(preset_config(preset).replace(**fixed | changes), few)
    if config.start_from:
        start_from(config.start_from, state, config, ROOT / "runs")
    spent = train_until(state, config, source, args.minutes * 60)
    G = averaged(state, config, source)
    setting = Setting(G, few, heldout, {})
    setting.classifier = classifier_of(whole, None)  # of all images, so that all counts share it
    found = {f.name: round(float(f.value), 4) for f in measure(setting, ["c2st"], 2_000, repeats=1)}
    found |= {f.name: round(float(f.value), 4) for f in measure(setting, ["memorisation"], 1_000, repeats=1)}
    samples = Round(setting, 0, heldout.count).fake_outputs(heldout.count)[0]
    found["fd"] = round(float(frechet(setting.classifier.run(heldout.images.all())[0], samples)), 4)
    about = {
        "kimg": round(state.nimg / 1000, 1),
        "times_seen": round(state.nimg / few.count),
        "seconds": round(spent),
    }
    if config.augment == "ada":
        about["aug_p"] = round(float(state.memory["aug_p"]), 2)
    return about | found, generate(G, range(SHOWN))


if __name__ == "__main__":
    main()
