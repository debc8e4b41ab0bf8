"""Paints the built-in faces: factors and jitter -> picture, in one soft-shaded flat style.

Parts are painted back to front. Factors are chosen in drawing.py, outlines are in shapes.py, palettes in
colours.py.
"""

from typing import NamedTuple

from PIL import Image

from .canvas import Canvas
from .colours import (
    BACKGROUND,
    CLOTH,
    EYES,
    FRAMES,
    HAIR,
    INK,
    MOUTH_RED,
    SKIN,
    TONGUE,
    WHITE,
    Colour,
    mix,
    shade,
)
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


class _Face(NamedTuple):
    """The factors of a face, and the lengths (percent of the picture) and colours that follow from them."""

    factors: dict[str, str]  # name -> value name
    jitter: dict[str, float]  # name -> -1 to 1
    a: float  # half of the head's width
    b: float  # half of the head's height
    skin: Colour
    hair: Colour
    turn: float  # how far the features are moved to the right
    eye_gap: float  # from the middle to an eye
    mouth_y: float


def paint(factors: dict[str, str], jitter: dict[str, float], resolution: int) -> Image.Image:
    """Paint one face as an RGB image, resolution × resolution, drawn 3 or 4 times as large and reduced.

    factors: {name: value name}, see drawing.ATTRIBUTES. jitter: {name: -1 to 1}.
    """
    scale = 4 if resolution <= 96 else 3
    face = _measure(factors, jitter)
    centre = 50 + 1.2 * jitter["x"], 53 + 1.0 * jitter["y"]
    canvas = Canvas(resolution * scale, centre, BACKGROUND[factors["background"]])
    _paint_backdrop(canvas, face)
    _paint_back_hair(canvas, face)
    _paint_body(canvas, face)
    _paint_head(canvas, face)
    _paint_eyes(canvas, face)
    _paint_cheeks(canvas, face)
    _paint_beard(canvas, face)
    canvas.blob(face.turn * 1.3, 8, 3.0, 2.2, shade(face.skin))  # the nose
    _paint_mouth(canvas, face)
    _paint_front_hair(canvas, face)
    _paint_earrings(canvas, face)
    _paint_hat(canvas, face)
    _paint_glasses(canvas, face)
    _paint_brows(canvas, face)
    return canvas.image.reduce(scale)


def _measure(factors: dict[str, str], jitter: dict[str, float]) -> _Face:
    a, b = HEAD_SIZE[factors["head"]]
    tint = (255, 214, 170) if jitter["tint"] > 0 else (150, 80, 70)
    skin = mix(SKIN[factors["skin"]], tint, 0.06 * round(abs(jitter["tint"]), 1))
    hair = HAIR[factors["hair_colour"]]
    if sum(abs(p - q) for p, q in zip(hair, skin, strict=True)) < 85:  # too close to be told apart
        hair = mix(hair, (104, 44, 16) if sum(skin) > 330 else INK, 0.45)
    return _Face(
        factors,
        jitter,
        a=a * (1 + 0.03 * jitter["width"]),
        b=b * (1 + 0.025 * jitter["height"]),
        skin=skin,
        hair=hair,
        turn=1.1 * jitter["turn"],
        eye_gap=11.4 + 0.6 * jitter["eye_gap"],
        mouth_y=12.8 + 0.6 * jitter["mouth_y"],
    )


def _hat_covers_hair(face: _Face) -> bool:
    return face.factors["hat"] in ("beanie", "cap", "sunhat")


def _paint_backdrop(canvas: Canvas, face: _Face) -> None:
    background, size = BACKGROUND[face.factors["background"]], canvas.image.width
    if face.factors["backdrop"] == "disc":
        canvas.blob(50 - canvas.x, 53 - canvas.y, 43, 43, mix(background, WHITE, 0.35))
    elif face.factors["backdrop"] == "diagonal":
        canvas.draw.polygon([0, size, size, 0, size, size], fill=mix(background, WHITE, 0.3))


