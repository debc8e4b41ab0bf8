"""The built-in labelled data set: cartoon faces drawn by Pillow, each a function of (seed, index).

The class label is the expression. Every other factor is in ATTRIBUTES, so that it can be measured on
generated images. Here factors are chosen; how a face is painted is in art.py, its outlines are in shapes.py.
"""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from ..cache import Cancelled
from .art import paint
from .colours import BACKGROUND, CLOTH, EYES, FRAMES, SKIN

CLASS_NAMES = ("smile", "neutral", "sad", "surprised")
MIN_RESOLUTION, MAX_RESOLUTION = 28, 256

# fmt: off
# Discrete factors: name -> {value: weight}. The expression is index % 4, not random.
_WEIGHTS: dict[str, dict[str, float]] = {
    "expression": dict.fromkeys(CLASS_NAMES, 1),
    "skin": dict.fromkeys(SKIN, 1),
    "head": {"round": 1, "oval": 1, "square": 1, "heart": 1},
    "hair": {
        "bald": 0.5, "buzz": 0.8, "side_part": 1, "quiff": 1, "spiky": 1, "curly": 1, "afro": 0.9,
        "long": 1.1, "wavy": 1, "bob": 1.1, "bun": 1, "ponytail": 1,
    },
    "hair_colour": {
        "black": 1.3, "espresso": 1.2, "brown": 1.2, "auburn": 0.9, "ginger": 0.9, "blond": 1.1, "grey": 0.7,
        "pink": 0.5, "teal": 0.4, "violet": 0.4,
    },
    "eyes": {"round": 1, "almond": 1, "dot": 1, "lashes": 1},
    "eye_colour": dict.fromkeys(EYES, 1),
    "brows": {"thin": 1, "thick": 1},
    "glasses": {"none": 5, "round": 1, "square": 1, "sun": 0.6},
    "glasses_colour": dict.fromkeys(FRAMES, 1),
    "hat": {"none": 6, "beanie": 0.8, "cap": 0.8, "party": 0.5, "sunhat": 0.5},
    "hat_colour": dict.fromkeys(CLOTH, 1),
    "beard": {"none": 6, "stubble": 0.6, "full": 0.8, "goatee": 0.7, "moustache": 0.8},
    "cheeks": {"plain": 3, "blush": 2, "freckles": 1},
    "earrings": {"none": 3, "gold": 0.6, "pearl": 0.5},
    "clothes": {"tee": 1, "v_neck": 1, "collar": 1, "stripes": 1, "hoodie": 1},
    "clothes_colour": dict.fromkeys(CLOTH, 1),
    "background": dict.fromkeys(BACKGROUND, 1),
    "backdrop": {"flat": 1.4, "disc": 1, "diagonal": 1},
}
# Not every factor can be seen: a hat hides most of a short hair style, sunglasses hide the eyes, and the
# colour of a hat needs a hat.
ATTRIBUTES: dict[str, tuple[str, ...]] = {name: tuple(weights) for name, weights in _WEIGHTS.items()}
_EDGES = {name: np.cumsum(list(w.values()))[:-1] / sum(w.values()) for name, w in _WEIGHTS.items()}
# Continuous variations, each uniform in [-1, 1].
_JITTER = ("x", "y", "width", "height", "turn", "eye_gap", "eye_size", "mouth_width", "mouth_y", "brow",
           "tint", "gaze", "volume")
# fmt: on


def draw_face(
    index: int, resolution: int, seed: int = 0, change: Mapping[str, str | int] | None = None
) -> Image.Image:
    """Draw face `index` of the set `seed` as an RGB image, resolution × resolution (28 to 256).

    change: factors to set by value name or value index, all else equal, such as {"expression": "sad"}.
    Raises ValueError (message fit for the user) if a resolution, index, factor or value is not allowed.
    """
    _check(resolution, index)
    values, jitter = _factors(np.array([index]), seed)
    chosen = {name: int(column[0]) for name, column in values.items()}
    for name, value in (change or {}).items():
        if name not in ATTRIBUTES:
            raise ValueError(f"A face has no factor {name!r}; allowed are {', '.join(ATTRIBUTES)}.")
        allowed = ATTRIBUTES[name]
        if value not in allowed and value not in range(len(allowed)):
            raise ValueError(f"{name} cannot be {value!r}; allowed are {', '.join(allowed)}.")
        chosen[name] = allowed.index(value) if isinstance(value, str) else int(value)
    factors = {name: ATTRIBUTES[name][value] for name, value in chosen.items()}
    return _paint(factors, jitter[0].tolist(), resolution)


