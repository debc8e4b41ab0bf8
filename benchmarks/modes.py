"""Mode coverage: one small backbone under every loss, for the same number of images.

    GANAPP_DATA=FOLDER python benchmarks/modes.py [--kimg 60] [--losses minimax,hinge] [--only grid]

Stacked MNIST (Metz 2017; Lin 2018): three digits stacked as colour channels, 1,000 modes. 26,000 samples are
sorted by a classifier trained here on MNIST (its accuracy is printed). Modes and KL to the uniform
distribution are computed as in the papers (argmax), and once more with only those samples whose three digits
are recognized with a confidence above 0.9, because argmax alone counts blobs as digits. Backbone: DCGAN,
width 32, no norm in D, 28 pixels, unconditional, bf16, EMA weights, seeds 0-25,999.

25 Gaussians on a 5×5 grid, spacing 2, standard deviation 0.05: MLPs with two hidden layers of 128. A mode
counts if at least 1 % of an even share of 25,000 samples lies within three standard deviations; `share` is
the share of samples that lie within three standard deviations of any mode. The gradient penalty of
wasserstein is 0.1 here, as in the toy experiments of its authors.
"""

from __future__ import annotations

import argparse
import time

from common import write_result

# name of the row: changes; each loss with the settings that its paper requires
ROWS = {
    "minimax": dict(loss="minimax"),
    "non_saturating": dict(loss="non_saturating"),
    "least_squares": dict(loss="least_squares"),
    "wasserstein, clipping": dict(loss="wasserstein", weight_clip=0.01, d_steps=5),
    "wasserstein, gp 10": dict(loss="wasserstein", gp=10.0, d_steps=5),
    "hinge": dict(loss="hinge"),
    "relativistic_average": dict(loss="relativistic_average"),
    "non_saturating, R1": dict(loss="non_saturating", r1=1.0),
    "relativistic, R1 + R2": dict(loss="relativistic", r1=1.0, r2=1.0),
}
GRID_CHANGES = {"wasserstein, gp 10": dict(gp=0.1)}  # as in the toy experiments of its authors
GRID_POINTS = [(2.0 * i - 4, 2.0 * j - 4) for i in range(5) for j in range(5)]
GRID_STD = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kimg", type=float, default=60, help="budget of each loss on Stacked MNIST")
    parser.add_argument(
        "--grid-kimg", type=float, default=5000, help="budget of each loss on the 25 Gaussians"
    )
    parser.add_argument(
        "--losses", default="", help="rows whose name contains one of these, separated by commas"
    )
    parser.add_argument("--only", choices=("stacked", "grid"), default="")
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()

    import torch

    if args.threads:
        torch.set_num_threads(args.threads)
    rows = {
        n: c for n, c in ROWS.items() if not args.losses or any(part in n for part in args.losses.split(","))
    }
    protocol = __doc__.split("\n\n", 2)[2].strip()
    if args.only != "stacked":
        found = {n: grid(c | GRID_CHANGES.get(n, {}), args.grid_kimg) for n, c in rows.items()}
        result = {"protocol": protocol, "kimg": args.grid_kimg, "rows": found}
        show("25 Gaussians", result)
        write_result("modes-grid", result)
    if args.only != "grid":
        classifier, accuracy, data = mnist()
        found = {n: stacked(c, args.kimg, classifier, data, n) for n, c in rows.items()}
        result = {
            "protocol": protocol,
            "kimg": args.kimg,
            "classifier_accuracy_test": round(accuracy, 4),
            "rows": found,
        }
        show("Stacked MNIST", result)
        write_result("modes-stacked", result)


def show(title: str, table: dict) -> None:
    print(f"\n{title}, {table['kimg']:g} kimg each")
    for name, row in table["rows"].items():
        print(f"  {name:24}", "  ".join(f"{k} {v}" for k, v in row.items()), flush=True)


# -- Stacked MNIST -------------------------------------------------------------------------------------------


def mnist():
    from ganapp.data import open_dataset

    train, test = (open_dataset("mnist", 28, split=s) for s in ("train", "heldout"))
    classifier, accuracy = train_classifier(train, test)
    return classifier, accuracy, train.images.all()


def stacked(changes: dict, kimg: float, classifier, digits, name: str) -> dict:
    import numpy as np
    import torch

    from ganapp.config import TrainConfig

    config = TrainConfig(
        family="dcgan", resolution=28, channels=3, z_dim=100, batch=64, g_lr=2e-4, d_lr=2e-4,
        beta1=0.5, ema_kimg=2, precision="bf16",
        g_args={"width": 32}, d_args={"width": 32, "norm": "none"}, **changes,
    )  # fmt: skip

    def draw(nimg: int, size: int):
        index = np.random.default_rng([7, nimg]).integers(0, len(digits), (size, 3))
        x = torch.from_numpy(digits[index, 0]).float() / 127.5 - 1
        return x.contiguous(memory_format=torch.channels_last), None

    began = time.time()
    G = train_for(config, draw, kimg)
    counts, sure = np.zeros(1000, int), np.zeros(1000, int)
    for start in range(0, 26_000, 500):
        z = np.stack([np.random.RandomState(s).randn(config.z_dim) for s in range(start, start + 500)])
        with torch.no_grad():
            images = G(torch.from_numpy(z).float())
            p, digit = classifier(images.reshape(-1, 1, 28, 28)).softmax(1).max(1)
        mode = (digit.view(-1, 3) * torch.tensor([100, 10, 1])).sum(1).numpy()
        counts += np.bincount(mode, minlength=1000)
        sure += np.bincount(mode[(p.view(-1, 3) > 0.9).all(1).numpy()], minlength=1000)
    row = {"modes": int((counts > 0).sum()), "KL": kl_to_uniform(counts)}
    row |= {
        "modes>0.9": int((sure > 0).sum()),
        "KL>0.9": kl_to_uniform(sure),
        "share>0.9": round(float(sure.sum()) / 26_000, 3),
    }
    row["sec"] = round(time.time() - began)
    print(f"  {name}: {row}", flush=True)
    return row


