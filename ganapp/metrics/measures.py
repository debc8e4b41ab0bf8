"""MEASURES: a row per group of figures: its needs, and a function that measures one repetition.

The functions here say which images a figure is given and write its protocol. How it is computed is in
distances/ and judges/. A new figure is a function and a row of MEASURES.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .distances import coverage, manifold, memorisation, swd, twosample
from .distances.frechet import frechet
from .distances.psnr import l1, psnr
from .figure import CannotMeasure
from .judges import inception
from .judges.classifier import CLASSES, attribute_sizes
from .rounds import Round, Setting, pixel_blocks, pixel_parts, pixels_of

FLOOR = "between real pictures and as many other real ones: the best that a generator can get"
NAIVE = "of the input itself, brought to the target's size and colours: what who changes nothing gets"
MEMBERS = 1_000  # pictures of the training set, and as many held-out ones, that membership is told of
READABLE = 0.6  # accuracy on held-out images from which an attribute counts as readable


class Measured(NamedTuple):
    """One figure of one repetition."""

    name: str  # "swd", "swd.32"
    value: float
    protocol: dict[str, Any]  # only what this figure adds
    note: str = ""  # what the number leaves out


class Measure(NamedTuple):
    """A row of MEASURES: what a group of figures needs, and the function that measures it."""

    images: int  # default number of generated and of real images
    published: int | None  # number of images in the published protocol, if there is one
    needs: tuple[str, ...]  # some of: target, noise, heldout, classes, faces, inception
    measure: Callable[[Round, int], Iterator[Measured]]  # (repetition, number of images)
    against: str = "train"  # split with at least as many real images; "" if the number of samples is free
    cost: float = 1.0  # seconds for 2,000 images of 32 pixels on two cores, about: for the progress alone


# -- pixels --------------------------------------------------------------------------------------------------


def _swd(r: Round, n: int) -> Iterator[Measured]:
    options = r.seed, swd.PER_IMAGE, swd.DIRECTIONS, r.setting.progress_of("Sliced Wasserstein distance")
    by_size = swd.multi_scale_swd(r.real(n), r.fake(n), *options)
    protocol = {
        "split": "train",
        "levels": [f"{size} px" for size in by_size],
        "patches": f"{swd.PER_IMAGE} of {swd.SIZE}×{swd.SIZE} a picture and level, "
        f"{swd.DIRECTIONS} projections",
        "unit": "thousandths",
    }
    yield Measured("swd", float(np.mean(list(by_size.values()))), protocol)
    for size, value in by_size.items():
        yield Measured(f"swd.{size}", value, protocol)
    if (other := r.other_real(n)) is not None:
        floor = swd.multi_scale_swd(r.real(n), other, *options)
        yield Measured("swd.real", float(np.mean(list(floor.values()))), protocol, FLOOR)


def _psnr(r: Round, n: int) -> Iterator[Measured]:
    protocol = {
        "split": "heldout",
        "psnr": "10 log₁₀(255² / mean square difference) of a picture, mean of pictures",
        "unit": "decibels; l1 in levels of 255",
    }
    found: dict[str, list[np.ndarray]] = {"psnr": [], "psnr.naive": [], "l1": [], "l1.naive": []}
    for made, naive, target in r.beside(n):
        for of, images in (("", made), (".naive", naive)):
            found[f"psnr{of}"].append(psnr(images, target))
            found[f"l1{of}"].append(l1(images, target))
    for name, parts in found.items():
        mean = math.fsum(np.concatenate(parts)) / n  # the same number in whatever order
        yield Measured(name, mean, protocol, NAIVE if name.endswith(".naive") else "")


def _c2st(r: Round, n: int) -> Iterator[Measured]:
    s = r.setting
    options = {"on_progress": s.progress_of("Two-sample test"), "cancelled": s.cancelled}
    value = twosample.two_sample_accuracy(
        r.real(n, "heldout"), r.fake(n), r.seed, s.device, twosample.SEEN, **options
    )
    about = f"a small network, trained on half ({n // 2:,} of each), tested on the other"
    yield Measured("c2st", value, {"split": "heldout", "classifier": about, "perfect": 0.5})


# -- features and answers of the classifier of the data set --------------------------------------------------


def _classes(r: Round, n: int) -> Iterator[Measured]:
    s, split = r.setting, "heldout" if r.setting.heldout is not None else "train"
    names = s.train.class_names
    fake = r.fake_outputs(n)[1][CLASSES]
    real = r.real_outputs(_available(s, split, n), split)[1][CLASSES]
    protocol = {
        "split": split,
        "real": len(real),
        "features": s.classifier.about,
        "covered": f"{coverage.CONFIDENT:.0%} sure, "
        f"{coverage.LEAST_SHARE:g} times as often as in real pictures or more",
        "kl": "to the training labels, in nats",
    }
    shares = coverage.counted(real), coverage.counted(fake)
    if shares[0].any():
        there = coverage.covered(*shares)
        missing = [name for name, ok, share in zip(names, there, shares[0]) if share and not ok]
        counted = {"counted": _counted_text(names, shares[0])}
        yield Measured(
            "classes.coverage", coverage.coverage(*shares), protocol | counted, _missing_note(missing)
        )
    counts = np.bincount(fake.argmax(1), minlength=len(names)), np.array(s.train.class_counts())
    yield Measured("classes.kl", coverage.kl(*counts), protocol)
    if s.classes is not None:
        asked = s.classes[r.labels[:n]]
        yield Measured("classes.accuracy", float((fake.argmax(1) == asked).mean()), protocol)


def _fd(r: Round, n: int) -> Iterator[Measured]:
    protocol = {
        "split": "train",
        "features": r.setting.classifier.about,
        "not": "FID: the features are others",
    }
    real, fake = r.real_outputs(n)[0], r.fake_outputs(n)[0]
    yield Measured("fd", frechet(real, fake), protocol, _too_few_note(n, fake))
    if (other := r.other_real(n)) is not None:
        yield Measured("fd.real", frechet(real, r.setting.classifier.run(other)[0]), protocol, FLOOR)


def _pr(r: Round, n: int) -> Iterator[Measured]:
    protocol = {
        "split": "train",
        "features": r.setting.classifier.about,
        "neighbours": manifold.PR_NEIGHBOURS,
    }
    values = manifold.precision_recall(r.real_outputs(n)[0], r.fake_outputs(n)[0])
    yield from (Measured(name, value, protocol) for name, value in zip(("precision", "recall"), values))


def _dc(r: Round, n: int) -> Iterator[Measured]:
    protocol = {
        "split": "train",
        "features": r.setting.classifier.about,
        "neighbours": manifold.DC_NEIGHBOURS,
    }
    values = manifold.density_coverage(r.real_outputs(n)[0], r.fake_outputs(n)[0])
    yield from (Measured(name, value, protocol) for name, value in zip(("density", "coverage"), values))


def _attributes(r: Round, n: int) -> Iterator[Measured]:
    s = r.setting
    from ganapp.data.faces.drawing import ATTRIBUTES

    accuracy = s.classifier.accuracy
    readable = [k for k in attribute_sizes(s.train) if accuracy.get(f"attribute_{k}", 0) >= READABLE]
    if not readable:
        raise CannotMeasure("the classifier reads no attribute of these faces well enough to count them.")
    count = _available(s, "heldout", n)
    real, fake = r.real_outputs(count, "heldout")[1], r.fake_outputs(n)[1]
    there, wanted, missing, divergences = 0, 0, [], []
    for name in readable:
        size = len(ATTRIBUTES[name])
        counts = [np.bincount(x[f"attribute_{name}"].argmax(1), minlength=size) for x in (real, fake)]
        found = coverage.covered(counts[0] / counts[0].sum(), counts[1] / counts[1].sum())
        there, wanted = there + found.sum(), wanted + (counts[0] > 0).sum()
        missing += [
            f"{name} {v}" for v, seen, ok in zip(ATTRIBUTES[name], counts[0], found) if seen and not ok
        ]
        divergences.append(coverage.kl(counts[1], counts[0]))
    unread = [k for k in attribute_sizes(s.train) if k not in readable]
    skipped = f" (not {', '.join(unread)})" if unread else ""
    protocol = {
        "split": "heldout",
        "real": count,
        "features": s.classifier.about,
        "attributes": f"{len(readable)} that are read right off {READABLE:.0%} of held-out faces or more"
        + skipped,
        "covered": f"read {coverage.LEAST_SHARE:g} times as often as off real faces or more",
        "kl": "to held-out faces, in nats, mean of attributes",
    }
    yield Measured("attributes.coverage", float(there / wanted), protocol, _missing_note(missing))
    yield Measured("attributes.kl", float(np.mean(divergences)), protocol)


def _memorisation(r: Round, n: int) -> Iterator[Measured]:
    s = r.setting
    heldout = r.real(_available(s, "heldout", n), "heldout")
    fake_features, real_features = r.fake_outputs(n)[0], s.classifier.run(heldout)[0]
    spaces = {
        "pixels": (
            pixels_of(r.fake(n)),
            pixels_of(heldout),
            lambda: pixel_parts(s),
            "pixels, Euclidean",
        ),
        "features": (
            fake_features,
            real_features,
            lambda: [(0, s.train_features)],
            s.classifier.about,
        ),
    }
    for space, (fake, real, parts, about) in spaces.items():
        both = memorisation.nearest(np.concatenate([fake, real]), parts())[1]
        near, usual = both[: len(fake)], both[len(fake) :]
        protocol = {
            "split": "heldout",
            "real": len(real),
            "nearest": f"of all {s.train.count:,} in train",
            "features": about,
            "no copying": f"closer 0.5, copies {memorisation.COPY_QUANTILE:g}",
        }
        yield Measured(f"closer.{space}", memorisation.closer_share(near, usual), protocol)
        yield Measured(f"copies.{space}", memorisation.copy_share(near, usual), protocol)


def _membership(r: Round, n: int) -> Iterator[Measured]:
    """The attack of Chen et al. 2020 (GAN-Leaks, arXiv 1909.03935, 4.3) on who has only samples.

    A picture is taken for a member of the training set the nearer its nearest sample is; the figure is the
    area under the ROC curve, over as many training pictures as held-out ones.
    """
    s = r.setting
    count = min(MEMBERS, s.heldout.count, s.train.count)
    known = {split: r.real(count, split) for split in ("train", "heldout")}
    spaces = {
        "pixels": (pixels_of, lambda: pixel_blocks(r.fake(n)), "pixels, Euclidean"),
        "features": (
            lambda images: s.classifier.run(images)[0],
            lambda: [(0, r.fake_outputs(n)[0])],
            s.classifier.about,
        ),
    }
    for space, (points_of, parts, about) in spaces.items():
        both = np.concatenate([points_of(images) for images in known.values()])
        near = memorisation.nearest(both, parts())[1]
        protocol = {
            "split": "train and heldout",
            "real": f"{count} of each",
            "nearest": f"of {n:,} samples",
            "features": about,
            "no leak": 0.5,
        }
        yield Measured(f"membership.{space}", memorisation.closer_share(near[:count], near[count:]), protocol)


# -- features of the Inception network -----------------------------------------------------------------------


def _fid(r: Round, n: int) -> Iterator[Measured]:
    real, fake = (r.inception(n, kind)["2048"] for kind in ("real", "fake"))
    yield Measured("fid", inception.fid(real, fake), _inception_protocol(r), _too_few_note(n, fake))


def _kid(r: Round, n: int) -> Iterator[Measured]:
    real, fake = (r.inception(n, kind)["2048"] for kind in ("real", "fake"))
    subsets = f"{inception.KID_SUBSETS} of {min(n, inception.KID_SIZE):,}"
    yield Measured("kid", inception.kid(real, fake, r.seed), _inception_protocol(r) | {"subsets": subsets})


def _is(r: Round, n: int) -> Iterator[Measured]:
    value = inception.inception_score(r.inception(n, "fake")["logits_unbiased"], r.seed)
    yield Measured("is", value, _inception_protocol(r) | {"split": "none", "splits": inception.SPLITS})


def _prc(r: Round, n: int) -> Iterator[Measured]:
    values = manifold.precision_recall(*(r.inception(n, kind)["2048"] for kind in ("real", "fake")))
    other = {"not the published protocol": "Inception's features, not VGG-16's"}
    protocol = _inception_protocol(r) | other | {"neighbours": manifold.PR_NEIGHBOURS}
    names = ("inception.precision", "inception.recall")
    yield from (Measured(name, value, protocol) for name, value in zip(names, values))


def _inception_protocol(r: Round) -> dict[str, Any]:
    return {"split": "train", "features": r.setting.inception.about}


# -- words of protocols and notes ----------------------------------------------------------------------------


def _available(setting: Setting, split: str, n: int) -> int:
    """n, or the number of images in the split if that is smaller."""
    return min(n, (setting.train if split == "train" else setting.heldout).count)


def _counted_text(names: tuple[str, ...], shares: np.ndarray) -> str:
    """Which classes count for coverage: those recognized with confidence in real images."""
    unsure = [name for name, share in zip(names, shares) if not share]
    rest = f"; no real picture surely shows {_listed(unsure)}" if unsure else ""
    return f"{len(names) - len(unsure)} of {len(names)} classes{rest}"


def _too_few_note(n: int, features: np.ndarray) -> str:
    """A note if n images are too few to estimate a covariance of features (N, F); else ""."""
    dims = features.shape[1]
    if n > dims:
        return ""
    return f"{n} pictures are too few for {dims} features: take this for no more than a trial"


def _missing_note(names: list[str]) -> str:
    return f"missing: {_listed(names)}" if names else ""


def _listed(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")


# name: images, images of the published protocol, needs, function, split with as many real images
MEASURES: dict[str, Measure] = {
    "psnr": Measure(2_000, None, ("target",), _psnr, "", cost=5),
    "swd": Measure(swd.IMAGES, swd.IMAGES, (), _swd, cost=10),
    "c2st": Measure(10_000, None, ("heldout",), _c2st, "heldout", cost=20),
    "classes": Measure(10_000, None, ("classes",), _classes, cost=3),
    "fd": Measure(10_000, None, (), _fd, cost=2),
    "pr": Measure(10_000, None, (), _pr, cost=4),
    "dc": Measure(10_000, 10_000, (), _dc, cost=4),
    "attributes": Measure(10_000, None, ("faces", "heldout"), _attributes, cost=1),
    "memorisation": Measure(1_000, None, ("heldout",), _memorisation, "", cost=15),
    "membership": Measure(10_000, None, ("noise", "heldout"), _membership, "", cost=15),
    "fid": Measure(50_000, 50_000, ("inception",), _fid, cost=300),
    "kid": Measure(50_000, 50_000, ("inception",), _kid, cost=5),
    "is": Measure(50_000, 50_000, ("inception",), _is, "", cost=5),
    "prc": Measure(50_000, None, ("inception",), _prc, cost=10),
}
