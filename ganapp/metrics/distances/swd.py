"""Multi-scale sliced Wasserstein distance between the small patches of two sets of images.

Karras et al. 2018 (ProGAN, arXiv 1710.10196), section 5. The published protocol has 16,384 images, a
Laplacian pyramid down to 16 pixels and 128 patches ("neighbourhoods") of 7×7 per image and level. Each
channel of a set is normalized to mean 0 and standard deviation 1. The distance is the mean over 512 random
directions of that between sorted projections, times 1,000. It needs numpy alone and no trained network.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..figure import CannotMeasure

IMAGES = 16_384  # of each set in the published protocol
PER_IMAGE = 128  # patches per image and level
SIZE = 7  # of a patch, in pixels
DIRECTIONS = 512
COARSEST = 16  # pixels: the last level of the pyramid
SCALE = 1_000  # as in the published tables
CACHED = 2**19  # float32 values of the images that are filtered together: 2 MB
TOGETHER = 8  # directions that are sorted together: 64 MB for 2 million patches
KERNEL = np.array([1, 4, 6, 4, 1], np.float32) / 16
QUICK = {"per_image": 32, "directions": 128}  # of quick_swd


def multi_scale_swd(
    real: np.ndarray,
    fake: np.ndarray,
    seed: int = 0,
    per_image: int = PER_IMAGE,
    directions: int = DIRECTIONS,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[int, float]:
    """{size: distance} of each level in thousandths, finest first: {32: 4.1, 16: 6.3}. 0 if equal.

    real, fake: uint8 (N, C, R, R) with any two N. on_progress(done, total) is called at each level.
    Raises ValueError (message fit for the user) if the shapes differ or images are smaller than a patch.
    """
    sizes = levels(real.shape[2])
    if real.shape[1:] != fake.shape[1:] or not len(real) or not len(fake):
        raise ValueError(
            f"two sets of pictures of one size are needed; these are {real.shape} and {fake.shape}."
        )
    distances = {}
    for i, size in enumerate(sizes):
        if on_progress:
            on_progress(i, len(sizes))
        distances[size] = SCALE * at_level(
            real, fake, i, len(sizes), per_image, directions, np.random.default_rng([seed, i])
        )
    return distances


def at_level(real, fake, level, count, per_image, directions, random) -> float:
    """The distance at one level. When it returns, the memory of this level's patches is free again."""
    sets = [normalized(neighbourhoods(images, level, count, per_image, random)) for images in (real, fake)]
    return sliced_wasserstein(*sets, directions, random)


def quick_swd(real: np.ndarray, fake: np.ndarray, seed: int = 0) -> float:
    """Mean distance over levels with fewer patches and directions, for a curve during training.

    real, fake: uint8 (N, C, R, R), about 1,000 of each. Not the published protocol: no result to report.
    """
    return float(np.mean(list(multi_scale_swd(real, fake, seed, **QUICK).values())))


