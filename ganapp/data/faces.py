"""The built-in labelled data set: cartoon faces drawn by Pillow from (seed, index), one soft-shaded flat style.

Not a downloader and not a renderer of people: every face is some ellipses and polygons, drawn larger and reduced.
The class label is the expression; every other drawn factor is in ATTRIBUTES, so that a measurement can ask for it.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

CLASS_NAMES = ("smile", "neutral", "sad", "surprised")
MIN_RESOLUTION, MAX_RESOLUTION = 28, 256

# fmt: off
# Palettes: value name -> (red, green, blue).
SKIN = {
    "porcelain": (255, 226, 208), "ivory": (250, 212, 186), "peach": (244, 196, 164), "sand": (234, 182, 144),
    "honey": (220, 163, 118), "caramel": (200, 140, 96), "bronze": (176, 116, 76), "chestnut": (150, 96, 64),
    "cocoa": (124, 78, 54), "espresso": (100, 62, 46),
}
HAIR = {
    "black": (42, 38, 46), "espresso": (74, 48, 40), "brown": (116, 74, 50), "auburn": (150, 66, 44),
    "ginger": (214, 112, 48), "blond": (238, 196, 104), "grey": (170, 172, 180), "pink": (236, 122, 158),
    "teal": (46, 156, 160), "violet": (136, 104, 196),
}
EYES = {"brown": (98, 58, 34), "hazel": (146, 100, 40), "green": (62, 132, 82), "blue": (52, 120, 196),
        "grey": (96, 112, 128)}
BACKGROUND = {
    "sky": (168, 212, 240), "mint": (172, 226, 206), "butter": (252, 228, 156), "apricot": (252, 206, 162),
    "rose": (248, 192, 200), "lilac": (208, 196, 240), "sage": (190, 210, 172), "aqua": (150, 214, 218),
    "denim": (128, 160, 208), "cream": (244, 236, 220),
}
CLOTH = {
    "navy": (52, 72, 122), "coral": (240, 108, 94), "mustard": (236, 176, 56), "teal": (30, 138, 142),
    "plum": (128, 70, 124), "forest": (62, 118, 84), "white": (246, 244, 238), "slate": (92, 104, 122),
}
FRAMES = {"black": (38, 38, 46), "brass": (214, 160, 62), "red": (206, 62, 66)}

# Discrete factors: name -> {value: weight}. The expression is not drawn by chance (see `face_attributes`).
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
# Some hide others: a hat most of a short hair style, sunglasses the eyes; a colour needs its thing to be there.
ATTRIBUTES: dict[str, tuple[str, ...]] = {name: tuple(weights) for name, weights in _WEIGHTS.items()}
_EDGES = {name: np.cumsum(list(w.values()))[:-1] / sum(w.values()) for name, w in _WEIGHTS.items()}
# Continuous jitter, each drawn uniformly from [-1, 1].
_JITTER = ("x", "y", "width", "height", "turn", "eye_gap", "eye_size", "mouth_width", "mouth_y", "brow", "tint", "gaze",
           "volume")
# fmt: on


def draw_face(index: int, resolution: int, seed: int = 0, change: Mapping[str, str | int] | None = None) -> Image.Image:
    """Face `index` of the set `seed` as an RGB image of resolution x resolution (28 to 256).

    `change` forces factors by value name or value index, all else equal: `change={"expression": "sad"}`.
    Raises ValueError for a resolution, index, factor or value that is not allowed.
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
    return _paint({name: ATTRIBUTES[name][value] for name, value in chosen.items()}, jitter[0].tolist(), resolution)