def kl_to_uniform(counts) -> float | None:
    """KL(samples ‖ uniform over the modes) in nats; None if nothing was counted."""
    import numpy as np

    if not counts.sum():
        return None
    p = counts[counts > 0] / counts.sum()
    return round(float((p * np.log(p * len(counts))).sum()), 3)


def train_for(config, draw, kimg: float):
    """The averaged generator after `kimg` thousand images on the CPU."""
    import torch

    from ganapp.training.averaging import averaged_generator
    from ganapp.training.batch_source import LatentSource
    from ganapp.training.loop import train
    from ganapp.training.state import TrainState

    state = TrainState.create(config, torch.device("cpu"))
    source = LatentSource(draw, config.z_dim, torch.device("cpu"))
    for tick in train(state, config, source):
        if tick.nimg >= kimg * 1000:
            return averaged_generator(state, config, source)


# -- 25 Gaussians --------------------------------------------------------------------------------------------


def grid(changes: dict, kimg: float) -> dict:
    """Modes of 25 Gaussians. Points are images (N, 1, 1, 2) in about [-1, 1], as train() expects."""
    import numpy as np
    import torch

    from ganapp.config import TrainConfig
    from ganapp.networks import DiscriminatorOutput
    from ganapp.training.batch_source import LatentSource
    from ganapp.training.loop import train
    from ganapp.training.state import Player, TrainState

    def mlp(inputs, outputs):
        layers = [torch.nn.Linear(inputs, 128), torch.nn.LeakyReLU(0.2), torch.nn.Linear(128, 128)]
        return torch.nn.Sequential(*layers, torch.nn.LeakyReLU(0.2), torch.nn.Linear(128, outputs))

    class PointG(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = mlp(2, 2)

        def forward(self, z, y=None):
            return self.body(z).view(-1, 1, 1, 2)

    class PointD(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = mlp(2, 1)

        def forward(self, x, y=None):
            flat = x.flatten(1)
            return DiscriminatorOutput(self.body(flat).squeeze(1), flat)

    config = TrainConfig(
        family="mlp", z_dim=2, channels=1, batch=256, g_lr=1e-3, d_lr=1e-3, beta1=0.5, ema_kimg=10, **changes
    )
    torch.manual_seed(0)
    state = TrainState.create(
        config.replace(g_args={"hidden": [4]}, d_args={"hidden": [4]}), torch.device("cpu")
    )
    G, D, average = PointG(), PointD(), PointG().requires_grad_(False)
    betas = (config.beta1, config.beta2)
    state.players = {
        "G": Player(G, torch.optim.Adam(G.parameters(), lr=config.g_lr, betas=betas), average, config.g_lr),
        "D": Player(D, torch.optim.Adam(D.parameters(), lr=config.d_lr, betas=betas), lr=config.d_lr),
    }
    points = np.array(GRID_POINTS)

    def draw(nimg: int, size: int):
        random = np.random.default_rng([3, nimg])
        x = points[random.integers(0, 25, size)] + GRID_STD * random.standard_normal((size, 2))
        return torch.from_numpy(x / 4).float().view(-1, 1, 1, 2), None

    for tick in train(state, config, LatentSource(draw, config.z_dim, torch.device("cpu"))):
        if tick.nimg >= kimg * 1000:
            break
    with torch.no_grad():
        z = torch.from_numpy(np.random.RandomState(0).randn(25_000, 2)).float()
        x = state.ema(z).view(-1, 2).numpy() * 4
    distance = np.linalg.norm(x[:, None] - points[None], axis=2)
    near = distance.min(1) < 3 * GRID_STD
    counts = np.bincount(distance.argmin(1)[near], minlength=25)
    return {
        "modes": int((counts >= 0.01 * 25_000 / 25).sum()),
        "of": 25,
        "share": round(float(near.mean()), 3),
    }


def train_classifier(train, test, epochs: int = 3, batch: int = 128):
    """(a small CNN for 28×28 grey digits in eval mode, its accuracy on the test split)."""
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
            (net(a.float() / 127.5 - 1).argmax(1) == b).sum().item()
            for a, b in zip(x.split(500), y.split(500))
        )
    return net, right / len(x)


if __name__ == "__main__":
    main()
