"""Palettes and painting of the built-in faces: factors and jitter -> picture, in one soft-shaded flat style.

Ellipses and polygons by Pillow, in order; not the choice of the factors (faces.py) nor the outlines (face_shapes.py).
"""

from functools import lru_cache

from PIL import Image, ImageDraw

from .shapes import (
    BACK,
    BEARD,
    BROWS,
    CURLS,
    DOME,
    FRONT,
    HEAD,
    HEAD_SIZE,
    LID,
    MOUSTACHE,
    MOUTH,
    SHADE,
    SHOULDERS,
    STUBBLE,
    VISOR,
    stroke,
)

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
# fmt: on

_WHITE, _INK, _MOUTH_RED, _TONGUE = (255, 255, 255), (44, 34, 42), (116, 26, 40), (236, 112, 112)


def paint(f: dict[str, str], j: dict[str, float], resolution: int) -> Image.Image:
    """One face from its factors {name: value name} and jitter {name: -1 to 1}: drawn larger, then reduced."""
    scale = 4 if resolution <= 96 else 3
    size = resolution * scale
    k = size / 100
    background = BACKGROUND[f["background"]]
    image = Image.new("RGB", (size, size), background)
    draw = ImageDraw.Draw(image)
    a, b = HEAD_SIZE[f["head"]]
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
    if sum(abs(p - q) for p, q in zip(hair, skin, strict=True)) < 85:  # else they melt into each other
        hair = _mix(hair, (104, 44, 16) if sum(skin) > 330 else _INK, 0.45)
    style, hat, expression = f["hair"], f["hat"], f["expression"]
    covered = hat in ("beanie", "cap", "sunhat")
    turn = 1.1 * j["turn"]

    if f["backdrop"] == "disc":
        blob(50 - cx, 53 - cy, 43, 43, _mix(background, _WHITE, 0.35))
    elif f["backdrop"] == "diagonal":
        draw.polygon([0, size, size, 0, size, size], fill=_mix(background, _WHITE, 0.3))

    hidden = covered or (hat == "party" and style == "bun")
    _paint_back_hair(style, _shade(hair, 0.22), hidden, a, b, 1 + 0.04 * j["volume"], blob, shape)
    _paint_body(f, _shade(skin, 0.28), b, blob, shape)
    for side in (-1, 1):
        blob(side * (a + 0.6), 2, 4.8, 6.0, skin)
        blob(side * (a + 0.9), 2.4, 2.4, 3.4, dark)
    shape(HEAD[f["head"]], skin, a, b)
    shape(SHADE[f["head"]], dark, a, b)

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
        shape(FRONT[cap], hair, a, b)
        if style in ("curly", "afro") and not covered:
            radius = 0.3 if style == "curly" else 0.2
            for u, v in CURLS:
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
        shape(BROWS[expression, f["brows"]], brow, side, 1, side * gap + turn, 1.4 + 0.4 * j["brow"])
    return image.reduce(scale)


def _paint_back_hair(style, colour, covered, a, b, volume, blob, shape) -> None:
    if style in BACK:
        shape(BACK[style], colour, a * volume, b)
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
    shape(SHOULDERS, colour, 1, 1, 0, 1.5)
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
        shape(STUBBLE[f["head"]], _mix(skin, (66, 48, 50), 0.2), a, b)
    elif beard == "full":
        shape(BEARD[f["head"]], colour, a, b)
        blob(turn, mouth_y + 4.2, 12.4, 5.6, skin)
    elif beard == "goatee":
        blob(turn, b * 0.72, 12.5, b * 0.38, colour)
        blob(turn, mouth_y + 3.4, 13.0, 6.6, skin)
    if beard == "moustache":
        shape(MOUSTACHE, colour, 1, 1, turn, 0)


def _paint_mouth(expression, skin, turn, y, width, blob, shape) -> None:
    line = _mix(skin, (60, 0, 16), 0.85)
    lip = _mix(skin, (240, 96, 104), 0.5 if sum(skin) > 480 else 0.62)
    if expression == "smile":
        shape(MOUTH["smile"], _MOUTH_RED, width, 1, turn, y)
        blob(turn, y + 8.6, 6 * width, 3, _TONGUE)
        shape(MOUTH["teeth"], _WHITE, width, 1, turn, y)
    elif expression == "surprised":
        blob(turn, y + 6.4, 7.4 * width, 8.4, lip)
        blob(turn, y + 6.4, 5.8 * width, 6.9, _MOUTH_RED)
        blob(turn, y + 10.2, 3.9 * width, 2.5, _TONGUE)
    else:
        if expression == "neutral":
            blob(turn, y + 4.4, 6.6 * width, 3.0, lip)
        else:
            blob(turn, y + 5.4, 5.2 * width, 2.6, lip)
        shape(MOUTH[expression], line, width, 1, turn, y)


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
        shape(LID, skin, side, 1, x, y)


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
        shape(DOME, colour, a, b * 0.68, 0, edge)
        shape(stroke([(-1.08 * a, edge + 1.4), (0, edge - 0.4), (1.08 * a, edge + 1.4)], 7.4), light)
    elif hat == "cap":
        blob(0, edge - 0.8 * b, 2.6, 2.2, dark)
        shape(DOME, colour, a, b * 0.62, 0, edge)
        shape(VISOR, dark, a, 1, 0, edge)
    elif hat == "sunhat":
        shape(DOME, colour, a * 0.88, b * 0.6, 0, edge - 2)
        shape(stroke([(-0.94 * a, edge - 4), (0, edge - 5), (0.94 * a, edge - 4)], 4), light)
        blob(0, edge - 0.6, 1.52 * a, 4.2, _shade(colour, 0.12))
    else:
        base = -0.9 * b
        shape([(-12, base), (0, -49), (12, base), (6, base + 2.4), (-6, base + 2.4)], colour)
        for x, y in ((-4, base - 3.4), (4.2, base - 5.4), (-0.6, base - 11)):
            blob(x, y, 1.7, 1.7, light)
        blob(0, -48.4, 3.6, 3.6, light)


@lru_cache(maxsize=4096)
def _mix(a: tuple[int, int, int], b: tuple[int, int, int], t: float) -> tuple[int, int, int]:
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b, strict=True))


def _shade(colour: tuple[int, int, int], t: float = 0.16) -> tuple[int, int, int]:
    """Darker and a little warmer: the one shade of the style."""
    return _mix(colour, (70, 24, 48), t)