def _paint_back_hair(canvas: Canvas, face: _Face) -> None:
    style, hat, a, b = face.factors["hair"], face.factors["hat"], face.a, face.b
    covered = _hat_covers_hair(face) or (hat == "party" and style == "bun")
    colour, volume = shade(face.hair, 0.22), 1 + 0.04 * face.jitter["volume"]
    if style in BACK:
        canvas.shape(BACK[style], colour, a * volume, b)
    elif style == "afro":
        if covered:
            for side in (-1, 1):
                canvas.blob(side * a * 1.08, -0.12 * b, 0.46 * a, 0.52 * b, colour)
        else:
            canvas.blob(0, -0.36 * b, 1.36 * a * volume, 1.02 * b * volume, colour)
    elif style == "curly":
        for side in (-1, 1):
            for v in (-0.3, 0.02):
                canvas.blob(side * a * 1.04, v * b, 0.24 * a * volume, 0.24 * a * volume, colour)
    elif style == "bun":
        if covered:
            canvas.blob(a * 0.98, 0.62 * b, 0.34 * a, 0.34 * a, colour)
        else:
            canvas.blob(0, -1.26 * b, 0.42 * a * volume, 0.42 * a * volume, colour)


def _paint_body(canvas: Canvas, face: _Face) -> None:
    colour, style = CLOTH[face.factors["clothes_colour"]], face.factors["clothes"]
    skin_shade = shade(face.skin, 0.28)
    canvas.shape([(-8.5, 18), (8.5, 18), (9, 40), (-9, 40)], skin_shade)
    if style == "hoodie":
        canvas.blob(0, 34, 21, 9.5, shade(colour, 0.25))
    canvas.shape(SHOULDERS, colour, 1, 1, 0, 1.5)
    if style == "v_neck":
        canvas.shape([(-9, 31), (9, 31), (0, 43)], skin_shade)
    else:
        canvas.blob(0, 31, 9.4, 5.2, skin_shade)
    if style == "collar":
        for side in (-1, 1):
            canvas.shape([(2, 38.5), (9, 30.5), (14, 34), (8, 43)], mix(colour, WHITE, 0.55), side, 1)
    elif style == "stripes":
        stripe = mix(colour, WHITE, 0.5) if face.factors["clothes_colour"] != "white" else (200, 96, 96)
        canvas.shape([(-28, 39.2), (28, 39.2), (30, 42), (-30, 42)], stripe)
        canvas.shape([(-32, 45), (32, 45), (33, 48), (-33, 48)], stripe)
    elif style == "hoodie":
        for side in (-1, 1):
            canvas.shape([(5, 37), (6.6, 36.5), (6.6, 46), (5, 46)], mix(colour, WHITE, 0.7), side, 1)


def _paint_head(canvas: Canvas, face: _Face) -> None:
    a, b, head, dark = face.a, face.b, face.factors["head"], shade(face.skin)
    for side in (-1, 1):  # ears
        canvas.blob(side * (a + 0.6), 2, 4.8, 6.0, face.skin)
        canvas.blob(side * (a + 0.9), 2.4, 2.4, 3.4, dark)
    canvas.shape(HEAD[head], face.skin, a, b)
    canvas.shape(SHADE[head], dark, a, b)


def _paint_eyes(canvas: Canvas, face: _Face) -> None:
    if face.factors["glasses"] != "sun":
        for side in (-1, 1):
            _paint_eye(canvas, face, side, side * face.eye_gap + face.turn)


def _paint_eye(canvas: Canvas, face: _Face, side: int, x: float) -> None:
    f = face.factors
    kind, expression, iris = f["eyes"], f["expression"], EYES[f["eye_colour"]]
    grow = 1 + 0.06 * face.jitter["eye_size"]
    wide = 1.22 if expression == "surprised" else 1.0
    rx, ry = {"round": (5.4, 5.6), "almond": (6.4, 4.6), "dot": (3.9, 4.8), "lashes": (5.8, 5.2)}[kind]
    rx, ry = rx * grow * (1 + (wide - 1) / 2), ry * grow * wide
    y = 1.4
    if kind == "lashes":
        canvas.blob(x + side * 0.9, y - 1.4, rx + 0.9, ry + 0.4, INK)
    if kind == "dot":
        canvas.blob(x, y, rx, ry, mix(iris, INK, 0.35))
        look = 0
    else:
        canvas.blob(x, y, rx, ry, WHITE)
        look = face.jitter["gaze"] * 0.7
        radius = 3.7 * grow * (0.9 if expression == "surprised" else 1)
        canvas.blob(x + look, y + (0.8 if expression == "sad" else 0), radius, radius, iris)
    canvas.blob(x + look, y + (0.8 if expression == "sad" else 0), 2.0, 2.0, INK)
    canvas.blob(x + look + 1.3, y - 1.5, 1.2, 1.2, WHITE)
    if expression == "smile":
        canvas.blob(x, y + 6.0, 8.0, 3.8, face.skin)
    elif expression == "sad":
        canvas.shape(LID, face.skin, side, 1, x, y)