def face_attributes(index: int, seed: int = 0) -> dict[str, int]:
    """Value index of every factor in ATTRIBUTES of face `index`; the expression is index % 4, so classes balance."""
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
    """Faces start ... start + count - 1: images uint8 (N, 3, R, R), labels int64 (N,), factors {name: int64 (N,)}.

    Raises ValueError for a count, start or resolution that is not allowed,
    and ganapp.data.Cancelled when `cancelled()` is true.
    """
    _check(resolution, start)
    if count < 0:
        raise ValueError(f"count is {count}; it must be 0 or more.")
    values, jitter = _factors(np.arange(start, start + count), seed)
    names = list(values)
    tables = [ATTRIBUTES[name] for name in names]
    rows = np.stack(list(values.values()), axis=1).tolist()
    images = np.empty((count, 3, resolution, resolution), np.uint8)
    for i, (row, jit) in enumerate(zip(rows, jitter.tolist(), strict=True)):
        if i % 256 == 0:
            if cancelled is not None and cancelled():
                from ganapp.data import Cancelled  # late: ganapp.data imports this file

                raise Cancelled(f"Drawing stopped after {i} of {count} faces.")
            if progress is not None:
                progress(i, count, "Drawing faces")
        face = _paint({n: t[v] for n, t, v in zip(names, tables, row, strict=True)}, jit, resolution)
        images[i] = np.asarray(face).transpose(2, 0, 1)
    if progress is not None:
        progress(count, count, "Drawing faces")
    return images, values["expression"], values


def _check(resolution: int, index: int) -> None:
    if not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise ValueError(f"Faces can be drawn at {MIN_RESOLUTION} to {MAX_RESOLUTION} pixels, not at {resolution}.")
    if index < 0:
        raise ValueError(f"A face has an index of 0 or more, not {index}.")