def levels(resolution: int) -> list[int]:
    """Sizes of the pyramid's levels, finest first: 64 -> [64, 32, 16]. Odd sizes cannot be halved.

    Raises CannotMeasure if images are smaller than a patch.
    """
    if resolution < SIZE:
        raise CannotMeasure(
            f"pictures of {resolution} px are too small for swd; it compares patches of {SIZE}×{SIZE}."
        )
    sizes = [resolution]
    while sizes[-1] % 2 == 0 and sizes[-1] // 2 >= COARSEST:
        sizes.append(sizes[-1] // 2)
    return sizes


# -- pyramid and patches -------------------------------------------------------------------------------------


def pyramid(images: np.ndarray, count: int) -> list[np.ndarray]:
    """Laplacian pyramid of float32 (N, C, H, W): `count` levels, finest first; the last is low-pass."""
    found = []
    for _ in range(count - 1):
        smaller = halved(images)
        found.append(images - doubled(smaller))
        images = smaller
    return [*found, images]


def blurred(images: np.ndarray, kernel: np.ndarray, step: int = 1) -> np.ndarray:
    """images (N, C, H, W) filtered along both axes by a kernel (5,); keeps every `step`-th row and column.

    Borders are mirrored without repeating the edge.
    """
    for axis in (2, 3):
        size = images.shape[axis]
        padded = np.pad(images, [(2, 2) if a == axis else (0, 0) for a in range(4)], mode="reflect")
        before = (slice(None),) * axis
        images = kernel[0] * padded[*before, 0:size:step]
        for i in range(1, len(kernel)):
            images += kernel[i] * padded[*before, i : i + size : step]
    return images


def halved(images: np.ndarray) -> np.ndarray:
    """(N, C, H, W) -> (N, C, H/2, W/2), low-pass filtered."""
    return blurred(images, KERNEL, step=2)


def doubled(images: np.ndarray) -> np.ndarray:
    """(N, C, H, W) -> (N, C, 2H, 2W): inserts zeros, then applies the same filter with a gain of 4."""
    n, c, h, w = images.shape
    wide = np.zeros((n, c, 2 * h, 2 * w), np.float32)
    wide[:, :, ::2, ::2] = images
    return blurred(wide, 2 * KERNEL)


def neighbourhoods(
    images: np.ndarray, level: int, count: int, per_image: int, random: np.random.Generator, part: int = 0
) -> np.ndarray:
    """uint8 images (N, C, H, W) -> random patches at one level, float32 (N · per_image, C, 7, 7).

    part: number of images that are processed together; 0 means as many as fit a processor's cache. It does
    not change the result.
    """
    n, channels, height, width = images.shape
    h, w = height >> level, width >> level
    rows, columns = (random.integers(size - SIZE + 1, size=(n, per_image)) for size in (h, w))
    out = np.empty((n, per_image, channels, SIZE, SIZE), np.float32)
    part = part or max(1, CACHED // (channels * height * width))
    for start in range(0, n, part):
        these = slice(start, start + part)
        one = pyramid(images[these].astype(np.float32), min(count, level + 2))[level]
        windows = np.lib.stride_tricks.sliding_window_view(
            one, (SIZE, SIZE), axis=(2, 3)
        )  # (N, C, h, w, 7, 7)
        out[these] = windows[np.arange(len(one))[:, None], :, rows[these], columns[these]]
    return out.reshape(-1, *out.shape[2:])


def normalized(patches: np.ndarray) -> np.ndarray:
    """float32 (N, C, 7, 7) -> (N, C · 49), in place: each channel gets mean 0 and standard deviation 1."""
    for c in range(patches.shape[1]):
        one = patches[:, c]
        one -= np.float32(one.mean(dtype=np.float64))
        std = np.sqrt(np.square(one).mean(dtype=np.float64))
        one /= np.float32(std if std > 0 else 1)
    return patches.reshape(len(patches), -1)


# -- distance ------------------------------------------------------------------------------------------------


def sliced_wasserstein(a: np.ndarray, b: np.ndarray, directions: int, random: np.random.Generator) -> float:
    """Mean 1-Wasserstein distance of a (N, D) and b (M, D), projected on random directions."""
    total, done = 0.0, 0
    while done < directions:
        k = min(TOGETHER, directions - done)
        axes = random.standard_normal((k, a.shape[1])).astype(np.float32)
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        total += k * wasserstein(np.sort(axes @ a.T, axis=1), np.sort(axes @ b.T, axis=1))
        done += k
    return total / directions


def wasserstein(a: np.ndarray, b: np.ndarray) -> float:
    """Mean over rows of the 1-Wasserstein distance of sorted numbers a (K, N) and b (K, M)."""
    if a.shape == b.shape:
        return float(np.abs(a - b).mean(dtype=np.float64))
    cuts = np.union1d(np.arange(1, a.shape[1] + 1) / a.shape[1], np.arange(1, b.shape[1] + 1) / b.shape[1])
    middle, width = (cuts + np.append(0, cuts[:-1])) / 2, np.diff(cuts, prepend=0)
    left, right = (x[:, np.minimum((middle * x.shape[1]).astype(int), x.shape[1] - 1)] for x in (a, b))
    return float((np.abs(left - right).astype(np.float64) @ width).mean())
