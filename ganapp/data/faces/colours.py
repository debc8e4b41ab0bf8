"""Palettes of the built-in faces, value name -> (red, green, blue), and the two ways to mix colours."""

from functools import lru_cache

Colour = tuple[int, int, int]

# fmt: off
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

WHITE, INK, MOUTH_RED, TONGUE = (255, 255, 255), (44, 34, 42), (116, 26, 40), (236, 112, 112)


@lru_cache(maxsize=4096)
def mix(a: Colour, b: Colour, t: float) -> Colour:
    """The colour at t from a (0) to b (1)."""
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b, strict=True))


def shade(colour: Colour, t: float = 0.16) -> Colour:
    """A darker and slightly warmer tone; all shadows of the style use it."""
    return mix(colour, (70, 24, 48), t)