def _paint_cheeks(canvas: Canvas, face: _Face) -> None:
    cheeks, skin, turn = face.factors["cheeks"], face.skin, face.turn
    if cheeks == "blush":
        for side in (-1, 1):
            canvas.blob(side * 16.5 + turn, 10.4, 4.6, 3.2, mix(skin, (240, 84, 92), 0.36))
    elif cheeks == "freckles":
        for side in (-1, 1):
            for x, y in ((13, 8.6), (16.4, 10.4), (19.6, 8.4)):
                canvas.blob(side * x + turn, y, 0.9, 0.9, shade(skin, 0.34))


def _paint_beard(canvas: Canvas, face: _Face) -> None:
    beard, head, colour = face.factors["beard"], face.factors["head"], mix(face.hair, INK, 0.24)
    a, b, skin, turn, mouth_y = face.a, face.b, face.skin, face.turn, face.mouth_y
    if beard == "stubble":
        canvas.shape(STUBBLE[head], mix(skin, (66, 48, 50), 0.2), a, b)
    elif beard == "full":
        canvas.shape(BEARD[head], colour, a, b)
        canvas.blob(turn, mouth_y + 4.2, 12.4, 5.6, skin)
    elif beard == "goatee":
        canvas.blob(turn, b * 0.72, 12.5, b * 0.38, colour)
        canvas.blob(turn, mouth_y + 3.4, 13.0, 6.6, skin)
    if beard == "moustache":
        canvas.shape(MOUSTACHE, colour, 1, 1, turn, 0)


def _paint_mouth(canvas: Canvas, face: _Face) -> None:
    expression, skin, turn, y = face.factors["expression"], face.skin, face.turn, face.mouth_y
    width = 1 + 0.07 * face.jitter["mouth_width"]
    line = mix(skin, (60, 0, 16), 0.85)
    lip = mix(skin, (240, 96, 104), 0.5 if sum(skin) > 480 else 0.62)
    if expression == "smile":
        canvas.shape(MOUTH["smile"], MOUTH_RED, width, 1, turn, y)
        canvas.blob(turn, y + 8.6, 6 * width, 3, TONGUE)
        canvas.shape(MOUTH["teeth"], WHITE, width, 1, turn, y)
    elif expression == "surprised":
        canvas.blob(turn, y + 6.4, 7.4 * width, 8.4, lip)
        canvas.blob(turn, y + 6.4, 5.8 * width, 6.9, MOUTH_RED)
        canvas.blob(turn, y + 10.2, 3.9 * width, 2.5, TONGUE)
    else:
        if expression == "neutral":
            canvas.blob(turn, y + 4.4, 6.6 * width, 3.0, lip)
        else:
            canvas.blob(turn, y + 5.4, 5.2 * width, 2.6, lip)
        canvas.shape(MOUTH[expression], line, width, 1, turn, y)


def _paint_front_hair(canvas: Canvas, face: _Face) -> None:
    style, covered, a, b = face.factors["hair"], _hat_covers_hair(face), face.a, face.b
    if style == "bald":
        return
    canvas.shape(FRONT["buzz" if covered else style], face.hair, a, b)
    if style in ("curly", "afro") and not covered:
        radius = 0.3 if style == "curly" else 0.2
        for u, v in CURLS:
            canvas.blob(u * 0.9 * a, (v * 0.92 - 0.1) * b, radius * a, radius * a, face.hair)


