"""The outlines of the built-in faces: heads, hair, mouths, brows, … as lists of points, computed once.

Painting is in art.py. Coordinates start at the face's centre, y downwards: heads and hair in units of the
head's half-width and half-height, everything else in percent of the picture.
"""

import math

Points = list[tuple[float, float]]


def _arc(rx: float, ry: float, first: float, last: float, n: int, power: float = 2.0) -> Points:
    """n points of a superellipse from angle `first` to `last` (degrees, clockwise; 0 = right, 90 = down)."""
    points = []
    for i in range(n):
        t = math.radians(first + (last - first) * i / (n - 1))
        c, s = math.cos(t), math.sin(t)
        x, y = math.copysign(abs(c) ** (2 / power), c), math.copysign(abs(s) ** (2 / power), s)
        points.append((rx * x, ry * y))
    return points


def _smooth(points: Points, n: int = 4) -> Points:
    """An open Catmull-Rom curve through the points, n points from each to the next."""
    p = [points[0], *points, points[-1]]
    curve = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        for i in range(n):
            t = i / n
            w = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            x, y = (sum(u * q[k] for u, q in zip(w, (a, b, c, d), strict=True)) / 2 for k in (0, 1))
            curve.append((x, y))
    return [*curve, points[-1]]


def _mirror(points: Points) -> Points:
    """Close an outline: the points of the right half, then their mirror images in reverse order."""
    return [*points, *((-x, y) for x, y in reversed(points))]


def stroke(points: Points, width: float, taper: float = 1.0) -> Points:
    """The outline of a band along a curve that runs left to right.

    Its ends are rounded, and narrowed to `taper` times the width.
    """
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
        if i in (0, n):  # a round end: from one side over the tip to the other
            end = half if i else -half
            tip = [(x + end * (0.7 * tx + q * ty), y + end * (0.7 * ty - q * tx)) for q in (0.7, -0.7)]
            tip.insert(1, (x + end * tx, y + end * ty))
            (upper if i else lower).extend(tip)
    first, lower = lower[1:4], [lower[0], *lower[4:]]
    return [*upper, *reversed(lower), *first]


def _jaw(shape: str, first: float, last: float, n: int) -> Points:
    """Points of the lower half of a head from angle `first` to `last`, in the units of a head."""
    power = {"round": 2.2, "oval": 2.1, "square": 2.7, "heart": 2.0}[shape]
    taper = {"round": 0.0, "oval": 0.06, "square": 0.0, "heart": 0.2}[shape]
    return [(x * (1 - taper * y * y), y) for x, y in _arc(1, 1, first, last, n, power)]


# fmt: off
HEAD_SIZE = {"round": (27.5, 28.5), "oval": (25.5, 31.0), "square": (26.5, 29.5), "heart": (27.5, 30.5)}
HEAD = {s: _arc(1, 1, 180, 360, 20, 2.3) + _jaw(s, 0, 180, 24) for s in HEAD_SIZE}
SHADE = {
    s: _jaw(s, 0, 115, 14) + [(x - 0.13, y - 0.05) for x, y in reversed(_jaw(s, 0, 115, 14))]
    for s in HEAD_SIZE
}
STUBBLE = {
    s: _jaw(s, 16, 164, 18)
    + _smooth([(-0.8, 0.42), (-0.5, 0.36), (-0.2, 0.3), (0.2, 0.3), (0.5, 0.36), (0.8, 0.42)], 4)
    for s in HEAD_SIZE
}
BEARD = {
    s: [(x * 1.03, y * 1.05) for x, y in _jaw(s, 2, 178, 20)]
    + _smooth([(-0.98, 0.0), (-0.84, 0.26), (-0.5, 0.36), (-0.2, 0.32), (0, 0.35),
               (0.2, 0.32), (0.5, 0.36), (0.84, 0.26), (0.98, 0.0)], 4)
    for s in HEAD_SIZE
}

_CAP = _arc(1.05, 1.11, 180, 360, 18, 2.3)
_TALL = _arc(1.07, 1.2, 180, 360, 18, 2.3)
# A hairline runs from the right temple to the left. Sideburns and an arched forehead keep hair from looking
# like a hat.
_SIDE = [(1.03, 0.12), (0.93, 0.1), (0.88, -0.22)]
_HAIRLINE = {
    "buzz": [(0.74, -0.52), (0.4, -0.66), (0, -0.64), (-0.4, -0.66), (-0.74, -0.52)],
    "side_part": [(0.8, -0.42), (0.5, -0.5), (0.0, -0.66), (-0.42, -0.86), (-0.5, -0.78), (-0.72, -0.5)],
    "quiff": [(0.76, -0.5), (0.4, -0.6), (0, -0.66), (-0.4, -0.62), (-0.76, -0.5)],
    "centre": [(0.84, -0.3), (0.58, -0.56), (0.22, -0.76), (0, -0.9), (-0.22, -0.76), (-0.58, -0.56),
               (-0.84, -0.3)],
    "fringe": [(0.78, -0.44), (0.4, -0.46), (0, -0.45), (-0.4, -0.46), (-0.78, -0.44)],
    "swept": [(0.8, -0.4), (0.66, -0.62), (0.4, -0.74), (0, -0.8), (-0.4, -0.74), (-0.66, -0.62),
              (-0.8, -0.4)],
}


# fmt: on
def _cap(line: str, outer: Points) -> Points:
    """Hair between an outer outline and a hairline."""
    return outer + _smooth([*_SIDE, *_HAIRLINE[line], *((-x, y) for x, y in reversed(_SIDE))], 4)


