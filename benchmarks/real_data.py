"""Train the default preset on real pictures for some minutes; keep the grid, images/s and, for MNIST, the class coverage.

    GANAPP_DATA=FOLDER python benchmarks/real_data.py mnist --minutes 10
    python benchmarks/real_data.py PATH/cifar10-train.zip --name cifar10 --minutes 10

Coverage: a small classifier, trained here on MNIST's training split (its accuracy on the test split is printed), sorts
10,000 samples of the averaged generator. The generator is trained WITHOUT labels for this figure (conditional=false), since
with labels the coverage would only say what was asked for. EMA weights; seeds 0 to 9,999; classifier input 28×28.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from common import RESULTS, write_result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", help="a data set's name or path")
    parser.add_argument("--name", default="", help="name of the result")
    parser.add_argument("--preset", default="")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--conditional", action="store_true", help="train with labels")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    from ganapp.jobs import drive
    from ganapp.presets import default_preset, preset_config
    from ganapp.runs import create_run

    preset = args.preset or default_preset(has_gpu=False)
    name = args.name or Path(args.data).stem
    config = preset_config(preset).replace(
        dataset=args.data, minutes=args.minutes, kimg=1e7, conditional=args.conditional, seed=args.seed, save_sec=120
    )
    with tempfile.TemporaryDirectory() as folder:
        run = create_run(folder, config, name)
        state = drive(run, lambda s: None)
        status = run.status()
        assert state == "finished", status
        result = {
            "what": f"{preset} on {name}, {args.minutes:g} minutes, {'with' if args.conditional else 'without'} labels",
            "kimg": status["nimg"] / 1000,
            "images_per_sec": round(status["nimg"] / status["sec"], 1),
            "precision": status["precision"],
            "threads": status["threads"],
        }
        shutil.copy(run.samples()[-1], RESULTS / f"{name}-{args.minutes:g}min.webp")
        if name == "mnist":
            result |= coverage(run, args.data)
    print(result)
    write_result(f"real-{name}", result)


def coverage(run, data: str, count: int = 10_000) -> dict:
    """Share of samples per class, by a classifier; KL to the data's own shares."""
    import numpy as np
    import torch

    from ganapp.data import open_dataset
    from ganapp.sample import generate
    from ganapp.weights import load_generator

    torch.set_num_threads(max(torch.get_num_threads(), 1))
    train, test = (open_dataset(data, 28, channels=1, split=s) for s in ("train", "heldout"))
    classifier, accuracy = train_classifier(train, test)
    G = load_generator(run.snapshots()[0])
    images = generate(G, range(count), batch=100)  # (N, H, W, 1)
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1
    x = torch.nn.functional.interpolate(x, size=28, mode="bilinear", antialias=True, align_corners=False)
    with torch.no_grad():
        probabilities = torch.cat([classifier(b).softmax(1) for b in x.split(500)])
    confidence, classes = probabilities.max(1)
    shares = np.bincount(classes, minlength=10) / count
    real = np.array(train.class_counts()) / train.count
    kl = float(np.sum(shares[shares > 0] * np.log(shares[shares > 0] / real[shares > 0])))
    return {
        "protocol": f"{count} samples, EMA, seeds 0-{count - 1}, classifier trained on MNIST train, 28x28",
        "classifier_accuracy_test": round(accuracy, 4),
        "share_per_class": [round(float(s), 4) for s in shares],
        "real_share_per_class": [round(float(s), 4) for s in real],
        "kl_to_real_shares": round(kl, 4),
        "share_with_confidence_over_0.9": round(float((confidence > 0.9).float().mean()), 4),
    }


def train_classifier(train, test, epochs: int = 3, batch: int = 128):
    """A small CNN on 28×28 grey digits; (classifier in eval mode, accuracy on the test split)."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10),
    )  # fmt: skip
    x, y = (torch.from_numpy(a) for a in (train.images.all(), train.labels))
    steps = epochs * (len(x) // batch)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    order = torch.cat([torch.randperm(len(x)) for _ in range(epochs)])
    for i in range(steps):
        index = order[i * batch : (i + 1) * batch]
        loss = nn.functional.cross_entropy(net(x[index].float() / 127.5 - 1), y[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()
    x, y = (torch.from_numpy(a) for a in (test.images.all(), test.labels))
    with torch.no_grad():
        right = sum(
            (net(a.float() / 127.5 - 1).argmax(1) == b).sum().item() for a, b in zip(x.split(500), y.split(500))
        )
    return net, right / len(x)


if __name__ == "__main__":
    main()