def _paint_earrings(canvas: Canvas, face: _Face) -> None:
    kind = face.factors["earrings"]
    if kind != "none":
        for side in (-1, 1):
            canvas.blob(
                side * (face.a + 1.2), 9.6, 1.9, 1.9, (244, 190, 62) if kind == "gold" else (250, 246, 240)
            )


def _paint_hat(canvas: Canvas, face: _Face) -> None:
    hat, colour, a, b = face.factors["hat"], CLOTH[face.factors["hat_colour"]], face.a, face.b
    if hat == "none":
        return
    light, dark = mix(colour, WHITE, 0.5), shade(colour, 0.28)
    edge = -0.6 * b  # above the highest brow, so that no hat hides the expression
    if hat == "beanie":
        canvas.blob(0, edge - 0.86 * b, 5.6, 5.6, light)
        canvas.shape(DOME, colour, a, b * 0.68, 0, edge)
        canvas.shape(stroke([(-1.08 * a, edge + 1.4), (0, edge - 0.4), (1.08 * a, edge + 1.4)], 7.4), light)
    elif hat == "cap":
        canvas.blob(0, edge - 0.8 * b, 2.6, 2.2, dark)
        canvas.shape(DOME, colour, a, b * 0.62, 0, edge)
        canvas.shape(VISOR, dark, a, 1, 0, edge)
    elif hat == "sunhat":
        canvas.shape(DOME, colour, a * 0.88, b * 0.6, 0, edge - 2)
        canvas.shape(stroke([(-0.94 * a, edge - 4), (0, edge - 5), (0.94 * a, edge - 4)], 4), light)
        canvas.blob(0, edge - 0.6, 1.52 * a, 4.2, shade(colour, 0.12))
    else:
        base = -0.9 * b
        canvas.shape([(-12, base), (0, -49), (12, base), (6, base + 2.4), (-6, base + 2.4)], colour)
        for x, y in ((-4, base - 3.4), (4.2, base - 5.4), (-0.6, base - 11)):
            canvas.blob(x, y, 1.7, 1.7, light)
        canvas.blob(0, -48.4, 3.6, 3.6, light)


def _paint_glasses(canvas: Canvas, face: _Face) -> None:
    kind, colour = face.factors["glasses"], FRAMES[face.factors["glasses_colour"]]
    if kind == "none":
        return
    cx, cy, k = canvas.x, canvas.y, canvas.unit
    gap, turn, a = face.eye_gap, face.turn, face.a
    width = max(1, round(1.7 * k))
    for side in (-1, 1):
        x = side * gap + turn
        canvas.shape([(x + side * 8, -0.8), (side * a, -1.6), (side * a, 0.2), (x + side * 8, 1)], colour)
        if kind == "sun":
            canvas.shape(
                [(-9, -5), (9, -5), (9, 0), (7, 6.5), (2, 8.5), (-4, 8), (-8, 4)],
                (44, 44, 58),
                side,
                1,
                x,
                0.8,
            )
            canvas.shape([(-4, -3.4), (0, -3.4), (-4, 4), (-6, 2)], (104, 112, 140), 1, 1, x, 0.8)
            continue
        box = [(cx + x - 8.6) * k, (cy + 1.4 - 8.2) * k, (cx + x + 8.6) * k, (cy + 1.4 + 8.2) * k]
        if kind == "round":
            canvas.draw.ellipse(box, outline=colour, width=width)
        else:
            inner = [box[0], box[1] + k, box[2], box[3] - k]
            canvas.draw.rounded_rectangle(inner, radius=2.4 * k, outline=colour, width=width)
    bridge = gap - (7.4 if kind == "sun" else 8.6)
    canvas.shape(
        [(-bridge + turn, -0.4), (bridge + turn, -0.4), (bridge + turn, 1.3), (-bridge + turn, 1.3)], colour
    )


def _paint_brows(canvas: Canvas, face: _Face) -> None:
    # The expression shows in the brows, so on dark skin they are painted darker.
    colour = mix(face.hair, INK, 0.5 if sum(face.skin) > 480 else 0.8)
    outline = BROWS[face.factors["expression"], face.factors["brows"]]
    for side in (-1, 1):
        canvas.shape(
            outline, colour, side, 1, side * face.eye_gap + face.turn, 1.4 + 0.4 * face.jitter["brow"]
        )