# fmt: off
_SPIKES = [(-1.06, 0.1), (-1.1, -0.3), (-1.24, -0.58), (-0.98, -0.66), (-1.0, -1.04), (-0.66, -0.98),
           (-0.5, -1.34), (-0.2, -1.1), (0.06, -1.42), (0.3, -1.1), (0.6, -1.32), (0.7, -0.98),
           (1.02, -1.0), (0.98, -0.64), (1.24, -0.54), (1.1, -0.28), (1.06, 0.1), (0.92, 0.08),
           (0.86, -0.3), (0.66, -0.62), (0.5, -0.44), (0.3, -0.66), (0.08, -0.46), (-0.14, -0.66),
           (-0.36, -0.46), (-0.56, -0.66), (-0.74, -0.44), (-0.88, -0.26), (-0.92, 0.08)]
_PUFF = _arc(1.02, 1.1, 190, 350, 18, 2.3) + _smooth(
    [(0.96, -0.2), (0.86, -0.34), (0.6, -0.54), (0.3, -0.6), (0, -0.57), (-0.3, -0.6), (-0.6, -0.54),
     (-0.86, -0.34), (-0.96, -0.2)], 4
)
FRONT = {
    "buzz": _cap("buzz", _arc(1.02, 1.05, 180, 360, 18, 2.3)),
    "side_part": _cap("side_part", _TALL),
    "quiff": _smooth([(-1.04, 0.12), (-1.08, -0.5), (-0.98, -1.0), (-0.5, -1.3), (0.3, -1.42), (0.9, -1.3),
                      (1.06, -0.9), (1.07, -0.5), (1.04, 0.12)], 3)
    + _smooth([(0.93, 0.1), (0.88, -0.26), (0.8, -0.56), (0.3, -0.6), (-0.3, -0.68), (-0.72, -0.62),
               (-0.88, -0.26), (-0.93, 0.1)], 4),
    "spiky": _SPIKES,
    "curly": _PUFF,
    "afro": _PUFF,
    "long": _cap("centre", _TALL),
    "wavy": _cap("side_part", _TALL),
    "bob": _cap("fringe", _TALL),
    "bun": _cap("swept", _CAP),
    "ponytail": _cap("swept", _CAP),
}
BACK = {
    "long": _mirror(_smooth([(0, -1.18), (0.7, -1.02), (1.12, -0.5), (1.22, 0.2), (1.24, 0.9), (1.16, 1.3),
                             (0.6, 1.36)], 4)),
    "wavy": _mirror(_smooth([(0, -1.18), (0.7, -1.04), (1.14, -0.55), (1.18, -0.1), (1.34, 0.22),
                             (1.22, 0.52), (1.38, 0.84), (1.22, 1.1), (1.26, 1.3), (0.7, 1.34)], 4)),
    "bob": _mirror(_smooth([(0, -1.18), (0.7, -1.04), (1.14, -0.5), (1.24, 0.1), (1.32, 0.62), (1.2, 0.84),
                            (0.7, 0.8)], 4)),
    "ponytail": _smooth([(0.7, -0.8), (1.1, -0.86), (1.46, -0.5), (1.56, 0.1), (1.42, 0.7), (1.24, 0.96),
                         (1.24, 0.4), (1.1, -0.1), (0.8, -0.4)], 4),
}
CURLS = [(math.cos(math.radians(t)), math.sin(math.radians(t))) for t in range(184, 357, 24)]
DOME = _arc(1.1, 1.28, 180, 360, 18, 2.3)
VISOR = _smooth([(-0.5, -1), (0.1, -3.4), (0.8, -4.2), (1.4, -2.4), (1.66, 1.2), (1.5, 2.6), (0.9, 1.2),
                  (0.2, 1.4), (-0.5, -1)])
MOUSTACHE = _mirror(_smooth([(0, 9.6), (3.5, 8.8), (7.5, 10.2), (11.5, 13.2), (7, 13.6), (3, 13),
                             (0, 12.4)], 4))

MOUTH = {
    "smile": _arc(11.5, 11, 0, 180, 18, 2.2) + [(-11.5, -0.6), (-5, 0.6), (5, 0.6), (11.5, -0.6)],
    "teeth": [(-10.2, -0.4), (-5, 0.6), (5, 0.6), (10.2, -0.4), (9.4, 3.2), (5, 3.8), (-5, 3.8), (-9.4, 3.2)],
    "neutral": stroke([(-9, 3.2), (0, 3.2), (9, 3.2)], 3.0),
    "sad": stroke([(-10, 8), (-6.5, 3), (0, 0.8), (6.5, 3), (10, 8)], 3.4),
}
# Right brow, from the nose outwards, relative to the eye's centre.
_BROW = {
    "smile": [(-5.8, -11.6), (0, -12.8), (6.8, -9.6)],
    "neutral": [(-5.5, -9.0), (0, -9.6), (6.5, -9.0)],
    "sad": [(-5.5, -12.6), (0, -10.2), (6.5, -6.8)],
    "surprised": [(-5.8, -15.0), (0, -16.8), (6.8, -13.4)],
}
BROWS = {(e, w): stroke(_BROW[e], t, 0.7) for e in _BROW for w, t in (("thin", 2.2), ("thick", 3.2))}
SHOULDERS = _mirror(_smooth([(0, 30), (9, 30.5), (20, 33.5), (28, 38), (33, 46), (34, 60)], 4))
LID = [(-7.5, -9.0), (7.5, -9.0), (7.5, 0.4), (5.6, -0.6), (-5.8, -5.6), (-7.5, -6.0)]
# fmt: on