def _hash(x: np.ndarray) -> np.ndarray:
    """splitmix64's finalizer on uint64: integers only, therefore the same on every platform."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _factors(index: np.ndarray, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Factors {name: int64 (N,)} and jitter (N, J) in [-1, 1] of each (seed, index), whatever else is asked."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    key = _hash(np.array([seed % 2**64], np.uint64) + golden)
    key = _hash(key + index.astype(np.uint64) * golden)[:, None]  # (N, 1)
    columns = np.arange(1, len(ATTRIBUTES) + len(_JITTER) + 1, dtype=np.uint64)[None]
    uniform = (_hash(key + columns * golden) >> np.uint64(11)).astype(np.float64) * 2.0**-53  # (N, columns)
    values = {name: np.searchsorted(_EDGES[name], uniform[:, i], side="right") for i, name in enumerate(ATTRIBUTES)}
    values["expression"] = index.astype(np.int64) % len(CLASS_NAMES)
    return values, uniform[:, len(ATTRIBUTES) :] * 2 - 1


Points = list[tuple[float, float]]

# --- shapes: lists of (x, y); heads and hair in units of the head's half-width and half-height, the rest in percent of
# the picture, from the face's centre, y downwards


def _arc(rx: float, ry: float, first: float, last: float, n: int, power: float = 2.0) -> Points:
    """Superellipse points from angle `first` to `last` (degrees, clockwise on screen, 0 = right, 90 = down)."""
    points = []
    for i in range(n):
        t = math.radians(first + (last - first) * i / (n - 1))
        c, s = math.cos(t), math.sin(t)
        points.append((rx * math.copysign(abs(c) ** (2 / power), c), ry * math.copysign(abs(s) ** (2 / power), s)))
    return points


def _smooth(points: Points, n: int = 4) -> Points:
    """An open Catmull-Rom curve through the points."""
    p = [points[0], *points, points[-1]]
    curve = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        for i in range(n):
            t = i / n
            w = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            curve.append(tuple(sum(u * q[k] for u, q in zip(w, (a, b, c, d), strict=True)) / 2 for k in (0, 1)))
    return [*curve, points[-1]]


def _mirror(points: Points) -> Points:
    """The points (right half, top to bottom or so) followed by their mirror image, back again."""
    return [*points, *((-x, y) for x, y in reversed(points))]


def _stroke(points: Points, width: float, taper: float = 1.0) -> Points:
    """A band along a left-to-right curve, its ends narrowed to `taper` of the width and rounded."""
    curve = _smooth(points, 4)
    n = len(curve) - 1
    upper, lower = [], []
    for i, (x, y) in enumerate(curve):
        (x0, y0), (x1, y1) = curve[max(i - 1, 0)], curve[min(i + 1, n)]
        length = math.hypot(x1 - x0, y1 - y0)
        tx, ty = (x1 - x0) / length, (y1 - y0) / length
        half = width / 2 * (taper + (1 - taper) * math.sin(math.pi * i / n))
        upper.append((x + half * ty, y - half * tx))
        lower.append((x - half * ty, y + half * tx))
        if i in (0, n):  # the round end: from one side over the tip to the other
            end = half if i else -half
            tip = [(x + end * (0.7 * tx + q * ty), y + end * (0.7 * ty - q * tx)) for q in (0.7, -0.7)]
            tip.insert(1, (x + end * tx, y + end * ty))
            (upper if i else lower).extend(tip)
    first, lower = lower[1:4], [lower[0], *lower[4:]]
    return [*upper, *reversed(lower), *first]


def _jaw(shape: str, first: float, last: float, n: int) -> Points:
    power = {"round": 2.2, "oval": 2.1, "square": 2.7, "heart": 2.0}[shape]
    taper = {"round": 0.0, "oval": 0.06, "square": 0.0, "heart": 0.2}[shape]
    return [(x * (1 - taper * y * y), y) for x, y in _arc(1, 1, first, last, n, power)]


# fmt: off
_HEAD = {s: _arc(1, 1, 180, 360, 20, 2.3) + _jaw(s, 0, 180, 24) for s in ATTRIBUTES["head"]}
_SHADE = {s: _jaw(s, 0, 115, 14) + [(x - 0.13, y - 0.05) for x, y in reversed(_jaw(s, 0, 115, 14))] for s in _HEAD}
_STUBBLE = {
    s: _jaw(s, 16, 164, 18)
    + _smooth([(-0.8, 0.42), (-0.5, 0.36), (-0.2, 0.3), (0.2, 0.3), (0.5, 0.36), (0.8, 0.42)], 4)
    for s in _HEAD
}
_BEARD = {
    s: [(x * 1.03, y * 1.05) for x, y in _jaw(s, 2, 178, 20)]
    + _smooth([(-0.98, 0.0), (-0.84, 0.26), (-0.5, 0.36), (-0.2, 0.32), (0, 0.35),
               (0.2, 0.32), (0.5, 0.36), (0.84, 0.26), (0.98, 0.0)], 4)
    for s in _HEAD
}
_HEAD_SIZE = {"round": (27.5, 28.5), "oval": (25.5, 31.0), "square": (26.5, 29.5), "heart": (27.5, 30.5)}

_CAP = _arc(1.05, 1.11, 180, 360, 18, 2.3)
_TALL = _arc(1.07, 1.2, 180, 360, 18, 2.3)
# Hairlines run from the right temple to the left; sideburns and an arched forehead keep hair from looking like a hat.
_SIDE = [(1.03, 0.12), (0.93, 0.1), (0.88, -0.22)]
_HAIRLINE = {
    "buzz": [(0.74, -0.52), (0.4, -0.66), (0, -0.64), (-0.4, -0.66), (-0.74, -0.52)],
    "side_part": [(0.8, -0.42), (0.5, -0.5), (0.0, -0.66), (-0.42, -0.86), (-0.5, -0.78), (-0.72, -0.5)],
    "quiff": [(0.76, -0.5), (0.4, -0.6), (0, -0.66), (-0.4, -0.62), (-0.76, -0.5)],
    "centre": [(0.84, -0.3), (0.58, -0.56), (0.22, -0.76), (0, -0.9), (-0.22, -0.76), (-0.58, -0.56), (-0.84, -0.3)],
    "fringe": [(0.78, -0.44), (0.4, -0.46), (0, -0.45), (-0.4, -0.46), (-0.78, -0.44)],
    "swept": [(0.8, -0.4), (0.66, -0.62), (0.4, -0.74), (0, -0.8), (-0.4, -0.74), (-0.66, -0.62), (-0.8, -0.4)],
}


# fmt: on
def _cap(line: str, outer: Points) -> Points:
    return outer + _smooth([*_SIDE, *_HAIRLINE[line], *((-x, y) for x, y in reversed(_SIDE))], 4)


# fmt: off
_SPIKES = [(-1.06, 0.1), (-1.1, -0.3), (-1.24, -0.58), (-0.98, -0.66), (-1.0, -1.04), (-0.66, -0.98), (-0.5, -1.34),
           (-0.2, -1.1), (0.06, -1.42), (0.3, -1.1), (0.6, -1.32), (0.7, -0.98), (1.02, -1.0), (0.98, -0.64),
           (1.24, -0.54), (1.1, -0.28), (1.06, 0.1), (0.92, 0.08), (0.86, -0.3), (0.66, -0.62), (0.5, -0.44),
           (0.3, -0.66), (0.08, -0.46), (-0.14, -0.66), (-0.36, -0.46), (-0.56, -0.66), (-0.74, -0.44),
           (-0.88, -0.26), (-0.92, 0.08)]
_PUFF = _arc(1.02, 1.1, 190, 350, 18, 2.3) + _smooth(
    [(0.96, -0.2), (0.86, -0.34), (0.6, -0.54), (0.3, -0.6), (0, -0.57), (-0.3, -0.6), (-0.6, -0.54), (-0.86, -0.34),
     (-0.96, -0.2)], 4
)
_FRONT = {
    "buzz": _cap("buzz", _arc(1.02, 1.05, 180, 360, 18, 2.3)),
    "side_part": _cap("side_part", _TALL),
    "quiff": _smooth([(-1.04, 0.12), (-1.08, -0.5), (-0.98, -1.0), (-0.5, -1.3), (0.3, -1.42), (0.9, -1.3),
                      (1.06, -0.9), (1.07, -0.5), (1.04, 0.12)], 3)
    + _smooth([(0.93, 0.1), (0.88, -0.26), (0.8, -0.56), (0.3, -0.6), (-0.3, -0.68), (-0.72, -0.62), (-0.88, -0.26),
               (-0.93, 0.1)], 4),
    "spiky": _SPIKES,
    "curly": _PUFF,
    "afro": _PUFF,
    "long": _cap("centre", _TALL),
    "wavy": _cap("side_part", _TALL),
    "bob": _cap("fringe", _TALL),
    "bun": _cap("swept", _CAP),
    "ponytail": _cap("swept", _CAP),
}
_BACK = {
    "long": _mirror(_smooth([(0, -1.18), (0.7, -1.02), (1.12, -0.5), (1.22, 0.2), (1.24, 0.9), (1.16, 1.3),
                             (0.6, 1.36)], 4)),
    "wavy": _mirror(_smooth([(0, -1.18), (0.7, -1.04), (1.14, -0.55), (1.18, -0.1), (1.34, 0.22), (1.22, 0.52),
                             (1.38, 0.84), (1.22, 1.1), (1.26, 1.3), (0.7, 1.34)], 4)),
    "bob": _mirror(_smooth([(0, -1.18), (0.7, -1.04), (1.14, -0.5), (1.24, 0.1), (1.32, 0.62), (1.2, 0.84),
                            (0.7, 0.8)], 4)),
    "ponytail": _smooth([(0.7, -0.8), (1.1, -0.86), (1.46, -0.5), (1.56, 0.1), (1.42, 0.7), (1.24, 0.96), (1.24, 0.4),
                         (1.1, -0.1), (0.8, -0.4)], 4),
}
_CURLS = [(math.cos(math.radians(t)), math.sin(math.radians(t))) for t in range(184, 357, 24)]
_DOME = _arc(1.1, 1.28, 180, 360, 18, 2.3)
_VISOR = _smooth([(-0.5, -1), (0.1, -3.4), (0.8, -4.2), (1.4, -2.4), (1.66, 1.2), (1.5, 2.6), (0.9, 1.2), (0.2, 1.4),
                  (-0.5, -1)])
_MOUSTACHE = _mirror(_smooth([(0, 9.6), (3.5, 8.8), (7.5, 10.2), (11.5, 13.2), (7, 13.6), (3, 13), (0, 12.4)], 4))

_MOUTH = {
    "smile": _arc(11.5, 11, 0, 180, 18, 2.2) + [(-11.5, -0.6), (-5, 0.6), (5, 0.6), (11.5, -0.6)],
    "teeth": [(-10.2, -0.4), (-5, 0.6), (5, 0.6), (10.2, -0.4), (9.4, 3.2), (5, 3.8), (-5, 3.8), (-9.4, 3.2)],
    "neutral": _stroke([(-9, 3.2), (0, 3.2), (9, 3.2)], 3.0),
    "sad": _stroke([(-10, 8), (-6.5, 3), (0, 0.8), (6.5, 3), (10, 8)], 3.4),
}
# Right brow, from the nose outwards, relative to the eye's centre.
_BROW = {
    "smile": [(-5.8, -11.6), (0, -12.8), (6.8, -9.6)],
    "neutral": [(-5.5, -9.0), (0, -9.6), (6.5, -9.0)],
    "sad": [(-5.5, -12.6), (0, -10.2), (6.5, -6.8)],
    "surprised": [(-5.8, -15.0), (0, -16.8), (6.8, -13.4)],
}
_BROWS = {(e, w): _stroke(_BROW[e], t, 0.7) for e in _BROW for w, t in (("thin", 2.2), ("thick", 3.2))}
_SHOULDERS = _mirror(_smooth([(0, 30), (9, 30.5), (20, 33.5), (28, 38), (33, 46), (34, 60)], 4))
_LID = [(-7.5, -9.0), (7.5, -9.0), (7.5, 0.4), (5.6, -0.6), (-5.8, -5.6), (-7.5, -6.0)]
# fmt: on


# --- colours


@lru_cache(maxsize=4096)
def _mix(a: tuple[int, int, int], b: tuple[int, int, int], t: float) -> tuple[int, int, int]:
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b, strict=True))


def _shade(colour: tuple[int, int, int], t: float = 0.16) -> tuple[int, int, int]:
    """Darker and a little warmer: the one shade of the style."""
    return _mix(colour, (70, 24, 48), t)


_WHITE, _INK, _MOUTH_RED, _TONGUE = (255, 255, 255), (44, 34, 42), (116, 26, 40), (236, 112, 112)


# --- painting


def _paint(f: dict[str, str], jitter: list[float], resolution: int) -> Image.Image:
    """Draw one face from its factors and jitter, larger, and reduce it."""
    scale = 4 if resolution <= 96 else 3
    size = resolution * scale
    j = dict(zip(_JITTER, jitter, strict=True))
    k = size / 100
    background = BACKGROUND[f["background"]]
    image = Image.new("RGB", (size, size), background)
    draw = ImageDraw.Draw(image)
    a, b = _HEAD_SIZE[f["head"]]
    a, b = a * (1 + 0.03 * j["width"]), b * (1 + 0.025 * j["height"])
    cx, cy = 50 + 1.2 * j["x"], 53 + 1.0 * j["y"]

    def blob(x: float, y: float, rx: float, ry: float, fill: tuple[int, int, int]) -> None:
        draw.ellipse(((cx + x - rx) * k, (cy + y - ry) * k, (cx + x + rx) * k - 1, (cy + y + ry) * k - 1), fill=fill)

    def shape(
        points: list, fill: tuple[int, int, int], sx: float = 1, sy: float = 1, dx: float = 0, dy: float = 0
    ) -> None:
        sx, sy, dx, dy = sx * k, sy * k, (cx + dx) * k, (cy + dy) * k
        draw.polygon([(dx + x * sx, dy + y * sy) for x, y in points], fill=fill)

    skin = _mix(SKIN[f["skin"]], (255, 214, 170) if j["tint"] > 0 else (150, 80, 70), 0.06 * round(abs(j["tint"]), 1))
    dark = _shade(skin)
    hair = HAIR[f["hair_colour"]]
    if sum(abs(p - q) for p, q in zip(hair, skin, strict=True)) < 85:
        hair = _mix(
            hair, (104, 44, 16) if sum(skin) > 330 else _INK, 0.45
        )  # else hair and skin of one colour melt into each other
    style, hat, expression = f["hair"], f["hat"], f["expression"]
    covered = hat in ("beanie", "cap", "sunhat")
    turn = 1.1 * j["turn"]

    if f["backdrop"] == "disc":
        blob(50 - cx, 53 - cy, 43, 43, _mix(background, _WHITE, 0.35))
    elif f["backdrop"] == "diagonal":
        draw.polygon([0, size, size, 0, size, size], fill=_mix(background, _WHITE, 0.3))

    _paint_back_hair(
        style,
        _shade(hair, 0.22),
        covered or (hat == "party" and style == "bun"),
        a,
        b,
        1 + 0.04 * j["volume"],
        blob,
        shape,
    )
    _paint_body(f, _shade(skin, 0.28), b, blob, shape)
    for side in (-1, 1):
        blob(side * (a + 0.6), 2, 4.8, 6.0, skin)
        blob(side * (a + 0.9), 2.4, 2.4, 3.4, dark)
    shape(_HEAD[f["head"]], skin, a, b)
    shape(_SHADE[f["head"]], dark, a, b)

    gap, grow = 11.4 + 0.6 * j["eye_gap"], 1 + 0.06 * j["eye_size"]
    if f["glasses"] != "sun":
        for side in (-1, 1):
            _paint_eye(f, side, side * gap + turn, grow, skin, j["gaze"], blob, shape)
    _paint_cheeks(f, skin, turn, blob)
    mouth_y = 12.8 + 0.6 * j["mouth_y"]
    _paint_beard(f, skin, hair, a, b, turn, mouth_y, blob, shape)
    blob(turn * 1.3, 8, 3.0, 2.2, dark)
    _paint_mouth(expression, skin, turn, mouth_y, 1 + 0.07 * j["mouth_width"], blob, shape)
    if style != "bald":
        cap = "buzz" if covered else style
        shape(_FRONT[cap], hair, a, b)
        if style in ("curly", "afro") and not covered:
            radius = 0.3 if style == "curly" else 0.2
            for u, v in _CURLS:
                blob(u * 0.9 * a, (v * 0.92 - 0.1) * b, radius * a, radius * a, hair)
    if f["earrings"] != "none":
        for side in (-1, 1):
            blob(side * (a + 1.2), 9.6, 1.9, 1.9, (244, 190, 62) if f["earrings"] == "gold" else (250, 246, 240))

    if hat != "none":
        _paint_hat(hat, CLOTH[f["hat_colour"]], a, b, blob, shape)
    if f["glasses"] != "none":
        _paint_glasses(f, gap, turn, a, (cx, cy, k), draw, blob, shape)
    brow = _mix(hair, _INK, 0.5 if sum(skin) > 480 else 0.8)  # darker on dark skin: brows tell the expression
    for side in (-1, 1):
        shape(_BROWS[expression, f["brows"]], brow, side, 1, side * gap + turn, 1.4 + 0.4 * j["brow"])
    return image.reduce(scale)


def _paint_back_hair(style, colour, covered, a, b, volume, blob, shape) -> None:
    if style in _BACK:
        shape(_BACK[style], colour, a * volume, b)
    elif style == "afro":
        if covered:
            for side in (-1, 1):
                blob(side * a * 1.08, -0.12 * b, 0.46 * a, 0.52 * b, colour)
        else:
            blob(0, -0.36 * b, 1.36 * a * volume, 1.02 * b * volume, colour)
    elif style == "curly":
        for side in (-1, 1):
            for v in (-0.3, 0.02):
                blob(side * a * 1.04, v * b, 0.24 * a * volume, 0.24 * a * volume, colour)
    elif style == "bun":
        if covered:
            blob(a * 0.98, 0.62 * b, 0.34 * a, 0.34 * a, colour)
        else:
            blob(0, -1.26 * b, 0.42 * a * volume, 0.42 * a * volume, colour)


def _paint_body(f, skin_shade, b, blob, shape) -> None:
    colour, style = CLOTH[f["clothes_colour"]], f["clothes"]
    shape([(-8.5, 18), (8.5, 18), (9, 40), (-9, 40)], skin_shade)
    if style == "hoodie":
        blob(0, 34, 21, 9.5, _shade(colour, 0.25))
    shape(_SHOULDERS, colour, 1, 1, 0, 1.5)
    if style == "v_neck":
        shape([(-9, 31), (9, 31), (0, 43)], skin_shade)
    else:
        blob(0, 31, 9.4, 5.2, skin_shade)
    if style == "collar":
        for side in (-1, 1):
            shape([(2, 38.5), (9, 30.5), (14, 34), (8, 43)], _mix(colour, _WHITE, 0.55), side, 1)
    elif style == "stripes":
        stripe = _mix(colour, _WHITE, 0.5) if f["clothes_colour"] != "white" else (200, 96, 96)
        shape([(-28, 39.2), (28, 39.2), (30, 42), (-30, 42)], stripe)
        shape([(-32, 45), (32, 45), (33, 48), (-33, 48)], stripe)
    elif style == "hoodie":
        for side in (-1, 1):
            shape([(5, 37), (6.6, 36.5), (6.6, 46), (5, 46)], _mix(colour, _WHITE, 0.7), side, 1)


def _paint_cheeks(f, skin, turn, blob) -> None:
    if f["cheeks"] == "blush":
        for side in (-1, 1):
            blob(side * 16.5 + turn, 10.4, 4.6, 3.2, _mix(skin, (240, 84, 92), 0.36))
    elif f["cheeks"] == "freckles":
        for side in (-1, 1):
            for x, y in ((13, 8.6), (16.4, 10.4), (19.6, 8.4)):
                blob(side * x + turn, y, 0.9, 0.9, _shade(skin, 0.34))


def _paint_beard(f, skin, hair, a, b, turn, mouth_y, blob, shape) -> None:
    beard = f["beard"]
    colour = _mix(hair, _INK, 0.24)
    if beard == "stubble":
        shape(_STUBBLE[f["head"]], _mix(skin, (66, 48, 50), 0.2), a, b)
    elif beard == "full":
        shape(_BEARD[f["head"]], colour, a, b)
        blob(turn, mouth_y + 4.2, 12.4, 5.6, skin)
    elif beard == "goatee":
        blob(turn, b * 0.72, 12.5, b * 0.38, colour)
        blob(turn, mouth_y + 3.4, 13.0, 6.6, skin)
    if beard == "moustache":
        shape(_MOUSTACHE, colour, 1, 1, turn, 0)


def _paint_mouth(expression, skin, turn, y, width, blob, shape) -> None:
    line = _mix(skin, (60, 0, 16), 0.85)
    lip = _mix(skin, (240, 96, 104), 0.5 if sum(skin) > 480 else 0.62)
    if expression == "smile":
        shape(_MOUTH["smile"], _MOUTH_RED, width, 1, turn, y)
        blob(turn, y + 8.6, 6 * width, 3, _TONGUE)
        shape(_MOUTH["teeth"], _WHITE, width, 1, turn, y)
    elif expression == "surprised":
        blob(turn, y + 6.4, 7.4 * width, 8.4, lip)
        blob(turn, y + 6.4, 5.8 * width, 6.9, _MOUTH_RED)
        blob(turn, y + 10.2, 3.9 * width, 2.5, _TONGUE)
    else:
        if expression == "neutral":
            blob(turn, y + 4.4, 6.6 * width, 3.0, lip)
        else:
            blob(turn, y + 5.4, 5.2 * width, 2.6, lip)
        shape(_MOUTH[expression], line, width, 1, turn, y)


def _paint_eye(f, side, x, grow, skin, gaze, blob, shape) -> None:
    kind, expression, iris = f["eyes"], f["expression"], EYES[f["eye_colour"]]
    wide = 1.22 if expression == "surprised" else 1.0
    rx, ry = {"round": (5.4, 5.6), "almond": (6.4, 4.6), "dot": (3.9, 4.8), "lashes": (5.8, 5.2)}[kind]
    rx, ry = rx * grow * (1 + (wide - 1) / 2), ry * grow * wide
    y = 1.4
    if kind == "lashes":
        blob(x + side * 0.9, y - 1.4, rx + 0.9, ry + 0.4, _INK)
    if kind == "dot":
        blob(x, y, rx, ry, _mix(iris, _INK, 0.35))
        look = 0
    else:
        blob(x, y, rx, ry, _WHITE)
        look = gaze * 0.7
        radius = 3.7 * grow * (0.9 if expression == "surprised" else 1)
        blob(x + look, y + (0.8 if expression == "sad" else 0), radius, radius, iris)
    blob(x + look, y + (0.8 if expression == "sad" else 0), 2.0, 2.0, _INK)
    blob(x + look + 1.3, y - 1.5, 1.2, 1.2, _WHITE)
    if expression == "smile":
        blob(x, y + 6.0, 8.0, 3.8, skin)
    elif expression == "sad":
        shape(_LID, skin, side, 1, x, y)


def _paint_glasses(f, gap, turn, a, frame, draw, blob, shape) -> None:
    cx, cy, k = frame
    colour = FRAMES[f["glasses_colour"]]
    width = max(1, round(1.7 * k))
    for side in (-1, 1):
        x = side * gap + turn
        shape([(x + side * 8, -0.8), (side * a, -1.6), (side * a, 0.2), (x + side * 8, 1)], colour)
        if f["glasses"] == "sun":
            shape([(-9, -5), (9, -5), (9, 0), (7, 6.5), (2, 8.5), (-4, 8), (-8, 4)], (44, 44, 58), side, 1, x, 0.8)
            shape([(-4, -3.4), (0, -3.4), (-4, 4), (-6, 2)], (104, 112, 140), 1, 1, x, 0.8)
            continue
        box = [(cx + x - 8.6) * k, (cy + 1.4 - 8.2) * k, (cx + x + 8.6) * k, (cy + 1.4 + 8.2) * k]
        if f["glasses"] == "round":
            draw.ellipse(box, outline=colour, width=width)
        else:
            draw.rounded_rectangle(
                [box[0], box[1] + k, box[2], box[3] - k], radius=2.4 * k, outline=colour, width=width
            )
    inner = gap - (7.4 if f["glasses"] == "sun" else 8.6)
    shape([(-inner + turn, -0.4), (inner + turn, -0.4), (inner + turn, 1.3), (-inner + turn, 1.3)], colour)


def _paint_hat(hat, colour, a, b, blob, shape) -> None:
    light, dark = _mix(colour, _WHITE, 0.5), _shade(colour, 0.28)
    edge = -0.6 * b  # above the highest brow, so that no hat hides the expression
    if hat == "beanie":
        blob(0, edge - 0.86 * b, 5.6, 5.6, light)
        shape(_DOME, colour, a, b * 0.68, 0, edge)
        shape(_stroke([(-1.08 * a, edge + 1.4), (0, edge - 0.4), (1.08 * a, edge + 1.4)], 7.4), light)
    elif hat == "cap":
        blob(0, edge - 0.8 * b, 2.6, 2.2, dark)
        shape(_DOME, colour, a, b * 0.62, 0, edge)
        shape(_VISOR, dark, a, 1, 0, edge)
    elif hat == "sunhat":
        shape(_DOME, colour, a * 0.88, b * 0.6, 0, edge - 2)
        shape(_stroke([(-0.94 * a, edge - 4), (0, edge - 5), (0.94 * a, edge - 4)], 4), light)
        blob(0, edge - 0.6, 1.52 * a, 4.2, _shade(colour, 0.12))
    else:
        base = -0.9 * b
        shape([(-12, base), (0, -49), (12, base), (6, base + 2.4), (-6, base + 2.4)], colour)
        for x, y in ((-4, base - 3.4), (4.2, base - 5.4), (-0.6, base - 11)):
            blob(x, y, 1.7, 1.7, light)
        blob(0, -48.4, 3.6, 3.6, light)