def face_attributes(index: int, seed: int = 0) -> dict[str, int]:
    """{factor: value index} of face `index`. The expression is index % 4, so classes are balanced."""
    _check(MIN_RESOLUTION, index)
    return {name: int(column[0]) for name, column in _factors(np.array([index]), seed)[0].items()}


def draw_faces(
    count: int,
    resolution: int,
    start: int = 0,
    seed: int = 0,
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Draw faces start to start + count - 1.

    Returns images uint8 (N, 3, R, R), labels int64 (N,), and {factor: value index int64 (N,)}.
    progress: called as progress(done, total, what) every 256 faces. Raises ValueError if a count, start or
    resolution is not allowed, and ganapp.data.Cancelled if `cancelled()` is true.
    """
    _check(resolution, start)
    if count < 0:
        raise ValueError(f"count is {count}; it must be 0 or more.")
    values, jitter = _factors(np.arange(start, start + count), seed)
    names = list(values)
    tables = [ATTRIBUTES[name] for name in names]
    rows = np.stack(list(values.values()), axis=1).tolist()
    images = np.empty((count, 3, resolution, resolution), np.uint8)
    for i, (row, row_jitter) in enumerate(zip(rows, jitter.tolist(), strict=True)):
        if i % 256 == 0:
            if cancelled is not None and cancelled():
                raise Cancelled(f"Drawing stopped after {i} of {count} faces.")
            if progress is not None:
                progress(i, count, "Drawing faces")
        face = _paint({n: t[v] for n, t, v in zip(names, tables, row, strict=True)}, row_jitter, resolution)
        images[i] = np.asarray(face).transpose(2, 0, 1)
    if progress is not None:
        progress(count, count, "Drawing faces")
    return images, values["expression"], values


def _paint(factors: dict[str, str], jitter: list[float], resolution: int) -> Image.Image:
    return paint(factors, dict(zip(_JITTER, jitter, strict=True)), resolution)


def _check(resolution: int, index: int) -> None:
    if not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise ValueError(
            f"Faces can be drawn at {MIN_RESOLUTION} to {MAX_RESOLUTION} pixels, not at {resolution}."
        )
    if index < 0:
        raise ValueError(f"A face has an index of 0 or more, not {index}.")


def _hash(x: np.ndarray) -> np.ndarray:
    """The finalizer of splitmix64 on uint64. Integers only, so that it is the same on every platform."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _factors(index: np.ndarray, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """{factor: value index int64 (N,)} and jitter (N, J) in [-1, 1], functions of (seed, index) alone.

    A counter-based generator: number c of a face is splitmix64 at step c from a key made of seed and index
    (Steele, Lea and Flood 2014).
    """
    golden = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, the increment of splitmix64
    key = _hash(np.array([seed % 2**64], np.uint64) + golden)
    key = _hash(key + index.astype(np.uint64) * golden)[:, None]  # (N, 1)
    columns = np.arange(1, len(ATTRIBUTES) + len(_JITTER) + 1, dtype=np.uint64)[None]
    uniform = (_hash(key + columns * golden) >> np.uint64(11)).astype(np.float64) * 2.0**-53  # (N, columns)
    values = {
        name: np.searchsorted(_EDGES[name], uniform[:, i], side="right") for i, name in enumerate(ATTRIBUTES)
    }
    values["expression"] = index.astype(np.int64) % len(CLASS_NAMES)
    return values, uniform[:, len(ATTRIBUTES) :] * 2 - 1
